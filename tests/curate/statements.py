"""Statements of the curated files as the records that curating passes around."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from graphsvc.curate.records import Draft, Value
from graphsvc.curate.statement import EVIDENCE, TYPE
from graphsvc.project import Project
from graphsvc.sources.turtle import Triple, read_turtle


def drafts_of(project: Project, path: Path, document: str) -> list[Draft]:
    """The things that a file describes, without those that have nameless parts or that it only adds
    to, in its order."""
    things: dict[str, list[Triple]] = {}
    for triple in read_turtle(path).triples:
        if isinstance(triple[0], ox.NamedNode):
            things.setdefault(triple[0].value, []).append(triple)
    return [_draft(project, document, triples) for triples in things.values()
            if any(link == TYPE for _, link, _ in triples)
            and not any(isinstance(value, ox.BlankNode) for _, _, value in triples)]


def _draft(project: Project, document: str, triples: list[Triple]) -> Draft:
    own = f"{project.header.base}passage/{document}/"
    kinds = [value.value for _, link, value in triples if link == TYPE]
    values = [_value(link, value) for _, link, value in triples if (link, value.value) != (
        TYPE, kinds[0]) and not (link == EVIDENCE and value.value.startswith(own))]
    passages = [int(value.value.removeprefix(own)) for _, link, value in triples
                if link == EVIDENCE and value.value.startswith(own)]
    return Draft(document=document, kind=kinds[0], iri=triples[0][0].value,
                 values=tuple(values), passages=tuple(passages))


def _value(link: ox.NamedNode, value: ox.NamedNode | ox.BlankNode | ox.Literal) -> Value:
    assert not isinstance(value, ox.BlankNode)
    if isinstance(value, ox.NamedNode):
        return Value(property=link.value, iri=value.value)
    return Value(property=link.value, text=value.value, language=value.language,
                 datatype=None if value.language else value.datatype.value)
