"""The service over HTTP: linked data, description, dumps, health, and following releases."""

from __future__ import annotations

import gzip
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCAT, DCTERMS, RDF, SH, SKOS, VOID

from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Release, Releases
from tests.serving import running

ID = "https://w3id.org/joint-inspections/id/"
THING = "approach/safe-and-together"
FORMATS = {
    "text/turtle": "turtle", "application/ld+json": "json-ld", "application/n-triples": "nt",
    "application/rdf+xml": "xml",
}


def test_health_says_release_and_readiness(server: str, release: Release) -> None:
    answer = httpx.get(f"{server}/health")
    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in ("status", "release", "quads")} == {
        "status": "ready", "release": release.id, "quads": release.manifest["quads"]}


def test_metrics_count_requests(server: str, release: Release) -> None:
    httpx.get(f"{server}/health")
    text = httpx.get(f"{server}/metrics").text
    assert f'graphsvc_release_info{{release="{release.id}"}} 1' in text
    assert 'graphsvc_requests_total{route="/health",status="200"}' in text


@pytest.mark.parametrize("media_type", FORMATS)
def test_a_thing_is_the_same_in_every_rdf_format_and_names_what_it_mentions(
    server: str, media_type: str
) -> None:
    answer = httpx.get(f"{server}/id/{THING}", headers={"Accept": media_type})
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.headers["vary"] .split(", ") == ["Accept", "Accept-Encoding"]
    assert 'rel="alternate"; type="text/html"' in answer.headers["link"]
    graph = rdflib.Graph().parse(data=answer.text, format=FORMATS[media_type])
    thing = rdflib.URIRef(ID + THING)
    assert str(graph.value(thing, SKOS.prefLabel)) == "Safe and Together"
    mentioned = {node for triple in graph.triples((thing, None, None)) for node in triple[1:]
                 if isinstance(node, rdflib.URIRef) and str(node).startswith(ID)
                 and "/passage/" not in node}
    assert len(mentioned) > 2
    assert {node for node in mentioned if not graph.value(node, rdflib.RDFS.label)} == set()
    assert graph.value(rdflib.URIRef(
        "https://w3id.org/joint-inspections/def#uses"), rdflib.RDFS.label)
    users = set(graph.subjects(rdflib.URIRef(
        "https://w3id.org/joint-inspections/def#uses"), thing))
    assert rdflib.URIRef(f"{ID}partnership/midlothian") in users


def test_an_ending_or_format_parameter_decides_like_accept(server: str) -> None:
    by_accept = httpx.get(f"{server}/id/{THING}", headers={"Accept": "text/turtle"})
    for address in (f"{server}/id/{THING}.ttl", f"{server}/id/{THING}?format=turtle"):
        assert httpx.get(address).text == by_accept.text
    assert httpx.get(f"{server}/id/{THING}", headers={"Accept": "text/html"}).headers[
        "content-type"].startswith("text/html")


def test_a_held_answer_is_not_sent_again(server: str) -> None:
    first = httpx.get(f"{server}/id/{THING}.ttl")
    again = httpx.get(f"{server}/id/{THING}.ttl", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", [
    "/id/nothing/x.ttl", "/graph/nope.ttl", "/graph/nope", "/def/0.0.0.ttl"])
def test_a_condition_does_not_make_a_thing_that_does_not_exist(server: str, path: str) -> None:
    tag = httpx.get(f"{server}/id/{THING}.ttl").headers["etag"]
    for condition in ("*", tag):
        answer = httpx.get(server + path, headers={"If-None-Match": condition})
        assert answer.status_code == 404


def test_the_tag_of_one_thing_is_not_that_of_another(server: str) -> None:
    tag = httpx.get(f"{server}/id/{THING}.ttl").headers["etag"]
    for path in ("/id/partnership/midlothian.ttl", "/def.ttl"):
        answer = httpx.get(server + path, headers={"If-None-Match": tag})
        assert answer.status_code == 200


def test_the_ontology_is_served_completely(server: str, project: Project) -> None:
    graph = rdflib.Graph().parse(data=httpx.get(f"{server}/def.ttl").text, format="turtle")
    classes = set(graph.subjects(RDF.type, rdflib.OWL.Class))
    assert rdflib.URIRef(f"{project.header.namespace}ApproachUse") in classes
    assert graph.value(rdflib.URIRef(project.header.iri), DCTERMS.title)


@pytest.mark.parametrize("media_type", ["text/turtle", "text/html"])
def test_the_version_of_the_ontology_has_an_address(server: str, media_type: str) -> None:
    accept = {"Accept": media_type}
    graph = rdflib.Graph().parse(data=httpx.get(f"{server}/def.ttl").text, format="turtle")
    version = str(next(graph.objects(None, rdflib.OWL.versionIRI)))
    path = "/def/" + version.rpartition("/")[2]
    answer = httpx.get(server + path, headers=accept)
    assert (answer.status_code, answer.text) == (200, httpx.get(
        f"{server}/def", headers=accept).text)


@pytest.mark.parametrize("path", [
    "/api/questions", "/id/approach/safe-and-together", "/def", "/dataset", "/openapi.json",
    "/dumps", "/dumps/all.nq.gz", "/export", "/health"])
def test_a_browser_that_asks_first_may_ask(server: str, path: str) -> None:
    answer = httpx.options(server + path, headers={
        "Origin": "https://example.org", "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(("path", "status"), [
    ("/health", 200), ("/dumps", 200), ("/metrics", 200), ("/nothing", 404), ("/id/nothing", 404),
    ("/dumps/none.gz", 404), ("/api/questions/nothing", 404), ("/export/nothing", 404),
    ("/sparql?query=nothing", 400), ("/sparql?query=ASK%7B%7D&nothing=%FF", 400)])
def test_every_answer_names_its_release(
    server: str, release: Release, path: str, status: int
) -> None:
    answer = httpx.get(server + path)
    assert (answer.status_code, answer.headers["x-release"]) == (status, release.id)
    assert "X-Release" in answer.headers["access-control-expose-headers"]


def test_a_method_that_is_not_supported_gets_those_that_are(server: str, release: Release) -> None:
    answer = httpx.delete(f"{server}/dumps")
    assert (answer.status_code, answer.headers["x-release"]) == (405, release.id)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", [
    "/dumps", "/dumps/all.nq.gz", "/dataset", "/.well-known/void", f"/id/{THING}", "/def"])
def test_whatever_may_be_kept_says_so_and_is_not_sent_again(
    server: str, release: Release, path: str
) -> None:
    first = httpx.get(server + path)
    again = httpx.get(server + path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    for answer in (first, again):
        assert answer.headers["x-release"] == release.id
        assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(("path", "accept", "status"), [
    ("/id/approach/nothing-of-the-kind", "text/turtle", 404),
    ("/id/", "text/turtle", 404),
    ("/id/%3E%3Cscript%3E", "*/*", 404),
    ("/id/approach/%FF%FE", "text/turtle", 404),
    ("/graph/none", "*/*", 404),
    (f"/id/{THING}", "image/png", 406),
    (f"/id/{THING}?format=png", "*/*", 406),
    ("/nothing", "*/*", 404),
    ("/dumps/none.gz", "*/*", 404),
    ("/dumps/..%2Fmanifest.json", "*/*", 404),
])
def test_what_is_not_there_is_a_problem_document(
    server: str, path: str, accept: str, status: int
) -> None:
    answer = httpx.get(server + path, headers={"Accept": accept})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(("old", "new"), [
    ("policy/getting-it-right-for-every-child", "approach/getting-it-right-for-every-child"),
    ("policy/national-risk-framework-2012.ttl", "approach/national-risk-framework.ttl"),
    ("approach/corporate-parenting?format=nt", "theme/corporate-parenting?format=nt"),
    ("use/mid-early-support-restructuring", "finding/mid-restructuring"),
])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_an_old_address_leads_to_what_replaced_the_thing(
    server: str, old: str, new: str, accept: str
) -> None:
    with httpx.Client(base_url=server, headers={"Accept": accept}) as client:
        answer = client.get(f"/id/{old}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"/id/{new}")
        assert client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(("accept", "media_type"), [
    ("text/html", "text/html; charset=utf-8"), ("text/turtle", "application/problem+json")])
def test_what_nothing_replaced_is_gone_with_the_reason(
    server: str, accept: str, media_type: str
) -> None:
    answer = httpx.get(f"{server}/id/claim/sl-thanks", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (410, media_type)
    assert "A formality of the document, which says nothing of services." in answer.text


def read(server: str, path: str) -> rdflib.Graph:
    answer = httpx.get(server + path, headers={"Accept": "text/turtle"})
    return rdflib.Graph().parse(data=answer.text, format="turtle")


def test_the_description_counts_names_and_points_at_everything(
    server: str, release: Release, project: Project
) -> None:
    graph, described = read(server, "/.well-known/void"), read(server, "/dataset")
    dataset = rdflib.URIRef(f"{project.header.root}dataset")
    assert int(graph.value(dataset, VOID.triples)) > 50_000
    partitions = {graph.value(node, VOID["class"]): int(graph.value(node, VOID.entities))
                  for node in graph.objects(dataset, VOID.classPartition)}
    assert partitions[rdflib.URIRef(f"{project.header.namespace}NamedPartnership")] == 32
    service = read(server, "/sparql")
    declared = {str(service.value(node, SH.prefix)): str(service.value(node, SH.namespace))
                for node in service.objects(dataset, SH.declare)}
    assert declared["ji"] == project.header.namespace
    assert not set(graph.subjects(RDF.type, SH.SPARQLExecutable))
    assert str(graph.value(dataset, DCTERMS.title)) == project.header.title
    assert list(described.objects(dataset, DCAT.version)) == [rdflib.Literal(release.id)]
    ranges = rdflib.URIRef("http://ldf.fi/void-ext#datatypePartition")
    assert len(set(graph.subjects(ranges))) > 100
    assert set(graph.subjects(RDF.type, VOID.Linkset))
    examples = read(server, "/.well-known/sparql-examples")
    assert len(set(examples.subjects(RDF.type, SH.SPARQLExecutable))) >= 40
    addresses = {str(node) for node in (*graph.objects(None, VOID.dataDump),
                                        *described.objects(None, DCAT.downloadURL))}
    assert addresses == {f"{server}/dumps/{path.name}"
                         for path in (release.path / "dumps").iterdir()
                         if path.suffix not in (".parquet", ".tsv")}  # datapackage.json has those


def test_a_dump_is_what_its_digest_says(server: str, release: Release) -> None:
    content = httpx.get(f"{server}/dumps/all.nq.gz").content
    assert len(gzip.decompress(content).splitlines()) == release.manifest["quads"]
    description = (release.path / "description.ttl").read_text()
    assert hashlib.sha256(content).hexdigest() in description


def test_the_list_of_dumps_has_the_digest_of_each(server: str, release: Release) -> None:
    listed = {entry["name"]: entry["sha256"] for entry in httpx.get(f"{server}/dumps").json()}
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                      for path in (release.path / "dumps").iterdir()}


def test_the_default_graph_is_the_union_and_says_so(server: str) -> None:
    query = ("SELECT (COUNT(*) AS ?n) { <https://w3id.org/joint-inspections/id/partnership/midlothian>"
             " a <https://w3id.org/joint-inspections/def#NamedPartnership> }")
    answer = httpx.get(f"{server}/sparql", params={"query": query},
                       headers={"Accept": "text/csv"})
    assert answer.text == "n\r\n1\r\n"
    description = httpx.get(f"{server}/sparql", headers={"Accept": "text/turtle"}).text
    assert "UnionDefaultGraph" in description


@pytest.mark.slow
def test_a_new_release_is_picked_up_under_load_without_losing_a_request(
    books: Path, tmp_path: Path
) -> None:
    releases = Releases(tmp_path / "releases")
    old = build(Project(books), releases).release.id
    path = books / "data" / "works.ttl"
    path.write_text(path.read_text() + '\nwork:emma skos:altLabel "Another name"@en .\n')
    seen: set[tuple[int, str, bool]] = set()

    def ask(address: str) -> int:
        """Ask until fifty answers have come from another release; how many in all."""
        deadline = time.monotonic() + 60
        asked = after = 0
        with httpx.Client() as client:
            while after < 50 and time.monotonic() < deadline:
                answer = client.get(f"{address}/id/work/emma.nt")
                served = answer.headers["x-release"]
                seen.add((answer.status_code, served, "Another name" in answer.text))
                asked, after = asked + 1, after + (served != old)
        return asked

    with running("--releases", releases.folder) as address, ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, address) for _ in range(4)]
        new = build(Project(books), releases).release.id
        assert all(asked.result() > 50 for asked in asking)
    assert seen == {(200, old, False), (200, new, True)}


def test_the_dumps_can_be_read_by_another_engine(server: str) -> None:
    content = gzip.decompress(httpx.get(f"{server}/dumps/all.trig.gz").content)
    store = ox.Store()
    store.load(content, format=ox.RdfFormat.TRIG)
    assert len(store) > 50_000


@pytest.mark.parametrize("path", ["/id/approach/pace", "/id/passage/midlothian-2020/201", "/def"])
def test_json_ld_has_a_context_and_says_what_turtle_says(server: str, path: str) -> None:
    written = httpx.get(f"{server}{path}.jsonld").json()
    assert written["@context"]["skos"] == str(SKOS)
    one, other = (rdflib.Graph().parse(data=httpx.get(f"{server}{path}.{ending}").text,
                                       format=format)
                  for ending, format in (("jsonld", "json-ld"), ("nt", "nt")))
    assert len(one) == len(other)
    assert {triple for triple in one if not any(isinstance(t, rdflib.BNode) for t in triple)} == {
        triple for triple in other if not any(isinstance(t, rdflib.BNode) for t in triple)}


@pytest.mark.parametrize("path", [
    "/dataset", "/.well-known/void", "/.well-known/sparql-examples"])
def test_the_data_set_is_a_page_for_people_and_rdf_for_machines(server: str, path: str) -> None:
    page = httpx.get(f"{server}{path}", headers={
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    assert page.status_code == 200
    assert "How to cite it" in page.text
    assert httpx.get(f"{server}{path}").headers["content-type"].startswith("text/turtle")


def test_everything_is_there_as_triples_too(server: str, release: Release) -> None:
    content = gzip.decompress(httpx.get(f"{server}/dumps/all.nt.gz").content)
    triples = set(content.splitlines())
    quads = gzip.decompress(release.dump.read_bytes()).splitlines()
    assert triples == {line[:line.rindex(b" <")] + b" ." for line in quads}
    turtle = gzip.decompress(httpx.get(f"{server}/dumps/all.ttl.gz").content)
    assert sum(1 for _ in ox.parse(turtle, format=ox.RdfFormat.TURTLE)) == len(triples)


@pytest.mark.parametrize("media_type", ["text/csv", "text/tab-separated-values"])
def test_yes_or_no_is_no_table(server: str, media_type: str) -> None:
    answer = httpx.get(f"{server}/sparql", params={"query": "ASK {}"},
                       headers={"Accept": media_type})
    assert answer.status_code == 406
