"""Graph files in XML: GraphML 1.0 and GEXF 1.3.

networkx writes both, but not what people need: no colours that Gephi reads, true as `True`,
carriage returns that XML parsers turn into newlines, today's date, and in GEXF 1.3 a namespace that
fails its schema.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from graphsvc import __version__
from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import Attribute, Edge, Graph, Scalar, Values
from graphsvc.graphs.recipe import Recipe

# XML 1.0 (fifth edition), production 2: what is not a Char.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES = {"integer": "long", "decimal": "double", "boolean": "boolean"}
_LOOKS = [Attribute(name, "integer", name) for name in "rgb"] + [
    Attribute("size", "decimal", "size")]
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_GEXF = "http://gexf.net/1.3"


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


def printable(value: str, format: str) -> str:
    """The value itself. Raises Unwritable for a control character that XML does not have either."""
    if found := _FORBIDDEN.search(value):
        raise Unwritable.of(value, f"the control character U+{ord(found[0]):04X}", format)
    return value


def content(value: str) -> str:
    """A text as content of an XML element. Raises Unwritable."""
    return escape(printable(value, "XML"), {"\r": "&#13;"})


def quoted(value: str) -> str:
    """A text as the value of an XML attribute, with its quotes. Raises Unwritable."""
    return quoteattr(printable(value, "XML"))


def plain(value: Scalar) -> str:
    """A value as text, true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def graphml(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """GraphML, with the colours and sizes that Gephi reads from attributes. Raises Unwritable."""
    direction = "directed" if graph.directed else "undirected"
    yield ('<?xml version="1.0" encoding="UTF-8"?>\n'
           f'<graphml xmlns="{_GRAPHML}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
           f' xsi:schemaLocation="{_GRAPHML} {_GRAPHML}/1.0/graphml.xsd">\n')
    yield from _keys("graph", [Attribute(name, "text", name) for name in recipe.facts])
    yield from _keys("node", [*graph.node_attributes, *_LOOKS])
    yield from _keys("edge", graph.edge_attributes)
    yield f'<graph id={quoted(recipe.view)} edgedefault="{direction}">\n'
    yield _data("graph", recipe.facts)
    for node in graph.nodes:
        looks = dict(zip("rgb", node.rgb, strict=True)) | {"size": node.size}
        yield f'<node id="{node.id}">\n{_data("node", node.values | looks)}</node>\n'
    for edge in graph.edges:
        yield (f'<edge id="{edge.id}" source="{edge.source.id}" target="{edge.target.id}">\n'
               f'{_data("edge", edge.values)}</edge>\n')
    yield "</graph>\n</graphml>\n"


def _keys(owner: str, attributes: Sequence[Attribute]) -> Iterator[str]:
    for known in attributes:
        yield (f'<key id="{owner}.{known.name}" for="{owner}" attr.name={quoted(known.name)}'
               f' attr.type="{_TYPES.get(known.type, "string")}">'
               f"<desc>{content(known.label)}</desc></key>\n")


def _data(owner: str, values: Mapping[str, Scalar]) -> str:
    return "".join(f'<data key="{owner}.{name}">{content(plain(value))}</data>\n'
                   for name, value in values.items())


def gexf(graph: Graph, recipe: Recipe) -> Iterator[str]:
    """GEXF, with colours, sizes and the dates that Gephi's timeline runs on. Raises Unwritable."""
    direction = "directed" if graph.directed else "undirected"
    dated = any(known.name in ("start", "end")
                for known in (*graph.node_attributes, *graph.edge_attributes))
    mode = ('mode="dynamic" timeformat="date" timerepresentation="interval"' if dated
            else 'mode="static"')
    yield (f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="{_GEXF}"'
           f' xmlns:viz="{_GEXF}/viz" version="1.3">\n{_meta(recipe)}'
           f'<graph defaultedgetype="{direction}" idtype="string" {mode}>\n')
    yield from _declared("node", graph.node_attributes)
    yield from _declared("edge", graph.edge_attributes)
    yield f'<nodes count="{len(graph.nodes)}">\n'
    for node in graph.nodes:
        red, green, blue = node.rgb
        yield (f'<node id="{node.id}" label={quoted(node.label)}{_times(node.values)}>\n'
               f'{_attvalues(node.values)}<viz:color r="{red}" g="{green}" b="{blue}"/>'
               f'<viz:size value="{node.size}"/>\n</node>\n')
    yield f'</nodes>\n<edges count="{len(graph.edges)}">\n'
    for edge in graph.edges:
        yield (f'<edge id="{edge.id}" source="{edge.source.id}" target="{edge.target.id}"'
               f' weight="{float(edge.weight)}"{_kind(edge)}{_times(edge.values)}>\n'
               f"{_attvalues(edge.values)}</edge>\n")
    yield "</edges>\n</graph>\n</gexf>\n"


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


def _times(values: Values) -> str:
    """When a node or edge starts and ends, where that is known, as GEXF's own attributes."""
    days = {name: day(str(values.get(name, "")), last=name == "end") for name in ("start", "end")}
    return "".join(f' {name}="{when}"' for name, when in days.items() if when)


def _kind(edge: Edge) -> str:
    """The kind of an edge, as GEXF's own attributes."""
    if "kind" not in edge.values:
        return ""
    kind = quoted(str(edge.values["kind"]))
    return f" label={kind} kind={kind}"


def _meta(recipe: Recipe) -> str:
    keywords = f"{recipe.view}, {recipe.release}, {recipe.licence}"
    return (f'<meta lastmodifieddate="{recipe.date}">\n<creator>graphsvc {__version__}</creator>\n'
            f"<keywords>{content(keywords)}</keywords>\n"
            f"<description>{content(recipe.lines)}</description>\n</meta>\n")


def _declared(owner: str, attributes: Sequence[Attribute]) -> Iterator[str]:
    yield f'<attributes class="{owner}">\n'
    for known in attributes:
        type = "anyURI" if known.type == "iri" else _TYPES.get(known.type, "string")
        yield f'<attribute id="{known.name}" title={quoted(known.name)} type="{type}"/>\n'
    yield "</attributes>\n"


def _attvalues(values: Values) -> str:
    cells = "".join(f'<attvalue for="{name}" value={quoted(plain(value))}/>'
                    for name, value in values.items())
    return f"<attvalues>{cells}</attvalues>\n"
