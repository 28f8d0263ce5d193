"""A release described in DCAT and VoID: what it holds, how much, under which licence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from graphsvc.release import Header
from graphsvc.sparql import construct

_MEDIA_TYPES = {".nq": "application/n-quads", ".trig": "application/trig"}
_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#", "dcterms": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#", "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#", "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def describe(
    header: Header, digest: str, union: ox.Store, graphs: Mapping[str, int], dumps: list[Path],
    rules: Mapping[str, str],
) -> bytes:
    """Describe a release (DCAT 3, VoID) in Turtle.

    union: all triples in its default graph; graphs: how many triples each named graph has;
    rules: graph of derived facts -> name of its rule.
    """
    found = [*_description(header, digest), *_partitions(header, union),
             *_subsets(header, graphs, rules),
             *(triple for dump in dumps for triple in _distribution(header, digest, dump))]
    return ox.serialize(sorted(set(found), key=str), format=ox.RdfFormat.TURTLE,
                        prefixes=_PREFIXES) or b""


def _description(header: Header, digest: str) -> Iterator[ox.Triple]:
    return construct(
        "dataset", dataset=ox.NamedNode(header.dataset),
        title=ox.Literal(header.title, language="en"),
        description=ox.Literal(header.description, language="en"),
        licence=_named(header.licence), creator=_named(header.creator),
        digest=ox.Literal(digest), version=ox.Literal(header.version),
        base=ox.Literal(header.base), ontology=ox.NamedNode(header.iri))


def _named(text: str) -> ox.NamedNode | ox.Literal:
    """A thing by its IRI, or what it is called."""
    try:
        return ox.NamedNode(text)
    except ValueError:
        return ox.Literal(text)


def _partitions(header: Header, union: ox.Store) -> Iterator[ox.Triple]:
    return construct("partitions", union, dataset=ox.NamedNode(header.dataset))


def _subsets(
    header: Header, graphs: Mapping[str, int], rules: Mapping[str, str]
) -> Iterator[ox.Triple]:
    dataset = ox.NamedNode(header.dataset)
    for name, triples in graphs.items():
        graph = ox.NamedNode(name)
        yield from construct("subset", dataset=dataset, graph=graph, triples=ox.Literal(triples))
        if name in rules:
            yield from construct(
                "derived-subset", dataset=dataset, graph=graph, description=ox.Literal(
                    f"Derived by the rule {rules[name]}; can be dropped and rebuilt.",
                    language="en"))


def _distribution(header: Header, digest: str, dump: Path) -> Iterator[ox.Triple]:
    content = dump.read_bytes()
    node = f"{header.dataset}/{digest}/{dump.name}"
    media_type = _MEDIA_TYPES[Path(dump.stem).suffix]
    return construct(
        "distribution", dataset=ox.NamedNode(header.dataset), dump=ox.NamedNode(node),
        name=ox.Literal(dump.name), bytes=ox.Literal(len(content)),
        type=ox.NamedNode(f"https://www.iana.org/assignments/media-types/{media_type}"),
        checksum=ox.NamedNode(f"{node}#sha256"),
        sha256=ox.Literal(hashlib.sha256(content).hexdigest()))
