"""Pictures of graphs: SVG, and PNG made of it; coloured by type, with a legend and a caption.

Positions are networkx's. The SVG is written here, so that each node links to its page and says
its name under the pointer, and no name covers another: a drawing library offers neither.
"""

from __future__ import annotations

import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import hypot, log2
from textwrap import wrap
from typing import Any

from graphsvc.graphs.graph import Graph, Node, TooLarge
from graphsvc.graphs.measures import simple_graph
from graphsvc.graphs.text_files import filled
from graphsvc.graphs.view import Recipe

_WIDTH, _HEIGHT, _MARGIN = 1600, 1080, 70
_NODES, _EDGES, _ARROWS = 1500, 10_000, 700
_FONT, _LETTER, _LONGEST, _LINE = 11, 6.1, 42, 19
_ALWAYS = 40
"""How many of the best linked nodes get their name even over other nodes."""
_CLEAR = 5.0
"""How far the rims of two nodes should be from each other at least."""
_SEED = 7
_SPOTS = (("start", 1.0, 0.0, 4), ("end", -1.0, 0.0, 4), ("middle", 0.0, 1.0, _FONT),
          ("middle", 0.0, -1.0, -2), ("start", 0.7, -0.7, 0), ("start", 0.7, 0.7, 8),
          ("end", -0.7, -0.7, 0), ("end", -0.7, 0.7, 8))
"""Where a name may be: its anchor, how many radii to the right of the node and below it, and how
much further down."""
_SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""How much of a name is to the left of its anchor."""
Places = Mapping[int, tuple[float, float]]
Box = tuple[float, float, float, float]
Name = tuple[float, float, str, str]
"""Where a name is anchored, how, and what it is."""


def svg(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """Draw the graph. Raises TooLarge where nobody could read the picture, and Unwritable."""
    if len(graph.nodes) > _NODES or len(graph.edges) > _EDGES:
        raise TooLarge(
            f"A picture of {len(graph.nodes)} nodes and {len(graph.edges)} edges cannot be read.",
            hint=f"Narrow the view to {_NODES} nodes and {_EDGES} edges, or take gexf or graphml.")
    simple = simple_graph(graph)
    places = _layers(graph) if graph.nodes and all("layer" in node.values for node in graph.nodes) \
        else _places(simple, {node.number: node.size / 2 for node in graph.nodes})
    caption = wrap(
        "View {view}; parameters: {summary}. {nodes} nodes, {edges} edges; larger nodes have more"
        " edges. {dataset}, release {release} of {date}, {licence}".format_map(
            {**recipe.facts, "summary": recipe.summary, "nodes": len(graph.nodes),
             "edges": len(graph.edges)}), 230)
    legend = _HEIGHT + 20
    below = legend + _LINE * -(-len(graph.types) // 4) + 10
    return filled(
        "view.svg", graph, recipe, width=_WIDTH, left=_MARGIN, line=_LINE,
        column=(_WIDTH - 2 * _MARGIN) // 4, legend=legend, below=below, caption=caption,
        height=below + _LINE * len(caption) + 30, places=places,
        arrows=graph.directed and simple.number_of_edges() <= _ARROWS,
        lines=_lines(graph, simple, places), names=_names(graph, places))


def png(graph: Graph, recipe: Recipe) -> bytes:
    """Draw the graph as the SVG has it. Raises as `svg` does."""
    import fontpkg  # type: ignore[import-untyped]
    import resvg_py

    image = resvg_py.svg_to_bytes(svg_string="".join(svg(graph, recipe)),
                                  font_files=[str(fontpkg.path("Inter"))])
    head = 8 + 25  # the signature and the chunk IHDR (PNG, third edition, 5.2 and 11.2.1)
    chunks = [_chunk(name.title(), value) for name, value in recipe.facts.items()]
    return image[:head] + b"".join(chunks) + image[head:]


def _chunk(keyword: str, text: str) -> bytes:
    """A chunk iTXt (PNG, third edition, 11.3.3.4), not compressed and of no language."""
    data = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def _places(simple: Any, radii: Mapping[int, float]) -> Places:
    """A place in the picture for every node: where ForceAtlas2 puts it, none over another.

    simple: an undirected networkx graph; radii: how large its nodes will be drawn.
    """
    import networkx as nx
    import numpy as np

    room = np.array([_WIDTH - 2 * _MARGIN - 80, _HEIGHT - 2 * _MARGIN], dtype=float)
    rounds, jitter = (300, 0.3) if len(simple) < 150 else (
        (100, 1.0) if len(simple) < 500 else (50, 4.0))
    found = nx.forceatlas2_layout(simple, max_iter=rounds, jitter_tolerance=jitter,
                                  strong_gravity=True, gravity=0.3, seed=_SEED)
    if not found:
        return {}
    places = np.array(list(found.values()))
    extent = np.maximum(np.ptp(places, axis=0), 1e-6)
    scale = room / extent
    scale = np.minimum(scale, 1.5 * scale[::-1])
    places = (places - places.min(axis=0)) * scale + (room - extent * scale) / 2
    radius = np.array([radii[node] for node in found])
    needed = radius[:, None] + radius[None, :] + _CLEAR
    np.fill_diagonal(needed, 0.0)
    for _ in range(40):
        across, down = (axis[:, None] - axis for axis in places.T)
        distance = np.maximum(np.hypot(across, down), 0.01)
        lacking = np.maximum(needed - distance, 0.0)
        if not lacking.any():
            break
        push = lacking / distance * 0.4
        places += np.stack([(across * push).sum(axis=1), (down * push).sum(axis=1)], axis=1)
        places = np.clip(places, 0.0, room)
    return {node: (float(x) + _MARGIN, float(y) + _MARGIN)
            for node, (x, y) in zip(found, places, strict=True)}


def _layers(graph: Graph) -> Places:
    """A place for every node: its layer is a column, in which it is near what it is linked to."""
    columns: dict[Any, list[int]] = defaultdict(list)
    for node in graph.nodes:
        columns[node.values["layer"]].append(node.number)
    linked: dict[int, list[int]] = defaultdict(list)
    for edge in graph.edges:
        linked[edge.source.number].append(edge.target.number)
        linked[edge.target.number].append(edge.source.number)
    wide = (_WIDTH - 2 * _MARGIN - _LONGEST * _LETTER) / max(1, len(columns) - 1)
    places: dict[int, tuple[float, float]] = {}
    for _ in range(8):
        for column, (_, numbers) in enumerate(sorted(columns.items())):
            numbers.sort(key=lambda one: sum(places.get(other, (0.0, 0.0))[1] for other
                                             in linked[one]) / max(1, len(linked[one])))
            for row, number in enumerate(numbers):
                places[number] = (_MARGIN + column * wide,
                                  _MARGIN + (row + 0.5) * (_HEIGHT - 2 * _MARGIN) / len(numbers))
    return places


def _lines(
    graph: Graph, simple: Any, places: Places
) -> Iterator[tuple[float, float, float, float, float]]:
    """From where to where a line is for each pair of nodes and direction, and its width."""
    pairs = {(edge.source.number, edge.target.number): edge for edge in graph.edges
             if edge.source is not edge.target}
    for (one, other), edge in pairs.items():
        (x, y), (u, v) = places[one], places[other]
        length = hypot(u - x, v - y)
        if length > (edge.source.size + edge.target.size) / 2:
            share = edge.target.size / 2 / length
            weight = max(1.0, simple[one][other]["weight"])
            yield x, y, u - (u - x) * share, v - (v - y) * share, min(6.0, 0.7 + log2(weight) * 0.8)


def _names(graph: Graph, places: Places) -> Iterator[Name]:
    """The names of nodes, those of the best linked first, as far as they find room.

    The names of the best linked may cover other nodes where there is no room next to them.
    """
    taken: list[Box] = []
    middles: list[Box] = []
    for node in graph.nodes:
        (x, y), half = places[node.number], node.size * 0.3
        middles.append((x - half, y - half, x + half, y + half))
    ranked = sorted(graph.nodes, key=lambda node: (-node.degree, node.number))
    for rank, node in enumerate(ranked):
        free = [spot for spot in _spots(node, *places[node.number]) if _free(spot[0], taken)]
        clear = [spot for spot in free if _free(spot[0], middles)]
        for box, name in (clear or (free if rank < _ALWAYS else []))[:1]:
            taken.append(box)
            yield name


def _spots(node: Node, x: float, y: float) -> Iterator[tuple[Box, Name]]:
    """The room that a node's name may take within the picture, and the name there."""
    name = " ".join(node.label.split())
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST - 1]}…"
    radius, width = node.size / 2 + 3, len(name) * _LETTER
    for anchor, right, below, further in _SPOTS:
        start, line = x + right * radius, y + below * radius + further
        left = start - width * _SHARES[anchor]
        if left > 0 and left + width < _WIDTH:
            box = left, line - _FONT, left + width, line + 3
            yield box, (start, line, anchor, name)


def _free(box: Box, taken: list[Box]) -> bool:
    left, top, right, bottom = box
    return not any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
                   for other in taken)
