"""A view's graph by the shortest road: its query asked of the store, rows as they come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pyoxigraph import QuerySolution, QuerySolutions, Store

from graphsvc.graphs.view import View
from graphsvc.release import Release

Values = dict[str, Any]
Edge = tuple[str, str, Values]


@dataclass
class Whole:
    """A graph: values of nodes by IRI, and edges by the IRIs of their ends."""

    directed: bool
    nodes: dict[str, Values]
    edges: list[Edge]

    def __post_init__(self) -> None:
        self.edges = sorted(self.edges, key=_order)

    def as_texts(self) -> Whole:
        """The same with all values as texts, for formats that have no others."""
        return Whole(self.directed, {iri: _texts(values) for iri, values in self.nodes.items()},
                     [(one, other, _texts(values)) for one, other, values in self.edges])


def _order(edge: Edge) -> tuple[str, str, str]:
    """Whatever the order of an edge's values, and whether 1 is written as 1.0."""
    one, other, values = edge
    told = sorted((name, float(value) if isinstance(value, int) else value)
                  for name, value in values.items())
    return one, other, repr(told)


def truth(view: View, query: str, store: Store, release: Release) -> Whole:
    """The graph of a view whose query is this. store: all triples, also in its default graph."""
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    header = release.manifest["header"]
    nodes: dict[str, Values] = {}
    links: list[Edge] = []
    for row in solutions:
        if row["node"] is not None:
            iri = row["node"].value
            values = _values(row, view, ("node",), edges=False)
            values.setdefault("label", re.split(r"[/#]", iri)[-1])
            values["iri"] = iri
            if iri.startswith(header["base"]):
                values["page"] = iri
            nodes[iri] = values
        elif row["source"] is not None and row["target"] is not None:
            values = {"weight": 1, **_values(row, view, ("source", "target"), edges=True)}
            links.append((row["source"].value, row["target"].value, values))
    links = [link for link in links if link[0] in nodes and link[1] in nodes]
    if "isolated" not in view.question.tags:
        linked = {iri for one, other, _ in links for iri in (one, other)}
        nodes = {iri: values for iri, values in nodes.items() if iri in linked}
    assert nodes and links
    return Whole("undirected" not in view.question.tags, nodes, links)


def _values(row: QuerySolution, view: View, ends: tuple[str, ...], *, edges: bool) -> Values:
    names = [column.name for column in view.question.columns]
    at = names.index("source")
    columns = view.question.columns[at:] if edges else view.question.columns[:at]
    found: Values = {}
    for column in columns:
        if column.name not in ends and row[column.name] is not None:
            text = row[column.name].value
            make = {"integer": int, "decimal": float, "boolean": lambda t: t == "true"}
            found[column.name] = make.get(column.type, str)(text)  # type: ignore[operator]
    return found


def _texts(values: Values) -> Values:
    return {name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in values.items()}
