"""Questions as examples for SPARQL editors: `sh:SPARQLExecutable`, as SIB's editor reads them."""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH, XSD

from graphsvc.questions.answer import Questions
from graphsvc.questions.question import Example, Question
from graphsvc.vocabulary import SCHEMA


async def executables(questions: Questions, api: str, endpoint: str) -> Graph:
    """Every example of every question, with its values bound in.

    api: address of the API, below which the examples are named; endpoint: of the SPARQL service.
    Raises UnknownName and the like for an example that the release cannot understand.
    """
    graph = Graph()
    graph.bind("sh", SH)
    graph.bind("schema", SCHEMA)
    prefixes = _prefixes(graph, questions, URIRef(f"{api}/questions#prefixes"))
    for question in questions.library:
        for index, example in enumerate(question.examples, 1):
            understood = await questions.understand(question, example.values)
            node = URIRef(f"{api}/questions/{question.name}#example-{index}")
            graph.add((node, RDF.type, SH.SPARQLExecutable))
            graph.add((node, RDF.type, SH.SPARQLSelectExecutable))
            graph.add((node, RDFS.comment, Literal(_comment(question, example), lang="en")))
            graph.add((node, SH.prefixes, prefixes))
            graph.add((node, SH.select, Literal(question.template.bind(understood))))
            graph.add((node, SCHEMA.target, URIRef(endpoint)))
            for tag in question.tags:
                graph.add((node, SCHEMA.keywords, Literal(tag)))
    return graph


def _prefixes(graph: Graph, questions: Questions, node: URIRef) -> URIRef:
    for prefix, namespace in questions.library.prefixes.items():
        declared = BNode(f"prefix-{prefix}")
        graph.add((node, SH.declare, declared))
        graph.add((declared, SH.prefix, Literal(prefix)))
        graph.add((declared, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))
    return node


def _comment(question: Question, example: Example) -> str:
    return question.title if example.title == question.title else \
        f"{question.title}: {example.title}"
