"""Measures that networkx takes of a graph, as attributes of its nodes.

All are taken of the simple undirected graph: several edges between two nodes count as one, whose
weight is their sum. networkx is imported where it is used: it would take a fifth of each start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import Attribute, Graph, Scalar

_SEED = 1
_LARGEST = 200_000


@dataclass(frozen=True)
class Measure:
    """Something that can be taken of every node.

    take: from the simple graph, whose nodes are numbers, to a value for each; largest: the most
    that edges (or with cubic, edges times nodes) may be.
    """

    name: str
    type: str
    title: str
    take: Callable[[Any], Mapping[int, Scalar]]
    cubic: bool = False


class UnknownMeasure(GraphsvcError):
    """There is no such measure."""

    status = 400


class TooLarge(GraphsvcError):
    """The graph is too large for what is asked of it."""

    status = 413


def measures_named(names: Iterable[str]) -> tuple[Measure, ...]:
    """The measures of these names, each once. Raises UnknownMeasure."""
    found = []
    for name in dict.fromkeys(names):
        if name not in MEASURES:
            raise UnknownMeasure(f"There is no measure `{name[:40]}`.",
            location="parameter measure",
                                 hint=f"Use {', '.join(MEASURES)}.")
        found.append(MEASURES[name])
    return tuple(found)


def measure(graph: Graph, wanted: Sequence[Measure]) -> None:
    """Add the measures to the graph's nodes. Raises TooLarge."""
    if not wanted:
        return
    for one in wanted:
        effort = graph.edge_count * (graph.node_count if one.cubic else 1)
        limit = _LARGEST * (25 if one.cubic else 1)
        if effort > limit:
            raise TooLarge(
                f"The graph has {graph.node_count} nodes and {graph.edge_count} edges, too many"
                f" for {one.name}.", location="parameter measure",
                hint="Narrow the view with its parameters, or take the measure in your own tool.")
    simple = simple_graph(graph)
    for one in wanted:
        graph.add_values(Attribute(one.name, one.type, one.title), one.take(simple))


def simple_graph(graph: Graph) -> Any:
    """The graph as an undirected networkx graph without loops, whose nodes are numbers."""
    at = [attribute.name for attribute in graph.edge_attributes].index("weight")
    import networkx as nx

    simple = nx.Graph()
    simple.add_nodes_from(range(1, graph.node_count + 1))
    for edge in graph.edges():
        one, other = edge.source_number, edge.target_number
        if one != other:
            weight = float(edge.values[at] or 0)
            if simple.has_edge(one, other):
                simple[one][other]["weight"] += weight
            else:
                simple.add_edge(one, other, weight=weight)
    return simple


def _degree(simple: Any) -> Mapping[int, Scalar]:
    return dict(simple.degree())


def _weighted_degree(simple: Any) -> Mapping[int, Scalar]:
    return {node: round(value, 6) for node, value in simple.degree(weight="weight")}


def _betweenness(simple: Any) -> Mapping[int, Scalar]:
    import networkx as nx

    return {node: round(value, 9) for node, value in nx.betweenness_centrality(simple).items()}


def _closeness(simple: Any) -> Mapping[int, Scalar]:
    import networkx as nx

    return {node: round(value, 9) for node, value in nx.closeness_centrality(simple).items()}


def _component(simple: Any) -> Mapping[int, Scalar]:
    import networkx as nx

    return _numbered(nx.connected_components(simple))


def _community(simple: Any) -> Mapping[int, Scalar]:
    import networkx as nx

    return _numbered(nx.community.louvain_communities(simple, seed=_SEED))


def _numbered(sets: Iterable[set[int]]) -> Mapping[int, Scalar]:
    """Each node's set by number, from 1, the largest set first."""
    ordered = sorted(sets, key=lambda members: (-len(members), min(members)))
    return {node: number for number, members in enumerate(ordered, 1) for node in members}


MEASURES: Mapping[str, Measure] = {one.name: one for one in (
    Measure("degree", "integer", "How many other nodes it is linked to.", _degree),
    Measure("strength", "decimal", "Sum of the weights of its edges.", _weighted_degree),
    Measure("betweenness", "decimal", "Share of shortest paths between others that go through it.",
            _betweenness, cubic=True),
    Measure("closeness", "decimal", "How near it is to all others, from 0 to 1.", _closeness,
            cubic=True),
    Measure("component", "integer", "Which connected part it is in; 1 is the largest.",
            _component),
    Measure("community", "integer", "Its community (Louvain); 1 is the largest.", _community),
)}
"""What can be asked for, by name."""
