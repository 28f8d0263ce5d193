"""SPARQL 1.1 Protocol and Service Description, over HTTP against the real service."""

from __future__ import annotations

import http.client

import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize
from rdflib import RDF

from tests.conformance.known import KNOWN, SHARED, parameters
from tests.conformance.requests import (
    CSV,
    DATA,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    TURTLE,
    Exchange,
    manifest_cases,
    prose_cases,
)
from tests.conformance.results import FORMATS, csv_rows, read_tabular
from tests.conformance.servers import DataServer

SUITE = SHARED / "w3c/sparql/sparql11/protocol"
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
CASES = {**manifest_cases(SUITE), **prose_cases()} if SUITE.is_dir() else {}

pytestmark = pytest.mark.skipif(not CASES, reason=f"the official suite is not at {SUITE}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    """The three graphs of the manifest, each under its own name."""
    path = tmp_path_factory.mktemp("protocol") / "graphs.nq"
    quads = [
        Quad(quad.subject, quad.predicate, quad.object, NamedNode(DATA.format(number)))
        for number in (1, 2, 3)
        for quad in parse(path=str(SUITE / f"data{number}.nt"))
    ]
    path.write_bytes(serialize(quads, format=RdfFormat.N_QUADS))
    running = DataServer([path])
    yield running
    assert running.stop() == (0, "")


@pytest.mark.parametrize("exchanges", parameters("protocol", CASES))
def test_exchange(exchanges: list[Exchange], server: DataServer) -> None:
    for exchange in exchanges:
        check(exchange, server)


def check(exchange: Exchange, server: DataServer) -> None:
    """Send the request and compare what comes back with what must."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(exchange.method, f"/sparql/{exchange.target}", exchange.body, exchange.sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert str(answer.status).startswith(exchange.statuses), body.decode()
    media_type = answer.headers.get("Content-Type", "").split(";")[0]
    if exchange.media_types:
        assert media_type in exchange.media_types
    if exchange.method == "HEAD":
        assert body == b""
    if exchange.value is not None:
        assert value(body, media_type) == exchange.value
    for name, words in exchange.headers.items():
        assert words in answer.headers.get(name, "")


def value(body: bytes, media_type: str) -> bool | int:
    """The boolean of an ASK answer, or the number of rows or triples."""
    if media_type == CSV:
        return csv_rows(body).total()
    if media_type in FORMATS.values():
        found = read_tabular(body, media_type)
        return found if isinstance(found, bool) else len(found[1])
    return len(list(parse(body, RdfFormat.from_media_type(media_type))))


@pytest.fixture(scope="module", params=[TURTLE, RDF_XML, JSON_LD, N_TRIPLES])
def description(request: pytest.FixtureRequest, server: DataServer) -> rdflib.Graph:
    """What a GET on the endpoint gives, in each format."""
    server.connection.request("GET", "/sparql", headers={"Accept": request.param})
    answer = server.connection.getresponse()
    body = answer.read()
    assert answer.headers["Content-Type"].split(";")[0] == request.param
    return rdflib.Graph().parse(data=body, format=request.param)


def test_the_description_is_rdf(description: rdflib.Graph) -> None:
    """service-description/returns-rdf"""
    assert len(description) > len(FORMATS)


def test_the_description_names_its_endpoint(description: rdflib.Graph, server: DataServer) -> None:
    """service-description/has-endpoint-triple"""
    assert list(description.objects(None, SD.endpoint)) == [rdflib.URIRef(server.url)]


def test_the_description_keeps_to_the_vocabulary(description: rdflib.Graph) -> None:
    """service-description/conforms-to-schema: domains, ranges and instances of the vocabulary."""
    (service,) = description.subjects(RDF.type, SD.Service)
    ranges = {SD.supportedLanguage, SD.resultFormat, SD.endpoint}
    for predicate in ranges:
        values = list(description.objects(service, predicate))
        assert values and all(isinstance(value, rdflib.URIRef) for value in values)
        assert set(description.subjects(predicate, None)) == {service}
    assert SD.SPARQL11Query in description.objects(service, SD.supportedLanguage)
    (dataset,) = description.objects(service, SD.defaultDataset)
    assert (dataset, RDF.type, SD.Dataset) in description
    (graph,) = description.objects(dataset, SD.defaultGraph)
    assert (graph, RDF.type, SD.Graph) in description
    used = {node for triple in description for node in triple if node in SD}
    assert used <= {
        SD.Service, SD.Dataset, SD.Graph, SD.endpoint, SD.supportedLanguage, SD.SPARQL11Query,
        SD.resultFormat, SD.defaultDataset, SD.defaultGraph}


def test_known_failures_are_cases() -> None:
    assert set(KNOWN["protocol"]) <= set(CASES)


def test_the_suite_is_complete() -> None:
    assert len([name for name in CASES if name.startswith("manifest/")]) == 34
    described = 3 * 4  # three cases of service description, in four formats
    total = len(CASES) + described
    assert total >= 136
    assert (total - len(KNOWN["protocol"])) / total >= 130 / 136
