"""Who may use the desk: somebody on this machine who has its address, from its own pages."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_HEADERS = {
    "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self';"
                               " img-src 'self'; font-src 'self'; form-action 'self';"
                               " frame-ancestors 'none'; base-uri 'none'"}
_MOST_BYTES = 1 << 20
Serve = Callable[[Request], Awaitable[Response]]


class Guard:
    """Refuses requests that are not from the desk's own pages.

    The token in the address is what other pages and other people do not know. A name that leads
    here by DNS, and forms on other pages, are refused even if they knew it.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(Request(scope))
        if refused:
            await refused(scope, receive, send)
            return

        async def with_headers(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                assert isinstance(headers, list)
                headers += [(name.lower().encode(), text.encode())
                            for name, text in _HEADERS.items()]
            await send(message)

        await self._app(scope, receive, with_headers)  # type: ignore[arg-type]

    def _refused(self, request: Request) -> Response | None:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        token = request.url.path.split("/")[1] if "/" in request.url.path else ""
        if host not in self._hosts:
            return PlainTextResponse("The desk is at 127.0.0.1 only.\n", 403, _HEADERS)
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return PlainTextResponse("Open the full address that the command printed.\n", 404,
                                     _HEADERS)
        site = request.headers.get("sec-fetch-site", "same-origin")
        if request.method not in ("GET", "HEAD") and (
                origin not in (None, f"http://{host}") or site not in ("same-origin", "none")):
            return PlainTextResponse("Decisions are made on the desk's own pages.\n", 403,
                                     _HEADERS)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _MOST_BYTES:
            return PlainTextResponse("That is too much for one form.\n", 413, _HEADERS)
        return None
