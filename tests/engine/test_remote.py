"""The remote engine: the same answers from another service, and its failures told in ours."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from graphsvc.engine.base import (
    Engine,
    LimitExceeded,
    Limits,
    Overloaded,
    QueryRefused,
    QuerySyntaxError,
    QueryTooLong,
    Request,
    UpstreamError,
    read,
)
from graphsvc.engine.remote import AT_ONCE, RemoteEngine
from graphsvc.errors import GraphsvcError
from graphsvc.release import Release
from tests.engine.answers import Answers, answers
from tests.engine.processes import wait_until
from tests.serving import free_port, running

JSON = "application/sparql-results+json"


@pytest.fixture(scope="module")
def oxigraph(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of an Oxigraph server that holds the release, as docs/scaling.md has it."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists() and shutil.which("oxigraph") is None:
        pytest.skip("the oxigraph server (PyPI: oxigraph) is not installed")
    command = str(program) if program.exists() else "oxigraph"
    folder = tmp_path_factory.mktemp("oxigraph")
    dump = folder / "all.nq"
    dump.write_bytes(gzip.decompress((release.path / "dumps" / "all.nq.gz").read_bytes()))
    subprocess.run([command, "load", "--location", folder / "store", "--file", dump],
                   check=True, capture_output=True)
    address = f"127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [command, "serve-read-only", "--location", folder / "store", "--bind", address,
         "--union-default-graph"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: _listens(address))
    yield f"http://{address}/query"
    server.kill()
    server.wait()


def _listens(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port))).close()
        return True
    except ConnectionRefusedError:
        return False


@pytest.mark.slow
def test_every_question_has_the_same_answers_on_another_engine(
    release: Release, embedded: Answers, oxigraph: str
) -> None:
    remote = answers(release, oxigraph)
    assert {name: remote[name] for name in embedded if embedded[name] != remote[name]} == {}


@pytest.mark.slow
def test_the_service_in_front_of_another_one(release: Release, oxigraph: str) -> None:
    folder = release.path.parent
    with running("--releases", folder, "--engine", oxigraph, "--time-limit", 3,
                 "--result-limit", 16) as address:
        def ask(query: str, accept: str = "text/csv", **more: str) -> httpx.Response:
            return httpx.get(f"{address}/sparql", params={"query": query, **more},
                             headers={"Accept": accept}, timeout=20)

        count = ask("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c }")
        assert (count.status_code, count.headers["x-release"]) == (200, release.id)
        assert int(count.text.splitlines()[1]) > 1000
        relative = ask("SELECT (<#a> AS ?a) (<b> AS ?b) {}")
        assert relative.text == f"a,b\r\n{address}/sparql#a,{address}/b\r\n"
        for media_type in ("text/turtle", "application/n-triples", "application/rdf+xml",
                           "application/ld+json", "application/trig", "application/n-quads"):
            answer = ask("CONSTRUCT { <urn:a> <urn:b> ?n } { BIND(1 AS ?n) }", media_type)
            assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
                200, media_type)
        one = next(iter(ask("SELECT ?g { GRAPH ?g {} } LIMIT 1").text.splitlines()[1:]))
        graphs = ask("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
                     **{"named-graph-uri": one})
        assert graphs.text == "n\r\n1\r\n"
        mistake = ask("SELECT * { ?s ?p }")
        assert (mistake.status_code, mistake.json()["type"]) == (
            400, "/problems#query-syntax")
        assert "expected" in mistake.json()["detail"]
        assert ask("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }").status_code == 403
        slow = ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        assert (slow.status_code, slow.json()["limit"]) == (503, "time")
        with pytest.raises(httpx.RemoteProtocolError):
            ask("SELECT * { ?s ?p ?o . ?a ?b ?c }")
        assert httpx.get(f"{address}/health").json()["status"] == "ready"


class Upstream:
    """Another service, whose answer to each connection the test decides."""

    def __init__(self, listener: socket.socket, answer: Callable[[socket.socket], None]) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        self.hung_up = threading.Event()
        self.forms: list[dict[str, list[str]]] = []
        self._listener, self._answer = listener, answer

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            head, _, body = connection.recv(1 << 16).partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split()[0])
            while len(body) < length:
                body += connection.recv(1 << 16)
            self.forms.append(parse_qs(body.decode()))
            self._answer(connection)
            connection.settimeout(20)
            while True:
                try:
                    if not connection.recv(1):
                        break
                except ConnectionResetError:
                    break
            self.hung_up.set()


@contextmanager
def upstream(answer: bytes | Callable[[socket.socket], None]) -> Iterator[Upstream]:
    """A service that answers so, and then waits for the other side to hang up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say = answer if callable(answer) else lambda connection: connection.sendall(answer)
        service = Upstream(listener, say)
        threading.Thread(target=service.serve, daemon=True).start()
        yield service


def response(status: int, content_type: str, body: str, more: str = "") -> bytes:
    return (f"HTTP/1.1 {status} Reason\r\nContent-Type: {content_type}\r\n{more}"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}").encode()


def ask(url: str, query: str = "ASK {}", limits: Limits | None = None) -> bytes:
    """The answer of a remote engine. Raises what it raises."""
    async def whole() -> bytes:
        engine: Engine = RemoteEngine(url, "r", limits)
        try:
            return await read(engine, Request(query, JSON))
        finally:
            await engine.close()

    return asyncio.run(whole())


@pytest.mark.parametrize(("status", "content_type", "body", "told", "reason"), [
    (500, "text/plain", "Virtuoso 22023 Error\nSR353: too many rows", 502,
     "The SPARQL service answered 500: Virtuoso 22023 Error SR353: too many rows."),
    (500, "text/html", "<html><h1>Oops</h1></html>", 502, "The SPARQL service answered 500."),
    (401, "text/plain", "Who are you?", 502, "The SPARQL service answered 401: Who are you?"),
    (301, "text/plain", "", 502, "The SPARQL service answered 301."),
    (429, "text/plain", "Slow down", 503, "The SPARQL service answered 429: Slow down."),
    (503, "application/problem+json", '{"title": "Busy", "detail": "Too many at once."}', 503,
     "The SPARQL service answered 503: Too many at once."),
    (503, "application/json", "[1, 2", 503, "The SPARQL service answered 503."),
    (504, "text/plain", "", 504, "The SPARQL service answered 504."),
    (200, "text/html", "<html>", 502,
     f"The SPARQL service gave text/html where {JSON} was asked."),
])
def test_errors_of_the_other_service_are_told_with_their_reason(
    status: int, content_type: str, body: str, told: int, reason: str
) -> None:
    with (upstream(response(status, content_type, body)) as service,
          pytest.raises(UpstreamError) as raised):
        ask(service.url)
    assert (raised.value.status, raised.value.message) == (told, reason)


def test_a_mistake_in_the_query_is_the_askers_and_told_in_the_other_services_words() -> None:
    with (upstream(response(400, "text/plain", "line 1: expected {\n")) as service,
          pytest.raises(QuerySyntaxError) as raised):
        ask(service.url)
    assert raised.value.message == "line 1: expected {."


def test_a_service_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UpstreamError) as raised:
        ask(f"http://127.0.0.1:{free_port()}/sparql")
    assert (raised.value.status, raised.value.message) == (
        503, "The SPARQL service cannot be reached.")


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://example.org/", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(GraphsvcError, match="not the address of a SPARQL service"):
        RemoteEngine(url, "r")


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"he"
    % JSON.encode(),
    b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\n{}" % JSON.encode(),
    b"", b"nonsense\r\n\r\n",
])
def test_an_answer_that_breaks_off_is_an_error_and_no_answer(answer: bytes) -> None:
    def say_and_go(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    with upstream(say_and_go) as service, pytest.raises(UpstreamError) as raised:
        ask(service.url)
    assert (raised.value.status, raised.value.message) == (
        502, "The SPARQL service broke its answer off.")


def test_a_slow_service_is_given_up_and_its_connection_closed() -> None:
    with upstream(lambda connection: None) as service:
        with pytest.raises(LimitExceeded) as raised:
            ask(service.url, limits=Limits(seconds=0.3))
        assert raised.value.limit.value == "time"
        assert service.hung_up.wait(5)


def test_a_large_answer_is_given_up_and_its_connection_closed() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n" % JSON.encode())
        try:
            while True:
                connection.sendall(b"x" * 1000)
        except OSError:
            service.hung_up.set()

    with upstream(drip) as service:
        with pytest.raises(LimitExceeded) as raised:
            ask(service.url, limits=Limits(result_bytes=100_000))
        assert raised.value.limit.value == "size"
        assert service.hung_up.wait(5)


def test_an_asker_who_goes_takes_the_connection_along() -> None:
    async def ask_and_go(url: str) -> None:
        engine = RemoteEngine(url, "r")
        task = asyncio.create_task(engine.query(Request("ASK {}", JSON)))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(service.hung_up.wait, 5)
        await engine.close()

    with upstream(lambda connection: None) as service:
        asyncio.run(ask_and_go(service.url))


def test_what_the_other_service_must_not_see_is_refused_before() -> None:
    with upstream(b"") as service:
        for query in ("SELECT * { SERVICE <urn:x> { ?s ?p ?o } }", "INSERT DATA { <a> <b> 1 }"):
            with pytest.raises(QueryRefused):
                ask(service.url, query)
        with pytest.raises(QueryTooLong):
            ask(service.url, "ASK {}" + " " * 100, Limits(query_chars=100))
        assert service.forms == []


@pytest.mark.slow
def test_queries_wait_for_each_other_and_too_many_are_turned_away() -> None:
    async def crowd(url: str) -> list[str]:
        engine = RemoteEngine(url, "r", Limits(seconds=1, waiting=3))
        results = await asyncio.gather(
            *(read(engine, Request("ASK {}", JSON)) for _ in range(AT_ONCE + 8)),
            return_exceptions=True)
        await engine.close()
        return [type(result).__name__ for result in results]

    with upstream(lambda connection: time.sleep(0.1)) as service:
        kinds = asyncio.run(crowd(service.url))
    assert set(kinds) == {LimitExceeded.__name__, Overloaded.__name__}
    assert kinds.count(Overloaded.__name__) >= 5
