"""Every format read by somebody else's reader, back into one shape.

Each reader gives the graph without what the format adds for its looks, and the recipe that the
file carries.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from shutil import which
from typing import Any

import networkx as nx
import pytest

from tests.views.truth import Values, Whole

Read = tuple[Whole, dict[str, str]]
FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
_STYLE = ("r", "g", "b", "size", "colour", "viz")
_CYTOSCAPE = (*_STYLE, "id", "key", "value", "name", "shared_name", "source", "target")


def graphml(data: bytes) -> Read:
    """By networkx."""
    graph = nx.read_graphml(io.BytesIO(data), force_multigraph=True)
    return (_whole(graph, drop=(*_STYLE, "name")),
            _without(graph.graph, ("node_default", "edge_default")))


def graphml_igraph(data: bytes) -> Read:
    """By igraph, for which absent texts are empty and absent numbers not numbers."""
    igraph = pytest.importorskip("igraph")
    with _file(data) as path:
        graph = igraph.Graph.Read_GraphML(path)
    iris = graph.vs["iri"]
    drop = (*_STYLE, "id", "name")
    nodes = {vertex["iri"]: _there(vertex.attributes(), drop) for vertex in graph.vs}
    edges = [(iris[edge.source], iris[edge.target], _there(edge.attributes(), ("id",)))
             for edge in graph.es]
    return (Whole(graph.is_directed(), nodes, edges),
            {name: graph[name] for name in graph.attributes()})


def gexf(data: bytes) -> Read:
    """By networkx, which tells an edge's label and kind beside its attributes; the recipe by XML.
    """
    graph = nx.read_gexf(io.BytesIO(data))
    description = re.search(r"<description>(.*?)</description>", data.decode(), re.DOTALL)
    assert description
    return _whole(graph, drop=(*_STYLE, "id"), relabelled=True), _lines(_unescape(description[1]))


def cyjs(data: bytes) -> Read:
    """By cytoscape.js under Node."""
    if not which("node") or not (FRONTEND / "node_modules" / "cytoscape").is_dir():
        pytest.skip("Node with cytoscape.js (set up by `make`) is not here")
    script = """
      import cytoscape from "cytoscape";
      import { readFileSync } from "node:fs";
      const given = JSON.parse(readFileSync(0, "utf8"));
      const cy = cytoscape({ headless: true, ...given });
      console.log(JSON.stringify({ recipe: cy.data(),
        nodes: cy.nodes().map((n) => n.data()),
        edges: cy.edges().map((e) => [e.source().data("iri"), e.target().data("iri"), e.data()]),
      }));"""
    done = subprocess.run(["node", "--input-type=module", "-e", script], input=data, cwd=FRONTEND,
                          capture_output=True, timeout=60, check=True)
    read = json.loads(done.stdout)
    nodes = {node["iri"]: _without(node, _CYTOSCAPE) for node in read["nodes"]}
    edges = [(one, other, _kind(_without(values, _CYTOSCAPE)))
             for one, other, values in read["edges"]]
    assert all(node["name"] == node["label"] for node in read["nodes"])
    return (Whole(json.loads(data)["directed"], nodes, edges),
            _without(read["recipe"], ("name", "shared_name")))


def cyjs_networkx(data: bytes) -> Read:
    """By networkx, which keeps parallel edges apart by their keys."""
    graph = nx.cytoscape_graph(json.loads(data))
    iris = dict(graph.nodes(data="iri"))
    nodes = {values["iri"]: _without(values, _CYTOSCAPE) for _, values in graph.nodes(data=True)}
    edges = [(iris[one], iris[other], _kind(_without(values, _CYTOSCAPE)))
             for one, other, values in graph.edges(data=True)]
    return (Whole(graph.is_directed(), nodes, edges),
            _without(graph.graph, ("name", "shared_name")))


def cx2(data: bytes) -> Read:
    """By NDEx's own library."""
    ndex = pytest.importorskip("ndex2.cx2", reason="ndex2 is not installed")
    graph = ndex.RawCX2NetworkFactory().get_cx2network(json.loads(data))
    nodes = {key: node["v"] for key, node in graph.get_nodes().items()}
    edges = [(nodes[edge["s"]]["iri"], nodes[edge["t"]]["iri"], _kind(edge["v"]))
             for edge in graph.get_edges().values()]
    whole = Whole(True, {values["iri"]: _without(values, (*_STYLE, "name"))
                         for values in nodes.values()}, edges)
    return whole, _without(graph.get_network_attributes(), ("name",))


def dot(data: bytes) -> Read:
    """By Graphviz, whose texts are escape strings. What nodes have by default is dropped."""
    if not which("dot"):
        pytest.skip("Graphviz is not installed")
    done = subprocess.run(["dot", "-Tdot_json"], input=data, capture_output=True, timeout=60,
                          check=True)
    assert b"rror" not in done.stderr
    read = json.loads(done.stdout)
    drop = ("_gvid", "name", "color", "fillcolor", "fixedsize", "fontname", "fontsize", "shape",
            "style", "width", "URL", "tail", "head", "arrowsize", "id")
    nodes = [_escapes(_without(one, drop)) for one in read["objects"]]
    edges = [(nodes[edge["tail"]]["iri"], nodes[edge["head"]]["iri"],
              _escapes(_without(edge, drop))) for edge in read.get("edges", [])]
    recipe = {name: value for name, value in read.items() if isinstance(value, str)}
    return (Whole(read["directed"], {one["iri"]: one for one in nodes}, edges),
            _escapes(_without(recipe, ("name", "overlap"))))


def node_link(data: bytes) -> Read:
    """By networkx."""
    graph = nx.node_link_graph(json.loads(data), edges="links")
    return _whole(graph, drop=(*_STYLE, "name")), dict(graph.graph)


def csv(nodes: bytes, edges: bytes) -> Read:
    """By pandas, with Gephi's headers."""
    things = _table(nodes, {"Id": "id", "Label": "label"})
    links = _table(edges, {"Source": "source", "Target": "target", "Label": "kind",
                           "Weight": "weight"})
    iris = {row["id"]: row["iri"] for row in things}
    whole = Whole(links[0]["Type"] == "Directed",
                  {row["iri"]: _without(row, ("id", "Recipe")) for row in things},
                  [(iris[row["source"]], iris[row["target"]],
                    _without(row, ("source", "target", "Type", "Id", "Recipe"))) for row in links])
    assert things[0]["Recipe"] == links[0]["Recipe"]
    return whole, _lines(things[0]["Recipe"])


def neo4j(nodes: bytes, edges: bytes) -> Read:
    """By pandas, with Neo4j's headers, whose types are checked and then taken off."""
    things, links = _table(nodes, {}), _table(edges, {})
    iris = {row["id:ID"]: row["iri:string"] for row in things}
    drop = ("id:ID", ":LABEL", ":START_ID", ":END_ID", ":TYPE", "recipe:IGNORE")
    assert all(re.fullmatch(r"[^\W\d]\w*", row[":LABEL"]) for row in things)
    assert all(re.fullmatch(r"[^\W\d]\w*", row[":TYPE"]) for row in links)
    plain = [({name.partition(":")[0]: value for name, value in _without(row, drop).items()}, row)
             for row in (*things, *links)]
    whole = Whole(True, {row["iri:string"]: values for values, row in plain if "id:ID" in row},
                  [(iris[row[":START_ID"]], iris[row[":END_ID"]], values)
                   for values, row in plain if ":TYPE" in row])
    assert "\n" not in things[0]["recipe:IGNORE"]
    return whole, json.loads(things[0]["recipe:IGNORE"])


def jsonld(data: bytes) -> Read:
    """By rdflib, as triples."""
    from rdflib import RDF, RDFS, Graph, Literal, URIRef
    graph = Graph().parse(data=data, format="json-ld")
    head = json.loads(data)
    space = head["@context"]["view"]
    whole = URIRef(head["@id"])

    def values(subject: Any) -> Values:
        found: Values = {}
        for predicate, value in graph.predicate_objects(subject):
            name = "label" if predicate == RDFS.label else predicate.removeprefix(space)
            if predicate == RDFS.label or predicate.startswith(space):
                found[name] = value.toPython() if isinstance(value, Literal) else str(value)
        return found

    nodes = {str(node): _without(values(node), ("id",))
             for node in graph.objects(whole, URIRef(space + "nodes"))}
    edges = [(str(graph.value(edge, RDF.subject)), str(graph.value(edge, RDF.object)),
              values(edge)) for edge in graph.objects(whole, URIRef(space + "edges"))]
    terms = "http://purl.org/dc/terms/"
    recipe = {name: str(value) for name, value in values(whole).items()}
    recipe |= {ours: str(graph.value(whole, URIRef(terms + theirs))) for ours, theirs in (
        ("title", "title"), ("description", "description"), ("licence", "license"),
        ("date", "date"))}
    return Whole(True, nodes, edges), _without(recipe, ("nodes", "edges"))


def _whole(graph: Any, drop: Iterable[str], *, relabelled: bool = False) -> Whole:
    """A graph of networkx. relabelled: a label of edges is their kind."""
    iris = {node: values["iri"] for node, values in graph.nodes(data=True)}
    edges = [(iris[one], iris[other], _without(values, (*drop, "id")))
             for one, other, values in graph.edges(data=True)]
    if relabelled:
        assert all(values.get("label") == values.get("kind") for _, _, values in edges)
        edges = [(one, other, _without(values, ("label",))) for one, other, values in edges]
    return Whole(graph.is_directed(), {values["iri"]: _without(values, drop)
                                       for _, values in graph.nodes(data=True)}, edges)


def _without(values: Mapping[str, Any], names: Iterable[str]) -> Values:
    return {name: value for name, value in values.items() if name not in set(names)}


def _there(values: Mapping[str, Any], names: Iterable[str]) -> Values:
    return {name: value for name, value in _without(values, names).items()
            if value != "" and value == value}


def _kind(values: Mapping[str, Any]) -> Values:
    return {"kind" if name == "interaction" else name: value for name, value in values.items()}


def _escapes(values: Mapping[str, str]) -> Values:
    """Escape strings as what they mean; what is empty was not there."""
    return {name: re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)
            for name, value in values.items() if value != ""}


def _table(data: bytes, names: Mapping[str, str]) -> list[Values]:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, na_filter=False)
    return [{names.get(name, name): value for name, value in row.items()
             if value != "" or name.casefold().startswith("recipe")}
            for row in frame.to_dict("records")]


def _lines(text: str) -> dict[str, str]:
    """The recipe written as lines; the query, which comes last, may have several."""
    head, _, query = text.partition("\nquery: ")
    return dict(line.split(": ", 1) for line in head.split("\n")) | {"query": query}


def _unescape(text: str) -> str:
    from html import unescape
    return unescape(text)


class _file:
    """Bytes as a file, for readers that take only a path."""

    def __init__(self, data: bytes) -> None:
        from tempfile import NamedTemporaryFile
        self._file = NamedTemporaryFile()  # noqa: SIM115 (closed in __exit__)
        self._file.write(data)
        self._file.flush()

    def __enter__(self) -> str:
        return self._file.name

    def __exit__(self, *told: object) -> None:
        self._file.close()


def empty_table(data: bytes) -> tuple[list[str], dict[str, str]]:
    """By pandas: the columns of a table without rows, and the recipe that names one more."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.BytesIO(data), dtype=str)
    assert len(frame) == 0
    *columns, recipe = frame.columns
    if recipe.endswith(":IGNORE"):
        return columns, json.loads(recipe.removesuffix(":IGNORE"))
    return columns, _lines(recipe)


READERS: Mapping[str, tuple[tuple[str, ...], Callable[..., Read], bool]] = {
    "graphml by networkx": (("graphml",), graphml, True),
    "graphml by igraph": (("graphml",), graphml_igraph, True),
    "gexf by networkx": (("gexf",), gexf, True),
    "cyjs by cytoscape.js": (("cyjs",), cyjs, True),
    "cyjs by networkx": (("cyjs",), cyjs_networkx, True),
    "cx2 by ndex2": (("cx2",), cx2, True),
    "dot by Graphviz": (("dot",), dot, False),
    "json by networkx": (("json",), node_link, True),
    "csv by pandas": (("nodes.csv", "edges.csv"), csv, False),
    "Neo4j's csv by pandas": (("neo4j-nodes.csv", "neo4j-edges.csv"), neo4j, False),
    "jsonld by rdflib": (("jsonld",), jsonld, True),
}
"""Readers by name: the formats they take, and whether they tell values of all types."""

UNDIRECTED_IS_NOT_TOLD = {"cx2", "neo4j-nodes.csv", "jsonld"}
"""Formats in which all edges have a direction."""
