"""One client's connection: what came before, request or head, is not read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from graphsvc.web.asgi import BEGUN, REQUEST_BYTES, WHOLE
from graphsvc.web.cache import CachedAnswer
from graphsvc.web.problems import MEDIA_TYPE, HttpError, Problem

MAX_HEAD_BYTES = 64 << 10
"""Longest head of a request: its first line with the address, and its headers."""

_PIECE = 16 << 10
"""Bytes that are read at once; what came before a head in its first piece counts with it."""

_PHRASES = {400: b"Bad Request", 414: b"URI Too Long", 431: b"Request Header Fields Too Large"}


class Cancellable(Protocol):
    """An answer that was begun."""

    def cancel(self) -> None:
        """Let go of it; nobody waits any longer."""


Repeated = Callable[[bytes], CachedAnswer | None]
"""The whole answer (200) to a request, given all its bytes, where it is known."""

Begin = Callable[[bytes, Callable[[CachedAnswer | Cancellable], None]], Cancellable | None]
"""Begins to answer a request, given all its bytes, where it can be told without reading them that
it is a good one. What it is given is called later: with the whole answer (200), or with what the
application shall go on with when it finds it in the scope (BEGUN)."""


class Connection(HttpToolsProtocol):
    """Uvicorn's HTTP/1.1 connection, with short ways for what came before.

    A request that came alone and whole finds its bytes in the scope (REQUEST_BYTES). When the
    same bytes come again and the application knows their answer, it is sent at once; when the
    application knows the rest of such bytes, it begins to answer at once.
    """

    def __init__(self, *args: Any, repeated: Repeated, begin: Begin, **options: Any) -> None:
        super().__init__(*args, **options)
        self._repeated = repeated
        self._begin = begin
        self._begun: Cancellable | None = None
        self._early = b""  # what came while an answer was under way that was so begun
        self._closing = False
        self._amid = False  # a request has begun and not ended
        self._amid_head = False
        self._head_bytes = 0
        self._requests = 0
        self._used = False  # since the timer of idle connections was set
        self._refusal = HttpError(400, "The request cannot be read as HTTP/1.1.")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come; it may be idle from the beginning."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        """Answer at once, begin to, or read on."""
        if self._begun:
            self._early += data
            if len(self._early) > MAX_HEAD_BYTES:
                self.flow.pause_reading()
            return
        between = not self._amid and (self.cycle is None or self.cycle.response_complete)
        if between and not self.flow.write_paused:  # a client that does not read is waited for
            answer = self._repeated(data)
            if answer is not None:
                self._used = True
                self._write(answer.head, answer.body)
                return
            if len(data) <= MAX_HEAD_BYTES:
                self._begun = self._begin(data, partial(self._reply, data))
                if self._begun:
                    return
        self._read(data, between)

    def _reply(self, request: bytes, outcome: CachedAnswer | Cancellable) -> None:
        """Answer a request that was begun, or have it read, to go on with what was begun."""
        self._begun = None
        self._used = True
        if isinstance(outcome, CachedAnswer):
            self._write(outcome.head, outcome.body, keep_alive=not self._closing)
        else:
            self._read(request, True)
            self.scope["extensions"][BEGUN] = {"answer": outcome}
            if self._closing:
                self.shutdown()
        early, self._early = self._early, b""
        if early and not self.transport.is_closing():
            self.flow.resume_reading()
            self.data_received(early)

    def _read(self, data: bytes, between: bool) -> None:
        before = self._requests
        for start in range(0, len(data), _PIECE):
            self._read_piece(data[start:start + _PIECE])
            if self.transport.is_closing():
                return
        if between and not self._amid and self._requests == before + 1 and self.cycle.keep_alive:
            self.scope["extensions"][REQUEST_BYTES] = {"bytes": data}

    def _read_piece(self, piece: bytes) -> None:
        """Read on, and count the bytes of a head that has not ended."""
        before = self._requests
        super().data_received(piece)
        earlier = self._head_bytes if self._requests == before else 0
        self._head_bytes = earlier + len(piece) if self._amid_head else 0
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse_head()

    async def _send(self, cycle: RequestResponseCycle, message: Any) -> None:
        """ASGI's send, to which whole answers are added."""
        if message["type"] != WHOLE:
            await RequestResponseCycle.send(cycle, message)
            return
        if self.flow.write_paused and not cycle.disconnected:
            await self.flow.drain()
        if cycle.disconnected:
            return
        cycle.response_started = cycle.response_complete = True
        self._write(message["head"], message["body"], cycle.keep_alive)
        cycle.message_event.set()
        cycle.on_response()

    def _write(self, head: bytes, body: bytes, keep_alive: bool = True) -> None:
        (name, date), = self.server_state.default_headers
        close = b"" if keep_alive else b"connection: close\r\n"
        self.transport.write(b"HTTP/1.1 200 OK\r\n%b: %b\r\n%b%b%b" % (
            name, date, close, head, body))
        if not keep_alive:
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._amid = self._amid_head = True
        self._requests += 1
        super().on_message_begin()
        self.scope["extensions"] = {}

    def on_headers_complete(self) -> None:
        """Its head is read. Raises HttpError where the address is too long."""
        self._amid_head = False
        if len(self.url) > MAX_HEAD_BYTES:
            self._refusal = _too_long()
            raise self._refusal
        super().on_headers_complete()
        if self.scope["method"] != "HEAD":
            self.scope["extensions"][WHOLE] = {}
            self.cycle.send = partial(self._send, self.cycle)  # type: ignore[method-assign]

    def on_message_complete(self) -> None:
        """It has ended."""
        self._amid = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is sent; the timer of idle connections goes on, where there is one."""
        if self.pipeline or self.timeout_keep_alive_task is None:
            super().on_response_complete()
        else:
            self.server_state.total_requests += 1
            self._used = True
            if not self.transport.is_closing():
                self.flow.resume_reading()

    def _unset_keepalive_if_required(self) -> None:
        """Let the timer go on, which is cheaper than a new one for each request."""
        self._used = True

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless it is in use or was so since the timer was set."""
        self.timeout_keep_alive_task = None
        busy = self._begun or not (self.cycle is None or self.cycle.response_complete)
        if self._used or self._amid or busy:
            self._used = False
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, or the connection was closed."""
        if self._begun:
            self._begun.cancel()
            self._begun = None
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close the connection, after the answer that is under way."""
        if self._begun:
            self._closing = True
        else:
            super().shutdown()

    def _refuse_head(self) -> None:
        self._refusal = _too_long() if 2 * len(self.url) > MAX_HEAD_BYTES else HttpError(
            431, f"Address and headers are longer than {MAX_HEAD_BYTES} bytes.", location="headers")
        self.send_400_response("")

    def send_400_response(self, msg: str) -> None:
        """Tell why the request is refused, as a problem document, and close."""
        problem = Problem(self._refusal)
        head = [b"HTTP/1.1 %d %s" % (problem.status, _PHRASES[problem.status]),
                b"content-type: " + MEDIA_TYPE.encode(),
                b"content-length: %d" % len(problem.body), b"access-control-allow-origin: *",
                b"connection: close"]
        self.transport.write(b"\r\n".join([*head, b"", problem.body]))
        self.transport.close()


def _too_long() -> HttpError:
    return HttpError(
        414, f"The address takes more than its part of {MAX_HEAD_BYTES} bytes.", location="address",
        hint="Send the query by POST.")
