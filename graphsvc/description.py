"""The service and its data set described for machines: SPARQL service description, DCAT, VoID."""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, URIRef

from graphsvc.build.describe import dataset_iri
from graphsvc.project import Header
from graphsvc.questions.answer import Questions
from graphsvc.questions.executables import executables
from graphsvc.release import Release
from graphsvc.vocabulary import DCAT, RDF, SD, SH, VOID, XSD

_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
)


_SERIALIZERS = {
    "text/turtle": "turtle", "application/ld+json": "json-ld", "application/n-triples": "nt",
    "application/rdf+xml": "xml",
}
_ANYWHERE = "http://service.invalid"
"""Stands for the address of the service until a request tells it."""


class ServiceDescription:
    """The description of a service over one release, made when it is first asked for."""

    def __init__(self, release: Release, header: Header, questions: Graph) -> None:
        self._release, self._header, self._questions = release, header, questions
        self._texts: dict[str, str] = {}

    @classmethod
    async def of(cls, release: Release, header: Header, questions: Questions) -> ServiceDescription:
        """The description, with every example of the questions as an executable query."""
        return cls(release, header, await executables(
            questions, f"{_ANYWHERE}/api", f"{_ANYWHERE}/sparql"))

    def write(self, media_type: str, server: str) -> bytes:
        """The description in one of the RDF formats, for the service at an address."""
        if media_type not in self._texts:
            graph = describe_service(self._release, self._header, self._questions, _ANYWHERE)
            self._texts[media_type] = graph.serialize(format=_SERIALIZERS[media_type])
        return self._texts[media_type].replace(_ANYWHERE, server).encode()


def describe_service(
    release: Release, header: Header, questions: Graph, server: str
) -> Graph:
    """Everything a machine may want to know of the service at an address (without last slash).

    The description of the release (DCAT, VoID), the SPARQL service (SPARQL 1.1 Service
    Description), prefixes (`sh:declare`) and the questions as `sh:SPARQLExecutable`.
    """
    graph = Graph().parse(release.description, format="turtle")
    graph += questions
    dataset = dataset_iri(header)
    service, default = URIRef(f"{server}/sparql"), BNode("default")
    graph.bind("sd", SD)
    for triple in (
        (service, RDF.type, SD.Service), (service, SD.endpoint, service),
        (service, SD.supportedLanguage, SD.SPARQL11Query),
        (service, SD.feature, SD.UnionDefaultGraph),
        (service, SD.defaultDataset, dataset), (service, SD.availableGraphs, dataset),
        (dataset, RDF.type, SD.Dataset), (dataset, SD.defaultGraph, default),
        (default, RDF.type, SD.Graph), (dataset, VOID.sparqlEndpoint, service),
        (dataset, DCAT.accessService, service), (service, RDF.type, DCAT.DataService),
        (service, DCAT.endpointURL, service), (service, DCAT.servesDataset, dataset),
    ):
        graph.add(triple)
    for name in _RESULT_FORMATS:
        graph.add((service, SD.resultFormat, URIRef(f"http://www.w3.org/ns/formats/{name}")))
    _name_graphs(graph, dataset)
    _declare_prefixes(graph, dataset, release.manifest["prefixes"])
    _point_at_dumps(graph, dataset, server)
    return graph


def _name_graphs(graph: Graph, dataset: URIRef) -> None:
    for number, subset in enumerate(sorted(graph.objects(dataset, VOID.subset), key=str)):
        node = BNode(f"graph{number}")
        graph.add((dataset, SD.namedGraph, node))
        graph.add((node, SD.name, subset))
        graph.add((node, SD.graph, subset))


def _declare_prefixes(graph: Graph, dataset: URIRef, prefixes: dict[str, str]) -> None:
    for prefix, namespace in prefixes.items():
        node = BNode(f"prefix-{prefix}")
        graph.add((dataset, SH.declare, node))
        graph.add((node, SH.prefix, Literal(prefix)))
        graph.add((node, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))


def _point_at_dumps(graph: Graph, dataset: URIRef, server: str) -> None:
    for distribution in graph.objects(dataset, DCAT.distribution):
        address = URIRef(f"{server}/dumps/{str(distribution).rsplit('/', 1)[1]}")
        graph.add((distribution, DCAT.downloadURL, address))
        graph.add((dataset, VOID.dataDump, address))
