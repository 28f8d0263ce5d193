"""Requests that are smuggled, cut, contradictory or strange (defects 2, 3 and 10)."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from tests.hostile.queries import SLOW, once_more
from tests.hostile.raw import Wire, head, sparql
from tests.hostile.service import MIB, Own, Service, wait_until

SMUGGLED = b"GET /metrics HTTP/1.1\r\nHost: inside\r\n\r\n"
QUERY = "Content-Type: application/sparql-query"
UPGRADE = (QUERY, "Accept: text/csv", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
           "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
ASKS = b"SELECT (1 AS ?n) {}"


def in_segments(service: Service, wire: Wire, *parts: bytes) -> None:
    """Send the parts so that the service has each before the next comes."""
    for part in parts:
        wire.send(part)
        service.ask("/health")


@pytest.mark.parametrize("segments", [1, 2])
def test_a_body_after_an_upgrade_header_is_never_taken_for_a_request(
    segments: int, service: Service
) -> None:
    request = head("POST", "/sparql", "Host: here", *UPGRADE, f"Content-Length: {len(SMUGGLED)}")
    parts = [request, SMUGGLED] if segments == 2 else [request + SMUGGLED]
    with service.wire() as wire:
        in_segments(service, wire, *parts,
                    head("GET", "/health", "Host: here", "Connection: close"))
        answers = wire.answers()
    assert 400 <= answers[0].status < 500  # what reads as a request is no query
    for answer in answers[1:]:  # none, where the connection was closed
        assert json.loads(answer.body)["release"]
    assert len(answers) <= 2


@pytest.mark.parametrize("segments", [1, 2])
@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_a_query_with_an_upgrade_header_is_answered(
    protocol: str, segments: int, service: Service
) -> None:
    headers = [line.replace("h2c", protocol) for line in UPGRADE]
    request = head("POST", "/sparql", "Host: here", *headers, f"Content-Length: {len(ASKS)}")
    with service.wire() as wire:
        in_segments(service, wire, *([request, ASKS] if segments == 2 else [request + ASKS]))
        answer = wire.answer()
    assert (answer.status, answer.body) == (200, b"n\r\n1\r\n")


TWO_LENGTHS = {
    "length and chunks": ("Content-Length: 5", "Transfer-Encoding: chunked"),
    "chunks and length": ("Transfer-Encoding: chunked", "Content-Length: 5"),
    "two lengths": ("Content-Length: 5", "Content-Length: 50"),
    "two lengths in one": ("Content-Length: 5, 50",),
    "a length with a sign": ("Content-Length: +5",),
    "a negative length": ("Content-Length: -5",),
    "a hexadecimal length": ("Content-Length: 0x5",),
    "a huge length": ("Content-Length: 99999999999999999999999",),
    "chunks, then as is": ("Transfer-Encoding: chunked, identity",),
    "chunks in other words": ("Transfer-Encoding: xchunked",),
    "a blank before the colon": ("Transfer-Encoding : chunked", "Content-Length: 5"),
    "a folded header": ("Transfer-Encoding:\r\n chunked", "Content-Length: 5"),
}


@pytest.mark.parametrize("name", TWO_LENGTHS)
def test_a_request_whose_length_is_disputed_gets_one_answer_and_the_connection_ends(
    name: str, service: Service
) -> None:
    with service.wire() as wire:
        wire.send(head("POST", "/sparql", "Host: here", QUERY, *TWO_LENGTHS[name])
                  + b"0\r\n\r\n" + SMUGGLED)
        answers = wire.answers()
    assert len(answers) <= 1
    assert b"graphsvc_" not in b"".join(answer.body for answer in answers)


CHUNKS = {
    "no number": b"x\r\n\r\n", "a sign": b"+0\r\n\r\n", "a prefix": b"0x5\r\nASK{}\r\n0\r\n\r\n",
    "too large": b"fffffffffffffffff\r\nASK{}\r\n0\r\n\r\n",
    "negative": b"-1\r\nASK{}\r\n0\r\n\r\n",
    "data longer than its size": b"3\r\nASK{}\r\n0\r\n\r\n",
    "an extension without end": b"5;" + b"a" * 100_000 + b"\r\nASK{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", CHUNKS)
def test_a_wrong_chunk_is_refused(name: str, service: Service) -> None:
    with service.wire() as wire:
        with suppress(OSError):
            wire.send(head("POST", "/sparql", "Host: here", QUERY, "Transfer-Encoding: chunked")
                      + CHUNKS[name] + SMUGGLED)
        answers = wire.answers()
    assert all(400 <= answer.status < 500 for answer in answers) and len(answers) <= 1
    assert service.healthy()


def chunked(*trailers: str) -> bytes:
    """A query in one chunk, with trailers."""
    return (head("POST", "/sparql", "Host: here", QUERY, "Accept: text/csv",
                 "Transfer-Encoding: chunked")
            + b"%x\r\n%s\r\n0\r\n" % (len(ASKS), ASKS)
            + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n")


def test_chunk_trailers_change_nothing(service: Service) -> None:
    with service.wire() as wire:
        wire.send(chunked())
        expected = wire.answer()
    assert expected.status == 200
    for trailer in ("Accept: application/sparql-results+xml", "Content-Type: text/plain",
                    "Host: evil.example", "If-None-Match: *", "Transfer-Encoding: gzip",
                    "Content-Length: 100"):
        with service.wire() as wire:
            wire.send(chunked(trailer))
            answer = wire.answer()
        assert answer.status == 400 or (answer.status, answer.media_type, answer.body) == (
            200, expected.media_type, expected.body), trailer


def test_chunk_trailers_without_end_take_no_memory(own: Own) -> None:
    before = own.memory
    with own.wire() as wire:
        wire.send(chunked()[:-2])
        try:
            for _ in range(200):
                wire.send(b"A:b\r\n" * 20_000)
        except OSError:
            pass  # the connection was ended
        assert own.memory < before + 32 * MIB
    assert own.healthy()


CLOSE = b"\r\nConnection: close\r\n\r\n"
STRANGE = {
    "no host": b"GET /health HTTP/1.1" + CLOSE,
    "two hosts": b"GET /health HTTP/1.1\r\nHost: here\r\nHost: there" + CLOSE,
    "a host with a path": b"GET /health HTTP/1.1\r\nHost: here/there" + CLOSE,
    "a host with a blank": b"GET /health HTTP/1.1\r\nHost: here there" + CLOSE,
    "a host with a user": b"GET /health HTTP/1.1\r\nHost: evil@here" + CLOSE,
    "a host with a bracket": b"GET /health HTTP/1.1\r\nHost: <script>" + CLOSE,
    "a header without a name": b"GET /health HTTP/1.1\r\nHost: here\r\n: value\r\n\r\n",
    "a header without a colon": b"GET /health HTTP/1.1\r\nHost: here\r\nvalue\r\n\r\n",
    "a null in a header": b"GET /health HTTP/1.1\r\nHost: here\r\nA: \0\r\n\r\n",
    "a null in the path": b"GET /\0health HTTP/1.1\r\nHost: here\r\n\r\n",
    "no version": b"GET /health\r\nHost: here\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "only line ends": b"\r\n" * 50_000 + b"x\r\n\r\n",
    "headers without end": b"GET / HTTP/1.1\r\nHost: here\r\n" + b"A: b\r\n" * 100_000,
    "a header without end": b"GET / HTTP/1.1\r\nHost: here\r\nA: " + b"b" * 2_000_000,
    "a path without end": b"GET /" + b"a" * 2_000_000,
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_head_is_refused_with_a_client_error(name: str, service: Service) -> None:
    with service.wire() as wire:
        with suppress(OSError):  # it may be refused before all of it came
            wire.send(STRANGE[name])
        answers = wire.answers()
    assert [answer for answer in answers if not 400 <= answer.status < 500] == []
    if "host" in name:
        assert [answer.status for answer in answers] == [400]
    assert service.healthy()


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "*"), ("OPTIONS", "*"), ("HEAD", "*"), ("GET", "/static/" + "a" * 300),
    ("GET", "/dumps/" + "a" * 300), ("GET", "/id/" + "a" * 300), ("GET", "/export/" + "a" * 300),
    ("GET", "/static/" + "%00"), ("GET", "/dumps/%00"), ("GET", "/static/..%2f..%2fapp.py"),
    ("GET", "/dumps/..%2fmanifest.json"), ("GET", "/static/a%0Ab"), ("GET", "/%ff%fe"),
    ("GET", "/dumps/" + "%F0%9F%98%80" * 70), ("GET", "http://evil.example/nothing"),
    ("GET", "//evil.example/search/"), ("BREW", "/"), ("TRACE", "/"), ("CONNECT", "here:80"),
    ("PUT", "/sparql"), ("DELETE", "/dumps"), ("POST", "/"),
])
def test_no_path_and_no_method_makes_the_service_fail(
    method: str, path: str, service: Service
) -> None:
    answer = service.ask(path, "Accept: application/json", method=method)
    assert answer.status < 500 or answer.status == 501
    if answer.status >= 400 and method != "HEAD":
        assert answer.media_type == "application/problem+json" or answer.body == b""
    assert b"Traceback" not in answer.body


@pytest.mark.parametrize("path", ["/search/", "//evil.example/search/", "/api/questions/",
                                  "/sparql/", "/dumps/", "/about/"])
def test_no_redirect_leads_to_a_host_that_the_client_named(path: str, service: Service) -> None:
    with service.wire() as wire:
        wire.send(head("GET", path, "Host: evil.example"))
        location = wire.answer().header("location")
    assert "evil.example" not in location.removeprefix("/evil.example")
    assert not location.startswith("//")


def test_a_good_request_before_garbage_is_answered(service: Service) -> None:
    query = sparql(once_more(SLOW))
    with service.wire() as wire:
        wire.send(head("GET", query, "Host: here", "Accept: text/csv") + b"\0\1 garbage\r\n\r\n")
        answers = wire.answers()
    assert answers[0].status == 200 and answers[0].body.startswith(b"n\r\n")
    assert [answer.status for answer in answers[1:]] in ([], [400])


def test_many_requests_on_one_connection_are_answered_in_their_order(service: Service) -> None:
    numbers = range(100)
    with service.wire() as wire:
        wire.send(b"".join(head("GET", sparql(f"SELECT ({number} AS ?n) {{}}"), "Host: here",
                                "Accept: text/csv") for number in numbers))
        assert [wire.answer().body for _ in numbers] == [
            f"n\r\n{number}\r\n".encode() for number in numbers]


def test_a_request_that_ends_early_harms_nobody(service: Service) -> None:
    request = head("POST", "/sparql", "Host: here", QUERY, f"Content-Length: {len(ASKS)}") + ASKS
    for length in range(0, len(request), 7):
        with service.wire() as wire:
            wire.send(request[:length])
    assert service.healthy()


def test_a_body_longer_than_the_limit_is_refused_without_being_kept(own: Own) -> None:
    before = own.memory
    with own.wire() as wire:
        try:
            wire.send(head("POST", "/sparql", "Host: here", QUERY, "Transfer-Encoding: chunked"))
            for _ in range(200):
                wire.send(b"20000\r\n" + b" " * 0x20000 + b"\r\n")
        except OSError:
            pass
        assert own.memory < before + 32 * MIB
        answers = wire.answers()
    assert [answer.status for answer in answers] in ([], [413])
    wait_until(own.healthy)
