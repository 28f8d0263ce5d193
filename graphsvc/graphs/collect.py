"""From a view's query to its graph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import (
    MOST,
    Attribute,
    Edge,
    Graph,
    Node,
    Scalar,
    TooLarge,
    Values,
    colours_of,
    size_of,
)
from graphsvc.graphs.view import View
from graphsvc.questions.question import Column

Link = tuple[str, str, Values]


def graph_of(view: View, rows: bytes, base: str, address: str = "") -> Graph:
    """The view's graph from the rows of its query, which are SPARQL results in TSV.

    Links to what is no node are left out, and so are nodes without links unless the view keeps
    them. base: what the IRIs of the release's own things begin with; address: where the service is.
    Raises TooLarge, and GraphsvcError for a node that comes twice or a value that is not of its
    column's type.
    """
    values, links = _read(view, rows, partial(page, base=base, address=address))
    links = [link for link in links if link[0] in values and link[1] in values]
    links.sort(key=lambda link: (link[0], link[1], repr(link[2])))
    degrees = Counter(end for source, target, _ in links for end in (source, target))
    kept = [iri for iri in sorted(values) if view.keeps_isolated or iri in degrees]
    types = Counter(str(values[iri].get("type", "")) for iri in kept)
    colours, most = colours_of(types), max(degrees.values(), default=1)
    nodes = {}
    for number, iri in enumerate(kept, 1):
        label, type = (str(values[iri].get(name, "")) for name in ("label", "type"))
        nodes[iri] = Node(number, short(iri, base), iri, label, type, degrees[iri], colours[type],
                          size_of(degrees[iri], most), values[iri])
    return Graph(
        view.directed,
        [*_attributes(view.node_columns, "label", "type"), Attribute("iri", "iri", "IRI"),
         Attribute("page", "text", "page")],
        _attributes(view.edge_columns, "weight"), dict(sorted(types.items())), colours,
        list(nodes.values()), [Edge(number, nodes[source], nodes[target], found)
                               for number, (source, target, found) in enumerate(links, 1)])


def _read(
    view: View, rows: bytes, page_of: Callable[[str], str | None]
) -> tuple[dict[str, Values], list[Link]]:
    """The values of nodes by IRI, and the links with theirs."""
    results = parse_query_results(rows, format=QueryResultsFormat.TSV)
    assert isinstance(results, QuerySolutions)
    node_columns, edge_columns = view.node_columns, view.edge_columns
    nodes: dict[str, Values] = {}
    links: list[Link] = []
    try:
        for row in results:
            node, source, target = row["node"], row["source"], row["target"]
            if node is not None:
                if node.value in nodes:
                    raise GraphsvcError(f"The view gives the node <{node.value}> twice.",
                                        hint="Group its query by ?node.")
                nodes[node.value] = _node(
                    node.value, _values(row, node_columns), page_of(node.value))
            if source is not None and target is not None:
                links.append((source.value, target.value,
                              {"weight": 1, **_values(row, edge_columns)}))
            if len(nodes) > MOST or len(links) > MOST:
                raise TooLarge(f"The graph has more than {MOST:,} nodes or edges.",
                               hint="Narrow the view with its parameters, or ask `/sparql`.")
    finally:
        del results  # it must end in the thread that made it, and an error would carry it away
    return nodes, links


def short(iri: str, base: str) -> str:
    """An IRI as an identifier that every format takes: the part below base, `/` written as `:`.

    Everything but letters, digits, `.`, `-` and `/` is written as `_` with its code in hexadecimal
    and `_`, so that no two IRIs share an identifier.
    """
    local = iri.removeprefix(base)
    return re.sub(r"[^A-Za-z0-9.\-/]", lambda m: f"_{ord(m[0]):x}_", local).replace("/", ":")


def page(iri: str, base: str, address: str) -> str | None:
    """Where the service shows a thing of its own; where it has no address, the thing's IRI.

    A path alone would lead nowhere once the file is saved.
    """
    if not iri.startswith(base):
        return None
    root = base.rstrip("/").rsplit("/", 1)[0]
    return address + iri.removeprefix(root) if address else iri


def _node(iri: str, values: Values, page: str | None) -> Values:
    """A node's values with what every node has; without a label it is called by its IRI's end."""
    values.setdefault("label", re.split(r"[/#]", iri.rstrip("/#"))[-1])
    return values | {"iri": iri} | ({"page": page} if page else {})


def _attributes(columns: tuple[Column, ...], *names: str) -> list[Attribute]:
    """What the columns hold, and the names that every graph has where they lack them."""
    there = [Attribute(column.name, "integer" if column.type == "year" else column.type,
                       column.label) for column in columns]
    lacking = set(names) - {one.name for one in there}
    return there + [Attribute(name, "integer" if name == "weight" else "text", name)
                    for name in names if name in lacking]


def _values(row: QuerySolution, columns: tuple[Column, ...]) -> Values:
    """The cells that there are, by the names of their columns."""
    return {column.name: value for column in columns
            if (value := _value(row[column.name], column)) is not None}


def _value(term: NamedNode | BlankNode | Literal | Triple | None, column: Column) -> Scalar | None:
    """A cell as a value of the column's type. Raises GraphsvcError where it is of another."""
    if term is None or isinstance(term, BlankNode | Triple):
        return None
    try:
        return _TYPES.get(column.type, str)(term.value)
    except ValueError as error:
        raise GraphsvcError(f"`{term.value[:80]}` is not of type {column.type}.",
                            location=f"column {column.name}",
                            hint="Correct the view's query.") from error


def _integer(text: str) -> int:
    if abs(number := int(text)) >= 1 << 63:
        raise ValueError("no format has longer integers")
    return number


def _decimal(text: str) -> float:
    if not isfinite(number := float(text)):
        raise ValueError("not a number")
    return number


_TYPES: Mapping[str, Callable[[str], Scalar]] = {
    "integer": _integer, "year": _integer, "decimal": _decimal,
    "boolean": lambda text: text in ("true", "1"),
}
