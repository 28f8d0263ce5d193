"""What catalogues and archives check of the descriptions, by their own rules and tools."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCAT, RDF

from graphsvc.release import Release

pytestmark = pytest.mark.slow
SHAPES = Path(__file__).parent / "dcat-ap.ttl"


def described(server: str, path: str) -> rdflib.Graph:
    answer = httpx.get(server + path, headers={"Accept": "text/turtle"})
    return rdflib.Graph().parse(data=answer.text, format="turtle")


def test_the_data_set_is_as_dcat_ap_3_wants_it(server: str) -> None:
    found = described(server, "/dataset")
    assert {found.value(None, RDF.type, kind) is not None for kind in (
        DCAT.Catalog, DCAT.Dataset, DCAT.Distribution, DCAT.DataService)} == {True}
    conforms, _, report = pyshacl.validate(found, shacl_graph=str(SHAPES))
    assert conforms, report


def test_a_description_that_lacks_something_is_found(server: str) -> None:
    found = described(server, "/dataset")
    for property_ in (DCAT.accessURL, DCAT.contactPoint, rdflib.DCTERMS.spatial):
        less = rdflib.Graph() + found
        less.remove((None, property_, None))
        assert not pyshacl.validate(less, shacl_graph=str(SHAPES))[0]


def test_parts_of_the_description_are_small_and_lead_to_one_another(server: str) -> None:
    sizes = {}
    for path in ("/dataset", "/sparql", "/.well-known/void", "/.well-known/sparql-examples"):
        answer = httpx.get(server + path, headers={"Accept": "text/turtle"})
        sizes[path] = len(answer.content)
        if path != "/.well-known/sparql-examples":
            led = {str(node) for node in rdflib.Graph().parse(data=answer.text).objects(
                None, rdflib.RDFS.seeAlso)}
            assert led
            assert all(httpx.head(node).is_success for node in led if node.startswith(server))
    assert list(sizes.values()) == sorted(sizes.values())[:2] + list(sizes.values())[2:]
    assert sizes["/dataset"] < 20_000 and sizes["/sparql"] < 60_000


def test_croissant_has_no_mistake(server: str, tmp_path: Path) -> None:
    """Its one warning is that a release is named by a digest, not by MAJOR.MINOR.PATCH."""
    croissant = pytest.importorskip("mlcroissant")
    path = tmp_path / "croissant.json"
    path.write_bytes(httpx.get(f"{server}/archive/croissant.json").content)
    issues = croissant.Dataset(jsonld=path).metadata.ctx.issues
    assert not issues.errors
    assert all("MAJOR.MINOR.PATCH" in str(warning) for warning in issues.warnings)


def test_the_ontology_is_documented_with_its_shapes_and_mappings(
    server: str, release: Release
) -> None:
    page = httpx.get(f"{server}/def", headers={"Accept": "text/html"}).text
    for heading in ("Classes as a tree", "Diagram", "Properties", "Vocabularies", "Shapes"):
        assert f">{heading}</h2>" in page
    assert httpx.get(f"{server}/export/ontology.svg").headers["content-type"] == "image/svg+xml"
    shapes = described(server, "/shapes")
    assert len(set(shapes.subjects(RDF.type, rdflib.SH.NodeShape))) > 30
    for path in release.shapes:
        assert httpx.get(f"{server}/shapes/{path.name}").content == path.read_bytes()
    lines = httpx.get(f"{server}/dumps/mappings.sssom.tsv").text.splitlines()
    (prefixes,) = (json.loads(line.partition(" ")[2]) for line in lines
                   if line.startswith("#curie_map:"))
    assert len(prefixes) == len(set(prefixes.values()))
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert rows[0][:3] == ["subject_id", "subject_label", "predicate_id"]
    assert {term.partition(":")[0] for row in rows[1:] for term in (row[0], *row[2:])} <= {
        *prefixes, "http", "https"}
    assert ["unit:percent", "per cent", "skos:exactMatch", "http://qudt.org/vocab/unit/PERCENT",
            "semapv:ManualMappingCuration"] in rows


def test_every_own_property_says_of_what_it_is_and_where_it_leads(
    server: str, release: Release
) -> None:
    ontology = described(server, "/def")
    kinds = (rdflib.OWL.ObjectProperty, rdflib.OWL.DatatypeProperty)
    own = {term for kind in kinds for term in ontology.subjects(RDF.type, kind)
           if term.startswith(release.header.namespace)}
    schema = rdflib.Namespace("https://schema.org/")
    for either in ((rdflib.RDFS.domain, schema.domainIncludes),
                   (rdflib.RDFS.range, schema.rangeIncludes)):
        said = {term for property_ in either for term in ontology.subjects(property_)}
        assert own - said == set()
