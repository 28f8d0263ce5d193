"""Pictures of graphs for papers: SVG, and PNG made of it; colour and shape by type, type of 9
points at the width of a journal's text, a legend and a caption.

Positions are networkx's. The SVG is written here, so that each node links to its page and says
its name under the pointer, and no name covers another: a drawing library offers neither.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import hypot, log2, sqrt
from textwrap import wrap
from typing import Any

from graphsvc.graphs.files import filled
from graphsvc.graphs.graph import Edge, Graph, Node, TooLarge, simple_graph
from graphsvc.graphs.view import Recipe

_WIDTH, _MARGIN = 680, 30
"""Pixels of 1/96 inch: the width is that of a journal's text, 180 mm."""
_HEAD = 38
"""What the title takes."""
_FEW = 110
"""Nodes up to which a picture is that wide; of more it is larger, in the same type."""
_NODES, _EDGES, _ARROWS = 1500, 10_000, 700
_FONT, _LETTER, _LONGEST, _LINE = 12, 6.3, 34, 18
"""Type of 9 points, and letters of a word on an edge."""
_SPOKEN, _SPOKEN_IN_COLUMNS = 40, 160
"""Edges up to which each says what it is, where there is room."""
_AT = (0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2, 0.88)
"""Where on its edge a word may be: on the middle, or else as near to it as there is room."""
_NEAR = (4, -5, 14)
"""How far below its edge's middle a word's line is: on the edge, or else just above or below."""
_TIER, _WRAPPED, _NARROW = 13, 30, 18
"""How far apart the lines of a name are, and how many letters one has, or where room is scarce."""
_COLUMN, _ROW, _ROWS = 310, 62, 40
"""Of a drawing in columns: how wide a column and how high a row, and how many rows there may be."""
_SHRUNK = 0.55
"""How much smaller nodes are than in files for tools that draw on large screens."""
_DENSITY = 3.0
"""Pixels of the PNG for each of the SVG: 288 an inch."""
_ALWAYS = 40
"""How many of the best linked nodes get their name even over other nodes."""
_CLEAR = 4.0
"""How far the rims of two nodes should be from each other at least."""
_SEED = 7
_SPOTS = (("start", 1.0, 0.0, 4, 0.5), ("end", -1.0, 0.0, 4, 0.5), ("middle", 0.0, 1.0, _FONT, 0.0),
          ("middle", 0.0, -1.0, -2, 1.0), ("start", 0.7, -0.7, 0, 1.0), ("start", 0.7, 0.7, 8, 0.0),
          ("end", -0.7, -0.7, 0, 1.0), ("end", -0.7, 0.7, 8, 0.0))
"""Where a name may be: its anchor, how many radii to the right of the node and below it, how much
further down, and how much of its further lines is above that."""
_SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""How much of a name is to the left of its anchor."""
Places = Mapping[int, tuple[float, float]]
Box = tuple[float, float, float, float]
Name = tuple[float, float, str, str]
"""Where a name is anchored, how, and what it is."""


@dataclass(frozen=True)
class Sheet:
    """The paper that a graph is drawn on, in pixels."""

    wide: float
    high: float
    columns: int = 0
    """Of nodes with layers that all can be read; 0 where nodes are scattered or too many."""

    @classmethod
    def of(cls, graph: Graph) -> Sheet:
        """As wide as a journal's text, and as high as its nodes need; larger for many nodes, and
        with room for complete names where they are in columns."""
        rows = Counter(node.values.get("layer") for node in graph.nodes)
        if rows and None not in rows and max(rows.values()) <= _ROWS:
            return cls(_COLUMN * len(rows), _HEAD + 40 + _ROW * max(rows.values()), len(rows))
        scale = max(1.0, sqrt(len(graph.nodes) / _FEW))
        high = min(820.0, 380.0 + 6 * len(graph.nodes)) if scale == 1 else 820.0 * scale
        return cls(round(_WIDTH * scale), round(high))


def svg(graph: Graph, recipe: Recipe) -> str:
    """Draw the graph. Raises TooLarge where nobody could read the picture, and Unwritable."""
    if len(graph.nodes) > _NODES or len(graph.edges) > _EDGES:
        raise TooLarge(
            f"A picture of {len(graph.nodes)} nodes and {len(graph.edges)} edges cannot be read.",
            hint=f"Narrow the view to {_NODES} nodes and {_EDGES} edges, or take gexf or graphml.")
    simple, sheet = simple_graph(graph), Sheet.of(graph)
    radii = {node.number: _radius(node) for node in graph.nodes}
    places = _layers(graph, sheet) if graph.nodes and all(
        "layer" in node.values for node in graph.nodes) else _places(simple, radii, sheet)
    names = [*_names(graph, places, sheet)]
    words, usual = _words(graph, places, names, sheet)
    caption = [*wrap(
        "{summary}{nodes} things and {edges} links{usual}. What is larger has more links."
        " {dataset}, release {release} of {date}, {licence}.".format_map(
            {**recipe.facts, "summary": recipe.summary and f"{recipe.summary}. ",
             "nodes": len(graph.nodes), "edges": len(graph.edges),
             "usual": usual and (f", “{usual}” where nothing is written" if words else
                                 f", each “{usual}”")}), round(sheet.wide / 7)),
        *wrap(recipe.address, round(sheet.wide / 6), break_on_hyphens=False)]
    columns = max(1, int((sheet.wide - 2 * _MARGIN) // 205))
    legend = sheet.high + 24
    below = legend + _LINE * -(-len(graph.types) // columns) + 8
    return filled(
        "view.svg", graph, recipe, width=sheet.wide, left=_MARGIN, line=_LINE, columns=columns,
        column=(sheet.wide - 2 * _MARGIN) // columns, legend=legend, below=below, caption=caption,
        height=below + _LINE * len(caption) + 12, places=places, radii=radii,
        title=wrap(recipe.facts["title"], round(sheet.wide / 9.5), max_lines=1, placeholder="…"),
        arrows=graph.directed and simple.number_of_edges() <= _ARROWS,
        lines=_lines(graph, simple, places), names=names,
        words=words, font=_font())


@cache
def _font() -> str:
    """The font of the pages as an address that holds it: a picture knows no other files."""
    file = files("graphsvc") / "web" / "pages" / "static" / "fonts" / "inter.woff2"
    return f"data:font/woff2;base64,{b64encode(file.read_bytes()).decode()}"


def png(graph: Graph, recipe: Recipe) -> bytes:
    """Draw the graph as the SVG has it. Raises as `svg` does."""
    image = as_png(svg(graph, recipe), _DENSITY)
    head = 8 + 25  # the signature and the chunk IHDR (PNG, third edition, 5.2 and 11.2.1)
    chunks = [_chunk(name.title(), value) for name, value in recipe.facts.items()]
    return image[:head] + b"".join(chunks) + image[head:]


def as_png(svg: str, density: float) -> bytes:
    """An SVG as PNG, in the font of the pages. density: pixels for each of the SVG."""
    import fontpkg  # type: ignore[import-untyped]
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(
        svg_string=svg, font_files=[str(fontpkg.path("Inter"))], zoom=density))


def _chunk(keyword: str, text: str) -> bytes:
    """A chunk iTXt (PNG, third edition, 11.3.3.4), not compressed and of no language."""
    data = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def _radius(node: Node) -> float:
    """How large a node is drawn."""
    return max(5.0, node.size * _SHRUNK / 2)


def _places(simple: Any, radii: Mapping[int, float], sheet: Sheet) -> Places:
    """A place in the picture for every node: where ForceAtlas2 puts it, none over another.

    simple: an undirected networkx graph; radii: how large its nodes will be drawn.
    """
    import networkx as nx
    import numpy as np

    room = np.array([sheet.wide - 2 * _MARGIN - 60, sheet.high - 2 * _MARGIN - 20], dtype=float)
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
    return {node: (float(x) + _MARGIN + 30, float(y) + _MARGIN + 20)
            for node, (x, y) in zip(found, places, strict=True)}


def _layers(graph: Graph, sheet: Sheet) -> Places:
    """A place for every node: its layer is a column, in which it is near what it is linked to."""
    columns: dict[Any, list[int]] = defaultdict(list)
    for node in graph.nodes:
        columns[node.values["layer"]].append(node.number)
    linked: dict[int, list[int]] = defaultdict(list)
    for edge in graph.edges:
        linked[edge.source.number].append(edge.target.number)
        linked[edge.target.number].append(edge.source.number)
    longest = _WRAPPED if sheet.columns else _LONGEST
    wide = (sheet.wide - 2 * _MARGIN - longest * _LETTER) / max(1, len(columns) - 1)
    high = sheet.high - 2 * _MARGIN - 20
    places: dict[int, tuple[float, float]] = {}
    for _ in range(8):
        for column, (_, numbers) in enumerate(sorted(columns.items())):
            numbers.sort(key=lambda one: sum(places.get(other, (0.0, 0.0))[1] for other
                                             in linked[one]) / max(1, len(linked[one])))
            for row, number in enumerate(numbers):
                places[number] = (_MARGIN + column * wide,
                                  _MARGIN + 20 + (row + 0.5) * high / len(numbers))
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
        if length > _radius(edge.source) + _radius(edge.target):
            share = _radius(edge.target) / length
            weight = max(1.0, simple[one][other]["weight"])
            yield x, y, u - (u - x) * share, v - (v - y) * share, min(4.0, 0.7 + log2(weight) * 0.6)


def _words(
    graph: Graph, places: Places, names: Sequence[Name], sheet: Sheet
) -> tuple[list[Name], str]:
    """What the edges of a small graph say, on their middles or near them, where no name is. What
    most of them say is left out, and given as well, where all that the others say finds room."""
    if len(graph.edges) > (_SPOKEN_IN_COLUMNS if sheet.columns else _SPOKEN):
        return [], ""
    said = [(edge, str(edge.values.get("kind", ""))) for edge in graph.edges]
    [(usual, count)] = Counter(word for _, word in said).most_common(1) or [("", 0)]
    if 2 * count > len(said) > 1:
        others = [(edge, word) for edge, word in said if word != usual]
        found = _placed(others, places, names, 0)
        if len(found) == len(others):
            return found, usual
    return _placed(said, places, names, 24), ""


def _placed(
    said: Sequence[tuple[Edge, str]], places: Places, names: Sequence[Name], margin: int
) -> list[Name]:
    """The words of edges that find room. margin: pixels of its edge that a word leaves free."""
    taken, found = [_box(name) for name in names], []
    for edge, word in said:
        (x, y), (u, v) = places[edge.source.number], places[edge.target.number]
        if not word or margin and hypot(u - x, v - y) <= len(word) * _LETTER + margin:
            continue
        spots = ((x + (u - x) * share, y + (v - y) * share + down, "middle", word[:_LONGEST])
                 for down in _NEAR for share in _AT)
        for name in [name for name in spots if _free(_box(name), taken)][:1]:
            taken.append(_box(name))
            found.append(name)
    return found


def _box(name: Name) -> Box:
    """The room that a name takes."""
    x, y, anchor, text = name
    left = x - len(text) * _LETTER * _SHARES[anchor]
    return left, y - _FONT, left + len(text) * _LETTER, y + 3


def _names(graph: Graph, places: Places, sheet: Sheet) -> Iterator[Name]:
    """The names of nodes, those of the best linked first, as far as they find room: where fewest
    lines pass through, in a small graph.

    The names of the best linked may cover other nodes, or tips of arrows, where there is no room
    next to them.
    """
    lines = [(*places[edge.source.number], *places[edge.target.number]) for edge in graph.edges]
    lines = lines if len(lines) <= _SPOKEN_IN_COLUMNS else []
    taken: list[Box] = []
    middles: list[Box] = []
    for node in graph.nodes:
        (x, y), half = places[node.number], _radius(node) * 0.6
        middles.append((x - half, y - half, x + half, y + half))
    for edge in graph.edges[:_ARROWS] if graph.directed else ():
        (x, y), (u, v) = places[edge.source.number], places[edge.target.number]
        share = (_radius(edge.target) + 4) / max(hypot(u - x, v - y), 1.0)
        tip = u - (u - x) * share, v - (v - y) * share
        middles.append((tip[0] - 4, tip[1] - 4, tip[0] + 4, tip[1] + 4))
    ranked = sorted(graph.nodes, key=lambda node: (-node.degree, node.number))
    for rank, node in enumerate(ranked):
        free = [spot for spot in _spots(node, *places[node.number], sheet) if _free(spot[0], taken)]
        clear = [spot for spot in free if _free(spot[0], middles)]
        least = min(clear or (free if rank < _ALWAYS else []), default=None, key=lambda spot: sum(
            _cuts(*line, spot[0]) for line in lines))
        if least:
            taken.append(least[0])
            yield from least[1]


def _spots(
    node: Node, x: float, y: float, sheet: Sheet
) -> Iterator[tuple[Box, Sequence[Name]]]:
    """The room that a node's name may take within the picture, and its lines there."""
    label = " ".join(node.label.split())
    if sheet.columns:
        lines = wrap(label, _WRAPPED, max_lines=4, placeholder="…")
        top = y + 4 - (len(lines) - 1) * _TIER / 2
        names = [(x + _radius(node) + 3, top + at * _TIER, "start", line)
                 for at, line in enumerate(lines)]
        yield _around([_box(name) for name in names]), names
        return
    radius = _radius(node) + 3
    for most in (_WRAPPED, _NARROW):
        lines = wrap(label, most, max_lines=90 // most, placeholder="…")
        half = max(map(len, lines), default=0) * _LETTER / 2 + 9
        for anchor, right, below, further, above in _SPOTS:
            top = y + below * radius + further - above * (len(lines) - 1) * _TIER
            left = x + right * radius if right else min(max(x, half), sheet.wide - half)
            names = [(left, top + at * _TIER, anchor, line) for at, line in enumerate(lines)]
            box = _around([_box(name) for name in names])
            if box[0] > 8 and box[2] < sheet.wide - 8 and box[1] > _HEAD:
                yield box, names


def _around(boxes: Sequence[Box]) -> Box:
    """The room that the lines of a name take together."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _cuts(x: float, y: float, u: float, v: float, box: Box) -> bool:
    """Whether a line from one point to another passes through a box (Liang and Barsky)."""
    first, last = 0.0, 1.0
    for start, way, low, high in ((x, u - x, box[0], box[2]), (y, v - y, box[1], box[3])):
        if not way:
            if not low < start < high:
                return False
            continue
        near, far = sorted(((low - start) / way, (high - start) / way))
        first, last = max(first, near), min(last, far)
    return first < last


def _free(box: Box, taken: list[Box]) -> bool:
    left, top, right, bottom = box
    return not any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
                   for other in taken)
