"""A graph in memory, made from the rows of a view: nodes and edges in a fixed order, with the
values and the look of each; and the measures that networkx takes of it.

All measures are taken of the simple undirected graph: several edges between two nodes count as one,
whose weight is their sum. networkx is imported where it is used: it would take a fifth of each
start.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

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


# -- measures -----------------------------------------------------------------------------------

_SEED = 1
_CUBIC = ("betweenness", "closeness")
"""What takes edges times nodes."""
MEASURES: Mapping[str, Column] = {measure.name: measure for measure in (
    Column(name="degree", type="integer", label="How many other nodes it is linked to."),
    Column(name="strength", type="decimal", label="Sum of the weights of its edges."),
    Column(name="betweenness", type="decimal",
           label="Share of shortest paths between others that go through it."),
    Column(name="closeness", type="decimal", label="How near it is to all others, from 0 to 1."),
    Column(name="component", type="integer",
           label="Which connected part it is in; 1 is the largest."),
    Column(name="community", type="integer", label="Its community (Louvain); 1 is the largest."),
)}
"""What can be asked for, by name."""


def measure(graph: Graph, names: Sequence[str]) -> None:
    """Add the measures of these names to the graph's nodes. Raises TooLarge."""
    if not names:
        return
    simple = simple_graph(graph)
    for name in names:
        if name in _CUBIC and len(graph.edges) * len(graph.nodes) > 25 * MOST:
            raise TooLarge(
                f"The graph has {len(graph.nodes)} nodes and {len(graph.edges)} edges, too many"
                f" for {name}.", location="parameter measure",
                hint="Narrow the view with its parameters, or take the measure in your own tool.")
        found = _taken(name, simple)
        graph.node_attributes.append(MEASURES[name])
        for node in graph.nodes:
            node.values[name] = found[node.number]


def simple_graph(graph: Graph) -> Any:
    """The graph as an undirected networkx graph without loops, whose nodes are numbers."""
    import networkx as nx

    simple = nx.Graph()
    simple.add_nodes_from(node.number for node in graph.nodes)
    for edge in graph.edges:
        one, other = edge.source.number, edge.target.number
        if simple.has_edge(one, other):
            simple[one][other]["weight"] += edge.weight
        elif one != other:
            simple.add_edge(one, other, weight=float(edge.weight))
    return simple


def _taken(name: str, simple: Any) -> Mapping[int, Scalar]:
    """One measure of each node of a simple graph."""
    import networkx as nx

    match name:
        case "degree":
            return dict(simple.degree())
        case "strength":
            return {node: round(value, 6) for node, value in simple.degree(weight="weight")}
        case "component":
            return _numbered(nx.connected_components(simple))
        case "community":
            return _numbered(nx.community.louvain_communities(simple, seed=_SEED))
    take = nx.betweenness_centrality if name == "betweenness" else nx.closeness_centrality
    return {node: round(value, 9) for node, value in take(simple).items()}


def _numbered(sets: Iterable[set[int]]) -> Mapping[int, Scalar]:
    """Each node's set by number, from 1, the largest set first."""
    ordered = sorted(sets, key=lambda members: (-len(members), min(members)))
    return {node: number for number, members in enumerate(ordered, 1) for node in members}
