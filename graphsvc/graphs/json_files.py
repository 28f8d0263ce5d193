"""Graph files in JSON: nodes and links, Cytoscape's two formats, and JSON-LD.

They are written item by item: an encoder that takes the complete document at once would stop the
service meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphsvc import __version__
from graphsvc.graphs.graph import Attribute, Graph
from graphsvc.graphs.recipe import Recipe
from graphsvc.vocabulary import DCTERMS, PROV, RDF, RDFS

_CX2_TYPES = {"integer": "long", "decimal": "double", "boolean": "boolean"}


def node_link(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """Nodes and links, as d3 and networkx (`node_link_graph(..., edges="links")`) read them.

    The recipe is the graph's own attributes.
    """
    head = {"directed": graph.directed, "multigraph": True, "graph": recipe.facts}
    yield f'{_dump(head)[:-1]},\n"nodes": [\n'
    yield from _items({"id": node.id, **node.values, "colour": node.colour, "size": node.size}
                      for node in graph.nodes)
    yield '],\n"links": [\n'
    yield from _items({"source": edge.source.id, "target": edge.target.id, "key": edge.id,
                       **edge.values} for edge in graph.edges)
    yield "]}\n"


def cyjs(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """Cytoscape JSON (format 1.0), also read by cytoscape.js.

    `name` is a node's label, `interaction` an edge's kind.
    """
    names = {"name": recipe.title, "shared_name": recipe.title}
    head = {"format_version": "1.0", "generated_by": f"graphsvc {__version__}",
            "target_cytoscapejs_version": "~3.0", "data": {**names, **recipe.facts},
            "style": _CYJS_STYLE}
    yield f'{_dump(head)[:-1]},\n"elements": {{"nodes": [\n'
    yield from _items({"data": {
        "id": node.id, "name": node.label, "shared_name": node.label, **node.values,
        "colour": node.colour, "size": node.size}} for node in graph.nodes)
    yield '],\n"edges": [\n'
    yield from _items({"data": {"id": edge.id, "source": edge.source.id, "target": edge.target.id,
                                **_interaction(edge.values)}} for edge in graph.edges)
    yield "]}}\n"


_CYJS_STYLE: Sequence[Mapping[str, Any]] = (
    {"selector": "node", "style": {
        "label": "data(name)", "background-color": "data(colour)",
        "width": "data(size)", "height": "data(size)", "font-size": 8}},
    {"selector": "edge", "style": {
        "curve-style": "bezier", "width": 1, "line-color": "#b0b0b0",
        "target-arrow-shape": "triangle", "target-arrow-color": "#b0b0b0"}},
)


def cx2(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """CX2 (Cytoscape 3.10 and NDEx)."""
    facts = {"name": recipe.title, **recipe.facts}
    counts = {"attributeDeclarations": 1, "networkAttributes": 1, "nodes": len(graph.nodes),
              "edges": len(graph.edges), "visualProperties": 1}
    head: list[dict[str, Any]] = [
        {"CXVersion": "2.0", "hasFragments": False},
        {"metaData": [{"name": name, "elementCount": count} for name, count in counts.items()]},
        {"attributeDeclarations": [{
            "networkAttributes": {name: {"d": "string"} for name in facts},
            "nodes": {"name": {"d": "string"}, **_declared(graph.node_attributes),
                      "size": {"d": "double"}},
            "edges": _interaction(_declared(graph.edge_attributes))}]},
        {"networkAttributes": [facts]},
    ]
    yield "[" + ",\n".join(map(_dump, head)) + ',\n{"nodes": [\n'
    yield from _items({"id": node.number, "v": {"name": node.label, **node.values,
                                                "size": node.size}} for node in graph.nodes)
    yield ']},\n{"edges": [\n'
    yield from _items({"id": edge.number, "s": edge.source.number, "t": edge.target.number,
                       "v": _interaction(edge.values)} for edge in graph.edges)
    yield (f']}},\n{_dump({"visualProperties": [_looks(graph)]})},\n'
           f'{_dump({"status": [{"success": True}]})}]\n')


def _looks(graph: Graph) -> dict[str, Any]:
    """How Cytoscape draws it: named by label, coloured by type, sized by degree."""
    arrow = "triangle" if graph.directed else "none"
    colours = [{"v": name, "vp": colour} for name, colour in graph.colours.items()]

    def passed(name: str, type: str) -> dict[str, Any]:
        return {"type": "PASSTHROUGH", "definition": {"attribute": name, "type": type}}

    return {
        "default": {
            "node": {"NODE_SHAPE": "ellipse", "NODE_BORDER_WIDTH": 0, "NODE_LABEL_FONT_SIZE": 8},
            "edge": {"EDGE_LINE_COLOR": "#B0B0B0", "EDGE_TARGET_ARROW_SHAPE": arrow}},
        "nodeMapping": {
            "NODE_LABEL": passed("name", "string"), "NODE_WIDTH": passed("size", "double"),
            "NODE_HEIGHT": passed("size", "double"),
            "NODE_BACKGROUND_COLOR": {
                "type": "DISCRETE",
                "definition": {"attribute": "type", "type": "string", "map": colours}}},
        "edgeMapping": {},
    }


def _declared(attributes: Sequence[Attribute]) -> dict[str, Any]:
    return {known.name: {"d": _CX2_TYPES.get(known.type, "string")} for known in attributes}


def _interaction(values: Mapping[str, Any]) -> dict[str, Any]:
    """An edge's attributes with its kind under the name that Cytoscape knows."""
    return {"interaction" if name == "kind" else name: value for name, value in values.items()}


def jsonld(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """JSON-LD 1.1. A node is its thing; an edge is an rdf:Statement about two of them.

    Attributes are properties below the view's own address, as are `nodes` and `edges`.
    """
    head = {
        "@context": _context(graph, recipe), "@id": recipe.address, "@type": "prov:Entity",
        "dcterms:title": recipe.title, "dcterms:description": recipe.description,
        "dcterms:license": {"@id": recipe.licence}, "dcterms:date": recipe.date,
        "prov:wasDerivedFrom": {"@id": recipe.dataset_iri},
        **{f"view:{name}": recipe.facts[name] for name in (
            "view", "parameters", "measures", "dataset", "release", "query", "software")},
    }
    yield f'{_dump(head)[:-1]},\n"nodes": [\n'
    yield from _items({**node.values, "@id": node.iri, "id": node.id} for node in graph.nodes)
    yield '],\n"edges": [\n'
    yield from _items({"@id": f"{recipe.address}#{edge.id}", "@type": "rdf:Statement",
                       "rdf:subject": {"@id": edge.source.iri},
                       "rdf:object": {"@id": edge.target.iri}, **edge.values}
                      for edge in graph.edges)
    yield "]}\n"


def _context(graph: Graph, recipe: Recipe) -> dict[str, Any]:
    """What the names mean; values of type iri are references."""
    space = f"{recipe.address.partition('?')[0]}#"
    references = {known.name: {"@id": f"view:{known.name}", "@type": "@id"}
                  for known in (*graph.node_attributes, *graph.edge_attributes)
                  if known.type == "iri"}
    return {
        "dcterms": str(DCTERMS), "prov": str(PROV), "rdf": str(RDF), "rdfs": str(RDFS),
        "view": space, "@vocab": space, "label": "rdfs:label", **references,
    }


def _dump(item: object) -> str:
    """An item on one line."""
    return json.dumps(item, ensure_ascii=False)


def _items(items: Iterable[object]) -> Iterator[str]:
    """The items of a list, without its brackets, one a line."""
    for number, item in enumerate(items):
        yield f",\n{_dump(item)}" if number else _dump(item)
