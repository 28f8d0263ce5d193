"""Connections: pipelines, conditions, methods, and requests that HTTP does not allow."""

from __future__ import annotations

import json

import pytest

from tests.conformance.servers import DataServer
from tests.http.wire import Wire, get

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


def test_requests_that_come_together_in_pieces_or_again_are_answered_in_order(wire: Wire) -> None:
    first, second = get(QUERY), get(OTHER)
    wire.send(first + second + first)
    wire.send(first[:30])
    wire.send(first[30:] + second[:50], second[50:], second)
    booleans = ["boolean" in json.loads(wire.answer()[2]) for _ in range(6)]
    assert booleans == [False, True, False, False, True, True]


def test_a_request_after_one_that_is_still_being_answered_waits_its_turn(wire: Wire) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a <urn:knows>/<urn:knows> ?b }"
    wire.send(get(slow))
    wire.send(get(OTHER))
    assert ["boolean" in json.loads(wire.answer()[2]) for _ in range(2)] == [False, True]


def test_a_connection_that_is_to_close_closes_each_time(patient: DataServer) -> None:
    for _ in range(3):
        wire = Wire(patient)
        wire.send(get(QUERY, "Connection: close"))
        assert wire.answer()[0] == 200
        assert wire.ended()


def test_a_condition_is_tested_each_time(wire: Wire) -> None:
    wire.send(get(QUERY))
    tag = wire.answer()[1]["etag"]
    for _ in range(3):
        wire.send(get(QUERY, f"If-None-Match: {tag}"))
        assert wire.answer()[0] == 304
        wire.send(get(QUERY, 'If-None-Match: "other"'))
        assert wire.answer()[0] == 200


def test_head_has_the_headers_of_get_without_its_body(wire: Wire) -> None:
    wire.send(get(QUERY))
    status, headers, body = wire.answer()
    wire.send(get(QUERY).replace(b"GET", b"HEAD", 1))
    assert wire.head() == (status, headers)
    assert headers["content-length"] == str(len(body))
    wire.send(get(OTHER))
    assert wire.answer()[0] == 200


@pytest.mark.parametrize("request_", [
    b"HELLO\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    b"GET /sparql HTTP/9.9\r\n\r\n",
    b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n\r\n",
    b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET * HTTP/1.1\r\nHost: here\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: here\r\n\r\n",
])
def test_a_request_that_http_does_not_allow_is_refused(
    request_: bytes, patient: DataServer
) -> None:
    wire = Wire(patient)
    wire.send(request_)
    assert wire.answer()[0] in (400, 505)
    status, _, _ = patient.ask(OTHER)
    assert status == 200


@pytest.mark.parametrize("request_", [
    get("ASK {}" + " " * 700_000),
    get("ASK {}", *(f"X-{n}: {'x' * 1000}" for n in range(300))),
    get("ASK {}", f"X: {'x' * 500_000}"),
])
def test_a_head_that_is_too_long_is_refused(request_: bytes, patient: DataServer) -> None:
    wire = Wire(patient)
    status = wire.refusal(request_)
    assert status in (400, 413, 414, 431)
    assert patient.ask(OTHER)[0] == 200
