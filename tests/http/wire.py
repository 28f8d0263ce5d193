"""A connection on which a test decides about every byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

from tests.conformance.servers import DataServer


def get(query: str, *headers: str) -> bytes:
    lines = [f"GET /sparql?query={quote(query)} HTTP/1.1", "Host: here", *headers, "", ""]
    return "\r\n".join(lines).encode()


class Wire:
    """A connection on which a test decides about every byte."""

    def __init__(self, service: DataServer) -> None:
        self._sock = socket.create_connection(("127.0.0.1", service.port), timeout=20)
        self._file = self._sock.makefile("rb")

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._sock.sendall(part)

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers (without the date) of the next response."""
        status = int(self._file.readline().split()[1])
        headers: dict[str, str] = {}
        while (line := self._file.readline().strip()):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        headers.pop("date", None)
        return status, headers

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (without the date) and body of the next response."""
        status, headers = self.head()
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, b"".join(self._chunks())
        return status, headers, self._file.read(int(headers.get("content-length", 0)))

    def refusal(self, request: bytes) -> int:
        """The status of the answer to a request that may be refused before all of it is sent."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send(request)
        return self.answer()[0]

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._file.readline(), 16):
            yield self._file.read(size)
            self._file.readline()
        self._file.readline()

    def close(self) -> None:
        self._file.close()
        self._sock.close()

    def ended(self) -> bool:
        return self._file.read(1) == b""
