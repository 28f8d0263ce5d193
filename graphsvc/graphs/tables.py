"""Graph files that are tables: lists of nodes and edges as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from graphsvc.formats import safe_cell
from graphsvc.graphs.graph import TYPES, Graph, Scalar, Values
from graphsvc.graphs.text_files import plain
from graphsvc.graphs.view import Recipe
from graphsvc.questions.question import Column

Row = tuple[Sequence[Scalar | None], Values]
"""A row's first cells, and the values of the other columns."""


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
    """The nodes with the header of `neo4j-admin database import`; types are labels there,
    written so that Cypher takes them without quotes. The recipe is JSON, on one line."""
    return _neo4j_table(["id:ID", ":LABEL"], graph.node_attributes, recipe, (
        ([node.id, _word(node.type)], node.values) for node in graph.nodes))


def neo4j_edges_csv(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """The edges with the header of `neo4j-admin database import`; kinds are types there,
    written as the labels of nodes."""
    return _neo4j_table([":START_ID", ":END_ID", ":TYPE"], graph.edge_attributes, recipe, (
        ([edge.source.id, edge.target.id, _word(edge.values.get("kind", "linked"))], edge.values)
        for edge in graph.edges))


def _neo4j_table(
    own: Sequence[str], columns: Sequence[Column], recipe: Recipe, rows: Iterable[Row]
) -> Iterator[str]:
    typed = [f"{column.name}:{TYPES.get(column.type, 'string')}" for column in columns]
    return _table([*own, *typed, "recipe:IGNORE"], [column.name for column in columns], recipe,
                  rows, json.dumps(recipe.facts, ensure_ascii=False))


def _word(text: Scalar) -> str:
    """A text as a name of Cypher: `printed work` is `printed_work`."""
    word = re.sub(r"\W+", "_", plain(text)).strip("_")
    return f"_{word}" if not word or word[0].isdigit() else word


def _table(
    head: Sequence[str], names: Sequence[str], recipe: Recipe, rows: Iterable[Row],
    made_by: str = "",
) -> Iterator[str]:
    """A table (RFC 4180) with the recipe, for which CSV has no place, in the last column.

    It is the first row's cell there; where there are no rows it is the name of one more column, so
    that readers still find no rows. names: of the values after a row's first cells;
    made_by: the recipe, where it is not written as usual.
    """
    made_by = made_by or recipe.lines
    guard = str if recipe.raw else safe_cell
    lines = []
    for (first, values), last in zip(rows, chain([made_by], repeat("")), strict=False):
        cells = [*first, *map(values.get, names)]
        lines.append([*("" if cell is None else guard(plain(cell)) for cell in cells), last])
    if not lines:
        _, colon, ignored = head[-1].partition(":")
        head = [*head, made_by + colon + ignored]
    out = io.StringIO()
    csv.writer(out).writerows([head, *lines])
    yield out.getvalue()
