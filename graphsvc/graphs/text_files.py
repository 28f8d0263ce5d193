"""Graph files in plain text: DOT, Pajek, and lists of nodes and edges as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graphsvc.csvsafe import safe_cell
from graphsvc.graphs.graph import Attribute, Graph, Scalar, Values
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.xml_files import Unwritable, plain, printable

_POINTS = 72.0
_NEO4J_TYPES = {"integer": "long", "decimal": "double", "boolean": "boolean"}


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
    pairs = (f"{name}={_escaped(plain(value))}" for name, value in values.items())
    return f"[{', '.join(pairs)}]"


def _escaped(value: str) -> str:
    text = printable(value, "DOT").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'.replace("\n", "\\n")


def pajek(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """Pajek's .net: names, colours, kinds and weights; the recipe is in comment lines.

    Nodes of the same name get their identifier behind it, because readers take names for
    identifiers. Raises Unwritable for a quotation mark, backslash or line break in a name.
    """
    for line in printable(recipe.lines, "Pajek").splitlines():
        yield f"% {line}\n"
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


def nodes_csv(graph: Graph, recipe: Recipe, *, raw: bool) -> Iterator[str]:
    """The nodes with the columns that Gephi's import knows: Id and Label.

    raw: in all tables, whether texts that spreadsheets take for formulas stay as they are.
    """
    others = _names(graph.node_attributes, "label")
    return _table(["Id", "Label", *others, "Recipe"], recipe, raw, (
        [node.id, node.label, *map(node.values.get, others)] for node in graph.nodes))


def edges_csv(graph: Graph, recipe: Recipe, *, raw: bool) -> Iterator[str]:
    """The edges with the columns that Gephi's import knows."""
    others = _names(graph.edge_attributes, "kind", "weight")
    head = ["Source", "Target", "Type", "Id", "Label", "Weight", *others, "Recipe"]
    direction = "Directed" if graph.directed else "Undirected"
    return _table(head, recipe, raw, (
        [edge.source.id, edge.target.id, direction, edge.id, edge.values.get("kind"),
         edge.weight, *map(edge.values.get, others)] for edge in graph.edges))


def neo4j_nodes_csv(graph: Graph, recipe: Recipe, *, raw: bool) -> Iterator[str]:
    """The nodes with the header of `neo4j-admin database import`; types are labels there."""
    head = ["id:ID", ":LABEL", *map(_typed, graph.node_attributes), "recipe:IGNORE"]
    names = _names(graph.node_attributes)
    return _table(head, recipe, raw, (
        [node.id, node.type, *map(node.values.get, names)] for node in graph.nodes))


def neo4j_edges_csv(graph: Graph, recipe: Recipe, *, raw: bool) -> Iterator[str]:
    """The edges with the header of `neo4j-admin database import`; kinds are types there."""
    head = [":START_ID", ":END_ID", ":TYPE", *map(_typed, graph.edge_attributes), "recipe:IGNORE"]
    names = _names(graph.edge_attributes)
    return _table(head, recipe, raw, (
        [edge.source.id, edge.target.id, edge.values.get("kind", "linked"),
         *map(edge.values.get, names)] for edge in graph.edges))


def _table(
    head: Sequence[str], recipe: Recipe, raw: bool, rows: Iterable[Sequence[Scalar | None]]
) -> Iterator[str]:
    """A table (RFC 4180) with the recipe, for which CSV has no place, in the last column.

    It is the first row's cell there; where there are no rows it is the name of one more column, so
    that readers still find no rows.
    """
    _, colon, ignored = head[-1].partition(":")
    last, empty = recipe.lines, [*head, recipe.lines + colon + ignored]
    for row in rows:
        if last:
            yield _line(head)
        cells = ["" if value is None else plain(value) for value in row]
        yield _line([*(cells if raw else map(safe_cell, cells)), last])
        last = ""
    if last:
        yield _line(empty)


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _names(attributes: Sequence[Attribute], *without: str) -> list[str]:
    return [known.name for known in attributes if known.name not in without]


def _typed(known: Attribute) -> str:
    return f"{known.name}:{_NEO4J_TYPES.get(known.type, 'string')}"
