"""GEXF 1.3, with colours, sizes and the dates that Gephi's timeline runs on."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from typing import TextIO

from graphsvc import __version__
from graphsvc.graphs.graph import Attribute, Edge, Graph, Scalar
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.style import Style
from graphsvc.graphs.text import content, plain, quoted

_TYPES = {"integer": "long", "decimal": "double", "boolean": "boolean", "iri": "anyURI"}
_SPACE = "http://gexf.net/1.3"


def write(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    """Write the graph. Raises Unwritable for a character that XML does not have."""
    style = Style(graph)
    times = _Times(graph.node_attributes), _Times(graph.edge_attributes)
    direction = "directed" if graph.directed else "undirected"
    mode = "dynamic" if any(times) else "static"
    out.write(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="{_SPACE}"'
        f' xmlns:viz="{_SPACE}/viz" version="1.3">\n')
    out.writelines(_meta(recipe))
    out.write(f'<graph defaultedgetype="{direction}" idtype="string" mode="{mode}"'
              + (' timeformat="date" timerepresentation="interval"' if any(times) else "")
              + ">\n")
    out.writelines(_declared("node", graph.node_attributes))
    out.writelines(_declared("edge", graph.edge_attributes))
    out.write(f'<nodes count="{graph.node_count}">\n')
    for node in graph.nodes():
        red, green, blue = style.rgb(node)
        out.write(f'<node id="{node.id}" label={quoted(node.label)}{times[0].of(node.values)}>\n')
        out.writelines(_values(node.values))
        out.write(f'<viz:color r="{red}" g="{green}" b="{blue}"/>'
                  f'<viz:size value="{style.size(node)}"/>\n</node>\n')
    out.write(f'</nodes>\n<edges count="{graph.edge_count}">\n')
    names = [attribute.name for attribute in graph.edge_attributes]
    for edge in graph.edges():
        out.write(f'<edge id="{edge.id}" source="{edge.source}" target="{edge.target}"'
                  f"{_told(edge, names)}{times[1].of(edge.values)}>\n")
        out.writelines(_values(edge.values))
        out.write("</edge>\n")
    out.write("</edges>\n</graph>\n</gexf>\n")


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


class _Times:
    """Where nodes or edges have their start and end."""

    def __init__(self, attributes: Sequence[Attribute]) -> None:
        names = [attribute.name for attribute in attributes]
        self._places = [(name, names.index(name)) for name in ("start", "end") if name in names]

    def __bool__(self) -> bool:
        return bool(self._places)

    def of(self, values: Sequence[Scalar | None]) -> str:
        """The attributes that tell when; nothing where that is not known."""
        told = ((name, day(str(values[at]), last=name == "end"))
                for name, at in self._places if values[at] is not None)
        return "".join(f' {name}="{when}"' for name, when in told if when)


def _meta(recipe: Recipe) -> Iterator[str]:
    described = "\n".join(f"{name}: {value}" for name, value in recipe.facts.items())
    yield f'<meta lastmodifieddate="{recipe.date}">\n'
    yield f"<creator>graphsvc {__version__}</creator>\n"
    yield f"<keywords>{content(f'{recipe.view}, {recipe.release}, {recipe.licence}')}</keywords>\n"
    yield f"<description>{content(described)}</description>\n</meta>\n"


def _declared(owner: str, attributes: Sequence[Attribute]) -> Iterator[str]:
    yield f'<attributes class="{owner}">\n'
    for at, known in enumerate(attributes):
        kind = _TYPES.get(known.type, "string")
        yield f'<attribute id="{at}" title={quoted(known.name)} type="{kind}"/>\n'
    yield "</attributes>\n"


def _values(values: Sequence[Scalar | None]) -> Iterator[str]:
    yield "<attvalues>"
    for at, value in enumerate(values):
        if value is not None:
            yield f'<attvalue for="{at}" value={quoted(plain(value))}/>'
    yield "</attvalues>\n"


def _told(edge: Edge, names: list[str]) -> str:
    """Weight, kind and label of an edge, which GEXF has attributes of its own for."""
    found = dict(zip(names, edge.values, strict=True))
    kind = found.get("kind")
    shown = "" if kind is None else f" label={quoted(str(kind))} kind={quoted(str(kind))}"
    return f' weight="{float(found["weight"] or 0)}"{shown}'
