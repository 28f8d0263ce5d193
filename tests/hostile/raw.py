"""A connection on which a test decides about every byte, and how slowly it reads."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class Answer:
    """A response as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header; empty where it is missing, joined where it came twice."""
        return ", ".join(value for given, value in self.headers if given == name.lower())

    @property
    def media_type(self) -> str:
        """The media type without its parameters."""
        return self.header("content-type").partition(";")[0].strip()


class Ended(Exception):
    """The other side has closed the connection before a complete response."""


class Wire:
    """One connection to the service.

    source: the address it comes from; receive_buffer: bytes that the kernel takes for a client
    that does not read; patience: seconds until a read that brings nothing raises TimeoutError.
    """

    def __init__(self, address: str, *, source: str = "", receive_buffer: int = 0,
                 patience: float = 20.0) -> None:
        place = urlsplit(address)
        self.host = place.netloc
        self._socket = socket.socket()
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(patience)
        if source:
            self._socket.bind((source, 0))
        self._socket.connect((place.hostname, place.port or 80))
        self._file: BinaryIO = self._socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: type[BaseException] | TracebackType | BaseException | None) -> None:
        self.close()

    @property
    def local_port(self) -> int:
        """The port on this side."""
        return int(self._socket.getsockname()[1])

    def send(self, *parts: bytes) -> None:
        """Send all parts, each on its own. Raises OSError where the other side has closed."""
        for part in parts:
            self._socket.sendall(part)

    def ask(self, method: str, path: str, *headers: str, body: bytes = b"") -> None:
        """Send a request with a correct head."""
        self.send(head(method, path, f"Host: {self.host}", *headers,
                       *([f"Content-Length: {len(body)}"] if body else [])) + body)

    def answer(self, method: str = "GET") -> Answer:
        """The next response; interim ones (1xx) are skipped. Raises Ended, TimeoutError."""
        while True:
            line = self._line()
            status = int(line.split()[1])
            headers = []
            while line := self._line():
                name, _, value = line.partition(":")
                headers.append((name.strip().lower(), value.strip()))
            if status >= 200 or status == 101:
                break
        return Answer(status, tuple(headers), self._body(method, status, dict(headers)))

    def answers(self) -> list[Answer]:
        """All responses until the other side closes."""
        found: list[Answer] = []
        try:
            while True:
                found.append(self.answer())
        except (Ended, ConnectionError):
            return found

    def first_byte(self) -> bytes:
        """Wait until something comes, and leave it there."""
        return self._socket.recv(1, socket.MSG_PEEK)

    def closed(self) -> bool:
        """Whether the other side has closed; what still comes is thrown away. Raises TimeoutError.
        """
        try:
            while self._file.read(1 << 16):
                pass
        except ConnectionError:
            pass
        return True

    def finish_sending(self) -> None:
        """Close this side's half only."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()

    def _line(self) -> str:
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise Ended(line)
        return line.decode("latin-1").rstrip("\r\n")

    def _read(self, length: int) -> bytes:
        data = self._file.read(length)
        if len(data) < length:
            raise Ended(f"{len(data)} of {length} bytes")
        return data

    def _body(self, method: str, status: int, headers: dict[str, str]) -> bytes:
        if method == "HEAD" or status in (204, 304) or status < 200:
            return b""
        if headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(self._line().partition(";")[0], 16):
                parts.append(self._read(size))
                self._line()
            while self._line():
                pass
            return b"".join(parts)
        if "content-length" in headers:
            return self._read(int(headers["content-length"]))
        return self._file.read()


def head(method: str, path: str, *headers: str) -> bytes:
    """The head of a request with exactly these headers."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", *headers, "", ""]).encode("latin-1")


def sparql(query: str, **parameters: str) -> str:
    """The path that asks a query."""
    given = {"query": query, **parameters}
    return "/sparql?" + "&".join(f"{name}={quote(value)}" for name, value in given.items())


def once(address: str, method: str, path: str, *headers: str, body: bytes = b"",
         source: str = "") -> Answer:
    """One request on a connection of its own."""
    with Wire(address, source=source) as wire:
        wire.ask(method, path, *headers, body=body)
        return wire.answer(method)
