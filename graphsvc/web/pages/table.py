"""An answer as people read it: cells with links, entries, and what can be drawn of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Column
from graphsvc.questions.table import Term
from graphsvc.web.pages.context import Citation, Link, Site, query_string, show, show_date

LONG = 60
"""Characters from which on a text is set as a paragraph."""
_SHORT_LABEL = 40
_FIRST = 3


@dataclass(frozen=True)
class Cell:
    """One value: a link, a text, or passages; empty where none of them."""

    link: Link | None = None
    text: str = ""
    cited: tuple[Citation, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.link or self.text or self.cited)

    @property
    def plain(self) -> str:
        """What it shows, as text."""
        return self.link.text if self.link else self.text


@dataclass(frozen=True)
class Shown:
    """A column that is shown. role: how entries set it.

    head: what the row is about; badge: a short name; text: a paragraph; fact: a small value;
    evidence: passages.
    """

    name: str
    label: str
    meaning: str
    role: str
    numeric: bool


@dataclass(frozen=True)
class Grid:
    """An answer's rows as cells, without columns that are empty or always the same thing.

    years: of each row, where the question is one of time; empty for a row without any.
    """

    name: str
    title: str
    description: str
    columns: tuple[Shown, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sparql: str
    parameters: tuple[tuple[str, str], ...]
    more: bool
    tags: tuple[str, ...]
    years: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The parameters as they stand in an address."""
        return query_string(self.parameters)

    @property
    def wide(self) -> bool:
        """Whether entries read better than a table."""
        return len([c for c in self.columns if c.role != "evidence"]) > 5

    @property
    def periods(self) -> list[tuple[str, list[tuple[Cell, ...]]]]:
        """The rows by year, the earliest first, those without a year last."""
        rows: dict[str, list[tuple[Cell, ...]]] = {}
        for year, row in sorted(zip(self.years, self.rows, strict=True),
                                key=lambda pair: pair[0] or "9999"):
            rows.setdefault(year, []).append(row)
        return list(rows.items())

    def head(self, rows: int) -> Grid:
        """The first rows of it."""
        return replace(self, rows=self.rows[:rows], years=self.years[:rows])

    def tail(self, rows: int) -> Grid:
        """All but the first rows of it."""
        return replace(self, rows=self.rows[rows:], years=self.years[rows:])

    def cells(self, row: tuple[Cell, ...], role: str) -> list[tuple[Shown, Cell]]:
        """The cells of a row that say something and have a role, with their columns."""
        return [(column, cell) for column, cell in zip(self.columns, row, strict=True)
                if column.role == role and cell]


def grid_of(site: Site, answer: Answer, about: str | None = None) -> Grid:
    """The answer as a grid. about: IRI of the thing on whose page it stands, left out of rows."""
    rows = [[_cell(site, answer, term, column) for term, column
             in zip(row, answer.question.columns, strict=True)] for row in answer.rows]
    kept = [index for index in range(len(answer.question.columns))
            if _told(index, rows, answer, about)]
    head = _head(answer, rows, kept)
    shown = []
    for index in kept:
        column = answer.question.columns[index]
        role = "head" if index == head else _role(column, [row[index] for row in rows])
        shown.append(Shown(column.name, column.label, column.meaning, role,
                           column.type in ("integer", "decimal")))
    return Grid(
        name=answer.question.name, title=answer.question.title,
        description=answer.question.description, columns=tuple(shown),
        rows=tuple(tuple(row[index] for index in kept) for row in rows), sparql=answer.sparql,
        parameters=told_parameters(site, answer), more=answer.after is not None,
        tags=answer.question.tags, years=_years(answer, rows))


def without_words(cell: Cell) -> Cell:
    """The cell with its passages told by their places only."""
    return replace(cell, cited=tuple(replace(cited, words=None) for cited in cell.cited))


def told_parameters(site: Site, answer: Answer) -> tuple[tuple[str, str], ...]:
    """The parameters as an address holds them, without those that stand at their default."""
    pairs = []
    for parameter in answer.question.parameters:
        values = [value.value for value in answer.parameters.get(parameter.name, ())]
        if values and tuple(values) != parameter.default:
            iri = parameter.type == "iri"
            pairs += [(parameter.name, site.curie(value) if iri else value) for value in values]
    return tuple(pairs)


def _years(answer: Answer, rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """The year of each row, by the first column of dates or years of a question of time."""
    if "timeline" not in answer.question.tags:
        return ()
    at = next((index for index, column in enumerate(answer.question.columns)
               if column.type in ("date", "year")), None)
    if at is None:
        return ()
    found = (re.search(r"\b\d{4}\b", row[at].text) for row in rows)
    return tuple(match[0] if match else "" for match in found)


def _cell(site: Site, answer: Answer, term: Term | None, column: Column) -> Cell:
    if term is None:
        return Cell()
    if column.type == "evidence":
        return Cell(cited=tuple(site.citation(cited) for cited in answer.cited(term)))
    if isinstance(term, NamedNode):
        return Cell(link=site.link(term.value))
    if column.type == "year":
        return Cell(text=term.value)
    return Cell(text=show_date(term.value) if column.type in ("date", "text") else show(term))


def _told(
    index: int, rows: Sequence[Sequence[Cell]], answer: Answer, about: str | None
) -> bool:
    """Whether a column says anything: it is not empty, and not always the thing of the page.

    The first columns stay, for matrices and comparisons are made of them.
    """
    cells = [row[index] for row in rows]
    if about is None:
        return index < _FIRST or not rows or any(cells)
    return any(cells) and not all(
        cell.link is not None and cell.link.iri == about for cell in cells)


def _head(answer: Answer, rows: Sequence[Sequence[Cell]], kept: Sequence[int]) -> int | None:
    """The column that rows are about: the first with things that differ, or else with things."""
    things = [index for index in kept if answer.question.columns[index].type == "iri"]
    return next((index for index in things if len({row[index] for row in rows}) > 1),
                next(iter(things), None))


def _role(column: Column, cells: Sequence[Cell]) -> str:
    if column.type == "evidence":
        return "evidence"
    if column.type == "iri":
        short = all(len(cell.plain) <= _SHORT_LABEL for cell in cells)
        toned = any(cell.link and (cell.link.tone or cell.link.rank is not None) for cell in cells)
        return "badge" if short and toned else "fact"
    if column.type == "text" and any(len(cell.text) > LONG for cell in cells):
        return "text"
    return "fact"
