"""From a view's query to its graph."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from math import isfinite

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import MOST, Attribute, Graph, Scalar, TooLarge, Values
from graphsvc.graphs.view import View
from graphsvc.questions.question import Column


def graph_of(view: View, rows: bytes, base: str) -> Graph:
    """The view's graph from the rows of its query, which are SPARQL results in TSV.

    base: what the IRIs of the release's own things begin with.
    Raises TooLarge, and GraphsvcError for a node that comes twice or a value that is not of its
    column's type.
    """
    results = parse_query_results(rows, format=QueryResultsFormat.TSV)
    assert isinstance(results, QuerySolutions)
    node_columns, edge_columns = view.node_columns, view.edge_columns
    nodes: dict[str, Values] = {}
    links: list[tuple[str, str, Values]] = []
    for row in results:
        node, source, target = row["node"], row["source"], row["target"]
        if node is not None:
            if node.value in nodes:
                raise GraphsvcError(f"The view gives the node <{node.value}> twice.",
                                    hint="Group its query by ?node.")
            nodes[node.value] = _node(node.value, _values(row, node_columns), base)
        if source is not None and target is not None:
            links.append((source.value, target.value,
                          {"weight": 1, **_values(row, edge_columns)}))
        if len(nodes) > MOST or len(links) > MOST:
            raise TooLarge(f"The graph has more than {MOST:,} nodes or edges.",
                           hint="Narrow the view with its parameters, or ask `/sparql`.")
    return Graph.of(
        [*_attributes(node_columns, "label", "type"), Attribute("iri", "iri", "IRI"),
         Attribute("page", "text", "page")],
        _attributes(edge_columns, "weight"), nodes, links,
        directed=view.directed, keep_isolated=view.keeps_isolated, base=base)


def page(iri: str, base: str) -> str | None:
    """Where the service shows a thing: below GRAPHSVC_ADDRESS; where that is not set, its IRI.

    A path alone would lead nowhere once the file is saved.
    """
    root = base.rstrip("/").rsplit("/", 1)[0]
    if not iri.startswith(base):
        return None
    address = os.environ.get("GRAPHSVC_ADDRESS", "").rstrip("/")
    return address + iri.removeprefix(root) if address else iri


def _node(iri: str, values: Values, base: str) -> Values:
    """A node's values with what every node has; without a label it is called by its IRI's end."""
    values.setdefault("label", re.split(r"[/#]", iri.rstrip("/#"))[-1])
    values["iri"] = iri
    if address := page(iri, base):
        values["page"] = address
    return values


def _attributes(columns: tuple[Column, ...], *names: str) -> list[Attribute]:
    """What the columns hold, and the names that every graph has where they lack them."""
    there = [Attribute(column.name, "integer" if column.type == "year" else column.type,
                       column.label) for column in columns]
    lacking = set(names) - {one.name for one in there}
    return there + [Attribute(name, "integer" if name == "weight" else "text", name)
                    for name in names if name in lacking]


def _values(row: QuerySolution, columns: tuple[Column, ...]) -> Values:
    """The cells that there are, by the names of their columns."""
    return {column.name: value for column in columns
            if (value := _value(row[column.name], column)) is not None}


def _value(term: NamedNode | BlankNode | Literal | Triple | None, column: Column) -> Scalar | None:
    """A cell as a value of the column's type. Raises GraphsvcError where it is of another."""
    if term is None or isinstance(term, BlankNode | Triple):
        return None
    try:
        return _READ.get(column.type, str)(term.value)
    except ValueError as error:
        raise GraphsvcError(f"`{term.value[:80]}` is not of type {column.type}.",
                            location=f"column {column.name}",
                            hint="Correct the view's query.") from error


def _integer(text: str) -> int:
    if abs(number := int(text)) >= 1 << 63:
        raise ValueError("no format has longer integers")
    return number


def _decimal(text: str) -> float:
    if not isfinite(number := float(text)):
        raise ValueError("not a number")
    return number


_READ: Mapping[str, Callable[[str], Scalar]] = {
    "integer": _integer, "year": _integer, "decimal": _decimal,
    "boolean": lambda text: text in ("true", "1"),
}
