"""What answers to browsers carry: a policy that keeps pages to this service, and compression."""

from __future__ import annotations

import gzip
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from graphsvc.web.asgi import Headers, Scope, Send, header

CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
       "frame-ancestors 'none'")
"""The Content-Security-Policy of every page: nothing from elsewhere, nothing inline."""

_PAGE = b"text/html"
_COMPRESSED = (_PAGE, b"text/css", b"text/javascript", b"image/svg+xml")
_FEWEST_BYTES = 1_000
_OF_PAGES: Headers = [
    (b"content-security-policy", CSP.encode()), (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin")]

Message = MutableMapping[str, Any]


def for_browsers(scope: Scope, send: Send) -> Send:
    """`send`, giving pages their policy, and compressing pages, styles and scripts where the
    client takes gzip (RFC 9110, section 12.5.3). All other answers pass as they are."""
    held: Message | None = None
    parts: list[bytes] = []

    async def dressed(message: Message) -> None:
        nonlocal held
        if message["type"] == "http.response.start":
            kind = _kind(message["headers"])
            if kind.startswith(_COMPRESSED):
                held = message
                if kind.startswith(_PAGE):
                    _add(message, _OF_PAGES)
                return
        elif held is not None:
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(parts)
            if len(body) >= _FEWEST_BYTES:
                body = _encode(scope, held, body)
            await send(held)
            message = {"type": "http.response.body", "body": body}
        await send(message)

    return dressed


def _kind(headers: Headers) -> bytes:
    return next((bytes(value) for name, value in headers if name.lower() == b"content-type"), b"")


def _add(message: Message, wanted: Headers) -> None:
    """Add headers that the message does not have."""
    given = {name.lower() for name, _ in message["headers"]}
    message["headers"] = [*message["headers"], *(h for h in wanted if h[0] not in given)]


def _encode(scope: Scope, start: Message, body: bytes) -> bytes:
    """The body as the client takes it, and the headers that tell so."""
    headers = [(name.lower(), bytes(value)) for name, value in start["headers"]]
    vary = b", ".join([value for name, value in headers if name == b"vary"] + [b"Accept-Encoding"])
    kept = [pair for pair in headers if pair[0] not in (b"vary", b"content-length", b"etag")]
    tags = [pair for pair in headers if pair[0] == b"etag"]
    if _takes_gzip(header(scope, b"accept-encoding") or ""):
        body = _compressed(body)
        kept.append((b"content-encoding", b"gzip"))
        # Other bytes, the same page: the tag is a weak one (RFC 9110, section 8.8.3.3).
        tags = [(name, value if value.startswith(b"W/") else b"W/" + value)
                for name, value in tags]
    start["headers"] = [
        *kept, *tags, (b"vary", vary), (b"content-length", b"%d" % len(body))]
    return body


def _takes_gzip(accepted: str) -> bool:
    for item in accepted.lower().split(","):
        name, _, parameter = item.strip().partition(";")
        if name.strip() in ("gzip", "*"):
            return parameter.replace(" ", "").rstrip("0.") != "q="
    return False


@lru_cache(maxsize=32)
def _compressed(body: bytes) -> bytes:
    """Level 6; compressed anew only for what has not been asked for of late."""
    return gzip.compress(body, 6, mtime=0)
