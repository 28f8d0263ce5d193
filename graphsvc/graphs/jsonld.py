"""JSON-LD 1.1: nodes and edges as things with properties, the recipe as those of the whole."""

from __future__ import annotations

from typing import Any, TextIO

from graphsvc import __version__
from graphsvc.graphs.graph import Graph
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.streamed import dump, named, write_items
from graphsvc.vocabulary import DCTERMS, PROV, RDF, RDFS


def write(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the graph. A node is its thing; an edge is an rdf:Statement about two of them.

    Attributes are properties below the view's own address, as are `nodes` and `edges`.
    """
    head = {
        "@context": _context(graph, recipe), "@id": recipe.address, "@type": "prov:Entity",
        "dcterms:title": recipe.title, "dcterms:description": recipe.description,
        "dcterms:license": {"@id": recipe.licence}, "dcterms:date": recipe.date,
        "prov:wasDerivedFrom": {"@id": recipe.dataset_iri},
        **{f"view:{name}": recipe.facts[name]
           for name in ("view", "parameters", "measures", "dataset", "release", "query")},
        "view:software": f"graphsvc {__version__}",
    }
    out.write(f'{dump(head)[:-1]},\n"nodes": [\n')
    write_items(({**named(graph.node_attributes, node.values), "@id": node.iri, "id": node.id}
                 for node in graph.nodes()), out)
    out.write('],\n"edges": [\n')
    write_items(({"@id": f"{recipe.address}#{edge.id}", "@type": "rdf:Statement",
                  "rdf:subject": {"@id": edge.source_iri},
                  "rdf:object": {"@id": edge.target_iri},
                  **named(graph.edge_attributes, edge.values)} for edge in graph.edges()), out)
    out.write("]}\n")


def _context(graph: Graph, recipe: Recipe) -> dict[str, Any]:
    """What the names mean; values of type iri are references."""
    space = f"{recipe.address.partition('?')[0]}#"
    references = {attribute.name: {"@id": f"view:{attribute.name}", "@type": "@id"}
                  for attribute in (*graph.node_attributes, *graph.edge_attributes)
                  if attribute.type == "iri"}
    return {
        "dcterms": str(DCTERMS), "prov": str(PROV), "rdf": str(RDF), "rdfs": str(RDFS),
        "view": space, "@vocab": space, "label": "rdfs:label", **references,
    }
