"""The heads of requests that came before, so that only the query of the next one is read."""

from __future__ import annotations

import string
from collections import OrderedDict

from graphsvc.web.asked import Head

_QUERY_SIGNS = (string.ascii_letters + string.digits + "%&=+.~!$'()*,;:@/?-_").encode()
_DECIDE = frozenset(
    (b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"if-none-match"))
"""Headers that make another request of it than one that is answered with 200 and stays open."""


class KnownHeads:
    """What GET requests say beside their query, by path and headers; the last ones are kept."""

    def __init__(self, most: int = 256, longest: int = 8192) -> None:
        self._most, self._longest = most, longest
        self._heads: OrderedDict[tuple[bytes, bytes], Head] = OrderedDict()

    def read(self, request: bytes) -> tuple[bytes, Head] | None:
        """The query string and the head of a whole request, if such a head came before."""
        path, query, headers = _split(request)
        head = self._heads.get((path, headers))
        # A sign that may not stand in an address is left to those who know what to say of it.
        if head is None or query.translate(None, _QUERY_SIGNS):
            return None
        return query, head

    def add(self, request: bytes, headers: list[tuple[bytes, bytes]], head: Head) -> None:
        """Know the head of a whole request, which has these headers, from now on."""
        path, _, lines = _split(request)
        plain = path.startswith(b"GET ") and _DECIDE.isdisjoint(name for name, _ in headers)
        if plain and 0 < len(lines) <= self._longest:
            self._heads[path, lines] = head
        if len(self._heads) > self._most:
            self._heads.popitem(last=False)


def _split(request: bytes) -> tuple[bytes, bytes, bytes]:
    """The method and path of a request, its query, and its headers (none: it is no HTTP/1.1)."""
    path, _, rest = request.partition(b"?")
    query, _, headers = rest.partition(b" HTTP/1.1\r\n")
    return path, query, headers
