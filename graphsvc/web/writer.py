"""Writing a response: held back while it is small, streamed once it is not, cut where it fails."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

from graphsvc.web.answers import Answer, holds, send_body
from graphsvc.web.request import ClientDisconnected, Headers, Receive, RequestContext, Send

HOLD_BACK = 1 << 18
"""Bytes of a response that are awaited before its status is sent; what fails by then can say so."""
UNWATCHED_SECONDS = 0.02
"""How long work goes on before anybody looks whether the client is still there."""


class TruncatedResponse(Exception):
    """The response ends here, unfinished. Raised to the server, which drops the connection.

    Without a last chunk, and short of any Content-Length, the client notices (RFC 9112, 8).
    """


class ResponseWriter:
    """Takes the ASGI messages of one response.

    release, salt: see Answer.prepare; keep: bytes that are kept for the cache, at most.
    streaming: whether the client has got the beginning already.
    """

    def __init__(
        self, request: RequestContext, send: Send, release: str, salt: str, keep: int
    ) -> None:
        self._request, self._send = request, send
        self._release, self._salt, self._keep = release, salt, keep
        self.status, self._headers = 0, list[tuple[bytes, bytes]]()
        self._parts: list[bytes] = []
        self._size = 0
        self._silent = False
        self.streaming = False
        self.route = ""

    def reply(self, status: int, headers: Headers, body: bytes) -> None:
        """Write a complete response at once."""
        self.status, self._headers, self._parts = status, headers, [body]

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Take one message of the ASGI application (ASGI 3, HTTP, response)."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [(name.lower(), value) for name, value in message["headers"]]
        else:
            await self._write(message.get("body", b""), message.get("more_body", False))

    async def _write(self, part: bytes, more: bool) -> None:
        self._size += len(part)
        if self._size <= self._keep:
            self._parts.append(part)
        else:
            held, self._parts = self._parts, []
            if not self.streaming:
                part = b"".join((*held, part))
        if not self.streaming and self._size > (HOLD_BACK if more else self._keep):
            part = b"".join(self._parts) or part
            await self._begin()
        if self.streaming and not self._silent:
            if part:
                await send_body(part, self._send, more=True)
            if not more:
                await self._send({"type": "http.response.body", "body": b""})

    async def _begin(self) -> None:
        """Send the head of a response whose body follows in parts."""
        answer = self._prepared(b"")
        self.streaming = True
        condition = self._request.if_none_match
        if answer.tag and condition is not None and holds(condition, answer.tag):
            self._silent = True
            self.status = 304
        length = [pair for pair in self._headers if pair[0] == b"content-length"]
        headers = answer.headers + (length if self.status != 304 else [])
        await self._send({"type": "http.response.start", "status": self.status,
                          "headers": headers})
        self._silent = self._silent or self._request.method == "HEAD"
        if self._silent:
            await self._send({"type": "http.response.body", "body": b""})

    def complete(self) -> Answer | None:
        """The complete response; None where it was too large to be kept."""
        if self.streaming and (self._size > self._keep or not self._parts):
            return None
        return self._prepared(b"".join(self._parts))

    def _prepared(self, body: bytes) -> Answer:
        headers = [pair for pair in self._headers if pair[0] != b"content-length"]
        answer = Answer(self.status, headers, body)
        answer.route = self.route
        answer.prepare(self._request, self._release, self._salt)
        return answer


class HangUp:
    """Cancels the work in the context when the client hangs up, and raises ClientDisconnected.

    The body of the request must have been read to its end.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._watch: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "a server runs each request in a task"
        self._task = task
        self._timer = asyncio.get_running_loop().call_later(UNWATCHED_SECONDS, self._begin)

    def _begin(self) -> None:
        self._watch = asyncio.ensure_future(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._watch:
            self._watch.cancel()
        if self._gone and kind is asyncio.CancelledError:
            self._task.uncancel()
            raise ClientDisconnected
