"""From a view's query to its graph."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from pyoxigraph import BlankNode, QueryResultsFormat, QuerySolutions, parse_query_results

from graphsvc.engine.base import Engine, Lane, Request
from graphsvc.errors import GraphsvcError
from graphsvc.graphs.graph import Attribute, Graph, Scalar
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.view import View
from graphsvc.questions.formats import plain
from graphsvc.questions.question import Column
from graphsvc.questions.table import Term

_RESULTS = "text/tab-separated-values"
_IN_MEMORY = 4 << 20
_PLAIN_TYPES: dict[str, type | tuple[type, ...]] = {
    "integer": int, "year": int, "decimal": float, "boolean": bool,
}


async def rows_of(engine: Engine, recipe: Recipe) -> IO[bytes]:
    """The answer to the recipe's query, in a temporary file. Raises what the engine raises."""
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (the reader closes it)
    answer = await engine.query(Request(recipe.query, _RESULTS, lane=Lane.REVIEWED))
    try:
        async for chunk in answer:
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    finally:
        await answer.aclose()
    file.seek(0)
    return file


def graph_of(view: View, rows: IO[bytes], base: str) -> Graph:
    """The view's graph from the rows of its query, which are read to their end and closed.

    base: what the IRIs of the release's own things begin with.
    Raises GraphsvcError for a value that is not of its column's type.
    """
    node_columns, edge_columns = _with(view.node_columns, "label", "type"), view.edge_columns
    extra = () if any(c.name == "weight" for c in edge_columns) else (
        Attribute("weight", "integer", "weight"),)
    graph = Graph(
        (*map(_attribute, node_columns), Attribute("iri", "iri", "IRI"),
         Attribute("page", "text", "page")),
        (*map(_attribute, edge_columns), *extra), directed=view.directed, base=base)
    with rows:
        graph.add_nodes(_nodes(rows, node_columns, base))
        graph.add_edges(_edges(rows, edge_columns, one=bool(extra)))
    graph.settle(keep_isolated=view.keeps_isolated)
    return graph


def page(iri: str, base: str) -> str | None:
    """Where the service shows a thing: below GRAPHSVC_ADDRESS; where that is not set, its IRI.

    A path alone would lead nowhere once the file is saved.
    """
    root = base.rstrip("/").rsplit("/", 1)[0]
    if not iri.startswith(base):
        return None
    address = os.environ.get("GRAPHSVC_ADDRESS", "").rstrip("/")
    return address + iri.removeprefix(root) if address else iri


def _with(columns: tuple[Column, ...], *names: str) -> tuple[Column, ...]:
    """The columns with those of the names that they lack."""
    there = [column.name for column in columns]
    return columns + tuple(Column(name, "text", name) for name in names if name not in there)


def _attribute(column: Column) -> Attribute:
    return Attribute(column.name, "integer" if column.type == "year" else column.type,
                     column.label)


class _Reader:
    """The rows of a result, from its beginning."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        results = parse_query_results(file, format=QueryResultsFormat.TSV)
        assert isinstance(results, QuerySolutions)
        self._names = [variable.value for variable in results.variables]
        self._results = results

    def rows(
        self, ends: tuple[str, ...], columns: tuple[Column, ...]
    ) -> Iterator[tuple[tuple[str, ...], list[Scalar | None]]]:
        """The IRIs of the ends and the values of the columns, where all ends are bound."""
        places = [self._names.index(name) for name in ends]
        cells = [(self._names.index(column.name) if column.name in self._names else None, column)
                 for column in columns]
        for solution in self._results:
            iris = tuple(term.value for at in places if (term := solution[at]) is not None)
            if len(iris) == len(ends):
                yield iris, [None if at is None else _value(solution[at], column)
                             for at, column in cells]


def _nodes(
    file: IO[bytes], columns: tuple[Column, ...], base: str
) -> Iterator[tuple[Scalar | None, ...]]:
    label = [column.name for column in columns].index("label")
    for (iri,), values in _Reader(file).rows(("node",), columns):
        if values[label] is None:
            values[label] = re.split(r"[/#]", iri.rstrip("/#"))[-1]
        yield (iri, *values, iri, page(iri, base))


def _edges(
    file: IO[bytes], columns: tuple[Column, ...], *, one: bool
) -> Iterator[tuple[Scalar | None, ...]]:
    weight = (1,) if one else ()
    for iris, values in _Reader(file).rows(("source", "target"), columns):
        yield (*iris, *values, *weight)


def _value(term: Term | None, column: Column) -> Scalar | None:
    """A cell as a value of the column's type. Raises GraphsvcError where it is of another."""
    if term is None or isinstance(term, BlankNode):
        return None
    value = plain(term, column)
    expected = _PLAIN_TYPES.get(column.type, str)
    if not isinstance(value, expected) or (isinstance(value, int) and abs(value) >= 1 << 63):
        raise GraphsvcError(f"`{term.value[:80]}` is not of type {column.type}.",
                            location=f"column {column.name}", hint="Mend the view's query.")
    return value
