"""Graph files that templates write: GraphML 1.0, GEXF 1.3, DOT and Pajek.

networkx writes them, but not what people need: no colours that Gephi reads, true as `True`,
carriage returns that XML parsers turn into newlines, today's date, and in GEXF 1.3 a namespace that
fails its schema.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import TYPES, Graph, Scalar, Values
from graphsvc.graphs.view import Recipe

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
