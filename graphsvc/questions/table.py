"""The rows of a SELECT as terms: fetched, typed, sorted, and kept for those who ask next."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from graphsvc.engine.base import Engine, Lane, Request, UpstreamError, read
from graphsvc.errors import GraphsvcError
from graphsvc.questions.question import Column, Question
from graphsvc.questions.template import Values

Term = NamedNode | BlankNode | Literal
Row = tuple[Term | None, ...]
_RESULTS = "application/sparql-results+json"
_LARGE = 100_000
"""Bytes of results from which on they are read in a thread, so that the event loop goes on."""
_MANY = 500
"""Rows from which on they are sorted in a thread."""
_NEAREST = 8
"""Things whose rows are shown of those that are nearest to what was written."""
_CELLS = 400_000
"""Cells of answers that are kept, at some 100 bytes each."""


@dataclass(frozen=True)
class Table:
    """Rows in the order of the columns; None where a variable is unbound, or an empty text.

    GROUP_CONCAT of nothing is one or the other, and engines differ in which.
    """

    columns: tuple[str, ...]
    rows: list[Row]


async def fetch(engine: Engine, query: str, client: str | None = None) -> Table:
    """Run a reviewed SELECT to its end. client: the address of who asks, if it is not the service.

    Raises what the engine raises.
    """
    data = await read(engine, Request(query, _RESULTS, lane=Lane.REVIEWED, client=client))
    return await asyncio.to_thread(_table, data) if len(data) > _LARGE else _table(data)


async def fetch_answer(
    engine: Engine, question: Question, bound: Values, query: str, client: str | None = None
) -> list[Row]:
    """All rows of a question, typed and in the declared order, or the nearest first. bound: the
    values in the query. Raises what `fetch` raises."""
    table = await fetch(engine, query, client)
    order = partial(_ordered, question, table)
    rows = await asyncio.to_thread(order) if len(table.rows) > _MANY else order()
    return _nearest_first(question, bound, rows)


def _nearest_first(question: Question, bound: Values, rows: list[Row]) -> list[Row]:
    """The rows of the few things that are nearest to what was written, in this order, where the
    question was asked for them; else all rows as they are."""
    parameter = question.nearest
    if parameter is None or parameter.name not in bound:
        return rows
    rank = {value.value: place for place, value in enumerate(bound[parameter.name])}
    fact = next(at for at, column in enumerate(question.columns) if column.fact)
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[rank[_text(row[fact])]].append(row)
    return [row for place in sorted(found)[:_NEAREST] for row in found[place]]


def _table(data: bytes) -> Table:
    results = parse_query_results(data, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        raise UpstreamError("The engine answered a SELECT with a boolean.")
    columns = tuple(variable.value for variable in results.variables)
    return Table(columns, [tuple(map(_term, solution)) for solution in results])


def _term(value: object) -> Term | None:
    if isinstance(value, Literal):
        return value if value.value.strip() else None
    if value is None or isinstance(value, NamedNode | BlankNode):
        return value
    raise UpstreamError("The engine answered with a quoted triple, which is not SPARQL 1.1.")


def _ordered(question: Question, table: Table) -> list[Row]:
    """The rows with the question's columns, sorted; equal keys by all the other columns."""
    places = [table.columns.index(column.name) for column in question.columns]
    rows = [tuple(typed(row[place], column) for place, column
                  in zip(places, question.columns, strict=True)) for row in table.rows]
    rows.sort(key=lambda row: [term.value if term else "" for term in row])
    at = {column.name: index for index, column in enumerate(question.columns)}
    for key, descending in reversed(question.keys.items()):
        place, value = at[key.name], _number if key.numeric else _text
        rows.sort(key=lambda row: value(row[place]), reverse=descending)
    return rows


def typed(cell: Term | None, column: Column) -> Term | None:
    """The cell, without what differs between engines.

    A boolean that the engine has as 0 or 1 (some compute them so) becomes one; several texts, which
    GROUP_CONCAT gives in any order (SPARQL 1.1, section 18.5.1.7), become one text, sorted.
    """
    if not isinstance(cell, Literal):
        return cell
    if column.type == "boolean" and cell.value in ("0", "1"):
        return Literal(cell.value == "1")
    if column.many:
        return Literal("; ".join(sorted(filter(None, cell.value.split("\n")))))
    if column.type == "evidence":
        return Literal(" ".join(sorted(cell.value.split())))
    return cell


def plain(term: Term | None, column: Column) -> str | int | float | bool | None:
    """A cell as JSON of the column's type; a value of another type stays the text it is."""
    if term is None:
        return None
    text = f"_:{term.value}" if isinstance(term, BlankNode) else term.value
    try:
        if column.type in ("integer", "year"):
            return int(text)
        if column.type == "decimal" and math.isfinite(float(text)):
            return int(float(text)) if float(text).is_integer() else float(text)
    except ValueError:
        return text
    return text in ("true", "1") if column.type == "boolean" else text


def tally(column: Column, cells: Sequence[Term | None]) -> list[tuple[Term, int]]:
    """The values of a column with how often each is there; of several texts, each counts."""
    return Counter(value for cell in cells if cell is not None for value in (
        map(Literal, cell.value.split("; ")) if column.many else (cell,))).most_common()


def passage_iris(cell: Term | None) -> set[str]:
    """The IRIs that a cell of an evidence column holds."""
    return set(cell.value.split()) if cell is not None else set()


def _text(term: Term | None) -> str:
    return term.value if term else ""


def _number(term: Term | None) -> float:
    """What a cell is sorted by: numbers, below them what is none."""
    try:
        number = float(term.value) if term else float("-inf")
    except ValueError:
        return float("-inf")
    return number if number == number else float("-inf")


class UnknownPage(GraphsvcError):
    """A cursor that no page of this answer begins at."""

    status = 404
    type = "/problems#unknown-page"
    title = "There is no such page"


def cursor(start: int, release: str) -> str:
    """The cursor of the page that begins at a row."""
    return f"{start}.{release[:8]}"


def start_of(after: str, rows: int, release: str) -> int:
    """The first row of the page that a cursor of this release is for. Raises UnknownPage."""
    text, _, _ = after.partition(".")
    start = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
    if not 0 < start < rows or after != cursor(start, release):
        raise UnknownPage(
            "This cursor is not one that the question gave for this release.",
            location="parameter after",
            hint="Follow the `next` link of an answer, or begin again without it.")
    return start


class Tables:
    """Complete answers of a release, which never changes: each is computed once, and the ones used
    last are kept."""

    def __init__(self) -> None:
        self._room = _CELLS
        self._kept: OrderedDict[str, list[Row]] = OrderedDict()
        self._working: dict[str, asyncio.Task[list[Row]]] = {}
        self._waiting: Counter[str] = Counter()

    async def get(self, key: str, work: Callable[[], Coroutine[Any, Any, list[Row]]]) -> list[Row]:
        """The table of a key, which `work` computes where it is not kept. Raises what that raises.

        Work that nobody waits for any more is cancelled.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._working:
            self._working[key] = asyncio.create_task(work())
        task = self._working[key]
        self._waiting[key] += 1
        try:
            rows = await asyncio.shield(task)
            self._keep(key, rows)
            return rows
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                task.cancel()
                del self._working[key], self._waiting[key]

    def _keep(self, key: str, rows: list[Row]) -> None:
        if key not in self._kept:
            self._kept[key] = rows
            self._room -= _cells(rows)
        while self._room < 0 and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._room += _cells(dropped)


def _cells(rows: Sequence[Row]) -> int:
    return 20 + sum(map(len, rows[:1])) * len(rows)
