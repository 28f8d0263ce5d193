"""The service and its data set described for machines: SPARQL service description, DCAT, VoID."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

import pyoxigraph as ox

from graphsvc.formats import BY_MEDIA_TYPE
from graphsvc.questions.answer import Questions
from graphsvc.release import Header, Release
from graphsvc.sparql import construct
from graphsvc.vocabulary import DCAT, DCTERMS, SCHEMA, SD, SH, VOID, XSD

_ANYWHERE = "http://service.invalid"
"""In place of the address of the service until a request names it; service-parts.rq has it too."""
_PREFIXES = {"dcat": str(DCAT), "dcterms": str(DCTERMS), "schema": str(SCHEMA), "sd": str(SD),
             "sh": str(SH), "void": str(VOID)}
_ANY_URI, _KEYWORDS = ox.NamedNode(str(XSD.anyURI)), ox.NamedNode(str(SCHEMA.keywords))
_SERVICE = ox.NamedNode(f"{_ANYWHERE}/sparql")


class ServiceDescription:
    """The description of a service over one release, made when it is first asked for.

    It has the description of the release (DCAT, VoID), the SPARQL service (SPARQL 1.1 Service
    Description), prefixes (`sh:declare`) and the questions as `sh:SPARQLExecutable`.
    """

    def __init__(self, release: Release, header: Header, questions: set[ox.Triple]) -> None:
        self._release, self._header, self._questions = release, header, questions
        self._text = lru_cache(maxsize=len(BY_MEDIA_TYPE))(self._serialized)

    @classmethod
    async def of(cls, release: Release, header: Header, questions: Questions) -> ServiceDescription:
        """The description, with every example of the questions as an executable query."""
        return cls(release, header, await executables(questions))

    def write(self, media_type: str, server: str) -> bytes:
        """The description in one of the RDF formats, for the service at an address."""
        return self._text(media_type).replace(_ANYWHERE.encode(), server.encode())

    def _serialized(self, media_type: str) -> bytes:
        format_ = BY_MEDIA_TYPE[media_type].rdf
        return ox.serialize(self._triples, format=format_, prefixes=_PREFIXES) or b""

    @cached_property
    def _triples(self) -> list[ox.Triple]:
        store, dataset = ox.Store(), ox.NamedNode(self._header.dataset)
        store.extend(ox.parse(path=self._release.description, format=ox.RdfFormat.TURTLE))
        found = {*self._questions,
                 *construct("service", dataset=dataset, default=ox.BlankNode("default"),
                            service=_SERVICE),
                 *construct("service-parts", store, dataset=dataset),
                 *_declared(dataset, self._release.manifest["prefixes"])}
        return sorted({*(quad.triple for quad in store), *found}, key=str)


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
