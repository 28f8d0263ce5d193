"""Graph files in XML, written by templates: GraphML 1.0 and GEXF 1.3.

networkx writes both, but not what people need: no colours that Gephi reads, true as `True`,
carriage returns that XML parsers turn into newlines, today's date, and in GEXF 1.3 a namespace that
fails its schema.
"""

from __future__ import annotations

import re
from calendar import monthrange
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


class Unwritable(GraphsvcError):
    """A text that a format cannot hold."""

    status = 406
    type = "urn:graphsvc:problem:unwritable-text"
    title = "The format cannot hold a text of the graph"

    @classmethod
    def of(cls, value: str, what: str, format: str) -> Unwritable:
        """The error that a value has something that the format cannot hold."""
        shown = value if len(value) <= 60 else f"{value[:57]}..."
        return cls(f"{shown!r} holds {what}, which {format} cannot hold.",
                   hint="Take a format that can, such as json, jsonld or csv.")


def graphml(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """GraphML, with the colours and sizes that Gephi reads from attributes. Raises Unwritable."""
    return filled("view.graphml", graph=graph, recipe=recipe)


def gexf(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """GEXF, with colours, sizes and the dates that Gephi's timeline runs on. Raises Unwritable."""
    return filled("view.gexf", graph=graph, recipe=recipe)


def filled(template: str, **values: object) -> Iterator[str]:
    """The template of an XML file, filled. Raises Unwritable."""
    return _templates().get_template(template).generate(values)


def plain(value: Scalar) -> str:
    """A value as text, true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def printable(value: Scalar, format: str) -> str:
    """A value as text. Raises Unwritable for a control character that XML does not have either."""
    text = plain(value)
    if found := _FORBIDDEN.search(text):
        raise Unwritable.of(text, f"the control character U+{ord(found[0]):04X}", format)
    return text


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("graphsvc.graphs"), finalize=_content, undefined=StrictUndefined,
        trim_blocks=True, keep_trailing_newline=True)
    templates.filters |= {"quoted": _quoted, "times": _times}
    templates.globals["types"] = TYPES
    return templates


def _content(value: Scalar) -> str:
    """What stands in the content of an element, where markup stays as it is."""
    return value if isinstance(value, Markup) else escape(printable(value, "XML"), {"\r": "&#13;"})


def _quoted(value: Scalar) -> Markup:
    """What stands in an attribute, with its quotes."""
    return Markup(quoteattr(printable(value, "XML")))


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
