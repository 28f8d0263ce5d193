"""GraphML 1.0, with the colours and sizes that Gephi reads from attributes.

networkx writes GraphML too, but holds the graph and the whole document in memory, turns carriage
returns into newlines and writes characters that XML forbids; so the file is streamed from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from graphsvc.graphs.graph import Attribute, Graph, Scalar
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.style import Style
from graphsvc.graphs.text import content, plain, quoted

_TYPES = {"integer": "long", "decimal": "double", "boolean": "boolean"}
_STYLE = (
    Attribute("r", "integer", "red"), Attribute("g", "integer", "green"),
    Attribute("b", "integer", "blue"), Attribute("size", "decimal", "size"),
)
_SPACE = "http://graphml.graphdrawing.org/xmlns"
_SCHEMA = f"{_SPACE} {_SPACE}/1.0/graphml.xsd"


def write(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the graph. Raises Unwritable for a character that XML does not have."""
    style = Style(graph)
    node_attributes = graph.node_attributes + _STYLE
    out.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<graphml xmlns="{_SPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{_SCHEMA}">\n')
    out.writelines(f'<key id="g{at}" for="graph" attr.name={quoted(name)}'
                   ' attr.type="string"/>\n' for at, name in enumerate(recipe.facts))
    out.writelines(_keys("node", "n", node_attributes))
    out.writelines(_keys("edge", "e", graph.edge_attributes))
    direction = "directed" if graph.directed else "undirected"
    out.write(f'<graph id={quoted(recipe.view)} edgedefault="{direction}">\n')
    out.writelines(_data("g", tuple(recipe.facts.values())))
    for node in graph.nodes():
        out.write(f'<node id="{node.id}">\n')
        out.writelines(_data("n", node.values + (*style.rgb(node), style.size(node))))
        out.write("</node>\n")
    for edge in graph.edges():
        out.write(f'<edge id="{edge.id}" source="{edge.source}" target="{edge.target}">\n')
        out.writelines(_data("e", edge.values))
        out.write("</edge>\n")
    out.write("</graph>\n</graphml>\n")


def _keys(owner: str, letter: str, attributes: Sequence[Attribute]) -> Iterator[str]:
    for at, known in enumerate(attributes):
        yield (f'<key id="{letter}{at}" for="{owner}" attr.name={quoted(known.name)}'
               f' attr.type="{_TYPES.get(known.type, "string")}">'
               f"<desc>{content(known.label)}</desc></key>\n")


def _data(letter: str, values: Sequence[Scalar | None]) -> Iterator[str]:
    for at, value in enumerate(values):
        if value is not None:
            yield f'<data key="{letter}{at}">{content(plain(value))}</data>\n'
