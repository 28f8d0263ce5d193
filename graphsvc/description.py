"""A release, and the service over it, described for machines: DCAT, VoID, SPARQL service."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

from graphsvc.formats import BY_MEDIA_TYPE, GRAPH_FORMATS, file_type
from graphsvc.questions.answer import Questions
from graphsvc.release import Header, Release
from graphsvc.sparql import construct
from graphsvc.vocabulary import DCAT, DCTERMS, OWL, PROV, SCHEMA, SD, SH, VOID, XSD

_ANYWHERE = "http://service.invalid"
"""In place of the address of the service until a request names it; service-parts.rq has it too."""
_PREFIXES = {
    "dcat": str(DCAT), "dcterms": str(DCTERMS), "owl": str(OWL), "prov": str(PROV),
    "schema": str(SCHEMA), "sd": str(SD), "sh": str(SH), "spdx": "http://spdx.org/rdf/terms#",
    "void": str(VOID), "voidext": "http://ldf.fi/void-ext#", "xsd": str(XSD),
}
_ANY_URI, _KEYWORDS = ox.NamedNode(XSD.anyURI), ox.NamedNode(SCHEMA.keywords)
_BYTES, _HEX, _MOMENT = (ox.NamedNode(str(kind)) for kind in (
    XSD.nonNegativeInteger, XSD.hexBinary, XSD.dateTime))
_SERVICE = ox.NamedNode(f"{_ANYWHERE}/sparql")
_PACKED = {".gz": DCAT.compressFormat, ".zip": DCAT.packageFormat}
_REGISTERED = "https://www.iana.org/assignments/media-types"
_MEDIA_TYPES = {f".{format.name}": format.media_type for format in GRAPH_FORMATS}


def describe_release(
    header: Header, digest: str, dumps: list[Path], catalogue: Iterable[ox.Triple] = (),
) -> bytes:
    """Describe a release for catalogues (DCAT 3), in Turtle.

    dumps: the files with all of it; catalogue: what the project says for catalogues.
    """
    return _serialized({
        *construct("dataset", **_facts(header), digest=ox.Literal(digest)), *catalogue,
        *(triple for dump in dumps for triple in _distribution(header, digest, dump)),
    }, ox.RdfFormat.TURTLE)


def describe_content(
    header: Header, union: ox.Store, graphs: Mapping[str, int], rules: Mapping[str, str],
) -> bytes:
    """Describe what a release holds (VoID), in Turtle.

    union: all triples in its default graph; graphs: how many triples each named graph has;
    rules: graph of derived facts -> name of its rule.
    """
    dataset = ox.NamedNode(header.dataset)
    found = {*construct("void", **_facts(header)), *construct("partitions", union, dataset=dataset)}
    for name, triples in graphs.items():
        graph = ox.NamedNode(name)
        found |= {*construct("subset", dataset=dataset, graph=graph, triples=ox.Literal(triples))}
        if name in rules:
            derived = f"Derived by the rule {rules[name]}; can be dropped and rebuilt."
            found |= {*construct("derived-subset", dataset=dataset, graph=graph,
                                 description=ox.Literal(derived, language="en"))}
    return _serialized(found, ox.RdfFormat.TURTLE)


def _facts(header: Header) -> dict[str, ox.NamedNode | ox.BlankNode | ox.Literal]:
    """What the header says, as the queries name it."""
    return {"dataset": ox.NamedNode(header.dataset),
            "title": ox.Literal(header.title, language="en"),
            "description": ox.Literal(header.description, language="en"),
            "licence": _named(header.licence), "creator": _named(header.creator),
            "base": ox.Literal(header.base), "ontology": ox.NamedNode(header.iri)}


def _named(text: str) -> ox.NamedNode | ox.Literal:
    """A thing by its IRI, or what it is called."""
    try:
        return ox.NamedNode(text)
    except ValueError:
        return ox.Literal(text)


def _distribution(header: Header, digest: str, dump: Path) -> list[ox.Triple]:
    content, packing = dump.read_bytes(), {}
    node, media_type = f"{header.dataset}/{digest}/{dump.name}", file_type(dump.name)
    if dump.suffix in _PACKED:
        packing = {"packing": ox.NamedNode(_PACKED[dump.suffix]),
                   "packed": ox.NamedNode(f"{_REGISTERED}/{media_type}")}
        media_type = _MEDIA_TYPES.get(Path(dump.stem).suffix, "text/csv")
    found = construct(
        "distribution", dataset=ox.NamedNode(header.dataset), dump=ox.NamedNode(node),
        name=ox.Literal(dump.name), licence=_named(header.licence),
        type=ox.NamedNode(f"{_REGISTERED}/{media_type}"), **packing,
        checksum=ox.NamedNode(f"{node}#sha256"),
        sha256=ox.Literal(hashlib.sha256(content).hexdigest(), datatype=_HEX))
    # SPARQL would make any whole number an xsd:integer.
    size = ox.Literal(str(len(content)), datatype=_BYTES)
    return [*found, ox.Triple(ox.NamedNode(node), ox.NamedNode(DCAT.byteSize), size)]


def _serialized(triples: Iterable[ox.Triple], format_: ox.RdfFormat | None) -> bytes:
    """The same bytes for the same triples: blank nodes are named canonically (RDFC-1.0)."""
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    found = sorted((quad.triple for quad in dataset), key=str)
    return ox.serialize(found, format=format_, prefixes=_PREFIXES) or b""


Part = Literal["dataset", "void", "sparql", "examples"]
"""What is described: the data set and its files for catalogues; its content; the SPARQL service
with the prefixes; the questions as queries. Each says where the others are."""


class ServiceDescription:
    """The description of a service over one release, made when it is first asked for.

    The data set (DCAT), its content (VoID), the SPARQL service (SPARQL 1.1 Service Description)
    with prefixes (`sh:declare`), and the questions as `sh:SPARQLExecutable`.
    """

    def __init__(self, release: Release, header: Header, questions: set[ox.Triple]) -> None:
        self._release, self._header, self._questions = release, header, questions
        self._text = lru_cache(4 * len(BY_MEDIA_TYPE))(lambda media_type, part: _serialized(
            self._triples(part), BY_MEDIA_TYPE[media_type].rdf))

    @classmethod
    async def of(cls, release: Release, header: Header, questions: Questions) -> ServiceDescription:
        """The description, with every example of the questions as an executable query."""
        return cls(release, header, await executables(questions))

    def write(self, part: Part, media_type: str, server: str) -> bytes:
        """A part of the description in one of the RDF formats, for the service at an address."""
        return self._text(media_type, part).replace(_ANYWHERE.encode(), server.encode())

    def _triples(self, part: Part) -> set[ox.Triple]:
        if part == "examples":
            return self._questions
        title, facts = self._header.title, _facts(self._header)
        facts |= {
            "default": ox.BlankNode("default"), "service": _SERVICE,
            "access": ox.NamedNode(f"{self._header.dataset}/{self._release.id}/sparql"),
            "built": ox.Literal(self._release.manifest["built"], datatype=_MOMENT),
            "sparql": ox.Literal(f"SPARQL: {title}", language="en"),
            "api": ox.Literal(f"Questions: {title}", language="en")}
        path = self._release.description if part == "dataset" else self._release.content
        written = list(ox.parse(path=path, format=ox.RdfFormat.TURTLE))
        store = ox.Store()
        store.extend(written)
        if part == "sparql":
            prefixes = self._release.manifest["prefixes"]
            return {*construct("service", store, **facts),
                    *_declared(ox.NamedNode(self._header.dataset), prefixes)}
        own = construct("service-parts" if part == "dataset" else "void-parts", store, **facts)
        return {*own, *(quad.triple for quad in written)}


async def executables(questions: Questions) -> set[ox.Triple]:
    """Every example of every question as `sh:SPARQLExecutable`, as SPARQL editors read them.

    Raises UnknownName and the like for an example that the release cannot understand.
    """
    api = f"{_ANYWHERE}/api/questions"
    prefixes = ox.NamedNode(f"{api}#prefixes")
    found = set(_declared(prefixes, questions.library.prefixes))
    for question in questions.library:
        for number, example in enumerate(question.examples, 1):
            node = ox.NamedNode(f"{api}/{question.name}#example-{number}")
            understood = await questions.understand(question, example.values)
            titles = dict.fromkeys((question.title, example.title))
            found |= {*construct(
                "executable", node=node, prefixes=prefixes, service=_SERVICE,
                comment=ox.Literal(": ".join(titles), language="en"),
                select=ox.Literal(question.template.bind(understood)))}
            found |= {ox.Triple(node, _KEYWORDS, ox.Literal(tag)) for tag in question.tags}
    return found


def _declared(owner: ox.NamedNode, prefixes: Mapping[str, str]) -> Iterator[ox.Triple]:
    """The prefixes that queries may use, declared by an owner."""
    for prefix, namespace in prefixes.items():
        yield from construct(
            "prefix", owner=owner, node=ox.BlankNode(f"prefix-{prefix}"),
            prefix=ox.Literal(prefix), namespace=ox.Literal(namespace, datatype=_ANY_URI))
