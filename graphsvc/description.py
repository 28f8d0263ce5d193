"""The service and its data set described for machines: SPARQL service description, DCAT, VoID."""

from __future__ import annotations

from functools import cached_property, lru_cache

import pyoxigraph as ox

from graphsvc.formats import BY_MEDIA_TYPE
from graphsvc.questions.answer import Questions
from graphsvc.questions.executables import executables
from graphsvc.release import Header, Release
from graphsvc.sparql import construct
from graphsvc.vocabulary import DCAT, DCTERMS, SCHEMA, SD, SH, VOID, XSD

_ANYWHERE = "http://service.invalid"
"""In place of the address of the service until a request names it; service-parts.rq has it too."""
_PREFIXES = {"dcat": str(DCAT), "dcterms": str(DCTERMS), "schema": str(SCHEMA), "sd": str(SD),
             "sh": str(SH), "void": str(VOID)}

_ANY_URI = ox.NamedNode(str(XSD.anyURI))


class ServiceDescription:
    """The description of a service over one release, made when it is first asked for.

    It has the description of the release (DCAT, VoID), the SPARQL service (SPARQL 1.1 Service
    Description), prefixes (`sh:declare`) and the questions as `sh:SPARQLExecutable`.
    """

    def __init__(self, release: Release, header: Header, questions: bytes) -> None:
        self._release, self._header, self._questions = release, header, questions
        self._text = lru_cache(maxsize=len(BY_MEDIA_TYPE))(self._serialized)

    @classmethod
    async def of(cls, release: Release, header: Header, questions: Questions) -> ServiceDescription:
        """The description, with every example of the questions as an executable query."""
        found = await executables(questions, f"{_ANYWHERE}/api", f"{_ANYWHERE}/sparql")
        return cls(release, header, found.serialize(format="nt", encoding="utf-8"))

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
        store.extend(ox.parse(self._questions, format=ox.RdfFormat.N_TRIPLES))
        found = {*construct("service", dataset=dataset, default=ox.BlankNode("default"),
                            service=ox.NamedNode(f"{_ANYWHERE}/sparql")),
                 *construct("service-parts", store, dataset=dataset)}
        for prefix, namespace in self._release.manifest["prefixes"].items():
            found |= {*construct(
                "prefix", owner=dataset, node=ox.BlankNode(f"prefix-{prefix}"),
                prefix=ox.Literal(prefix),
                namespace=ox.Literal(namespace, datatype=_ANY_URI))}
        return sorted({*(quad.triple for quad in store), *found}, key=str)

