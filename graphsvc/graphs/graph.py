"""A graph in memory, made from the rows of a view: nodes and edges in a fixed order, with the
values and the look of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    parse_query_results,
)

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.look import Looks, look
from graphsvc.questions.question import Column, ColumnType

if TYPE_CHECKING:
    from graphsvc.graphs.view import View

Scalar = str | int | float | bool
Values = dict[str, Scalar]
MOST = 200_000
"""How many nodes, and how many edges, a graph may have."""
TYPES = {"integer": "long", "year": "long", "decimal": "double", "boolean": "boolean"}
"""What graph formats call the types of columns; all others are strings."""
_SMALLEST, _LARGEST = 8.0, 40.0


class TooLarge(GraphsvcError):
    """The graph is too large for what is asked of it."""

    status = 413
    type = "/problems#graph-too-large"
    title = "The graph is too large"


@dataclass(frozen=True, slots=True)
class Node:
    """A node. number counts from 1; id is made of letters, digits and `:._-`.

    degree: how many ends of edges it has; colour: #rrggbb, by type; size: the diameter, whose
    area beyond the smallest grows with the degree.
    values: by the names of the graph's node attributes, those that there are.
    """

    number: int
    id: str
    iri: str
    label: str
    type: str
    degree: int
    colour: str
    size: float
    values: Values

    @property
    def rgb(self) -> dict[str, Scalar]:
        """Red, green and blue as `r`, `g` and `b`, 0 to 255 each."""
        return dict(zip("rgb", bytes.fromhex(self.colour[1:]), strict=True))


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two nodes. number counts from 1; values: as those of nodes."""

    number: int
    source: Node
    target: Node
    values: Values

    @property
    def id(self) -> str:
        return f"e{self.number}"

    @property
    def weight(self) -> int | float:
        weight = self.values["weight"]
        assert isinstance(weight, int | float)
        return weight


@dataclass(frozen=True)
class Graph:
    """Nodes in the order of their IRIs, edges in the order of their ends.

    node_attributes, edge_attributes: what values there can be, label and type among those of nodes
    and weight among those of edges; measures add to them.
    types: how many nodes there are of each type, in the order of their names; looks: of each.
    """

    directed: bool
    node_attributes: list[Column]
    edge_attributes: list[Column]
    types: Mapping[str, int]
    looks: Looks
    nodes: list[Node]
    edges: list[Edge]


def graph_of(
    view: View, rows: bytes, base: str, address: str = "", known: Looks = MappingProxyType({})
) -> Graph:
    """The view's graph from the rows of its query, which are SPARQL results in TSV.

    Links to what is no node are left out, and so are nodes without links unless the view keeps
    them. base: what the IRIs of the release's own things begin with; address: where the service is;
    known: the looks of the classes.
    Raises TooLarge, and GraphsvcError for a node that comes twice or a value that is not of its
    column's type.
    """
    things, links = _read(view, rows)
    links = sorted((link for link in links if link[0] in things and link[1] in things),
                   key=lambda link: (link[0], link[1], repr(link[2])))
    degrees = Counter(end for source, target, _ in links for end in (source, target))
    kept = [iri for iri in sorted(things) if view.keeps_isolated or iri in degrees]
    types = Counter(str(things[iri].get("type", "")) for iri in kept)
    looks, most = look(known, types), max(degrees.values(), default=1)
    nodes = {}
    for number, iri in enumerate(kept, 1):
        values = {"label": re.split(r"[/#]", iri.rstrip("/#"))[-1], **things[iri], "iri": iri}
        if iri.startswith(base):
            values["page"] = _page(iri, base, address)
        label, type = str(values["label"]), str(values.get("type", ""))
        size = round(_SMALLEST + (_LARGEST - _SMALLEST) * sqrt(degrees[iri] / most), 2)
        nodes[iri] = Node(number, _identifier(iri, base), iri, label, type, degrees[iri],
                          looks[type].hex, size, values)
    return Graph(
        view.directed,
        _attributes(view.node_columns, label="text", type="text", iri="iri", page="text"),
        _attributes(view.edge_columns, weight="integer"), dict(sorted(types.items())), looks,
        list(nodes.values()), [Edge(number, nodes[source], nodes[target], found)
                               for number, (source, target, found) in enumerate(links, 1)])


def _read(view: View, rows: bytes) -> tuple[dict[str, Values], list[tuple[str, str, Values]]]:
    """The values of nodes by IRI, and the links with theirs."""
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
            nodes[node.value] = _values(row, node_columns)
        if source is not None and target is not None:
            values = {"weight": 1, **_values(row, edge_columns)}
            links.append((source.value, target.value, values))
        if len(nodes) > MOST or len(links) > MOST:
            raise TooLarge(f"The graph has more than {MOST:,} nodes or edges.",
                           hint="Narrow the view with its parameters, or ask `/sparql`.")
    return nodes, links


def _identifier(iri: str, base: str) -> str:
    """An IRI as an identifier that every format takes: the part below base, `/` written as `:`.

    Everything but letters, digits, `.`, `-` and `/` is written as `_` with its code in hexadecimal
    and `_`, so that no two IRIs share an identifier.
    """
    local = iri.removeprefix(base)
    return re.sub(r"[^A-Za-z0-9.\-/]", lambda m: f"_{ord(m[0]):x}_", local).replace("/", ":")


def _page(iri: str, base: str, address: str) -> str:
    """Where the service shows a thing of its own; where it has no address, the thing's IRI.

    A path alone would lead nowhere once the file is saved.
    """
    root = base.rstrip("/").rsplit("/", 1)[0]
    return address + iri.removeprefix(root) if address else iri


def _attributes(columns: tuple[Column, ...], **own: ColumnType) -> list[Column]:
    """What the columns hold, and what every graph has where they lack it: types by name."""
    names = {column.name for column in columns}
    return [*columns, *(Column(name=name, type=type, label=name)
                        for name, type in own.items() if name not in names)]


def _values(row: QuerySolution, columns: tuple[Column, ...]) -> Values:
    """The cells that there are, by the names of their columns.

    Raises GraphsvcError for one that is not of its column's type.
    """
    found: Values = {}
    for column in columns:
        term = row[column.name]
        if isinstance(term, NamedNode | Literal):
            try:
                found[column.name] = _value(term.value, column.type)
            except ValueError as error:
                raise GraphsvcError(f"`{term.value[:80]}` is not of type {column.type}.",
                                    location=f"column {column.name}",
                                    hint="Correct the view's query.") from error
    return found


def _value(text: str, type: ColumnType) -> Scalar:
    """A cell of a type. Raises ValueError, also for integers longer than formats have."""
    match type:
        case "integer" | "year":
            if abs(integer := int(text)) < 1 << 63:
                return integer
        case "decimal":
            if isfinite(decimal := float(text)):
                return decimal
        case "boolean":
            return text in ("true", "1")
        case _:
            return text
    raise ValueError(text)
