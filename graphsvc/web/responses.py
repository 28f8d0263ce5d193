"""Responses as they go over the wire: prepared once, kept in one cache, sent on every condition.

A release never changes, so every successful GET has an entity tag that is known from the release,
the version of the software, the address and the media type; one rule answers conditional requests
(RFC 9110, section 13.1.2), and one bounded cache keeps the bytes.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import MutableMapping
from typing import Any

from graphsvc.engine.base import HOLD_BACK
from graphsvc.web.request import Headers, RequestContext, Send

CHUNK = 1 << 16
"""Bytes that are sent at a time, so that a client that does not read holds no more of them."""
MOST_KEPT, _ROOM = 4 << 20, 128 << 20
"""Bytes of an answer that the cache keeps, and of all that it keeps."""
SMALLEST_COMPRESSED = 1_000
CSP = (b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       b"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
       b"frame-ancestors 'none'")
"""The Content-Security-Policy of every page: nothing from elsewhere, nothing inline."""
EMBEDDED = CSP.replace(b"frame-ancestors 'none'", b"frame-ancestors *")
"""That of answers in the pages of others."""
REVALIDATE = b"public, max-age=0, must-revalidate"
_COMPRESSIBLE = re.compile(rb"text/|image/svg|application/(?!gzip|zip|octet|vnd\.)")
_LOCAL_LINK = re.compile(rb'((?:href|src|action|data-[a-z]+)=")/(?!/)')
_LOCAL_HEADER = re.compile(rb"(^|<)/(?!/)")
"""Paths of this service in the headers Location and Link."""


class PreparedResponse:
    """A complete response, prepared for everyone who asks for it.

    tag: its entity tag; None for what may be different the next time, and is not kept.
    size: bytes that it takes: its body, plain and compressed, its headers and its request.
    route: what the metrics count it as.
    """

    __slots__ = ("_compressed", "_start", "body", "headers", "route", "size", "status", "tag")

    def __init__(
        self, request: RequestContext, common: Headers, salt: str, status: int, headers: Headers,
        body: bytes, route: str,
    ) -> None:
        """Add what every response says: release, entity tag, caching, security, CORS."""
        self.status, self.body, self.route = status, body, route
        self.headers = headers + common
        self.tag: bytes | None = None
        self._compressed: bytes | None = None
        given = dict(headers)
        content_type = given.get(b"content-type", b"")
        if content_type.startswith(b"text/html"):
            if b"content-security-policy" not in given:
                self.headers.append((b"content-security-policy", CSP))
            if request.prefix:
                self.body = _LOCAL_LINK.sub(rb"\g<1>" + request.prefix + b"/", body)
        if request.prefix:
            self.headers = [(name, _LOCAL_HEADER.sub(rb"\g<1>" + request.prefix + b"/", value)
                             if name in (b"location", b"link") else value)
                            for name, value in self.headers]
        if status == 200 and request.is_get and given.get(b"cache-control") != b"no-store":
            self.tag = given.get(b"etag") or entity_tag(request, content_type, salt)
            if b"etag" not in given:
                self.headers.append((b"etag", self.tag))
        if b"cache-control" not in given:
            self.headers.append((b"cache-control", REVALIDATE if self.tag else b"no-store"))
        self._start = _start(status, self.headers, self.body)
        self.size = len(body) * 5 // 4 + 2_000 + len(request.query)

    @property
    def compressible(self) -> bool:
        """Whether it is worth its compression. A part is of the bytes as they are."""
        given = dict(self.headers)
        return (len(self.body) >= SMALLEST_COMPRESSED and self.status != 206
                and b"content-encoding" not in given
                and bool(_COMPRESSIBLE.match(given.get(b"content-type", b""))))

    async def compressed(self) -> bytes:
        """The body as gzip, compressed at its first use."""
        if self._compressed is None:
            self._compressed = await asyncio.to_thread(gzip.compress, self.body, 6, mtime=0)
        return self._compressed

    def unchanged(self, request: RequestContext) -> bool:
        """Whether the client has it already (RFC 9110, sections 13.1.2 and 8.8.3.2)."""
        if self.tag is None or request.if_none_match is None:
            return False
        opaque = self.tag.removeprefix(b"W/")
        return request.if_none_match.strip() == b"*" or any(
            tag.strip().removeprefix(b"W/") == opaque for tag in request.if_none_match.split(b","))

    async def send(self, request: RequestContext, send: Send) -> None:
        """Send it, or say that the client has it already."""
        if self.unchanged(request):
            await send({"type": "http.response.start", "status": 304, "headers": self.headers})
            await send({"type": "http.response.body"})
            return
        start, body = self._start, self.body
        if request.gzip and self.compressible:
            body = await self.compressed()
            start = _start(self.status, [*self.headers, (b"content-encoding", b"gzip")], body)
        await send(start)
        await send_body(b"" if request.method == "HEAD" else body, send)


def _start(status: int, headers: Headers, body: bytes) -> dict[str, Any]:
    """The ASGI message with the head of a response that has this body."""
    return {"type": "http.response.start", "status": status,
            "headers": [*headers, (b"content-length", b"%d" % len(body))]}


async def send_body(body: bytes, send: Send, *, more: bool = False) -> None:
    """Send a body, in parts where it is large. more: whether other parts follow it."""
    for at in range(0, len(body), CHUNK) or (0,):
        last = at + CHUNK >= len(body) and not more
        await send({"type": "http.response.body", "body": body[at:at + CHUNK],
                    "more_body": not last})


class TruncatedResponse(Exception):
    """The response ends here, unfinished. Raised to the server, which drops the connection.

    Without a last chunk, and short of any Content-Length, the client notices (RFC 9112, 8).
    """


class ResponseWriter:
    """Takes the ASGI messages of one response: holds it back while it is small, then streams it.

    common, salt: see common_headers, entity_tag. route: what the metrics count it as.
    streaming: whether the client has got the beginning.
    """

    def __init__(self, request: RequestContext, send: Send, common: Headers, salt: str) -> None:
        self._request, self._send, self._common, self._salt = request, send, common, salt
        self.status, self._headers = 0, Headers()
        self._held: bytes | bytearray = bytearray()
        self._silent = self.streaming = False
        self.route = ""

    def reply(self, status: int, headers: Headers, body: bytes) -> None:
        """Write a complete response at once, in place of anything that was held back."""
        self.status, self._headers, self._held = status, headers, body

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Take one message of the ASGI application (ASGI 3, HTTP, response)."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [(name.lower(), value) for name, value in message["headers"]]
            return
        self._held += message.get("body", b"")
        more = message.get("more_body", False)
        if not self.streaming and more and len(self._held) > HOLD_BACK:
            await self._begin()
        if self.streaming:
            part, self._held = bytes(self._held), bytearray()
            if not self._silent:
                await send_body(part, self._send, more=more)

    async def _begin(self) -> None:
        """Send the head of a response whose body follows in parts."""
        self.streaming = True
        response = self._response(b"")
        length = [pair for pair in self._headers if pair[0] == b"content-length"]
        if response.unchanged(self._request):
            self.status, length = 304, []
        await self._send({"type": "http.response.start", "status": self.status,
                          "headers": response.headers + length})
        self._silent = self.status == 304 or self._request.method == "HEAD"
        if self._silent:
            await self._send({"type": "http.response.body", "body": b""})

    def finish(self) -> PreparedResponse | None:
        """The complete response, which is still to be sent; None where it was streamed."""
        return None if self.streaming else self._response(bytes(self._held))

    def _response(self, body: bytes) -> PreparedResponse:
        headers = [pair for pair in self._headers if pair[0] != b"content-length"]
        return PreparedResponse(self._request, self._common, self._salt, self.status, headers,
                                body, self.route)


def common_headers(release: str) -> Headers:
    """The headers of every response."""
    return [
        (b"x-release", release.encode()),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", b"Content-Range, ETag, Link, X-Notice, X-Release"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


def preflight(methods: str) -> Headers:
    """The headers of an answer to OPTIONS: which requests scripts of other sites may make."""
    return [
        (b"allow", methods.encode()),
        (b"access-control-allow-methods", methods.encode()),
        (b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match, If-Range,"
                                          b" Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Range"),
        (b"access-control-max-age", b"86400"),
    ]


def entity_tag(request: RequestContext, content_type: bytes, salt: str) -> bytes:
    """The entity tag of an answer: a weak one, for compression changes the bytes.

    salt: what identifies the release and the software.
    """
    said = (salt.encode(), request.scheme.encode(), request.host, request.prefix, request.path,
            request.query, content_type)
    digest = hashlib.blake2b(b"\0".join(said), digest_size=16).hexdigest()
    return b'W/"%s"' % digest.encode()


class ResponseCache:
    """The responses of one release that were used last, up to _ROOM bytes of all of them."""

    def __init__(self) -> None:
        self._bytes = 0
        self._responses: OrderedDict[Any, PreparedResponse] = OrderedDict()

    def get(self, key: Any) -> PreparedResponse | None:
        """The response to a request, if it is still there."""
        response = self._responses.get(key)
        if response is not None:
            self._responses.move_to_end(key)
        return response

    def put(self, key: Any, response: PreparedResponse) -> None:
        """Keep a response in the place of those that were not used for longest."""
        if len(response.body) > MOST_KEPT or key in self._responses:
            return
        self._responses[key] = response
        self._bytes += response.size
        while self._bytes > _ROOM:
            self._bytes -= self._responses.popitem(last=False)[1].size
