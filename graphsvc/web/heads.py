"""The heads of requests that came before, so that only the query of the next one is read."""

from __future__ import annotations

import re
from collections import OrderedDict

from graphsvc.web.asked import Head

_LINE = re.compile(rb"GET (/[\w./-]*)\?([\w%&=+.~!$'()*,;:@/?-]*) HTTP/1\.1\r\n", re.ASCII)
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
        line = _LINE.match(request)
        if line is None:
            return None
        head = self._heads.get((line[1], request[line.end():]))
        return (line[2], head) if head else None

    def add(self, request: bytes, headers: list[tuple[bytes, bytes]], head: Head) -> None:
        """Know the head of a whole request, which has these headers, from now on."""
        line = _LINE.match(request)
        if line is None or not _DECIDE.isdisjoint(name for name, _ in headers):
            return
        if len(request) - line.end() <= self._longest:
            self._heads[line[1], request[line.end():]] = head
        if len(self._heads) > self._most:
            self._heads.popitem(last=False)
