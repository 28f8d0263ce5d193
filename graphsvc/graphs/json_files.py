"""Graph files in JSON: nodes and links, Cytoscape's two formats, and JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from importlib.resources import files
from typing import Any

from graphsvc.graphs.graph import TYPES, Graph
from graphsvc.graphs.view import Recipe
from graphsvc.questions.question import Column
from graphsvc.vocabulary import DCTERMS, PROV, RDF, RDFS

Object = dict[str, Any]
_STYLES = json.loads((files("graphsvc.graphs") / "templates" / "styles.json").read_text("utf-8"))


def node_link(graph: Graph, recipe: Recipe) -> Object:
    """Nodes and links, as d3 and networkx (`node_link_graph(..., edges="links")`) read them.

    The recipe is the graph's own attributes; a node's label is its `name` too.
    """
    return {
        "directed": graph.directed, "multigraph": True, "graph": recipe.facts,
        "nodes": [{"id": node.id, "name": node.label, **node.values, "colour": node.colour,
                   "size": node.size} for node in graph.nodes],
        "links": [{"source": edge.source.id, "target": edge.target.id, "key": edge.id,
                   **edge.values} for edge in graph.edges],
    }


def cyjs(graph: Graph, recipe: Recipe) -> Object:
    """Cytoscape JSON (format 1.0), also read by cytoscape.js.

    `name` is a node's label, `interaction` an edge's kind. networkx (`cytoscape_graph`) reads
    `directed`, `multigraph` and each edge's `key`, and merges parallel edges without them.
    """
    title = recipe.facts["title"]
    return {
        "format_version": "1.0", "generated_by": recipe.facts["software"],
        "target_cytoscapejs_version": "~3.0",
        "directed": graph.directed, "multigraph": True,
        "data": {"name": title, "shared_name": title, **recipe.facts},
        "style": _STYLES["cyjs"],
        "elements": {
            "nodes": [{"data": {
                "id": node.id, "value": node.id, "name": node.label, "shared_name": node.label,
                **node.values,
                "colour": node.colour, "size": node.size}} for node in graph.nodes],
            "edges": [{"data": {
                "id": edge.id, "key": edge.id, "source": edge.source.id, "target": edge.target.id,
                **_interaction(edge.values)}} for edge in graph.edges]},
    }


def cx2(graph: Graph, recipe: Recipe) -> list[Object]:
    """CX2 (Cytoscape 3.10 and NDEx)."""
    facts = {"name": recipe.facts["title"], **recipe.facts}
    aspects: dict[str, list[Object]] = {
        "attributeDeclarations": [{
            "networkAttributes": {name: {"d": "string"} for name in facts},
            "nodes": {"name": {"d": "string"}, **_declared(graph.node_attributes),
                      "size": {"d": "double"}},
            "edges": _interaction(_declared(graph.edge_attributes))}],
        "networkAttributes": [facts],
        "nodes": [{"id": node.number,
                   "v": {"name": node.label, **node.values, "size": node.size}}
                  for node in graph.nodes],
        "edges": [{"id": edge.number, "s": edge.source.number, "t": edge.target.number,
                   "v": _interaction(edge.values)} for edge in graph.edges],
        "visualProperties": [_looks(graph)],
    }
    counts = [{"name": name, "elementCount": len(items)} for name, items in aspects.items()]
    return [{"CXVersion": "2.0", "hasFragments": False}, {"metaData": counts},
            *({name: items} for name, items in aspects.items()), {"status": [{"success": True}]}]


def _looks(graph: Graph) -> Object:
    """How Cytoscape draws it: named by label, coloured by type, sized by degree."""
    looks: Object = deepcopy(_STYLES["cx2"])
    looks["default"]["edge"]["EDGE_TARGET_ARROW_SHAPE"] = "triangle" if graph.directed else "none"
    colours = [{"v": type, "vp": look.hex} for type, look in graph.looks.items()]
    looks["nodeMapping"]["NODE_BACKGROUND_COLOR"] = {
        "type": "DISCRETE", "definition": {"attribute": "type", "type": "string", "map": colours}}
    return looks


def _declared(columns: Sequence[Column]) -> Object:
    return {column.name: {"d": TYPES.get(column.type, "string")} for column in columns}


def _interaction(values: Mapping[str, Any]) -> Object:
    """An edge's attributes with its kind under the name that Cytoscape knows."""
    return {"interaction" if name == "kind" else name: value for name, value in values.items()}


def jsonld(graph: Graph, recipe: Recipe) -> Object:
    """JSON-LD 1.1. A node is its thing; an edge is an rdf:Statement about two of them.

    Attributes are properties below the view's own address, as are `nodes` and `edges`; values of
    type iri are references.
    """
    facts, space = recipe.facts, f"{recipe.address.partition('?')[0]}#"
    references = {column.name: {"@id": f"view:{column.name}", "@type": "@id"}
                  for column in (*graph.node_attributes, *graph.edge_attributes)
                  if column.type == "iri"}
    return {
        "@context": {
            "dcterms": str(DCTERMS), "prov": str(PROV), "rdf": str(RDF), "rdfs": str(RDFS),
            "view": space, "@vocab": space, "label": "rdfs:label", **references},
        "@id": recipe.address, "@type": "prov:Entity",
        "dcterms:title": facts["title"], "dcterms:description": facts["description"],
        "dcterms:license": {"@id": facts["licence"]}, "dcterms:date": facts["date"],
        "prov:wasDerivedFrom": {"@id": recipe.dataset},
        **{f"view:{name}": facts[name] for name in (
            "view", "parameters", "measures", "dataset", "release", "query", "software")},
        "nodes": [{**node.values, "@id": node.iri, "id": node.id} for node in graph.nodes],
        "edges": [{"@id": f"{recipe.address}#{edge.id}", "@type": "rdf:Statement",
                   "rdf:subject": {"@id": edge.source.iri},
                   "rdf:object": {"@id": edge.target.iri}, **edge.values}
                  for edge in graph.edges],
    }
