"""The clients that researchers have: curl, SPARQLWrapper, rdflib, and RDF tools that read files."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from urllib.parse import quote

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.conformance.servers import DataServer
from tests.engine.conftest import PEOPLE

KNOWS = "SELECT ?o { <urn:person:3> <urn:knows> ?o } ORDER BY ?o"
EXPECTED = ["urn:person:22", "urn:person:4", "urn:person:41"]
curl_needed = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def curl(*arguments: str) -> str:
    return subprocess.run(["curl", "--silent", "--show-error", "--fail", *arguments],
                          capture_output=True, text=True, check=True).stdout


@curl_needed
def test_curl_by_form_by_address_and_by_file(patient: DataServer, tmp_path) -> None:
    file = tmp_path / "query.rq"
    file.write_text(KNOWS)
    answers = [
        curl(patient.url, "--data-urlencode", f"query={KNOWS}", "-H", "Accept: text/csv"),
        curl(f"{patient.url}?query={quote(KNOWS)}&format=csv"),
        curl(patient.url, "--data-binary", f"@{file}", "-H", "Accept: text/csv",
             "-H", "Content-Type: application/sparql-query"),
        curl("--get", patient.url, "--data-urlencode", f"query@{file}", "-H", "Accept: text/csv"),
        curl("--compressed", "-L", patient.url, "--data-urlencode", f"query={KNOWS}",
             "-H", "Accept: text/csv"),
    ]
    assert [answer.split() for answer in answers] == [["o", *EXPECTED]] * 5
    assert [row["o"] for row in csv.DictReader(io.StringIO(answers[0], newline=""))] == EXPECTED


@curl_needed
def test_curl_sees_that_an_answer_was_cut(start) -> None:
    server = start("--result-limit", 6)
    query = quote("SELECT * { ?s ?p ?o . ?a <urn:name> ?b } LIMIT 200000")
    cut = subprocess.run(["curl", "--silent", f"{server.url}?query={query}&format=csv"],
                         capture_output=True, check=False)
    assert cut.returncode == 18  # CURLE_PARTIAL_FILE
    assert 0 < len(cut.stdout) <= 6 << 20


def test_sparqlwrapper_asks_every_form_in_its_formats(patient: DataServer) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")
    client = wrapper.SPARQLWrapper(patient.url)
    for method in (wrapper.GET, wrapper.POST):
        client.setMethod(method)
        for request_method in (wrapper.URLENCODED, wrapper.POSTDIRECTLY):
            if method == wrapper.GET and request_method == wrapper.POSTDIRECTLY:
                continue
            client.setRequestMethod(request_method)
            client.setQuery(KNOWS)
            client.setReturnFormat(wrapper.JSON)
            found = client.query().convert()["results"]["bindings"]
            assert [row["o"]["value"] for row in found] == EXPECTED
            client.setReturnFormat(wrapper.XML)
            assert client.query().convert().toxml().count("<uri>") == 3
            client.setReturnFormat(wrapper.CSV)
            assert client.query().convert().split() == [b"o", *(o.encode() for o in EXPECTED)]
            client.setQuery("ASK { <urn:person:3> <urn:knows> <urn:person:4> }")
            client.setReturnFormat(wrapper.JSON)
            assert client.query().convert()["boolean"] is True
            client.setQuery("CONSTRUCT WHERE { <urn:person:3> <urn:knows> ?o }")
            for wanted in (wrapper.TURTLE, wrapper.RDFXML, wrapper.JSONLD):
                client.setReturnFormat(wanted)
                answer = client.query().convert()
                graph = answer if isinstance(answer, rdflib.Graph) else rdflib.Graph().parse(
                    data=answer, format="turtle")
                assert len(graph) == 3
    client.setReturnFormat(wrapper.JSON)
    client.setQuery("SELECT * { ?s ?p }")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format_", ["json", "xml", "csv", "tsv"])
def test_rdflib_works_on_the_service_as_on_a_graph(
    patient: DataServer, method: str, format_: str
) -> None:
    store = SPARQLStore(patient.url, method=method, returnFormat=format_)
    graph = rdflib.Graph(store)
    assert [str(row.o) for row in graph.query(KNOWS)] == EXPECTED
    if format_ == "xml":  # the one format in which rdflib asks for graphs, too
        person = rdflib.URIRef("urn:person:3")
        assert sorted(graph.objects(person, rdflib.URIRef("urn:knows"))) == [
            rdflib.URIRef(o) for o in EXPECTED]
        assert len(graph) == len(set(graph))
        assert bool(graph.query("ASK { ?s <urn:name> 'Person number 7' }")) is True
        made = graph.query("CONSTRUCT WHERE { ?s <urn:name> ?o }").graph
        assert made is not None and len(made) == PEOPLE


def test_results_are_read_by_the_json_module_and_their_columns_are_in_order(
    patient: DataServer
) -> None:
    _, _, body = patient.ask("SELECT ?z ?a ?m { ?z ?a ?m } LIMIT 1",
                             "application/sparql-results+json")
    assert json.loads(body)["head"]["vars"] == ["z", "a", "m"]
