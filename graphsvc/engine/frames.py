"""Frames between the service and its workers, over a socket.

A frame is its type (one byte), the length of its payload, and the payload.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

HELLO, QUERY, NOTICE, DATA, END, ERROR = b"H", b"Q", b"N", b"D", b"E", b"X"
"""A worker says HELLO with its process id; a QUERY is answered with a NOTICE of unknown functions,
if there are some, with DATA, and with END (and the last part) or ERROR."""

_HEAD = struct.Struct("!cI")


def frame(type_: bytes, payload: bytes | bytearray) -> bytes:
    """The bytes of a frame."""
    return _HEAD.pack(type_, len(payload)) + payload


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The types and payloads of the frames that are complete with these bytes."""
        if not self._buffer and len(data) >= _HEAD.size:  # most often just one frame
            type_, length = _HEAD.unpack_from(data)
            if len(data) == _HEAD.size + length:
                yield type_, data[_HEAD.size :]
                return
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= _HEAD.size:
            type_, length = _HEAD.unpack_from(self._buffer, start)
            end = start + _HEAD.size + length
            if len(self._buffer) < end:
                break
            payload = bytes(memoryview(self._buffer)[start + _HEAD.size : end])
            start = end
            yield type_, payload
        del self._buffer[:start]
