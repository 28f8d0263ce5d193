"""What catalogues and archives check of the descriptions, by their own rules and tools."""

from __future__ import annotations

from pathlib import Path

import httpx
import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCAT, RDF

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
