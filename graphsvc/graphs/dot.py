"""DOT, the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TextIO

from graphsvc.graphs.graph import Graph, Scalar
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.streamed import named
from graphsvc.graphs.style import Style
from graphsvc.graphs.text import plain, printable

_POINTS = 72.0


def write(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the graph; the recipe is in the graph's attributes, under its own names.

    Texts are escape strings: `\\\\` is a backslash, `\\n` a line break. Raises Unwritable.
    """
    style = Style(graph)
    keyword, arrow = ("digraph", "->") if graph.directed else ("graph", "--")
    out.write(f"{keyword} {_quoted(recipe.view)} {{\n")
    out.write(f"graph {_list({**recipe.facts, 'overlap': 'false'})};\n")
    out.write('node [shape=circle, style=filled, color=white, fontname="sans-serif", fontsize=8,'
              ' fixedsize=shape];\nedge [color="#b0b0b0", arrowsize=0.5];\n')
    for node in graph.nodes():
        found = named(graph.node_attributes, node.values)
        look = {"URL": found.get("page", node.iri), "fillcolor": style.colour(node),
                "width": round(style.size(node) / _POINTS, 3)}
        out.write(f"{_quoted(node.id)} {_list({**found, **look})};\n")
    for edge in graph.edges():
        out.write(f"{_quoted(edge.source)} {arrow} {_quoted(edge.target)}"
                  f" {_list({'id': edge.id, **named(graph.edge_attributes, edge.values)})};\n")
    out.write("}\n")


def _list(values: Mapping[str, Scalar]) -> str:
    return f"[{', '.join(_pairs(values.items()))}]"


def _pairs(values: Iterable[tuple[str, Scalar]]) -> Iterable[str]:
    for name, value in values:
        yield f"{name}={_quoted(plain(value))}"


def _quoted(value: str) -> str:
    text = printable(value, "DOT").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'.replace("\n", "\\n")
