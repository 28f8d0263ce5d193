"""Graph files: GraphML 1.0, GEXF 1.3, DOT and Pajek, which templates write; tables of nodes and
edges as CSV; and in JSON nodes and links, Cytoscape's two formats, and JSON-LD.

networkx writes some of them, but not what people need: no colours that Gephi reads, true as `True`,
carriage returns that XML parsers turn into newlines, today's date, and in GEXF 1.3 a namespace that
fails its schema.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib.resources import files
from itertools import chain, repeat
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphsvc.errors import GraphsvcError
from graphsvc.formats import csv_text, safe_cell
from graphsvc.graphs.graph import TYPES, Graph, Scalar, Values
from graphsvc.graphs.view import Recipe
from graphsvc.questions.question import Column
from graphsvc.vocabulary import DCTERMS, PROV, RDF, RDFS

# XML 1.0 (fifth edition), production 2: what is not a Char.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DOT = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


class Unwritable(GraphsvcError):
    """A text that a format cannot hold."""

    status = 406
    type = "/problems#unwritable-text"
    title = "The format cannot hold a text of the graph"

    @classmethod
    def of(cls, value: str, what: str, format: str) -> Unwritable:
        """The error that a value has something that the format cannot hold."""
        shown = value if len(value) <= 60 else f"{value[:57]}..."
        return cls(f"{shown!r} holds {what}, which {format} cannot hold.",
                   hint="Take a format that can, such as json, jsonld or csv.")


def filled(template: str, graph: Graph, recipe: Recipe, **values: object) -> str:
    """A template filled with what is known of a graph. Raises Unwritable.

    GraphML has the colours and sizes that Gephi reads from attributes, GEXF also the dates that its
    timeline runs on. Texts in DOT are escape strings: `\\\\` is a backslash, `\\n` a line break.
    """
    return _templates().get_template(template).render(values, graph=graph, recipe=recipe)


def pajek(graph: Graph, recipe: Recipe) -> str:
    """Pajek's .net: names, colours, kinds and weights; the recipe is in comment lines.

    Nodes of the same name get their identifier behind it, because readers take names for
    identifiers. Raises Unwritable for a quotation mark, backslash or line break in a name.
    """
    return filled("view.net", graph, recipe, shared=Counter(node.label for node in graph.nodes))


def plain(value: Scalar) -> str:
    """A value as text, true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("graphsvc.graphs"), finalize=_content, undefined=StrictUndefined,
        trim_blocks=True, keep_trailing_newline=True)
    templates.filters |= {"attribute": _attribute, "dot": _dot, "pajek": _pajek,
                          "comment": _comment, "times": _times}
    templates.globals["types"] = TYPES
    return templates


def _printable(value: Scalar, format: str) -> str:
    """A value as text. Raises Unwritable for a control character that XML does not have either."""
    text = plain(value)
    if found := _FORBIDDEN.search(text):
        raise Unwritable.of(text, f"the control character U+{ord(found[0]):04X}", format)
    return text


def _content(value: Scalar) -> str:
    """A value as content of an XML element, unless a filter has escaped it already."""
    return value if isinstance(value, Markup) else escape(_printable(value, "XML"),
                                                          {"\r": "&#13;"})


def _attribute(value: Scalar) -> Markup:
    """A value of an XML attribute, with its quotes."""
    return Markup(quoteattr(_printable(value, "XML")))


def _dot(value: Scalar) -> Markup:
    return Markup(f'"{_printable(value, "DOT").translate(_DOT)}"')


def _comment(value: str) -> Markup:
    return Markup(_printable(value, "Pajek"))


def _pajek(value: str) -> Markup:
    if found := re.search(r'["\\\r\n\x85\u2028\u2029]', _printable(value, "Pajek")):
        raise Unwritable.of(value, f"the character {found[0]!r}", "Pajek")
    return Markup(f'"{value}"')


def _times(values: Values) -> dict[str, str]:
    """When a node or edge starts and ends, where that is known."""
    days = {name: day(str(values.get(name, "")), last=name == "end") for name in ("start", "end")}
    return {name: when for name, when in days.items() if when}


def day(text: str, *, last: bool = False) -> str | None:
    """The first (or last) day of a year, month or day; None for what is none of them.

    >>> day("2019-02", last=True)
    '2019-02-28'
    """
    match = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?=$|[TZ+-])", text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or (12 if last else 1))
    if year < 1 or not 1 <= month <= 12:
        return None
    longest = monthrange(year, month)[1]
    date = int(match[3] or (longest if last else 1))
    return f"{year:04}-{month:02}-{date:02}" if 1 <= date <= longest else None


# -- tables -------------------------------------------------------------------------------------

Row = tuple[Sequence[Scalar | None], Values]
"""A row's first cells, and the values of the other columns."""


def nodes_csv(graph: Graph, recipe: Recipe) -> str:
    """The nodes with the columns that Gephi's import knows: Id and Label."""
    names = [column.name for column in graph.node_attributes if column.name != "label"]
    return _table(["Id", "Label", *names, "Recipe"], names, recipe, (
        ([node.id, node.label], node.values) for node in graph.nodes))


def edges_csv(graph: Graph, recipe: Recipe) -> str:
    """The edges with the columns that Gephi's import knows."""
    names = [column.name for column in graph.edge_attributes
             if column.name not in ("kind", "weight")]
    head = ["Source", "Target", "Type", "Id", "Label", "Weight", *names, "Recipe"]
    direction = "Directed" if graph.directed else "Undirected"
    return _table(head, names, recipe, (
        ([edge.source.id, edge.target.id, direction, edge.id, edge.values.get("kind"),
          edge.weight], edge.values) for edge in graph.edges))


def neo4j_nodes_csv(graph: Graph, recipe: Recipe) -> str:
    """The nodes with the header of `neo4j-admin database import`; types are labels there,
    written so that Cypher takes them without quotes. The recipe is JSON, on one line."""
    return _neo4j_table(["id:ID", ":LABEL"], graph.node_attributes, recipe, (
        ([node.id, _word(node.type)], node.values) for node in graph.nodes))


def neo4j_edges_csv(graph: Graph, recipe: Recipe) -> str:
    """The edges with the header of `neo4j-admin database import`; kinds are types there,
    written as the labels of nodes."""
    return _neo4j_table([":START_ID", ":END_ID", ":TYPE"], graph.edge_attributes, recipe, (
        ([edge.source.id, edge.target.id, _word(edge.values.get("kind", "linked"))], edge.values)
        for edge in graph.edges))


def _neo4j_table(
    own: Sequence[str], columns: Sequence[Column], recipe: Recipe, rows: Iterable[Row]
) -> str:
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
) -> str:
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
    return csv_text([head, *lines])


# -- JSON ---------------------------------------------------------------------------------------

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
