"""New queries whose heads came before take a short way, and get the answers of the long one."""

from __future__ import annotations

import json
import os
import signal
import time
from itertools import count
from typing import Any

import pytest

from graphsvc.web.asked import Head
from graphsvc.web.heads import KnownHeads
from tests.conformance.servers import DataServer
from tests.engine.conftest import Start
from tests.engine.processes import idle_class, state, wait_until, workers
from tests.engine.test_limits import ENDLESS
from tests.engine.wire import Wire, get

pytestmark = pytest.mark.alone

numbers = count()
KINDS = {
    "rows": "SELECT ?o { <urn:person:3> <urn:knows> ?o } ORDER BY ?o",
    "no row": "SELECT ?o { <urn:person:3> <urn:none> ?o }",
    "star": "SELECT * { ?s <urn:knows> <urn:person:3> } ORDER BY ?s",
    "boolean": "ASK { <urn:person:3> <urn:knows> ?x }",
    "triples": "CONSTRUCT { <urn:person:3> <urn:n> ?n } { <urn:person:3> <urn:name> ?n }",
    "nothing": "CONSTRUCT { ?s ?p ?o } { ?s <urn:none> ?o . ?s ?p ?o }",
    "much": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 15000",
    "base": "SELECT (<here> AS ?base) {}",
    "other each time, with a comment": "SELECT (STRLEN(STR(RAND #x\n ())) > 0 AS ?x) {}",
    "other each time": "SELECT (STRLEN(STR(RAND())) > 0 AS ?x) {}",
    "unknown function": "SELECT (<urn:f>(1) AS ?x) { BIND(1 AS ?one) }",
    "TRUE": "ASK { FILTER(TRUE) }",
    "escapes": "ASK { \\u003Curn:person:3> ?p ?o }",
    "cannot be read": "SELECT {",
    "graph that is no IRI": "SELECT * FROM <a b> { ?s ?p ?o }",
    "service": "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
    "update": "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "nothing asked": "",
    "ünïcode": "ASK { FILTER('ü' = 'ü') } # 🌱",
}
EXTRA = ["&format=csv", "&format=ttl", "&timeout=5", "&timeout=soon", "&x=1",
         "&default-graph-uri=urn:g", "&default-graph-uri=g", "&query=ASK%7B%7D", "&", "&update=x"]


def ask(wire: Wire, query: str, *headers: str, extra: str = "") -> tuple[int, Any, bytes]:
    request = get(query, *headers)
    wire.send(request.replace(b" HTTP/1.1", extra.encode() + b" HTTP/1.1", 1))
    status, told, body = wire.answer()
    return status, {name: value for name, value in told.items() if name != "etag"}, body


@pytest.fixture
def known(patient: DataServer) -> Wire:
    """A connection whose head is known."""
    wire = Wire(patient)
    assert ask(wire, f"ASK {{}} # {next(numbers)}", "Accept: */*")[0] == 200
    return wire


@pytest.mark.parametrize("kind", KINDS)
def test_the_short_way_answers_like_the_long_one(
    kind: str, known: Wire, patient: DataServer
) -> None:
    long = ask(Wire(patient), KINDS[kind] + " # 1", "Accept: */*", f"X: {next(numbers)}")
    short = ask(known, KINDS[kind] + " # 2", "Accept: */*")
    assert short == long


@pytest.mark.parametrize("extra", EXTRA)
def test_parameters_are_read_on_the_short_way_too(
    extra: str, known: Wire, patient: DataServer
) -> None:
    query = "SELECT ?o {{ <urn:person:4> <urn:knows> ?o }} ORDER BY ?o # {}"
    long = ask(Wire(patient), query.format(20), "Accept: */*", f"X: {next(numbers)}", extra=extra)
    assert ask(known, query.format(21), "Accept: */*", extra=extra) == long


def test_new_requests_are_answered_in_order_however_they_come(known: Wire) -> None:
    new = [get(f"SELECT ({number} AS ?n) {{}}", "Accept: */*") for number in range(9)]
    slow = get("SELECT (COUNT(*) AS ?n) { ?a <urn:knows>/<urn:knows>/<urn:knows> ?b }",
               "Accept: */*")
    known.send(slow)
    time.sleep(0.01)
    known.send(new[0], new[1] + new[2], new[3][:40])
    time.sleep(0.01)
    known.send(new[3][40:], new[4] + new[5][:99])
    time.sleep(0.5)
    known.send(new[5][99:], new[6], new[7], new[8])
    answers = [json.loads(known.answer()[2])["results"]["bindings"] for _ in range(10)]
    assert answers[0] == [{"n": {"type": "literal", "value": "134946",
                                 "datatype": "http://www.w3.org/2001/XMLSchema#integer"}}]
    assert [rows[0]["n"]["value"] for rows in answers[1:]] == list("012345678")


def test_many_requests_at_once_do_not_wait_for_ever_in_memory(known: Wire) -> None:
    slow = get("SELECT (COUNT(*) AS ?n) { ?a <urn:knows>/<urn:knows>/<urn:knows> ?b } #",
               "Accept: */*")
    many = [get(f"SELECT ({number} AS ?n) {{}} # {'x' * 1000}", "Accept: */*")
            for number in range(200)]
    known.send(slow, b"".join(many))
    assert known.answer()[0] == 200
    values = [json.loads(known.answer()[2])["results"]["bindings"][0]["n"]["value"] for _ in many]
    assert values == [str(number) for number in range(200)]


def test_an_endless_query_is_stopped_and_told_so(start: Start) -> None:
    wire = Wire(start("--time-limit", 1))
    ask(wire, "ASK {}", "Accept: */*")
    status, _, body = ask(wire, ENDLESS["count of a cross product"], "Accept: */*")
    assert (status, json.loads(body)["limit"]) == (503, "time")
    assert ask(wire, "ASK { ?s ?p ?o }", "Accept: */*")[0] == 200


def test_who_hangs_up_frees_the_worker_and_leaves_the_queue(start: Start) -> None:
    service = start("--time-limit", 600)
    ask(Wire(service), "ASK {}", "Accept: */*")
    at_rest = len(workers(service.pid))
    connections = []
    for number in range(60):
        connections.append(Wire(service))
        connections[-1].send(get(f"{ENDLESS['count of a cross product']} # {number}",
                                 "Accept: */*"))
    wait_until(lambda: sum(map(idle_class, workers(service.pid))) >= 6)
    for wire in connections:
        wire.close()
    wait_until(lambda: not any(map(idle_class, workers(service.pid)))
               and len(workers(service.pid)) == at_rest)
    assert ask(Wire(service), "ASK { ?s ?p ?o } #", "Accept: */*")[0] == 200


def test_too_many_who_wait_are_told_so(start: Start) -> None:
    service = start("--time-limit", 1)
    ask(Wire(service), "ASK {}", "Accept: */*")
    wires = [Wire(service) for _ in range(260)]
    for number, wire in enumerate(wires):
        wire.send(get(f"{ENDLESS['count of a cross product']} # {number}", "Accept: */*"))
    told = [json.loads(wire.answer()[2]) for wire in wires]
    assert {document["status"] for document in told} == {503}
    assert {"urn:graphsvc:problem:overloaded", "urn:graphsvc:problem:time-limit"} == {
        document["type"] for document in told}


def test_an_answer_under_way_is_finished_when_the_service_ends(start: Start) -> None:
    service = start()
    wire = Wire(service)
    ask(wire, "ASK {}", "Accept: */*")
    wire.send(get(f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join(['<urn:knows>'] * 5)} ?b }}",
                  "Accept: */*"))
    wait_until(lambda: any(state(worker) == "R" for worker in workers(service.pid)))
    os.kill(service.pid, signal.SIGTERM)
    status, headers, body = wire.answer()
    assert (status, headers["connection"], b'"value":"' in body) == (200, "close", True)
    assert wire.ended()


def test_a_query_longer_than_a_socket_takes_at_once_arrives(patient: DataServer) -> None:
    query = "ASK {} # " + "🌱" * 99_000
    assert patient.ask(query, "*/*")[0] == 200
    assert patient.ask(query + "x", "*/*")[0] == 200


REQUEST = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n\r\n"
HEAD = Head("http://a", "/sparql", None)


def test_a_head_is_known_by_its_path_and_headers() -> None:
    heads = KnownHeads()
    heads.add(REQUEST, [(b"host", b"a")], HEAD)
    assert heads.read(REQUEST) == (b"query=ASK%7B%7D", HEAD)
    assert heads.read(REQUEST.replace(b"ASK", b"SELECT")) == (b"query=SELECT%7B%7D", HEAD)
    for other in (REQUEST.replace(b"sparql", b"query"), REQUEST.replace(b"a\r", b"b\r"),
                  REQUEST.replace(b"GET", b"HEAD"), REQUEST.replace(b"1.1", b"1.0"),
                  REQUEST + b"x", REQUEST[:-2], REQUEST * 2, REQUEST.replace(b"%7B", b"{"),
                  REQUEST.replace(b"%7B", b"\xc3\xa9"), REQUEST.replace(b"%7B", b"#"),
                  REQUEST.replace(b"%7B", b" "), b"GET /sparqlHo?query=ASK%7B%7D HTTP/1.1\r\n"
                  b"st: a\r\n\r\n", REQUEST.replace(b"%7B", b"\0"), b""):
        assert heads.read(other) is None


@pytest.mark.parametrize(
    "name", [b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"if-none-match"])
def test_a_head_that_asks_for_more_is_read_each_time(name: bytes) -> None:
    heads = KnownHeads()
    heads.add(REQUEST, [(b"host", b"a"), (name, b"1")], HEAD)
    assert heads.read(REQUEST) is None


def test_the_heads_that_came_last_are_kept() -> None:
    heads = KnownHeads(most=2, longest=100)
    requests = [REQUEST.replace(b": a", b": " + host) for host in (b"a", b"b", b"c", b"d" * 200)]
    for request in requests:
        heads.add(request, [], HEAD)
    assert [heads.read(request) is not None for request in requests] == [
        False, True, True, False]
