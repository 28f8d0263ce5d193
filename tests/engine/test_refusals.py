"""What is no question is refused before evaluation, and no request breaks the service."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.conformance.servers import DataServer

SERVICES = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "SELECT * { service\tsilent<URL>{?s ?p ?o} }",
    "SELECT * { SERVICE # a comment\n <URL> { ?s ?p ?o } }",
    "SELECT * { #\rSERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { SERV\\U00000049CE <URL> { ?s ?p ?o } }",
    "PREFIX x: <URL> SELECT * { SERVICE x: { ?s ?p ?o } }",
    "PREFIX : <URL> SELECT * { SERVICE: { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { <URL> } SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { true } . SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { ?s ?p '#' SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { ?s ?p '''it's''' . SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { FILTER(1<2) SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { FILTER(?x<'>') SERVICE <URL> { ?s ?p ?o } }",
    "ASK { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "CONSTRUCT WHERE { ?s ?p ?o } #\n VALUES ?x { 1 } # \\u000a SERVICE <URL> {}",
    "DESCRIBE ?s { OPTIONAL { SERVICE <URL> { ?s ?p ?o } } }",
]
UPDATES = [
    "LOAD <URL>", "load silent <URL> into graph <urn:g>", "/**/LOAD <URL>", "#\nLOAD <URL>",
    "L\\u004fAD <URL>", "PREFIX a: <urn:a> LOAD <URL>", "BASE <urn:a>\n# b\nLoAd <URL>",
    "INSERT DATA { <urn:s> <urn:p> 1 }", "InSeRt { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "DELETE DATA { <urn:s> <urn:p> 1 }", "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "\\u0057ITH <urn:g> DELETE {} WHERE {}",
    "CLEAR ALL", "clear default", "DROP GRAPH <urn:g>", "CREATE GRAPH <urn:g>",
    "COPY <urn:a> TO <urn:b>", "MOVE <urn:a> TO <urn:b>", "ADD DEFAULT TO <urn:b>",
    "PREFIX select: <urn:x> INSERT DATA { select:a select:b 1 }",
]
HARMLESS = {
    "ASK { ?service <urn:knows> ?load }": True,
    "ASK { VALUES ?x { 'SERVICE <http://example.org/> { }' \"INSERT\" } }": True,
    "PREFIX service: <urn:> ASK { GRAPH ?g { ?s service:knows ?o } }": False,
    "ASK { ?s <urn:SERVICE> ?o }": False,
    "# SERVICE <http://example.org/>\nASK {}": True,
    "PREFIX insert: <urn:> ASK { ?s insert:knows ?o }": True,
}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """The address of something that listens, and what it was told."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                heard.append(connection.recv(1000))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x", heard


@pytest.mark.parametrize("text", [*SERVICES, *UPDATES])
def test_services_and_updates_are_refused_however_they_are_spelt(
    text: str, patient: DataServer, elsewhere: tuple[str, list[bytes]]
) -> None:
    url, heard = elsewhere
    status, media_type, body = patient.ask(text.replace("URL", url), "*/*")
    assert (status, media_type) == (403, "application/problem+json")
    assert json.loads(body)["type"] == "/problems#query-refused"
    assert heard == []


@pytest.mark.parametrize("text", HARMLESS)
def test_a_word_of_an_update_may_stand_where_it_means_nothing(
    text: str, patient: DataServer
) -> None:
    status, _, body = patient.ask(text, "application/sparql-results+json")
    assert (status, json.loads(body)["boolean"]) == (200, HARMLESS[text])


def test_the_data_is_as_it_was(patient: DataServer) -> None:
    count = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    alone = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert patient.ask(count, "text/csv")[2] == patient.ask(alone, "text/csv")[2]
    told = patient.ask("ASK { <urn:s> ?p ?o }", "application/sparql-results+json")[2]
    assert json.loads(told)["boolean"] is False


TYPES = [None, "", "application/sparql-query", "application/x-www-form-urlencoded", "text/plain",
         "application/sparql-query; charset=utf-16", "multipart/form-data; boundary=x", "\xff;;=",
         "application/json", "application/sparql-update"]


@pytest.mark.slow
def test_a_thousand_bodies_that_are_no_queries_are_the_clients_mistake(patient: DataServer) -> None:
    chance = random.Random(4)
    connection = http.client.HTTPConnection("127.0.0.1", patient.port, timeout=30)
    for _ in range(1000):
        body, kind = nonsense(chance), chance.choice(TYPES)
        headers = {} if kind is None else {"Content-Type": kind}
        connection.request("POST", "/sparql" + chance.choice(["", "?", "?timeout=1", "?%FF=%00"]),
                           body, headers)
        answer = connection.getresponse()
        told = answer.read()
        assert 400 <= answer.status < 500, (answer.status, kind, body[:200])
        assert json.loads(told)["status"] == answer.status
    connection.close()
    assert patient.ask("ASK { ?s ?p ?o }", "*/*")[0] == 200


def nonsense(chance: random.Random) -> bytes:
    """Bytes that are no query: random ones, deep or long ones, or a query with a piece broken."""
    brackets = chance.choice(["{", "(", "{(", "[", "ASK {", "SELECT * { {"])
    return chance.choice([
        lambda: chance.randbytes(chance.randrange(2000)),
        lambda: b"query=" + chance.randbytes(chance.randrange(2000)).hex().encode(),
        lambda: b"query=" + b"%" * chance.randrange(1, 2000),
        lambda: brackets.encode() * chance.randrange(1, 20_000),
        lambda: b"SELECT * { ?s ?p " + chance.choice([b"'", b'"', b"<", b"'''", b"\\u12"]) +
        b"x" * chance.randrange(100_000),
        lambda: b"SELECT ?\x00 { ?s ?p ?o }",
        lambda: b"ASK { ?s ?p \"\\uD800\" }",
        lambda: b"ASK { " + b"?s ?p ?o . " * 200_000,
        lambda: b"\xef\xbb\xbf\xff\xfe" * chance.randrange(1, 100),
        lambda: b"a=b&" * chance.randrange(1, 3000),
        lambda: b"",
    ])()


@pytest.mark.parametrize("head", [
    b"GET /sparql?query=%ZZ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: x\r\nAccept: \xff\xfe;q=x,,;;\r\n\r\n",
    b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: \"><script>\r\n\r\n",
    b"GET /sparql?query=ASK%7B%7D&timeout=\xe2\x82\xac HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /sparql?query=" + b"A" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
    b"BREW /sparql HTTP/1.1\r\nHost: x\r\n\r\n",
])
def test_strange_requests_are_answered(head: bytes, patient: DataServer) -> None:
    with socket.create_connection(("127.0.0.1", patient.port), timeout=10) as connection:
        connection.sendall(head)
        answer = connection.recv(1 << 16)
    assert answer == b"" or 200 <= int(answer.split()[1]) < 500, answer
    assert patient.ask("ASK { ?s ?p ?o }", "*/*")[0] == 200
