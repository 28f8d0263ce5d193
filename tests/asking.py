"""Questions of the tests to the release, in SPARQL."""

from __future__ import annotations

import gzip
from functools import lru_cache

import pyoxigraph as ox
from rdflib import RDFS, SKOS

from graphsvc.engine.evaluation import fill_default_graph
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


@lru_cache(maxsize=4)
def store_of(release: Release) -> ox.Store:
    """All that a release says, in its graphs and in the default graph."""
    store = ox.Store()
    store.bulk_load(gzip.decompress(release.dump.read_bytes()), ox.RdfFormat.N_QUADS)
    fill_default_graph(store)
    return store


def ask(release: Release, query: str) -> list[tuple[str, ...]]:
    """The values of the rows of a query; an empty text for none."""
    rows = store_of(release).query(PREFIXES + query)
    return [tuple("" if term is None else term.value for term in row) for row in rows]
