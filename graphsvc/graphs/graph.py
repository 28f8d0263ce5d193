"""A graph in memory: nodes and edges in a fixed order, with the values and the look of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from graphsvc.errors import GraphsvcError

Scalar = str | int | float | bool
Values = dict[str, Scalar]
MOST = 200_000
"""How many nodes, and how many edges, a graph may have."""
_PALETTE = (
    "#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#edc948", "#b07aa1", "#ff9da7",
    "#9c755f", "#1b9e77", "#7570b3", "#d95f02", "#66a61e", "#a6761d", "#386cb0", "#bf5b17",
)
_GREY = "#8a8a8a"
_SMALLEST, _LARGEST = 8.0, 40.0


class TooLarge(GraphsvcError):
    """The graph is too large for what is asked of it."""

    status = 413
    type = "urn:graphsvc:problem:graph-too-large"
    title = "The graph is too large"


@dataclass(frozen=True)
class Attribute:
    """Something that nodes or edges have. type: text, integer, decimal, boolean, date or iri."""

    name: str
    type: str
    label: str


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
    def rgb(self) -> tuple[int, int, int]:
        """Red, green and blue, 0 to 255 each."""
        red, green, blue = bytes.fromhex(self.colour[1:])
        return red, green, blue


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
        weight = self.values.get("weight", 0)
        return weight if isinstance(weight, int | float) else 0


@dataclass(frozen=True)
class Graph:
    """Nodes in the order of their IRIs, edges in the order of their ends.

    node_attributes, edge_attributes: what values there can be, label and type among those of nodes
    and weight among those of edges; measures add to them.
    types: how many nodes there are of each type, in the order of their names; colours: of each.
    """

    directed: bool
    node_attributes: list[Attribute]
    edge_attributes: list[Attribute]
    types: Mapping[str, int]
    colours: Mapping[str, str]
    nodes: list[Node]
    edges: list[Edge]


def colours_of(types: Mapping[str, int]) -> Mapping[str, str]:
    """A colour for each type; beyond sixteen types the rarest are grey."""
    common = sorted(types, key=lambda name: (-types[name], name))[:len(_PALETTE)]
    given = dict(zip(sorted(common), _PALETTE, strict=False))
    return {name: given.get(name, _GREY) for name in types}


def size_of(degree: int, most: int) -> float:
    """The diameter of a node with that many edges, where the best linked one has the most."""
    return round(_SMALLEST + (_LARGEST - _SMALLEST) * sqrt(degree / most), 2)
