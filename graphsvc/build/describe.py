"""A release described in DCAT and VoID: what it holds, how much, under which licence."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib import BNode, Graph, Literal, URIRef

from graphsvc.project import Header
from graphsvc.sparql import own_query
from graphsvc.vocabulary import DCAT, DCTERMS, OWL, PROV, RDF, VOID, XSD

SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
_MEDIA_TYPES = {".nq": "application/n-quads", ".trig": "application/trig"}


def dataset_iri(header: Header) -> URIRef:
    """The IRI of the data set that all releases are versions of."""
    return URIRef(f"{header.root}dataset")


def describe(
    header: Header, digest: str, store: ox.Store, dumps: list[Path], rules: dict[str, str]
) -> Graph:
    """Describe a release (DCAT 3, VoID). rules: graph of derived facts -> name of its rule."""
    graph = Graph()
    for prefix, namespace in {"dcat": DCAT, "void": VOID, "spdx": SPDX, "prov": PROV}.items():
        graph.bind(prefix, namespace)
    dataset = dataset_iri(header)
    facts: dict[URIRef, list[URIRef | Literal]] = {
        RDF.type: [DCAT.Dataset, VOID.Dataset],
        DCTERMS.title: [Literal(header.title, "en")],
        DCTERMS.description: [Literal(header.description, "en")],
        DCTERMS.license: [URIRef(header.licence)],
        DCTERMS.creator: [URIRef(header.creator)],
        DCTERMS.identifier: [Literal(digest)],
        URIRef(f"{DCAT}version"): [Literal(digest)],
        VOID.uriSpace: [Literal(header.base)],
        VOID.vocabulary: [URIRef(header.iri)],
        OWL.versionInfo: [Literal(header.version)],
    }
    for predicate, values in facts.items():
        for value in values:
            graph.add((dataset, predicate, value))
    _partitions(graph, dataset, store)
    _subsets(graph, dataset, store, rules)
    for dump in dumps:
        _distribution(graph, dataset, digest, dump)
    return graph


def _select(store: ox.Store, name: str) -> list[list[ox.NamedNode]]:
    rows = store.query(own_query(name))
    assert isinstance(rows, ox.QuerySolutions)
    return [list(row) for row in rows]


def _number(value: object) -> Literal:
    return Literal(int(str(value)), datatype=XSD.integer)


def _partitions(graph: Graph, dataset: URIRef, store: ox.Store) -> None:
    classes: dict[str, BNode] = {}
    for number, (kind, entities) in enumerate(_select(store, "class-partitions")):
        node = classes[kind.value] = BNode(f"class{number}")
        graph.add((dataset, VOID.classPartition, node))
        graph.add((node, VOID["class"], URIRef(kind.value)))
        graph.add((node, VOID.entities, _number(entities.value)))
    total = 0
    for number, (property_, triples) in enumerate(_select(store, "property-partitions")):
        total += int(triples.value)
        _property(graph, dataset, BNode(f"property{number}"), property_.value, triples.value)
    for number, (kind, property_, triples) in enumerate(_select(store, "class-properties")):
        _property(graph, classes[kind.value], BNode(f"part{number}"), property_.value,
                  triples.value)
    graph.add((dataset, VOID.triples, _number(total)))
    graph.add((dataset, VOID.classes, _number(len(classes))))


def _property(
    graph: Graph, owner: URIRef | BNode, node: BNode, property_: str, triples: str
) -> None:
    graph.add((owner, VOID.propertyPartition, node))
    graph.add((node, VOID.property, URIRef(property_)))
    graph.add((node, VOID.triples, _number(triples)))


def _subsets(graph: Graph, dataset: URIRef, store: ox.Store, rules: dict[str, str]) -> None:
    for name, triples in _select(store, "graph-sizes"):
        subset = URIRef(name.value)
        graph.add((dataset, VOID.subset, subset))
        graph.add((subset, RDF.type, VOID.Dataset))
        graph.add((subset, VOID.triples, _number(triples.value)))
        if name.value in rules:
            graph.add((subset, PROV.wasDerivedFrom, dataset))
            graph.add((subset, DCTERMS.description, Literal(
                f"Derived by the rule {rules[name.value]}; can be dropped and rebuilt.", "en")))


def _distribution(graph: Graph, dataset: URIRef, digest: str, dump: Path) -> None:
    node = URIRef(f"{dataset}/{digest}/{dump.name}")
    checksum = URIRef(f"{node}#sha256")
    with dump.open("rb") as file:
        digest_of_dump = hashlib.file_digest(file, "sha256").hexdigest()
    media_type = _MEDIA_TYPES[Path(dump.stem).suffix]
    for subject, predicate, value in (
        (dataset, DCAT.distribution, node), (node, RDF.type, DCAT.Distribution),
        (node, DCTERMS.title, Literal(dump.name)),
        (node, DCAT.mediaType, URIRef(f"https://www.iana.org/assignments/media-types/{media_type}")),
        (node, DCAT.compressFormat,
         URIRef("https://www.iana.org/assignments/media-types/application/gzip")),
        (node, DCAT.byteSize, Literal(dump.stat().st_size)), (node, SPDX.checksum, checksum),
        (checksum, RDF.type, SPDX.Checksum),
        (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
        (checksum, SPDX.checksumValue, Literal(digest_of_dump)),
    ):
        graph.add((subject, predicate, value))
