"""A small server that speaks OpenAI's protocol of chat completions, and misbehaves when asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = Callable[["Handler"], None]


class Model(ThreadingHTTPServer):
    """The server. reply: what it does with a request; asked: the bodies and headers of requests."""

    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply, self.stopped = reply, Event()
        self.asked: list[tuple[dict[str, Any], dict[str, str]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """A request to the server."""

    server: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/chat/completions"
        self.server.asked.append((body, dict(self.headers)))
        with suppress(ConnectionError):
            self.server.reply(self)

    def send(self, content: bytes, status: int = 200, length: int | None = None) -> None:
        """Send an answer. length: of the body as the header has it, its own if not given."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def saying(content: object, finish: str = "stop", **message: object) -> Reply:
    """Answer with a message, as the protocol has it."""
    text = content if isinstance(content, str) else json.dumps(content)
    answer = {"id": "1", "object": "chat.completion", "choices": [{
        "index": 0, "finish_reason": finish,
        "message": {"role": "assistant", "content": text, **message}}]}
    return lambda handler: handler.send(json.dumps(answer).encode())


def sending(content: bytes, status: int = 200, length: int | None = None) -> Reply:
    """Answer with such bytes."""
    return lambda handler: handler.send(content, status, length)


def silent(handler: Handler) -> None:
    """Do not answer before the server stops."""
    handler.server.stopped.wait()


def endless(handler: Handler) -> None:
    """Send blanks as long as they are taken."""
    handler.send(b" ", length=10**12)
    while not handler.server.stopped.is_set():
        handler.wfile.write(b" " * 65536)


def dripping(handler: Handler) -> None:
    """Send a blank now and then, without an end."""
    handler.send(b" ", length=10**12)
    while not handler.server.stopped.wait(0.02):
        handler.wfile.write(b" ")


@contextmanager
def model(reply: Reply) -> Iterator[Model]:
    """A server that answers so."""
    server = Model(reply)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
