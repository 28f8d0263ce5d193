"""Lists of nodes and of edges as CSV (RFC 4180), with the headers of Gephi or of Neo4j.

CSV has no place for a recipe of its own, so it stands in the first row of a last column; where
there are no rows it is the name of one more column, so that readers still find no rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import TextIO

from graphsvc.graphs.graph import Attribute, Graph, Scalar
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.text import plain

Row = list[Scalar | None]
_NEO4J_TYPES = {"integer": "long", "decimal": "double", "boolean": "boolean"}


def write_nodes(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the nodes with the columns that Gephi's import knows: Id and Label."""
    kept = _others(graph.node_attributes, "label")
    head = ["Id", "Label", *_names(graph.node_attributes, kept), "Recipe"]
    _write(out, head, recipe, (
        [node.id, node.label, *(node.values[at] for at in kept)] for node in graph.nodes()))


def write_edges(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the edges with the columns that Gephi's import knows."""
    kind, weight = _kind_and_weight(graph)
    kept = _others(graph.edge_attributes, "kind", "weight")
    head = ["Source", "Target", "Type", "Id", "Label", "Weight",
            *_names(graph.edge_attributes, kept), "Recipe"]
    direction = "Directed" if graph.directed else "Undirected"
    _write(out, head, recipe, (
        [edge.source, edge.target, direction, edge.id,
         None if kind is None else edge.values[kind], edge.values[weight],
         *(edge.values[at] for at in kept)] for edge in graph.edges()))


def write_neo4j_nodes(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the nodes with the header of `neo4j-admin database import`; types are labels there."""
    head = ["id:ID", ":LABEL", *map(_typed, graph.node_attributes), "recipe:IGNORE"]
    _write(out, head, recipe, (
        [node.id, node.type, *node.values] for node in graph.nodes()))


def write_neo4j_edges(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the edges with the header of `neo4j-admin database import`; kinds are types there."""
    kind, _ = _kind_and_weight(graph)
    head = [":START_ID", ":END_ID", ":TYPE", *map(_typed, graph.edge_attributes), "recipe:IGNORE"]
    _write(out, head, recipe, (
        [edge.source, edge.target,
         "linked" if kind is None else edge.values[kind], *edge.values] for edge in graph.edges()))


def _write(out: TextIO, head: Sequence[str], recipe: Recipe, rows: Iterator[Row]) -> None:
    writer = csv.writer(out)
    facts = "\n".join(f"{name}: {value}" for name, value in recipe.facts.items())
    first = next(rows, None)
    if first is None:
        _, colon, ignored = head[-1].partition(":")
        writer.writerow([*head, facts + colon + ignored])
        return
    writer.writerow(head)
    for row, told in zip(chain([first], rows), chain([facts], repeat("")), strict=False):
        writer.writerow(["" if value is None else plain(value) for value in row] + [told])


def _kind_and_weight(graph: Graph) -> tuple[int | None, int]:
    names = [attribute.name for attribute in graph.edge_attributes]
    return names.index("kind") if "kind" in names else None, names.index("weight")


def _others(attributes: Sequence[Attribute], *names: str) -> list[int]:
    """Where the attributes stand that have none of the names."""
    return [at for at, attribute in enumerate(attributes) if attribute.name not in names]


def _names(attributes: Sequence[Attribute], places: Sequence[int]) -> list[str]:
    return [attributes[at].name for at in places]


def _typed(attribute: Attribute) -> str:
    return f"{attribute.name}:{_NEO4J_TYPES.get(attribute.type, 'string')}"
