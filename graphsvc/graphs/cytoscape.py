"""Cytoscape's two JSON formats: cyjs (also read by cytoscape.js) and CX2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from graphsvc import __version__
from graphsvc.graphs.graph import Attribute, Graph
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.streamed import dump, named, write_items
from graphsvc.graphs.style import Style

_CX2_TYPES = {"integer": "long", "decimal": "double", "boolean": "boolean"}


def write_cyjs(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write Cytoscape JSON (format 1.0). `name` is the label, `interaction` an edge's kind."""
    style = Style(graph)
    head = {
        "format_version": "1.0", "generated_by": f"graphsvc {__version__}",
        "target_cytoscapejs_version": "~3.0",
        "data": {"name": recipe.title, "shared_name": recipe.title, **recipe.facts},
    }
    out.write(f'{dump(head)[:-1]},\n"style": {dump(_STYLE)},\n"elements": {{"nodes": [\n')
    write_items(({"data": {
        "id": node.id, "name": node.label, "shared_name": node.label,
        **named(graph.node_attributes, node.values),
        "colour": style.colour(node), "size": style.size(node)}} for node in graph.nodes()), out)
    out.write('],\n"edges": [\n')
    write_items(({"data": {
        "id": edge.id, "source": edge.source, "target": edge.target,
        **_interaction(named(graph.edge_attributes, edge.values))}} for edge in graph.edges()), out)
    out.write("]}}\n")


_STYLE: Sequence[Mapping[str, Any]] = (
    {"selector": "node", "style": {
        "label": "data(name)", "background-color": "data(colour)",
        "width": "data(size)", "height": "data(size)", "font-size": 8}},
    {"selector": "edge", "style": {
        "curve-style": "bezier", "width": 1, "line-color": "#b0b0b0",
        "target-arrow-shape": "triangle", "target-arrow-color": "#b0b0b0"}},
)


def write_cx2(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write CX2 (Cytoscape 3.10 and NDEx)."""
    style = Style(graph)
    facts = {"name": recipe.title, **recipe.facts}
    counts = {"attributeDeclarations": 1, "networkAttributes": 1, "nodes": graph.node_count,
              "edges": graph.edge_count, "visualProperties": 1}
    aspects: list[dict[str, Any]] = [
        {"CXVersion": "2.0", "hasFragments": False},
        {"metaData": [{"name": name, "elementCount": count} for name, count in counts.items()]},
        {"attributeDeclarations": [{
            "networkAttributes": {name: {"d": "string"} for name in facts},
            "nodes": _declared("name", graph.node_attributes) | {"size": {"d": "double"}},
            "edges": _interaction(_declared("kind", graph.edge_attributes))}]},
        {"networkAttributes": [facts]},
    ]
    out.write("[" + ",\n".join(map(dump, aspects)) + ',\n{"nodes": [\n')
    write_items(({"id": node.number, "v": {
        "name": node.label, **named(graph.node_attributes, node.values),
        "size": style.size(node)}} for node in graph.nodes()), out)
    out.write(']},\n{"edges": [\n')
    write_items(({"id": edge.number, "s": edge.source_number, "t": edge.target_number,
                 "v": _interaction(named(graph.edge_attributes, edge.values))}
                for edge in graph.edges()), out)
    out.write(f']}},\n{dump({"visualProperties": [_looks(graph)]})},\n'
              f'{dump({"status": [{"success": True}]})}]\n')


def _looks(graph: Graph) -> dict[str, Any]:
    """How Cytoscape draws it: named by label, coloured by type, sized by degree."""
    arrow = "triangle" if graph.directed else "none"
    colours = [{"v": kind, "vp": colour} for kind, colour in graph.colours.items()]
    return {
        "default": {
            "node": {"NODE_SHAPE": "ellipse", "NODE_BORDER_WIDTH": 0, "NODE_LABEL_FONT_SIZE": 8},
            "edge": {"EDGE_LINE_COLOR": "#B0B0B0", "EDGE_TARGET_ARROW_SHAPE": arrow}},
        "nodeMapping": {
            "NODE_LABEL": {"type": "PASSTHROUGH",
                           "definition": {"attribute": "name", "type": "string"}},
            "NODE_WIDTH": {"type": "PASSTHROUGH",
                           "definition": {"attribute": "size", "type": "double"}},
            "NODE_HEIGHT": {"type": "PASSTHROUGH",
                            "definition": {"attribute": "size", "type": "double"}},
            "NODE_BACKGROUND_COLOR": {
                "type": "DISCRETE",
                "definition": {"attribute": "type", "type": "string", "map": colours}}},
        "edgeMapping": {},
    }


def _declared(first: str, attributes: Sequence[Attribute]) -> dict[str, Any]:
    known = {attribute.name: {"d": _CX2_TYPES.get(attribute.type, "string")}
             for attribute in attributes}
    return {first: {"d": "string"}, **known}



def _interaction(found: dict[str, Any]) -> dict[str, Any]:
    """An edge's attributes with its kind under the name that Cytoscape knows."""
    return {"interaction" if name == "kind" else name: value for name, value in found.items()}
