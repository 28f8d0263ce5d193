"""Graph files in plain text: DOT, Pajek, and lists of nodes and edges as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat

from graphsvc.csvsafe import safe_cell
from graphsvc.graphs.graph import TYPES, Graph, Scalar, Values
from graphsvc.graphs.view import Recipe
from graphsvc.graphs.xml_files import Unwritable, plain, printable
from graphsvc.questions.question import Column

_POINTS = 72.0
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
Row = tuple[Sequence[Scalar | None], Values]
"""A row's first cells, and the values of the other columns."""


def dot(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """DOT, the language of Graphviz; the recipe is in the graph's attributes.

    Texts are escape strings: `\\\\` is a backslash, `\\n` a line break. Raises Unwritable.
    """
    keyword, arrow = ("digraph", "->") if graph.directed else ("graph", "--")
    yield f"{keyword} {_escaped(recipe.view)} {{\n"
    yield f"graph {_pairs({**recipe.facts, 'overlap': 'false'})};\n"
    yield ('node [shape=circle, style=filled, color=white, fontname="sans-serif", fontsize=8,'
           ' fixedsize=shape];\nedge [color="#b0b0b0", arrowsize=0.5];\n')
    for node in graph.nodes:
        look: Values = {"URL": node.values.get("page", node.iri), "fillcolor": node.colour,
                        "width": round(node.size / _POINTS, 3)}
        yield f"{_escaped(node.id)} {_pairs(node.values | look)};\n"
    for edge in graph.edges:
        yield (f"{_escaped(edge.source.id)} {arrow} {_escaped(edge.target.id)}"
               f" {_pairs({'id': edge.id, **edge.values})};\n")
    yield "}\n"


def _pairs(values: Mapping[str, Scalar]) -> str:
    pairs = (f"{name}={_escaped(value)}" for name, value in values.items())
    return f"[{', '.join(pairs)}]"


def _escaped(value: Scalar) -> str:
    return f'"{printable(value, "DOT").translate(_ESCAPES)}"'


def pajek(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """Pajek's .net: names, colours, kinds and weights; the recipe is in comment lines.

    Nodes of the same name get their identifier behind it, because readers take names for
    identifiers. Raises Unwritable for a quotation mark, backslash or line break in a name.
    """
    yield from (f"% {line}\n" for line in printable(recipe.lines, "Pajek").splitlines())
    yield f"*Network {_quoted(recipe.title)}\n*Vertices {len(graph.nodes)}\n"
    shared = Counter(node.label for node in graph.nodes)
    for node in graph.nodes:
        name = f"{node.label} ({node.id})" if shared[node.label] > 1 else node.label
        yield f"{node.number} {_quoted(name)} ic RGB{node.colour[1:].upper()}\n"
    yield "*Arcs\n" if graph.directed else "*Edges\n"
    for edge in graph.edges:
        kind = f" l {_quoted(str(edge.values['kind']))}" if "kind" in edge.values else ""
        yield f"{edge.source.number} {edge.target.number} {edge.weight}{kind}\n"


def _quoted(value: str) -> str:
    if found := re.search(r'["\\\r\n\x85\u2028\u2029]', printable(value, "Pajek")):
        raise Unwritable.of(value, f"the character {found[0]!r}", "Pajek")
    return f'"{value}"'


def nodes_csv(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """The nodes with the columns that Gephi's import knows: Id and Label."""
    names = [column.name for column in graph.node_attributes if column.name != "label"]
    return _table(["Id", "Label", *names, "Recipe"], names, recipe, (
        ([node.id, node.label], node.values) for node in graph.nodes))


def edges_csv(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """The edges with the columns that Gephi's import knows."""
    names = [column.name for column in graph.edge_attributes
             if column.name not in ("kind", "weight")]
    head = ["Source", "Target", "Type", "Id", "Label", "Weight", *names, "Recipe"]
    direction = "Directed" if graph.directed else "Undirected"
    return _table(head, names, recipe, (
        ([edge.source.id, edge.target.id, direction, edge.id, edge.values.get("kind"),
          edge.weight], edge.values) for edge in graph.edges))


def neo4j_nodes_csv(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """The nodes with the header of `neo4j-admin database import`; types are labels there."""
    return _neo4j_table(["id:ID", ":LABEL"], graph.node_attributes, recipe, (
        ([node.id, node.type], node.values) for node in graph.nodes))


def neo4j_edges_csv(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """The edges with the header of `neo4j-admin database import`; kinds are types there."""
    return _neo4j_table([":START_ID", ":END_ID", ":TYPE"], graph.edge_attributes, recipe, (
        ([edge.source.id, edge.target.id, edge.values.get("kind", "linked")], edge.values)
        for edge in graph.edges))


def _neo4j_table(
    own: Sequence[str], columns: Sequence[Column], recipe: Recipe, rows: Iterable[Row]
) -> Iterator[str]:
    typed = [f"{column.name}:{TYPES.get(column.type, 'string')}" for column in columns]
    return _table([*own, *typed, "recipe:IGNORE"], [column.name for column in columns], recipe,
                  rows)


def _table(
    head: Sequence[str], names: Sequence[str], recipe: Recipe, rows: Iterable[Row]
) -> Iterator[str]:
    """A table (RFC 4180) with the recipe, for which CSV has no place, in the last column.

    It is the first row's cell there; where there are no rows it is the name of one more column, so
    that readers still find no rows. names: of the values after a row's first cells.
    """
    guard = str if recipe.raw else safe_cell
    lines = []
    for (first, values), last in zip(rows, chain([recipe.lines], repeat("")), strict=False):
        cells = [*first, *map(values.get, names)]
        lines.append([*("" if cell is None else guard(plain(cell)) for cell in cells), last])
    if not lines:
        _, colon, ignored = head[-1].partition(":")
        head = [*head, recipe.lines + colon + ignored]
    out = io.StringIO()
    csv.writer(out).writerows([head, *lines])
    yield out.getvalue()
