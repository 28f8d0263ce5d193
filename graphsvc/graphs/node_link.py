"""JSON as nodes and links, as d3 and networkx (`node_link_graph(..., edges="links")`) read it."""

from __future__ import annotations

from typing import TextIO

from graphsvc.graphs.graph import Graph
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.streamed import dump, named, write_items
from graphsvc.graphs.style import Style


def write(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the graph; the recipe is the graph's own attributes."""
    style = Style(graph)
    head = {"directed": graph.directed, "multigraph": True, "graph": recipe.facts}
    out.write(f'{dump(head)[:-1]},\n"nodes": [\n')
    write_items(({"id": node.id, **named(graph.node_attributes, node.values),
                 "colour": style.colour(node), "size": style.size(node)}
                for node in graph.nodes()), out)
    out.write('],\n"links": [\n')
    write_items(({"source": edge.source, "target": edge.target, "key": edge.id,
                 **named(graph.edge_attributes, edge.values)} for edge in graph.edges()), out)
    out.write("]}\n")
