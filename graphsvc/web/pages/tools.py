"""The pages with a bundle of their own: the SPARQL editor and the explorer of links.

Both work without it: the editor as a plain form, the explorer as a list.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any, NamedTuple

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.export import FORMATS
from graphsvc.questions.table import Row
from graphsvc.questions.template import Template
from graphsvc.sparql import own_query
from graphsvc.vocabulary import PROV, RDF, RDFS, SKOS
from graphsvc.web.pages.context import Link, PageContext, check_names, first_of
from graphsvc.web.request import Pairs, given_of

_MOST = 400
"""Links that one step of the explorer shows."""
_LEFT_OUT = {str(iri) for iri in (RDF.type, RDFS.label, PROV.wasDerivedFrom, SKOS.narrower)}


class Edge(NamedTuple):
    """A link between the thing and another. outward: whether it leads from the thing."""

    property_: str
    other: str
    outward: bool


async def editor_page(context: PageContext, pairs: Pairs) -> str:
    """The editor with the query that an address asks for, else with a first example.

    Raises what understanding a question raises, and GraphsvcError for other parameters.
    """
    query = await _query(context, pairs)
    return await context.render("editor.html", lambda: {
        "query": query or own_query("first"), "given": bool(query)})


async def _query(context: PageContext, pairs: Pairs) -> str:
    """The query to begin with, if the address asks for one.

    The first `question` names a question, whose parameters all other pairs are, even where one of
    them has that name too; `thing` names a thing.
    """
    at = next((at for at, (name, _) in enumerate(pairs) if name == "question"), None)
    if at is not None:
        question = context.questions.library.get(pairs[at][1])
        given = given_of([*pairs[:at], *pairs[at + 1:]])
        understood = await context.questions.understand(question, given)
        return question.template.bind(understood).strip() + "\n"
    check_names("The editor", pairs, ("thing",),
                "question (with the question's parameters) and thing")
    if not pairs:
        return ""
    thing = await context.find(pairs[0][1])
    return Template(own_query("about")).bind({"thing": [NamedNode(thing)]})


async def editor_terms(context: PageContext, pairs: Pairs) -> Response:
    """Classes and properties with their meaning, the most used classes first, for completion."""
    found: dict[str, list[dict[str, str]]] = {"classes": [], "properties": []}
    for term in sorted(context.terms.terms.values(),
                       key=lambda term: (-context.sizes.get(term.iri, 0), term.label)):
        found["classes" if term.is_class else "properties"].append(
            {"iri": term.iri, "name": context.curie(term.iri), "label": term.label,
             "comment": term.comment})
    return JSONResponse(found)


async def explore_page(context: PageContext, pairs: Pairs) -> str:
    """A thing with its links; without a thing, where to begin.

    Raises UnknownName or AmbiguousName, and what the engine raises.
    """
    found = await _around(context, pairs)
    return await context.render(
        "explore.html", lambda: _explorer(context, *found) if found else None)


async def links(context: PageContext, pairs: Pairs) -> Response:
    """A thing's links as JSON. Raises as `explore_page`, and GraphsvcError without a thing."""
    found = await _around(context, pairs)
    if found is None:
        raise GraphsvcError("No thing was given whose links to list.",
                            hint="Name a thing with `thing`.")
    return await context.json(_as_json, context, *found)


async def _around(context: PageContext, pairs: Pairs) -> tuple[str, list[Edge]] | None:
    """The thing that an address names, if it names one, with its links."""
    check_names("The explorer", pairs, ("thing",), "thing")
    name = first_of(pairs, "thing")
    if name is None:
        return None
    iri = await context.find(name)
    facts, referrers = await asyncio.gather(*(
        context.fetch(query, NamedNode(iri)) for query in ("thing-facts", "thing-referrers")))
    rows: list[tuple[Row, bool]] = [(row[1:], True) for row in facts.rows]
    rows += [(row, False) for row in referrers.rows]
    return iri, await run_in_threadpool(_edges, context, iri, rows)


def _edges(context: PageContext, iri: str, rows: list[tuple[Row, bool]]) -> list[Edge]:
    """The links, outward ones first, in alphabetical order."""
    edges = {Edge(property_.value, other.value, outward) for (property_, other), outward in rows
             if property_ is not None and isinstance(other, NamedNode) and other.value != iri
             and property_.value not in _LEFT_OUT
             and not context.terms.term(property_.value).quiet
             and context.path(other.value) is not None}
    return sorted(edges, key=lambda edge: (
        not edge.outward, context.label(edge.property_), context.label(edge.other), edge.other))


def _explorer(context: PageContext, iri: str, edges: list[Edge]) -> dict[str, Any]:
    groups: dict[tuple[str, bool], list[Link]] = defaultdict(list)
    for edge in edges[:_MOST]:
        groups[context.label(edge.property_), edge.outward].append(context.link(edge.other))
    return {
        "thing": context.link(iri), "name": context.curie(iri), "total": len(edges),
        "shown": len(edges[:_MOST]), "groups": groups, "formats": FORMATS}


def _as_json(context: PageContext, iri: str, edges: list[Edge]) -> dict[str, Any]:
    """The links as nodes and edges."""
    shown = edges[:_MOST]
    iris = list(dict.fromkeys([iri, *(edge.other for edge in shown)]))
    known = context.index.entries(iris)
    classes = {one: entry.kind for one, entry in known.items() if entry.kind}
    return {
        "release": context.release, "thing": iri, "total": len(edges),
        "nodes": [{"id": one, "name": context.curie(one), "label": context.label(one),
                   "href": context.path(one),
                   "kind": context.terms.term(classes[one]).label if one in classes else "other"}
                  for one in iris],
        "edges": [{"source": iri if edge.outward else edge.other,
                   "target": edge.other if edge.outward else iri,
                   "property": edge.property_, "label": context.label(edge.property_)}
                  for edge in shown],
    }
