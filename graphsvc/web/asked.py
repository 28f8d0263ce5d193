"""What a SPARQL request asks: what goes to the engine, where its answer is kept, how it begins."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from graphsvc.engine.base import Engine, Lane, QueryTooLong, Request
from graphsvc.engine.inspection import inspect
from graphsvc.web.asgi import Headers, Scope, header
from graphsvc.web.cache import CachedAnswer
from graphsvc.web.negotiation import named, negotiate
from graphsvc.web.problems import HttpError
from graphsvc.web.protocol import Operation

CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, X-Notice, X-Release"),
]
REVALIDATE = (b"cache-control", b"public, max-age=0, must-revalidate")
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?", re.ASCII)
_IRI_SAFE = ":/#?&=;,+%@!$()*[]~"


@dataclass(frozen=True)
class Head:
    """What the head of a request says beside its query.

    server: the address of the server as the client used it, without a last slash.
    path: percent-encoded.
    accept: the media types that are wanted.
    """

    server: str
    path: str
    accept: str | None

    @classmethod
    def of(cls, scope: Scope) -> Head:
        """The head of an ASGI request."""
        scheme = header(scope, b"x-forwarded-proto") or scope["scheme"]
        host = header(scope, b"host") or ""
        if scheme not in ("http", "https") or not _HOST.fullmatch(host):
            scheme, host = "http", "localhost"
        return cls(f"{scheme}://{host}", quote(scope["path"]), header(scope, b"accept"))


class Asked(NamedTuple):
    """A query that was understood.

    key: digest of release, query, format and dataset; None for a query whose answer may differ
        each time.
    notice: header that tells of unknown functions.
    """

    request: Request
    release: str
    key: str | None
    notice: bytes = b""

    def with_notice(self, functions: Sequence[str]) -> Asked:
        """The same, with a header that tells of unknown functions, where there are some."""
        if not functions:
            return self
        names = ", ".join(f"<{quote(iri, safe=_IRI_SAFE)}>" for iri in functions)
        notice = f"Expressions that call {names} have no value: there is no such function."
        return self._replace(notice=notice.encode())

    @property
    def tag(self) -> str | None:
        """The answer's entity tag (RFC 9110, section 8.8.3), where it has one."""
        return f'W/"{self.key}"' if self.key else None

    @property
    def headers(self) -> Headers:
        """The headers of its answer."""
        headers = answer_headers(self.release, self.request.media_type)
        if self.notice:
            headers.append((b"x-notice", self.notice))
        if self.key:
            return [*headers, REVALIDATE, (b"etag", b'W/"%s"' % self.key.encode())]
        return [*headers, (b"cache-control", b"no-store")]

    def answer(self, body: bytes) -> CachedAnswer:
        """The whole answer."""
        if self.notice or not self.key:
            return CachedAnswer.of(self.headers, body)
        begin = _begin(self.release, self.request.media_type)
        return CachedAnswer(begin % (self.key.encode(), len(body)), body)


def understand(engine: Engine, operation: Operation, head: Head) -> Asked:
    """What the engine is to be asked. Raises GraphsvcError for what cannot be answered."""
    query = operation.query or ""
    if len(query) > engine.limits.query_chars:
        raise QueryTooLong(engine.limits)
    inspected = inspect(query)
    request = Request(
        query=query,
        media_type=choose(operation.formats, head.accept, inspected.form.media_types),
        lane=Lane.FREE,
        timeout=operation.timeout,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        base=head.server + head.path,
    )
    key = None if inspected.volatile else _key(engine.release, request)
    return Asked(request, engine.release, key)


def _key(release: str, request: Request) -> str:
    """A digest of everything that decides about an answer; only the query may have a NUL."""
    parts = (release, request.media_type, request.base or "", *request.default_graphs, "",
             *request.named_graphs, "", request.query)
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def choose(names: tuple[str, ...], accept: str | None, offered: tuple[str, ...]) -> str:
    """The format of the answer: one that is named, else by Accept. Raises HttpError 406."""
    if names:
        chosen = next(filter(None, (named(name, offered) for name in names)), None)
    else:
        chosen = negotiate(accept, offered)
    if chosen is None:
        raise HttpError(
            406,
            f"The answer cannot be given as {(' or '.join(names) or accept or '')[:200]}.",
            location="format" if names else "Accept",
            hint=f"Ask for one of: {', '.join(offered)}.",
        )
    return chosen


def answer_headers(release: str, media_type: str) -> Headers:
    """The headers of every answer in a media type."""
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return [
        (b"content-type", (media_type + charset).encode()),
        (b"x-release", release.encode()),
        (b"vary", b"Accept"),
        (b"x-content-type-options", b"nosniff"),
        *CORS,
    ]


@lru_cache(maxsize=64)
def _begin(release: str, media_type: str) -> bytes:
    """The head of an answer that is kept, with places for its key and its length."""
    lines = [b"%s: %s\r\n" % pair for pair in [*answer_headers(release, media_type), REVALIDATE]]
    return (b"".join(lines).replace(b"%", b"%%")
            + b'etag: W/"%b"\r\ncontent-length: %d\r\n\r\n')
