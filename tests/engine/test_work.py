"""What a request costs the process that serves it: work, counted; seconds would be noise."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from math import inf
from pathlib import Path
from types import FrameType

import pytest
import uvloop

from graphsvc.web import server
from graphsvc.web.asgi import Receive, Scope, Send
from graphsvc.web.data_server import DataApp, DataServing
from tests.engine.wire import get

pytestmark = pytest.mark.alone

ASKED = 200
ATTEMPTS = 3
"""On a busy machine more calls are made, for queries that wait for a processor."""


class Counted(DataApp):
    """Counts the requests that reach the application."""

    requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += scope["type"] == "http"
        await super().__call__(scope, receive, send)


def talk(port: int, queries: Iterable[str]) -> Iterator[bytes]:
    """The bodies of the answers, asked for one by one over one connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        for query in queries:
            sock.sendall(get(query, "Accept: text/csv"))
            yield sock.recv(1 << 16).split(b"\r\n\r\n")[1]


def work_of(people: Path, queries: list[str]) -> tuple[int, float, list[bytes]]:
    """Requests that reach the application; calls of Python functions for each query; the answers.

    The first query, whose head is new, is not counted.
    """
    listener = server.listen("127.0.0.1", 0)
    listener.listen()
    port = listener.getsockname()[1]
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: object) -> None:
        calls[event] += 1

    async def serve() -> tuple[int, float, list[bytes]]:
        serving = DataServing([people])
        await serving.engine.start()
        app = Counted(serving)
        served = asyncio.create_task(server.serve(app, listener, ""))
        try:
            await asyncio.to_thread(lambda: list(talk(port, ["ASK {}"])))
            sys.setprofile(note)
            bodies = await asyncio.to_thread(lambda: list(talk(port, queries)))
            sys.setprofile(None)
            return app.requests - 1, calls["call"] / len(queries), bodies
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await served

    return uvloop.run(serve())


@pytest.mark.parametrize("repeated, most", [(True, 10), (False, 80)], ids=["repeated", "new"])
def test_requests_whose_like_came_before_cost_few_calls_and_no_application(
    repeated: bool, most: int, people: Path
) -> None:
    numbers = [number % 2 if repeated else number for number in range(ASKED)]
    fewest = inf
    for _ in range(ATTEMPTS):
        requests, calls, bodies = work_of(people, [f"SELECT ({n} AS ?n) {{}}" for n in numbers])
        assert bodies == [b"n\r\n%d\r\n" % number for number in numbers]
        assert requests == 0
        fewest = min(fewest, calls)
    assert fewest <= most
