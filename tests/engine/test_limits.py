"""Queries that would run for hours or take all memory are stopped, and say why."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import quote

import httpx
import pytest

from tests.conformance.servers import DataServer
from tests.engine.conftest import PEOPLE, Start
from tests.engine.processes import memory, wait_until

pytestmark = pytest.mark.alone

PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
NEVER = "FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j))) < 0)"
ENDLESS = {
    "count of a cross product": f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}",
    "rows that match nothing": f"SELECT * {{ {PRODUCT} {NEVER} }}",
    "regular expressions": (
        f"ASK {{ {PRODUCT} FILTER(REGEX(CONCAT(STR(?a), STR(?j)), '(x+)+y$')) }}"),
    "paths with free ends": "SELECT (COUNT(*) AS ?n) { ?a (<urn:knows>|^<urn:knows>)* ?b }",
    "nothing exists": f"ASK {{ {PRODUCT} FILTER NOT EXISTS {{ ?a ?b ?c . ?j ?k ?l }} }}",
    "minus": f"SELECT (SUM(?n) AS ?s) {{ {PRODUCT} BIND(1 AS ?n) MINUS {{ ?x <urn:none> ?a }} }}",
    "construct": f"CONSTRUCT {{ ?a ?e <urn:x> }} {{ {PRODUCT} {NEVER} }}",
    "describe": f"DESCRIBE ?a {{ {PRODUCT} {NEVER} }}",
}
GREEDY = {
    "everything in order": f"SELECT * {{ {PRODUCT} }} ORDER BY ?l ?a",
    "everything in one text": (
        f"SELECT (STRLEN(GROUP_CONCAT(CONCAT(STR(?a), STR(?f)))) AS ?n) {{ {PRODUCT} }}"),
    "everything once": f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {{ {PRODUCT} }} }}",
    "a group for each": f"SELECT (COUNT(?n) AS ?m) {{ SELECT ?a ?d ?g (COUNT(*) AS ?n) "
                        f"{{ {PRODUCT} }} GROUP BY ?a ?d ?g }}",
    "doubled texts": "SELECT (STRLEN(?t30) AS ?n) { BIND('0123456789abcdef' AS ?t0) "
                     + " ".join(f"BIND(CONCAT(?t{n}, ?t{n}) AS ?t{n + 1})" for n in range(30))
                     + " }",
}


def problem(server: DataServer, query: str, accept: str = "*/*") -> tuple[int, dict]:
    """Status and problem document of the answer to a query."""
    status, media_type, body = server.ask(query, accept)
    assert media_type == "application/problem+json", body[:200]
    return status, json.loads(body)


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_query_is_stopped_and_told_so(name: str, strict: DataServer) -> None:
    status, document = problem(strict, ENDLESS[name])
    assert (status, document["limit"]) == (503, "time")
    assert document["type"] == "/problems#time-limit"
    assert "more than 1 seconds" in document["detail"] and "LIMIT" in document["detail"]


@pytest.mark.parametrize("name", GREEDY)
def test_a_greedy_query_is_cut_and_its_memory_comes_back(name: str, strict: DataServer) -> None:
    strict.ask("ASK {}", "*/*")
    before = memory(strict.pid)
    status, document = problem(strict, GREEDY[name] + " # " + name)
    assert (status, document["limit"]) in ((503, "memory"), (503, "time"))
    wait_until(lambda: memory(strict.pid) < before + (32 << 20))
    assert strict.ask("ASK { ?s ?p ?o }", "*/*")[0] == 200


def test_memory_is_a_limit_of_its_own(start: Start) -> None:
    server = start("--memory-limit", 128)
    status, document = problem(server, GREEDY["everything in order"])
    assert (status, document["type"], document["limit"]) == (
        503, "/problems#memory-limit", "memory")
    assert "128 MiB" in document["detail"]


def test_the_timeout_parameter_shortens_the_limit_but_cannot_lengthen_it(
    strict: DataServer
) -> None:
    query = quote(ENDLESS["count of a cross product"])
    told = {seconds: httpx.get(f"{strict.url}?query={query}&timeout={seconds}").json()["detail"]
            for seconds in ("0.3", "1000")}
    assert "more than 0.3 seconds" in told["0.3"]
    assert "more than 1 seconds" in told["1000"]
    for nonsense in ("0", "-1", "soon", "1e9", "inf", ""):
        assert httpx.get(f"{strict.url}?query={query}&timeout={nonsense}").status_code == 400


def test_an_answer_that_is_too_large_is_refused_with_its_limit(strict: DataServer) -> None:
    status, document = problem(strict, "SELECT * { ?s ?p ?o }", "text/csv")
    assert (status, document["limit"]) == (413, "size")
    assert "65536 bytes" in document["detail"]


@pytest.mark.parametrize("accept", ["text/csv", "text/tab-separated-values",
                                    "application/sparql-results+json"])
def test_an_answer_that_is_cut_on_its_way_does_not_end_cleanly(start: Start, accept: str) -> None:
    server = start("--result-limit", 6)
    with pytest.raises(http.client.IncompleteRead) as cut:
        server.ask(f"SELECT * {{ {PRODUCT} }}", accept)
    assert 0 < len(cut.value.partial) <= 6 << 20
    server.connection.close()
    assert server.ask("ASK {}", "*/*")[0] == 200


def test_an_answer_that_runs_out_of_time_on_its_way_lacks_its_last_chunk(start: Start) -> None:
    server = start("--time-limit", 3)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        query = quote(f"SELECT * {{ {PRODUCT} }}")
        connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: localhost\r\n"
                           "Accept: text/csv\r\n\r\n".encode())
        received = last = connection.recv(1 << 20)
        assert received.startswith(b"HTTP/1.1 200 ")
        assert b"transfer-encoding: chunked" in received.lower()
        while part := _receive(connection):
            last = (last + part)[-64:]
    assert not last.endswith(b"\r\n0\r\n\r\n")


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1 << 20)
    except ConnectionResetError:
        return b""


def test_a_query_may_be_so_long_and_a_body_so_large(start: Start) -> None:
    server = start("--query-limit", 1000)
    fitting = "ASK {} #" + "x" * 992
    assert server.ask(fitting, "*/*")[0] == 200
    status, document = problem(server, fitting + "x")
    assert (status, document["type"]) == (413, "/problems#query-too-long")
    assert "1000 characters" in document["detail"]
    assert problem(server, "#" * (1 << 21))[0] == 413
    assert server.ask("ASK {}", "*/*")[0] == 200


def test_a_whole_answer_is_whole(patient: DataServer) -> None:
    _, _, body = patient.ask("SELECT ?s { ?s <urn:name> ?o }", "text/csv")
    assert len(body.decode().splitlines()) == PEOPLE + 1
