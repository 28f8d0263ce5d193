"""Measures that networkx takes of a graph, as attributes of its nodes.

All are taken of the simple undirected graph: several edges between two nodes count as one, whose
weight is their sum. networkx is imported where it is used: it would take a fifth of each start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphsvc.graphs.graph import MOST, Graph, Scalar, TooLarge
from graphsvc.questions.question import Column

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
