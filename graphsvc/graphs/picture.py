"""Pictures of graphs: SVG, and PNG made of it; coloured by type, with a legend and a caption."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import hypot, log2
from textwrap import wrap
from typing import Any, BinaryIO, TextIO

from graphsvc.graphs.graph import Graph, Node
from graphsvc.graphs.layout import Point, positions
from graphsvc.graphs.measures import TooLarge, simple_graph
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.style import Style
from graphsvc.graphs.text import content, quoted

_WIDTH, _HEIGHT, _MARGIN = 1600, 1080, 70
_NODES, _EDGES, _ARROWS = 1500, 10_000, 700
_FONT, _LETTER, _LONGEST = 11, 6.1, 42
_LINE = 19
_ALWAYS = 40
"""How many of the best linked nodes get their name even over other nodes."""
_FAMILY = "'Noto Sans', 'DejaVu Sans', sans-serif"
Box = tuple[float, float, float, float]


def write_svg(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Draw the graph. Raises TooLarge where nobody could read the picture, and Unwritable."""
    if graph.node_count > _NODES or graph.edge_count > _EDGES:
        raise TooLarge(
            f"A picture of {graph.node_count} nodes and {graph.edge_count} edges cannot be read.",
            hint=f"Narrow the view to {_NODES} nodes and {_EDGES} edges, or take gexf or graphml.")
    simple = simple_graph(graph)
    style = Style(graph)
    radii = {node.number: style.size(node) / 2 for node in graph.nodes()}
    drawing = _Drawing(graph, style, positions(
        simple, _WIDTH - 2 * _MARGIN - 80, _HEIGHT - 2 * _MARGIN, radii))
    legend, caption = list(_legend(graph)), _caption(graph, recipe)
    height = _HEIGHT + _LINE * (-(-len(legend) // 4) + len(caption)) + 60
    out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
              f' viewBox="0 0 {_WIDTH} {height}" font-family="{_FAMILY}"'
              f' font-size="{_FONT}" fill="#222">\n'
              f"<title>{content(recipe.title)}</title>\n")
    out.writelines(_metadata(recipe))
    out.write(f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>\n'
              f'<text x="{_MARGIN}" y="44" font-size="24">{content(recipe.title)}</text>\n')
    out.writelines(drawing.edges(simple))
    out.writelines(drawing.nodes())
    out.writelines(drawing.labels())
    out.writelines(_blocks(legend, caption))
    out.write("</svg>\n")


def write_png(graph: Graph, recipe: Recipe, out: BinaryIO) -> None:
    """Draw the graph as the SVG has it. Raises as `write_svg` does."""
    import io

    import fontpkg  # type: ignore[import-untyped]
    import resvg_py

    text = io.StringIO()
    write_svg(graph, recipe, text)
    image = resvg_py.svg_to_bytes(svg_string=text.getvalue(),
                                  font_files=[str(fontpkg.path("Noto Sans"))])
    head = 8 + 25  # the signature and the chunk IHDR (PNG, third edition, 5.2 and 11.2.1)
    out.write(image[:head])
    for name, value in recipe.facts.items():
        out.write(_chunk(name.title(), value))
    out.write(image[head:])


@dataclass(frozen=True)
class _Drawing:
    """A graph with a place for each of its nodes."""

    graph: Graph
    style: Style
    places: Mapping[int, Point]

    def at(self, number: int) -> Point:
        x, y = self.places[number]
        return x + _MARGIN, y + _MARGIN

    def edges(self, simple: Any) -> Iterator[str]:
        """One line for each pair of nodes, as wide as its weight tells."""
        arrows = self.graph.directed and simple.number_of_edges() <= _ARROWS
        if arrows:
            yield ('<marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7"'
                   ' markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">'
                   '<path d="M0 1 8 4 0 7z" fill="#999"/></marker>\n')
        marked = ' marker-end="url(#arrow)"' if arrows else ""
        radius = {node.number: self.style.size(node) / 2 for node in self.graph.nodes()}
        yield f'<g stroke="#999" stroke-opacity=".55" fill="none"{marked}>\n'
        for one, other in self._pairs():
            (x, y), (u, v) = self.at(one), self.at(other)
            length = hypot(u - x, v - y)
            if length > radius[one] + radius[other]:
                share = radius[other] / length
                width = min(6.0, 0.7 + log2(max(1.0, simple[one][other]["weight"])) * 0.8)
                yield (f'<path d="M{x:.1f} {y:.1f} {u - (u - x) * share:.1f}'
                       f' {v - (v - y) * share:.1f}" stroke-width="{width:.2f}"/>\n')
        yield "</g>\n"

    def _pairs(self) -> Iterable[tuple[int, int]]:
        """The ends of edges, each pair once in each direction."""
        ends = ((edge.source_number, edge.target_number) for edge in self.graph.edges())
        return dict.fromkeys(pair for pair in ends if pair[0] != pair[1])

    def nodes(self) -> Iterator[str]:
        """A circle for each node, which links to its page."""
        page = [attribute.name for attribute in self.graph.node_attributes].index("page")
        yield '<g stroke="#fff">\n'
        for node in self.graph.nodes():
            x, y = self.at(node.number)
            link = quoted(str(node.values[page] or node.iri))
            yield (f'<a href={link}><circle cx="{x:.1f}" cy="{y:.1f}"'
                   f' r="{self.style.size(node) / 2:.1f}" fill="{self.style.colour(node)}"><title>'
                   f"{content(f'{node.label} ({node.type})')}</title></circle></a>\n")
        yield "</g>\n"

    def labels(self) -> Iterator[str]:
        """The names of nodes, those of the best linked first, as far as they find room.

        The names of the best linked may cover other nodes where there is no room beside them.
        """
        cores = [self._core(node) for node in self.graph.nodes()]
        taken: list[Box] = []
        yield ('<g paint-order="stroke" stroke="#fff" stroke-width="3" stroke-linejoin="round">\n')
        ranked = sorted(self.graph.nodes(), key=lambda node: (-node.degree, node.number))
        for rank, node in enumerate(ranked):
            name = " ".join(node.label.split())
            name = name if len(name) <= _LONGEST else f"{name[:_LONGEST - 1]}…"
            spots = list(self._around(node, len(name) * _LETTER))
            free = [spot for spot in spots if not any(_touch(spot[3], box) for box in taken)]
            clear = [spot for spot in free if not any(_touch(spot[3], core) for core in cores)]
            for x, y, anchor, box in (clear or (free if rank < _ALWAYS else []))[:1]:
                taken.append(box)
                yield (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
                       f"{content(name)}</text>\n")
        yield "</g>\n"

    def _core(self, node: Node) -> Box:
        """The middle of a node, which no name may cover."""
        (x, y), half = self.at(node.number), self.style.size(node) * 0.3
        return x - half, y - half, x + half, y + half

    def _around(self, node: Node, width: float) -> Iterator[tuple[float, float, str, Box]]:
        """Where a node's name may stand within the picture, and the room that it takes there."""
        (x, y), radius = self.at(node.number), self.style.size(node) / 2 + 3
        slant = radius * 0.7
        for across, down, anchor in (
            (radius, 4.0, "start"), (-radius, 4.0, "end"), (0.0, radius + _FONT, "middle"),
            (0.0, -radius - 2, "middle"), (slant, -slant, "start"), (slant, slant + 8, "start"),
            (-slant, -slant, "end"), (-slant, slant + 8, "end"),
        ):
            at, line = x + across, y + down
            left = at - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
            if left > 0 and left + width < _WIDTH:
                yield at, line, anchor, (left, line - _FONT, left + width, line + 3)


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _legend(graph: Graph) -> Iterator[tuple[str, str]]:
    """Colour and words of each type."""
    for kind, count in graph.types.items():
        yield graph.colours[kind], f"{kind or 'no type'} ({count})"


def _caption(graph: Graph, recipe: Recipe) -> list[str]:
    told = (f"View {recipe.view}; parameters: {recipe.told}. {graph.node_count} nodes,"
            f" {graph.edge_count} edges; larger nodes have more edges. {recipe.dataset}, release"
            f" {recipe.release} of {recipe.date}, {recipe.licence}")
    return wrap(told, 230, break_long_words=True)


def _blocks(legend: list[tuple[str, str]], caption: list[str]) -> Iterator[str]:
    """The legend in four columns, and the caption below it."""
    column = (_WIDTH - 2 * _MARGIN) / 4
    for at, (colour, words) in enumerate(legend):
        x, y = _MARGIN + at % 4 * column, _HEIGHT + 20 + at // 4 * _LINE
        yield (f'<circle cx="{x + 6:.0f}" cy="{y - 4}" r="6" fill="{colour}"/>'
               f'<text x="{x + 18:.0f}" y="{y}">{content(words)}</text>\n')
    top = _HEIGHT + 20 + _LINE * -(-len(legend) // 4) + 10
    for at, line in enumerate(caption):
        yield f'<text x="{_MARGIN}" y="{top + at * _LINE}" fill="#666">{content(line)}</text>\n'


def _metadata(recipe: Recipe) -> Iterator[str]:
    """The recipe as Dublin Core in RDF/XML, where drawing programs look for it."""
    facts = recipe.facts
    described = "\n".join(f"{name}: {facts[name]}" for name in facts if name != "title")
    yield ('<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
           ' xmlns:dcterms="http://purl.org/dc/terms/"><rdf:Description rdf:about="">\n'
           f"<dcterms:title>{content(recipe.title)}</dcterms:title>\n"
           f"<dcterms:date>{recipe.date}</dcterms:date>\n"
           f"<dcterms:license rdf:resource={quoted(recipe.licence)}/>\n"
           f"<dcterms:source rdf:resource={quoted(recipe.address)}/>\n"
           f"<dcterms:description>{content(described)}</dcterms:description>\n"
           "</rdf:Description></rdf:RDF></metadata>\n")


def _chunk(keyword: str, text: str) -> bytes:
    """A chunk iTXt (PNG, third edition, 11.3.3.4), not compressed and of no language."""
    data = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
