"""An answer as people read it: a table of cells with links, or entries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import escape
from pyoxigraph import NamedNode

from graphsvc.index import Passage
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Column, Question
from graphsvc.questions.table import Term
from graphsvc.web.pages.context import (
    Link,
    PageContext,
    query_string,
    show,
    show_date,
)

_LONG = 60
"""Characters from which a text is set as a paragraph."""
_SHORT_LABEL = 40
_MOST_COLUMNS = 5
"""Columns, apart from evidence, with which a table is still easier to read than entries."""


@dataclass(frozen=True)
class Cell:
    """One value: a link, a text, or passages; empty where there is none of them."""

    link: Link | None = None
    text: str = ""
    cited: tuple[Passage, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.link or self.text or self.cited)

    def __html__(self) -> str:
        """What it shows without its passages, as HTML."""
        return self.link.badge if self.link else escape(self.text)

    @property
    def plain(self) -> str:
        """What it shows, as text."""
        return self.link.text if self.link else self.text

    @property
    def iri(self) -> str | None:
        """The IRI of the thing that it links to."""
        return self.link.iri if self.link else None

    @property
    def number(self) -> float | None:
        """What it weighs: its number, or the rank of its thing."""
        try:
            return float(self.text.replace(",", ""))
        except ValueError:
            return self.link.rank if self.link else None


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """An answer's rows as cells, without columns that are empty or always the page's own thing.

    roles: how entries set each column: head (what the row is about), badge (a short name), text (a
    paragraph), fact (a small value) or evidence (passages).
    years: of each row, where the question is about time; empty for a row without one.
    """

    question: Question
    columns: tuple[Column, ...]
    roles: tuple[str, ...]
    rows: tuple[Row, ...]
    sparql: str
    parameters: tuple[tuple[str, str], ...]
    more: bool
    years: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def title(self) -> str:
        return self.question.title

    @property
    def query(self) -> str:
        """The parameters as the query part of an address."""
        return query_string(self.parameters)

    @property
    def wide(self) -> bool:
        """Whether entries are easier to read than a table."""
        return sum(role != "evidence" for role in self.roles) > _MOST_COLUMNS

    @property
    def periods(self) -> list[tuple[str, list[Row]]]:
        """The rows by year, the earliest first, those without a year last."""
        rows: dict[str, list[Row]] = {}
        for year, row in sorted(zip(self.years, self.rows, strict=True),
                                key=lambda pair: pair[0] or "9999"):
            rows.setdefault(year, []).append(row)
        return list(rows.items())

    def head(self, rows: int) -> Table:
        """The first rows of it."""
        return replace(self, rows=self.rows[:rows], years=self.years[:rows])

    def tail(self, rows: int) -> Table:
        """All but the first rows of it."""
        return replace(self, rows=self.rows[rows:], years=self.years[rows:])

    def at(self, name: str | None) -> int | None:
        """The position of a column, if it is shown."""
        return next((at for at, column in enumerate(self.columns) if column.name == name), None)

    def cells(self, row: Row, role: str) -> list[tuple[Column, Cell]]:
        """The cells of a row that are not empty and have a role, with their columns."""
        return [(column, cell) for column, its, cell
                in zip(self.columns, self.roles, row, strict=True) if its == role and cell]


def table_of(context: PageContext, answer: Answer, about: str | None = None) -> Table:
    """The answer as a table. about: IRI of the thing whose page shows it, left out of the rows."""
    columns = answer.question.columns
    rows = [[_cell(context, answer, term, column)
             for term, column in zip(row, columns, strict=True)] for row in answer.rows]
    kept = [at for at in range(len(columns)) if _is_shown([row[at] for row in rows], about)]
    things = [at for at in kept if columns[at].type == "iri"]
    head = next((at for at in things if len({row[at].iri for row in rows}) > 1),
                next(iter(things), None))
    return Table(
        question=answer.question, sparql=answer.sparql, more=answer.after is not None,
        columns=tuple(columns[at] for at in kept),
        roles=tuple("head" if at == head else _role(columns[at], [row[at] for row in rows])
                    for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in rows),
        parameters=_parameters(context, answer), years=_years(answer, rows))


def _is_shown(cells: Sequence[Cell], about: str | None) -> bool:
    """Whether a column is worth its space: all are where there are no rows."""
    return not cells or any(cells) and (about is None or any(cell.iri != about for cell in cells))


def _role(column: Column, cells: Sequence[Cell]) -> str:
    if column.type == "evidence":
        return "evidence"
    if column.type == "text":
        return "text" if any(len(cell.text) > _LONG for cell in cells) else "fact"
    marked = any(cell.link and (cell.link.tone or cell.link.rank is not None) for cell in cells)
    return "badge" if marked and all(len(c.plain) <= _SHORT_LABEL for c in cells) else "fact"


def _cell(context: PageContext, answer: Answer, term: Term | None, column: Column) -> Cell:
    if term is None:
        return Cell()
    if column.type == "evidence":
        return Cell(cited=tuple(answer.cited(term)))
    if isinstance(term, NamedNode):
        return Cell(link=context.link(term.value))
    if column.type == "year":
        return Cell(text=term.value)
    return Cell(text=show_date(term.value) if column.type in ("date", "text") else show(term))


def _parameters(context: PageContext, answer: Answer) -> tuple[tuple[str, str], ...]:
    """The parameters as an address holds them, without those that have their default."""
    pairs = []
    for parameter in answer.question.parameters:
        values = tuple(value.value for value in answer.parameters.get(parameter.name, ()))
        if values and values != parameter.default:
            iri = parameter.type == "iri"
            pairs += [(parameter.name, context.curie(text) if iri else text) for text in values]
    return tuple(pairs)


def _years(answer: Answer, rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """The year of each row of a question about time, by its first column of dates or years."""
    if "timeline" not in answer.question.tags:
        return ()
    at = next((at for at, column in enumerate(answer.question.columns)
               if column.type in ("date", "year")), None)
    if at is None:
        return ()
    found = (re.search(r"\b\d{4}\b", row[at].text) for row in rows)
    return tuple(match[0] if match else "" for match in found)
