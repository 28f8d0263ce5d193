"""Connections: requests that come again are answered alike, and what is no HTTP is told so."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
import time
from contextlib import suppress

import httpx
import pytest

from graphsvc.web import server
from graphsvc.web.asgi import REQUEST_BYTES, Receive, Scope, Send, respond
from graphsvc.web.cache import CachedAnswer
from tests.conformance.servers import DataServer
from tests.engine.processes import memory
from tests.engine.wire import Wire, get

pytestmark = pytest.mark.alone

QUERY = "SELECT ?o { <urn:person:3> <urn:knows> ?o } ORDER BY ?o"
OTHER = "ASK { <urn:person:3> <urn:knows> <urn:person:4> }"


@pytest.fixture
def wire(patient: DataServer) -> Wire:
    return Wire(patient)


def test_a_request_that_comes_again_gets_the_same_answer(wire: Wire) -> None:
    answers = []
    for _ in range(4):
        wire.send(get(QUERY))
        answers.append(wire.answer())
    assert answers == [answers[0]] * 4
    assert len(json.loads(answers[0][2])["results"]["bindings"]) == 3


def test_requests_that_come_together_in_pieces_or_again_are_answered_in_order(
    wire: Wire
) -> None:
    first, second = get(QUERY), get(OTHER)
    for request in (first, second, first, second):  # from now on both are known
        wire.send(request)
        wire.answer()
    wire.send(first + second + first)
    wire.send(first[:30])
    wire.send(first[30:] + second[:50], second[50:], second)
    kinds = ["boolean" in json.loads(wire.answer()[2]) for _ in range(6)]
    assert kinds == [False, True, False, False, True, True]


def test_a_known_request_after_one_that_is_still_answered_waits_its_turn(wire: Wire) -> None:
    for _ in range(2):
        wire.send(get(OTHER))
        wire.answer()
    slow = "SELECT (COUNT(*) AS ?n) { ?a <urn:knows>/<urn:knows> ?b }"
    wire.send(get(slow))
    wire.send(get(OTHER))
    assert ["boolean" in json.loads(wire.answer()[2]) for _ in range(2)] == [False, True]


def test_a_connection_that_shall_close_does_each_time(patient: DataServer) -> None:
    for _ in range(3):
        wire = Wire(patient)
        wire.send(get(QUERY, "Connection: close"))
        assert wire.answer()[1]["connection"] == "close"
        assert wire.ended()


def test_a_condition_is_looked_at_each_time(wire: Wire) -> None:
    wire.send(get(QUERY))
    tag = wire.answer()[1]["etag"]
    for _ in range(3):
        wire.send(get(QUERY, f"If-None-Match: {tag}"))
        assert wire.answer()[0] == 304
        wire.send(get(QUERY, 'If-None-Match: "other"'))
        assert wire.answer()[0] == 200


@pytest.mark.parametrize("request_, status", [
    (b"HELLO\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    (b"GET /sparql HTTP/9.9\r\n\r\n", 400),
    (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: here\r\n\r\n", 400),
    (get("ASK {}" + " " * 70_000), 414),
    (get("ASK {}" + " " * 700_000), 414),
    (get("ASK {}", *(f"X-{n}: {'x' * 1000}" for n in range(300))), 431),
    (get("ASK {}", f"X: {'x' * 500_000}"), 431),
])
def test_what_cannot_be_read_is_told_as_a_problem(
    request_: bytes, status: int, patient: DataServer
) -> None:
    wire = Wire(patient)
    with suppress(BrokenPipeError, ConnectionResetError):  # it may be refused before all is sent
        wire.send(request_)
    told, headers, body = wire.answer()
    document = json.loads(body)
    assert (told, headers["content-type"], headers["connection"]) == (
        status, "application/problem+json", "close")
    assert (document["status"], document["detail"][-1]) == (status, ".")


def test_a_client_that_does_not_read_is_not_written_to(patient: DataServer) -> None:
    wire = Wire(patient)
    query = "SELECT * { ?s ?p ?o } LIMIT 20000"
    large = get(query)
    httpx.get(patient.url, params={"query": query}, headers={"Host": "here", "Accept": "*/*"})
    for _ in range(2):  # it is cached now, and has a length
        wire.send(large)
        length = len(wire.answer()[2])
    before = memory(patient.pid)
    requests = 50
    assert requests * length > 120 << 20

    def ask_one_by_one() -> None:
        for _ in range(requests):
            wire.send(large)
            time.sleep(0.03)  # each comes by itself

    sender = threading.Thread(target=ask_one_by_one, daemon=True)
    sender.start()
    time.sleep(2)
    assert memory(patient.pid) < before + (50 << 20)
    assert {len(wire.answer()[2]) for _ in range(requests)} == {length}
    sender.join()


def test_an_idle_connection_is_closed_but_not_while_it_is_used(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.5)
    listener = server.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    app = Greeting()

    def ask_and_wait() -> float:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
            for _ in range(6):
                sock.sendall(get(QUERY))
                received = sock.recv(4096)
                while not received.endswith(b"hello"):
                    received += sock.recv(4096)
                time.sleep(0.2)
            last = time.monotonic()
            assert sock.recv(1) == b""
            taken = time.monotonic() - last
        with socket.create_connection(("127.0.0.1", port), timeout=20) as silent:
            assert silent.recv(1) == b""
        return taken

    async def serve() -> float:
        served = asyncio.create_task(server.serve(app, listener, ""))
        while not app.started:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        try:
            return await asyncio.to_thread(ask_and_wait)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await served

    assert asyncio.run(serve()) < 1.5
    assert app.asked == 1


class Greeting:
    """Says hello, and knows every request that it was asked once."""

    def __init__(self) -> None:
        self.asked, self.started = 0, False
        self._known: dict[bytes, CachedAnswer] = {}

    def repeated(self, request: bytes) -> CachedAnswer | None:
        return self._known.get(request)

    def begin(self, request: bytes, reply: object) -> None:
        """Nothing: no head is known."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (kind := (await receive())["type"]) != "lifespan.shutdown":
                await send({"type": f"{kind}.complete"})
                self.started = True
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.asked += 1
        answer = CachedAnswer.of([(b"content-type", b"text/plain")], b"hello")
        self._known[scope["extensions"][REQUEST_BYTES]["bytes"]] = answer
        assert answer.headers == [(b"content-type", b"text/plain")]
        await respond(send, 200, answer.headers, answer.body)
