"""Frames between the service and its workers, over a socket.

A frame is a kind (one byte), the length of its payload, and the payload.
"""

from __future__ import annotations

import asyncio
import select
import socket
import struct
from collections.abc import Callable
from functools import partial

FRAME = struct.Struct("!cI")
"""Kind and length of what follows."""

_SPACE = memoryview(bytearray(1 << 18))
"""What is read goes here first: to allocate so much each time costs as much as the reading."""
_READ_AHEAD = 1 << 20
"""Bytes that wait to be taken before no more are read."""


class Channel:
    """The service's end of a worker's socket. Use from one event loop."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._unsent = bytearray()
        self._told: Callable[[], None] | None = None
        self._reads = False
        self.ended = False
        """Whether the worker has gone; frames may be left."""
        self._listen(True)

    def send(self, kind: bytes, payload: bytes) -> None:
        """Send a frame. Raises ConnectionError where the worker has gone."""
        frame = FRAME.pack(kind, len(payload)) + payload
        try:
            sent = self._sock.send(frame)
        except BlockingIOError:
            sent = 0
        if sent < len(frame):
            self._unsent += frame[sent:]
            self._loop.add_writer(self._sock, self._writable)

    def tell(self, function: Callable[[], None]) -> None:
        """Call a function, once, when more has come or the worker has gone."""
        self._told = function
        if not self.ended:
            self._listen(True)

    async def receive(self) -> tuple[bytes, bytes] | None:
        """Kind and payload of the next frame; None where the worker has gone."""
        while True:
            frame = self.come()
            if frame is not None or self.ended:
                return frame
            news = self._loop.create_future()
            self.tell(partial(_settle, news))
            await news

    def come(self) -> tuple[bytes, bytes] | None:
        """The next frame, if it has come whole."""
        buffer = self._buffer
        if len(buffer) < FRAME.size:
            return None
        kind, length = FRAME.unpack_from(buffer)
        end = FRAME.size + length
        if len(buffer) < end:
            return None
        payload = bytes(memoryview(buffer)[FRAME.size:end])
        del buffer[:end]
        return kind, payload

    def has_news(self) -> bool:
        """Whether something has come that was not taken yet."""
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(self._buffer or poll.poll(0))

    def close(self) -> None:
        """Let go of the socket."""
        self._listen(False)
        if self._unsent:
            self._loop.remove_writer(self._sock)
        self._sock.close()

    def _readable(self) -> None:
        try:
            received = self._sock.recv_into(_SPACE)
        except BlockingIOError:
            return
        except ConnectionError:
            received = 0
        self._buffer += _SPACE[:received]
        self.ended = not received
        if self.ended or len(self._buffer) > _READ_AHEAD:
            self._listen(False)
        told, self._told = self._told, None
        if told:
            told()

    def _writable(self) -> None:
        try:
            del self._unsent[:self._sock.send(self._unsent)]
        except BlockingIOError:
            return
        except ConnectionError:  # which is read as well
            self._unsent.clear()
        if not self._unsent:
            self._loop.remove_writer(self._sock)

    def _listen(self, wanted: bool) -> None:
        """Read when there is something, or not."""
        if wanted and not self._reads:
            self._loop.add_reader(self._sock, self._readable)
        elif self._reads and not wanted:
            self._loop.remove_reader(self._sock)
        self._reads = wanted


def _settle(news: asyncio.Future[None]) -> None:
    if not news.done():
        news.set_result(None)
