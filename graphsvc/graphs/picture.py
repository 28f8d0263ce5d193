"""Pictures of graphs: SVG, and PNG made of it; coloured by type, with a legend and a caption.

Positions are networkx's. The SVG is written here, so that each node links to its page and says
its name under the pointer, and no name covers another: a drawing library offers neither.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from math import hypot, log2
from textwrap import wrap
from typing import Any
from xml.sax.saxutils import quoteattr

from graphsvc.graphs.graph import Graph, Node, TooLarge
from graphsvc.graphs.measures import simple_graph
from graphsvc.graphs.view import Recipe
from graphsvc.graphs.xml_files import content, element, printable

_WIDTH, _HEIGHT, _MARGIN = 1600, 1080, 70
_NODES, _EDGES, _ARROWS = 1500, 10_000, 700
_FONT, _LETTER, _LONGEST, _LINE = 11, 6.1, 42, 19
_FAMILY = "'Noto Sans', 'DejaVu Sans', sans-serif"
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
_ARROW = ('<marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"'
          ' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1 8 4 0 7z" fill="#999"/>'
          "</marker>\n")
Places = Mapping[int, tuple[float, float]]
Box = tuple[float, float, float, float]


@printable
def svg(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """Draw the graph. Raises TooLarge where nobody could read the picture, and Unwritable."""
    if len(graph.nodes) > _NODES or len(graph.edges) > _EDGES:
        raise TooLarge(
            f"A picture of {len(graph.nodes)} nodes and {len(graph.edges)} edges cannot be read.",
            hint=f"Narrow the view to {_NODES} nodes and {_EDGES} edges, or take gexf or graphml.")
    simple = simple_graph(graph)
    at = _places(simple, {node.number: node.size / 2 for node in graph.nodes})
    caption = _caption(graph, recipe)
    height = _HEIGHT + _LINE * (-(-len(graph.types) // 4) + len(caption)) + 60
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
           f' viewBox="0 0 {_WIDTH} {height}" font-family="{_FAMILY}" font-size="{_FONT}"'
           f' fill="#222">\n{element("title", {}, content(recipe.title))}{_metadata(recipe)}'
           f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>\n'
           f'<text x="{_MARGIN}" y="44" font-size="24">{content(recipe.title)}</text>\n')
    yield from _edges(graph, simple, at)
    yield from _nodes(graph, at)
    yield from _names(graph, at)
    yield from _legend(graph, caption)
    yield "</svg>\n"


def png(graph: Graph, recipe: Recipe) -> bytes:
    """Draw the graph as the SVG has it. Raises as `svg` does."""
    import fontpkg  # type: ignore[import-untyped]
    import resvg_py

    image = resvg_py.svg_to_bytes(svg_string="".join(svg(graph, recipe)),
                                  font_files=[str(fontpkg.path("Noto Sans"))])
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

    count = len(simple)
    room = np.array([_WIDTH - 2 * _MARGIN - 80, _HEIGHT - 2 * _MARGIN], dtype=float)
    rounds, jitter = (300, 0.3) if count < 150 else (200 if count < 500 else 100, 1.0)
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
    for _ in range(60):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 0.01)
        lacking = np.maximum(needed - distance, 0.0)
        if not lacking.any():
            break
        places += np.einsum("ijk,ij->ik", apart, lacking / distance) * 0.4
        places = np.clip(places, 0.0, room)
    return {node: (float(x) + _MARGIN, float(y) + _MARGIN)
            for node, (x, y) in zip(found, places, strict=True)}


def _edges(graph: Graph, simple: Any, at: Places) -> Iterator[str]:
    """One line for each pair of nodes and direction, as wide as its weight."""
    arrows = graph.directed and simple.number_of_edges() <= _ARROWS
    marked = ' marker-end="url(#arrow)"' if arrows else ""
    yield f'{_ARROW}<g stroke="#999" stroke-opacity=".55" fill="none"{marked}>\n'
    pairs = {(edge.source.number, edge.target.number): edge for edge in graph.edges
             if edge.source is not edge.target}
    for (one, other), edge in pairs.items():
        (x, y), (u, v) = at[one], at[other]
        length = hypot(u - x, v - y)
        if length > (edge.source.size + edge.target.size) / 2:
            share = edge.target.size / 2 / length
            width = min(6.0, 0.7 + log2(max(1.0, simple[one][other]["weight"])) * 0.8)
            yield (f'<path d="M{x:.1f} {y:.1f} {u - (u - x) * share:.1f}'
                   f' {v - (v - y) * share:.1f}" stroke-width="{width:.2f}"/>\n')
    yield "</g>\n"


def _nodes(graph: Graph, at: Places) -> Iterator[str]:
    """A circle for each node, which links to its page."""
    yield '<g stroke="#fff">\n'
    for node in graph.nodes:
        x, y = at[node.number]
        link = quoteattr(str(node.values.get("page", node.iri)))
        yield (f'<a href={link}><circle cx="{x:.1f}" cy="{y:.1f}" r="{node.size / 2:.1f}"'
               f' fill="{node.colour}"><title>{content(f"{node.label} ({node.type})")}</title>'
               "</circle></a>\n")
    yield "</g>\n"


def _names(graph: Graph, at: Places) -> Iterator[str]:
    """The names of nodes, those of the best linked first, as far as they find room.

    The names of the best linked may cover other nodes where there is no room next to them.
    """
    taken: list[Box] = []
    middles: list[Box] = []
    for node in graph.nodes:
        (x, y), half = at[node.number], node.size * 0.3
        middles.append((x - half, y - half, x + half, y + half))
    yield '<g paint-order="stroke" stroke="#fff" stroke-width="3" stroke-linejoin="round">\n'
    ranked = sorted(graph.nodes, key=lambda node: (-node.degree, node.number))
    for rank, node in enumerate(ranked):
        name = " ".join(node.label.split())
        name = name if len(name) <= _LONGEST else f"{name[:_LONGEST - 1]}…"
        free = [spot for spot in _spots(node, at, len(name) * _LETTER) if _free(spot[3], taken)]
        clear = [spot for spot in free if _free(spot[3], middles)]
        for x, y, anchor, box in (clear or (free if rank < _ALWAYS else []))[:1]:
            taken.append(box)
            yield (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{content(name)}'
                   "</text>\n")
    yield "</g>\n"


def _spots(node: Node, at: Places, width: float) -> Iterator[tuple[float, float, str, Box]]:
    """Where a node's name may be within the picture, and the room that it takes there."""
    (x, y), radius = at[node.number], node.size / 2 + 3
    for anchor, right, below, further in _SPOTS:
        start, line = x + right * radius, y + below * radius + further
        left = start - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        if left > 0 and left + width < _WIDTH:
            yield start, line, anchor, (left, line - _FONT, left + width, line + 3)


def _free(box: Box, taken: list[Box]) -> bool:
    left, top, right, bottom = box
    return not any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
                   for other in taken)


def _caption(graph: Graph, recipe: Recipe) -> list[str]:
    words = (f"View {recipe.view}; parameters: {recipe.summary}. {len(graph.nodes)} nodes,"
             f" {len(graph.edges)} edges; larger nodes have more edges. {recipe.dataset}, release"
             f" {recipe.release} of {recipe.date}, {recipe.licence}")
    return wrap(words, 230, break_long_words=True)


def _legend(graph: Graph, caption: list[str]) -> Iterator[str]:
    """The colours of types in four columns, and the caption below them."""
    column, top = (_WIDTH - 2 * _MARGIN) / 4, _HEIGHT + 20
    for place, (type, count) in enumerate(graph.types.items()):
        x, y = _MARGIN + place % 4 * column, top + place // 4 * _LINE
        yield (f'<circle cx="{x + 6:.0f}" cy="{y - 4}" r="6" fill="{graph.colours[type]}"/>'
               f'<text x="{x + 18:.0f}" y="{y}">{content(type or "no type")} ({count})</text>\n')
    top += _LINE * -(-len(graph.types) // 4) + 10
    for place, line in enumerate(caption):
        yield (f'<text x="{_MARGIN}" y="{top + place * _LINE}" fill="#666">{content(line)}'
               "</text>\n")


def _metadata(recipe: Recipe) -> str:
    """The recipe as Dublin Core in RDF/XML, where drawing programs look for it."""
    return ('<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns:dcterms="http://purl.org/dc/terms/"><rdf:Description rdf:about="">\n'
            f"<dcterms:title>{content(recipe.title)}</dcterms:title>\n"
            f"<dcterms:date>{recipe.date}</dcterms:date>\n"
            f"<dcterms:license rdf:resource={quoteattr(recipe.licence)}/>\n"
            f"<dcterms:source rdf:resource={quoteattr(recipe.address)}/>\n"
            f"<dcterms:description>{content(recipe.lines)}</dcterms:description>\n"
            "</rdf:Description></rdf:RDF></metadata>\n")
