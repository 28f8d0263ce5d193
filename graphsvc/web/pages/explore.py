"""The explorer: a thing with what it is linked to, as a list, and as JSON for the drawing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from graphsvc.graphs.export import FORMATS
from graphsvc.vocabulary import PROV, RDF, RDFS
from graphsvc.web.pages.context import Link, Site
from graphsvc.web.pages.together import fetch_together, own_part
from graphsvc.web.problems import HttpError

MOST = 400
"""Links that one step shows."""
VIEW = "selection"
"""The view that exports what has been gathered."""
_LEFT_OUT = {str(RDF.type), str(RDFS.label), str(PROV.wasDerivedFrom),
             "http://www.w3.org/2004/02/skos/core#narrower"}


@dataclass(frozen=True)
class Edge:
    """A link between the thing and another, and which way it runs."""

    other: str
    property_: str
    outward: bool


@dataclass(frozen=True)
class Links:
    """A thing's links. total: how many there are; edges holds at most MOST of them."""

    iri: str
    edges: tuple[Edge, ...]
    total: int


async def links_of(site: Site, name: str) -> Links:
    """What a thing is linked to, for one query to the engine.

    Raises UnknownName or AmbiguousName, and what the engine raises.
    """
    iri = site.questions.names.find(name, location="parameter thing")
    part = own_part("thing", ("role", "graph", "property", "value"), {"thing": [NamedNode(iri)]})
    (told,) = await fetch_together(site.serving.engine, [part])
    edges: dict[Edge, None] = {}
    for role, _graph, property_, value in told.rows:
        if role is None or property_ is None or not isinstance(value, NamedNode):
            continue
        if role.value == "near" or value.value == iri or property_.value in _LEFT_OUT:
            continue
        if site.catalogue.term(property_.value).quiet or site.path(value.value) is None:
            continue
        edges[Edge(value.value, property_.value, role.value == "says")] = None
    ordered = sorted(edges, key=lambda edge: (
        not edge.outward, site.label(edge.property_), site.label(edge.other), edge.other))
    return Links(iri, tuple(ordered[:MOST]), len(ordered))


def as_json(site: Site, links: Links) -> dict[str, Any]:
    """The links as nodes and edges."""
    iris = list(dict.fromkeys([links.iri, *(edge.other for edge in links.edges)]))
    known = site.lookup.entries(iris)
    nodes = []
    for iri in iris:
        kind = known[iri].kind if iri in known else None
        term = site.catalogue.term(kind) if kind else None
        nodes.append({"id": iri, "name": site.curie(iri), "label": site.label(iri),
                      "href": site.path(iri), "kind": term.label if term else "other"})
    return {
        "release": site.serving.release.id, "thing": links.iri, "total": links.total,
        "nodes": nodes,
        "edges": [{"source": links.iri if edge.outward else edge.other,
                   "target": edge.other if edge.outward else links.iri,
                   "property": edge.property_, "label": site.label(edge.property_)}
                  for edge in links.edges],
    }


def as_list(site: Site, links: Links) -> list[tuple[str, bool, list[Link]]]:
    """The links by property and direction."""
    grouped: dict[tuple[str, bool], list[Link]] = defaultdict(list)
    for edge in links.edges:
        grouped[site.label(edge.property_), edge.outward].append(site.link(edge.other))
    return [(label, outward, found) for (label, outward), found in grouped.items()]


def thing_in(pairs: Sequence[tuple[str, str]]) -> str | None:
    """The thing that an address names. Raises HttpError (400) for any other parameter."""
    if wrong := next((name for name, _ in pairs if name != "thing"), None):
        raise HttpError(400, f"The explorer has no parameter `{wrong[:80]}`.",
                        hint="It has thing.")
    return next((value for _, value in pairs if value.strip()), None)


def formats() -> list[tuple[str, str]]:
    """The formats that what is seen can be taken away in, with their titles."""
    return [(name, known.title) for name, known in FORMATS.items()]
