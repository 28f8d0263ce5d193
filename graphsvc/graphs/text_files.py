"""Graph files in text: GraphML 1.0, GEXF 1.3, DOT and Pajek, which templates write, and tables of
nodes and edges as CSV.

networkx writes them, but not what people need: no colours that Gephi reads, true as `True`,
carriage returns that XML parsers turn into newlines, today's date, and in GEXF 1.3 a namespace that
fails its schema.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from xml.sax.saxutils import escape, quoteattr

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphsvc.errors import GraphsvcError
from graphsvc.formats import csv_text, safe_cell
from graphsvc.graphs.graph import TYPES, Graph, Scalar, Values
from graphsvc.graphs.view import Recipe
from graphsvc.questions.question import Column

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


def filled(template: str, graph: Graph, recipe: Recipe, **values: object) -> Iterator[str]:
    """A template filled with what is known of a graph. Raises Unwritable.

    GraphML has the colours and sizes that Gephi reads from attributes, GEXF also the dates that its
    timeline runs on. Texts in DOT are escape strings: `\\\\` is a backslash, `\\n` a line break.
    """
    return _templates().get_template(template).generate(values, graph=graph, recipe=recipe)


def pajek(graph: Graph, recipe: Recipe) -> Iterator[str]:
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
    yield csv_text([head, *lines])
