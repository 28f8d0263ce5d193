"""The rows of a SELECT, as terms."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from graphsvc.engine.base import Engine, Lane, Request, UpstreamError, read

Term = NamedNode | BlankNode | Literal
_RESULTS = "application/sparql-results+json"


@dataclass(frozen=True)
class Table:
    """Rows in the order of the columns; None where a variable is unbound, or an empty text.

    GROUP_CONCAT of nothing is one or the other, and engines differ in which.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]


async def fetch(engine: Engine, query: str) -> Table:
    """Run a reviewed SELECT to its end. Raises what the engine raises."""
    data = await read(engine, Request(query, _RESULTS, lane=Lane.REVIEWED))
    results = parse_query_results(data, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        raise UpstreamError("The engine answered a SELECT with a boolean.")
    columns = tuple(variable.value for variable in results.variables)
    rows = [tuple(_term(solution[name]) for name in columns) for solution in results]
    return Table(columns, rows)


def _term(value: object) -> Term | None:
    if isinstance(value, Literal) and not value.value.strip():
        return None
    if value is None or isinstance(value, NamedNode | BlankNode | Literal):
        return value
    raise UpstreamError("The engine answered with a quoted triple, which is not SPARQL 1.1.")
