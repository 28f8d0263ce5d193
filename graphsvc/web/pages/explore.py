"""The explorer: a thing with its links, as a list, and as JSON for the drawing."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.export import FORMATS
from graphsvc.questions.table import Table
from graphsvc.vocabulary import PROV, RDF, RDFS, SKOS
from graphsvc.web.pages.context import Link, PageContext, Pairs, first_of

_MOST = 400
"""Links that one step shows."""
_VIEW = "selection"
"""The view that exports what has been drawn."""
_LEFT_OUT = {str(iri) for iri in (RDF.type, RDFS.label, PROV.wasDerivedFrom, SKOS.narrower)}


@dataclass(frozen=True)
class Edge:
    """A link between the thing and another. outward: whether it leads from the thing."""

    other: str
    property_: str
    outward: bool


async def explore_page(context: PageContext, pairs: Pairs) -> str:
    """A thing with its links; without a thing, where to begin.

    Raises UnknownName or AmbiguousName, and what the engine raises.
    """
    name = _thing_in(pairs)
    if name is None:
        return await context.render("explore.html", "/explore", lambda: None)
    iri = await context.find(name)
    tables = await _fetch(context, iri)
    return await context.render("explore.html", "/explore", _explorer, context, iri, *tables)


async def links(context: PageContext, pairs: Pairs) -> Response:
    """A thing's links as JSON. Raises as `explore_page`, and GraphsvcError without a thing."""
    name = _thing_in(pairs)
    if name is None:
        raise GraphsvcError("No thing was given whose links to list.",
                            hint="Name a thing with `thing`.")
    iri = await context.find(name)
    tables = await _fetch(context, iri)
    return JSONResponse(await run_in_threadpool(_as_json, context, iri, *tables))


def _thing_in(pairs: Pairs) -> str | None:
    if wrong := next((name for name, _ in pairs if name != "thing"), None):
        raise GraphsvcError(f"The explorer has no parameter `{wrong[:80]}`.",
                            hint="It has thing.")
    return first_of(pairs, "thing")


async def _fetch(context: PageContext, iri: str) -> tuple[Table, Table]:
    """What the thing says, and what refers to it."""
    node = NamedNode(iri)
    return await asyncio.gather(
        context.fetch("thing-facts", node), context.fetch("thing-referrers", node))


def _edges(context: PageContext, iri: str, facts: Table, referrers: Table) -> list[Edge]:
    """The links, outward ones first, in alphabetical order."""
    found = [(property_, other, True) for _, property_, other in facts.rows]
    found += [(property_, other, False) for property_, other in referrers.rows]
    edges = {Edge(other.value, property_.value, outward) for property_, other, outward in found
             if property_ is not None and isinstance(other, NamedNode) and other.value != iri
             and property_.value not in _LEFT_OUT
             and not context.terms.term(property_.value).quiet
             and context.path(other.value) is not None}
    return sorted(edges, key=lambda edge: (
        not edge.outward, context.label(edge.property_), context.label(edge.other), edge.other))


def _explorer(context: PageContext, iri: str, facts: Table, referrers: Table) -> dict[str, Any]:
    edges = _edges(context, iri, facts, referrers)
    groups: dict[tuple[str, bool], list[Link]] = defaultdict(list)
    for edge in edges[:_MOST]:
        groups[context.label(edge.property_), edge.outward].append(context.link(edge.other))
    return {
        "thing": context.link(iri), "name": context.curie(iri), "total": len(edges),
        "shown": len(edges[:_MOST]), "groups": groups, "view": _VIEW, "formats": FORMATS}


def _as_json(context: PageContext, iri: str, facts: Table, referrers: Table) -> dict[str, Any]:
    """The links as nodes and edges."""
    edges = _edges(context, iri, facts, referrers)
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
