"""Graph files in XML: GraphML 1.0 and GEXF 1.3.

networkx writes both, but not what people need: no colours that Gephi reads, true as `True`,
carriage returns that XML parsers turn into newlines, today's date, and in GEXF 1.3 a namespace that
fails its schema.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from xml.sax.saxutils import escape, quoteattr

from graphsvc import __version__
from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import TYPES, Graph, Scalar, Values
from graphsvc.graphs.view import Recipe
from graphsvc.questions.question import Column

Writer = Callable[[Graph, Recipe], Iterator[str]]
# XML 1.0 (fifth edition), production 2: what is not a Char.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS = [Column(name=name, type="integer", label=name) for name in "rgb"] + [
    Column(name="size", type="decimal", label="size")]
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_GEXF = "http://gexf.net/1.3"


class Unwritable(GraphsvcError):
    """A text that a format cannot hold."""

    status = 406
    type = "urn:graphsvc:problem:unwritable-text"
    title = "The format cannot hold a text of the graph"

    def __init__(self, value: str, what: str, format: str) -> None:
        shown = value if len(value) <= 60 else f"{value[:57]}..."
        super().__init__(f"{shown!r} holds {what}, which {format} cannot hold.",
                         hint="Take a format that can, such as json, jsonld or csv.")


def printable(write: Writer) -> Writer:
    """The writer of a format that has no control characters. It raises Unwritable for one."""
    @wraps(write)
    def checked(graph: Graph, recipe: Recipe) -> Iterator[str]:
        for piece in write(graph, recipe):
            if found := _FORBIDDEN.search(piece):
                before, after = (re.split('[<>"\n]', part)
                                 for part in (piece[:found.start()], piece[found.start():]))
                raise Unwritable(before[-1][-30:] + after[0],
                                 f"the control character U+{ord(found[0]):04X}", write.__name__)
            yield piece

    return checked


def plain(value: Scalar) -> str:
    """A value as text, true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def content(text: str) -> str:
    """A text as content of an element."""
    return escape(text, {"\r": "&#13;"})


def tag(name: str, attributes: Mapping[str, Scalar]) -> str:
    """The tag that an element begins with."""
    pairs = (f" {name}={quoteattr(plain(value))}" for name, value in attributes.items())
    return f"<{name}{''.join(pairs)}>"


def element(name: str, attributes: Mapping[str, Scalar], inside: str = "") -> str:
    """An element on lines of its own. inside: its content, in XML."""
    return f"{tag(name, attributes)}{inside}</{name}>\n"


@printable
def graphml(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """GraphML, with the colours and sizes that Gephi reads from attributes. Raises Unwritable."""
    yield _DECLARATION + tag("graphml", {
        "xmlns": _GRAPHML, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": f"{_GRAPHML} {_GRAPHML}/1.0/graphml.xsd"})
    facts = [Column(name=name, type="text", label=name) for name in recipe.facts]
    for owner, columns in (("graph", facts), ("node", [*graph.node_attributes, *_LOOKS]),
                           ("edge", graph.edge_attributes)):
        for column in columns:
            yield element("key", {
                "id": f"{owner}.{column.name}", "for": owner, "attr.name": column.name,
                "attr.type": TYPES.get(column.type, "string"),
            }, element("desc", {}, content(column.label)))
    yield tag("graph", {"id": recipe.view, "edgedefault": _direction(graph)})
    yield _data("graph", recipe.facts)
    for node in graph.nodes:
        yield element("node", {"id": node.id},
                      _data("node", node.values | node.rgb | {"size": node.size}))
    for edge in graph.edges:
        yield element("edge", {"id": edge.id, "source": edge.source.id, "target": edge.target.id},
                      _data("edge", edge.values))
    yield "</graph>\n</graphml>\n"


def _direction(graph: Graph) -> str:
    return "directed" if graph.directed else "undirected"


def _data(owner: str, values: Mapping[str, Scalar]) -> str:
    return "".join(element("data", {"key": f"{owner}.{name}"}, content(plain(value)))
                   for name, value in values.items())


@printable
def gexf(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """GEXF, with colours, sizes and the dates that Gephi's timeline runs on. Raises Unwritable."""
    dated = any(column.name in ("start", "end")
                for column in (*graph.node_attributes, *graph.edge_attributes))
    yield _DECLARATION + tag("gexf", {"xmlns": _GEXF, "xmlns:viz": f"{_GEXF}/viz",
                                      "version": "1.3"})
    yield element("meta", {"lastmodifieddate": recipe.date}, "".join((
        element("creator", {}, f"graphsvc {__version__}"),
        element("keywords", {}, content(f"{recipe.view}, {recipe.release}, {recipe.licence}")),
        element("description", {}, content(recipe.lines)))))
    yield tag("graph", {
        "defaultedgetype": _direction(graph), "idtype": "string",
        **({"mode": "dynamic", "timeformat": "date", "timerepresentation": "interval"} if dated
           else {"mode": "static"})})
    yield _declared("node", graph.node_attributes) + _declared("edge", graph.edge_attributes)
    yield tag("nodes", {"count": len(graph.nodes)})
    for node in graph.nodes:
        yield element("node", {"id": node.id, "label": node.label, **_times(node.values)},
                      _attvalues(node.values) + element("viz:color", node.rgb)
                      + element("viz:size", {"value": node.size}))
    yield "</nodes>\n" + tag("edges", {"count": len(graph.edges)})
    for edge in graph.edges:
        kind = edge.values.get("kind")
        own: Values = {} if kind is None else {"label": kind, "kind": kind}
        yield element("edge", {
            "id": edge.id, "source": edge.source.id, "target": edge.target.id,
            "weight": float(edge.weight), **own, **_times(edge.values)}, _attvalues(edge.values))
    yield "</edges>\n</graph>\n</gexf>\n"


def _declared(owner: str, columns: Sequence[Column]) -> str:
    return element("attributes", {"class": owner}, "".join(
        element("attribute", {
            "id": column.name, "title": column.name,
            "type": "anyURI" if column.type == "iri" else TYPES.get(column.type, "string")})
        for column in columns))


def _attvalues(values: Values) -> str:
    return element("attvalues", {}, "".join(element("attvalue", {"for": name, "value": value})
                                            for name, value in values.items()))


def _times(values: Values) -> Values:
    """When a node or edge starts and ends, where that is known, as GEXF's own attributes."""
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
