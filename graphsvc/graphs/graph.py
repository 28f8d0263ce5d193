"""A graph in memory: nodes and edges in a fixed order, with the values and the look of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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


@dataclass
class Graph:
    """Nodes in the order of their IRIs, edges in the order of their ends.

    node_attributes, edge_attributes: what values there can be, label and type among those of nodes
    and weight among those of edges.
    """

    directed: bool
    node_attributes: list[Attribute]
    edge_attributes: list[Attribute]
    nodes: list[Node]
    edges: list[Edge]

    @classmethod
    def of(
        cls, node_attributes: Sequence[Attribute], edge_attributes: Sequence[Attribute],
        nodes: Mapping[str, Values], links: Sequence[tuple[str, str, Values]],
        *, directed: bool, keep_isolated: bool, base: str,
    ) -> Graph:
        """The graph of these values of nodes, by IRI, and of links between two of them.

        Links to what is no node are left out, and so are nodes without links unless they are kept.
        base: what the IRIs of the release's own things begin with.
        """
        links = [link for link in links if link[0] in nodes and link[1] in nodes]
        degrees = Counter(end for source, target, _ in links for end in (source, target))
        kept = [iri for iri in sorted(nodes) if keep_isolated or iri in degrees]
        colours = _colours(Counter(str(nodes[iri].get("type", "")) for iri in kept))
        most = max(degrees.values(), default=1)
        made = {}
        for number, iri in enumerate(kept, 1):
            values, degree = nodes[iri], degrees[iri]
            kind = str(values.get("type", ""))
            size = _SMALLEST + (_LARGEST - _SMALLEST) * sqrt(degree / most)
            made[iri] = Node(number, short(iri, base), iri, str(values["label"]), kind, degree,
                             colours[kind], round(size, 2), values)
        links.sort(key=lambda link: (link[0], link[1], repr(link[2])))
        edges = [Edge(number, made[source], made[target], values)
                 for number, (source, target, values) in enumerate(links, 1)]
        return cls(directed, list(node_attributes), list(edge_attributes), list(made.values()),
                   edges)

    @cached_property
    def types(self) -> Mapping[str, int]:
        """How many nodes there are of each type, in the order of their names."""
        counts = Counter(node.type for node in self.nodes)
        return {name: counts[name] for name in sorted(counts)}

    @cached_property
    def colours(self) -> Mapping[str, str]:
        """The colour of each type."""
        return _colours(self.types)


def short(iri: str, base: str) -> str:
    """An IRI as an identifier that every format takes: the part below base, `/` written as `:`.

    Everything but letters, digits, `.`, `-` and `/` is written as `_` with its code in hexadecimal
    and `_`, so that no two IRIs share an identifier.
    """
    local = iri.removeprefix(base)
    return re.sub(r"[^A-Za-z0-9.\-/]", lambda m: f"_{ord(m[0]):x}_", local).replace("/", ":")


def _colours(types: Mapping[str, int]) -> dict[str, str]:
    """A colour for each type; beyond sixteen types the rarest are grey."""
    common = sorted(types, key=lambda name: (-types[name], name))[:len(_PALETTE)]
    given = dict(zip(sorted(common), _PALETTE, strict=False))
    return {name: given.get(name, _GREY) for name in sorted(types)}
