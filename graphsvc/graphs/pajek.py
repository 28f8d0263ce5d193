"""Pajek's .net, which holds names, colours, kinds and weights, and no other attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from graphsvc.graphs.graph import Graph
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.style import Style
from graphsvc.graphs.text import Unwritable, plain, printable


def write(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the graph; the recipe stands in comment lines at its head.

    Nodes of the same name get their identifier behind it, because readers take names for
    identifiers. Raises Unwritable for a quotation mark, backslash or line break in a name.
    """
    style = Style(graph)
    names = [attribute.name for attribute in graph.edge_attributes]
    weight, kind = names.index("weight"), names.index("kind") if "kind" in names else None
    out.writelines(_comments(recipe))
    out.write(f"*Network {_quoted(recipe.title)}\n*Vertices {graph.node_count}\n")
    for node in graph.nodes():
        name = f"{node.label} ({node.id})" if node.label in graph.shared_labels else node.label
        out.write(f"{node.number} {_quoted(name)} ic RGB{style.colour(node)[1:].upper()}\n")
    out.write("*Arcs\n" if graph.directed else "*Edges\n")
    for edge in graph.edges():
        told = None if kind is None else edge.values[kind]
        shown = "" if told is None else f" l {_quoted(str(told))}"
        out.write(f"{edge.source_number} {edge.target_number}"
                  f" {plain(edge.values[weight] or 0)}{shown}\n")


def _comments(recipe: Recipe) -> Iterator[str]:
    for name, value in recipe.facts.items():
        for line in f"{name}: {printable(value, 'Pajek')}".splitlines():
            yield f"% {line}\n"


def _quoted(value: str) -> str:
    if found := re.search(r'["\\\r\n\x85\u2028\u2029]', printable(value, "Pajek")):
        raise Unwritable(value, f"the character {found[0]!r}", "Pajek")
    return f'"{value}"'
