"""How nodes look: coloured by type, sized by degree."""

from __future__ import annotations

from math import sqrt

from graphsvc.graphs.graph import Graph, Node

_SMALLEST, _LARGEST = 8.0, 40.0


class Style:
    """The look of a graph's nodes."""

    def __init__(self, graph: Graph) -> None:
        self._colours = graph.colours
        self._most = max(1, graph.highest_degree)

    def colour(self, node: Node) -> str:
        """The node's colour as #rrggbb."""
        return self._colours[node.type]

    def rgb(self, node: Node) -> tuple[int, int, int]:
        """The node's colour as red, green and blue, 0 to 255 each."""
        red, green, blue = bytes.fromhex(self.colour(node)[1:])
        return red, green, blue

    def size(self, node: Node) -> float:
        """The node's diameter: the area beyond the smallest grows with the degree."""
        share = sqrt(node.degree / self._most)
        return round(_SMALLEST + (_LARGEST - _SMALLEST) * share, 2)
