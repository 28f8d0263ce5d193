"""Questions of the tests to the release, in SPARQL."""

from __future__ import annotations

from rdflib import RDFS, SKOS

from graphsvc.release import Release

JI = "https://w3id.org/joint-inspections/def#"
PREFIXES = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ji: <{JI}>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <{RDFS}>
PREFIX sdmx: <http://purl.org/linked-data/sdmx/2009/measure#>
PREFIX skos: <{SKOS}>
"""


def ask(release: Release, query: str) -> list[tuple[str, ...]]:
    """The values of the rows of a query; an empty text for none."""
    rows = release.store().query(PREFIXES + query, use_default_graph_as_union=True)
    return [tuple("" if term is None else term.value for term in row) for row in rows]
