"""An answer as people read it: a table, entries, or year by year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote

from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Column, Question
from graphsvc.questions.sentence import with_unit
from graphsvc.web.pages.cell import cell_of
from graphsvc.web.pages.context import Link, PageContext

_LONG = 60
"""Characters from which a text is set as a paragraph."""
_SHORT_LABEL = 40
_PERIOD = re.compile(r"\b\d{4}$|^not stated$")
_YEAR = re.compile(r"\b\d{4}\b")
_FIELD = re.compile(r"\{(\w+)\}")
_MOST_COLUMNS = 6
"""Columns with which a table is still easier to read than entries; a text has the room of two."""
_MOST_COUNTS = (4, 7)
"""Columns of counts next to a text, and without one."""
_WORDS = 30
"""Letters of some words."""
_SPARSE = 0.3
"""The share of rows that must have something, if a column is to have room of its own."""
GROUNDS = ("statement", "evidence")
"""Roles of columns that say what a row rests on."""

Row = tuple[Link, ...]


@dataclass(frozen=True)
class Table:
    """An answer's rows as links, without columns that are empty or always the page's own thing.

    roles: how entries set each column: head (what the row is about), badge (a short name), text (a
    paragraph), fact (a small value), statement (what the passages are on) or evidence (passages).
    query: the parameters as the query part of an address.
    """

    answer: Answer
    columns: tuple[Column, ...]
    roles: tuple[str, ...]
    rows: tuple[Row, ...]
    query: str

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.answer.question

    @property
    def path(self) -> str:
        """Where this service has the answer."""
        return f"/questions/{quote(self.question.name)}{'?' if self.query else ''}{self.query}"

    @property
    def wide(self) -> bool:
        """Whether entries are easier to read than a table."""
        return sum(role not in GROUNDS for role in self.roles) >= _MOST_COLUMNS

    @cached_property
    def years(self) -> dict[str, Table]:
        """The rows by the year in their first date, the earliest first; those without one by a
        group with a year in its name, else last; empty where the question is not about time."""
        at = next((at for at, column in enumerate(self.columns)
                   if column.type in ("date", "year")), None)
        if at is None or "timeline" not in self.question.tags:
            return {}
        groups = [its for its, column in enumerate(self.columns) if column.type == "iri"
                  and column.name in self.question.summary
                  and len({row[its].text for row in self.rows if not row[at]} - {""}) > 1]
        years: dict[str, list[Row]] = {}
        for row in self.rows:
            named, found = [row[its].text for its in groups], _YEAR.search(row[at].text)
            years.setdefault(found[0] if found else next(filter(_YEAR.search, named), ""),
                             []).append(row)
        # A group named after what was before a year comes before the year.
        return {name: replace(self, rows=tuple(years[name])) for name in sorted(
            years, key=lambda name: (_YEAR.findall(f"{name} 9999")[0], name[:1].isdigit(), name))}

    @cached_property
    def entries(self) -> Table:
        """The table for entries: what is said at the head of each where several rows are about the
        same thing, so that no two entries have the same title, or about the document."""
        documents = {it.document for row in self.rows for cell in row for it in cell.cited}
        distinct = "statement" not in self.roles or 2 * len(self.heads) > len(
            self.rows) and not any(cell.iri in documents for row in self.rows
                                   for _, cell in self.cells(row, "head"))
        return self if distinct else self.in_time("where")

    def in_time(self, head: str) -> Table:
        """The table for a time line: what is said at the head of each row; without the year, which
        is above, and the lines of the text. head: the role of what was the head."""
        roles = {"statement": "head", "head": head} if "statement" in self.roles else {}
        return replace(self, roles=tuple(
            "" if column.type == "year" else roles.get(role, role)
            for column, role in zip(self.columns, self.roles, strict=True)))

    @property
    def heads(self) -> set[str]:
        """What the rows are about, in short."""
        return {cell.text for row in self.rows for _, cell in self.cells(row, "head")}

    @cached_property
    def main(self) -> tuple[int, ...]:
        """The positions of the columns of an answer's table: what a row is about, the text that
        says most, all counts, then the short ones that say most. What few rows have is none."""
        short = [at for at, role in enumerate(self.roles) if role in ("badge", "fact")]
        heads = [at for at, role in enumerate(self.roles) if role == "head"] or short[:1]
        prose = [] if self.prose is None else [self.prose]
        free = [at for at in short if at not in (*heads, *self.same, *self._joins)
                and self._filled(at) >= _SPARSE and not (prose and self._is_long(at))]
        counts = [at for at in self._counts if at in free][:_MOST_COUNTS[not prose]]
        others = sorted((at for at in free if at not in counts), key=self._weight)
        left = _MOST_COLUMNS - len(heads) - 2 * len(prose) - len(counts) - (
            "evidence" in self.roles)
        return (*heads, *sorted([*prose, *counts, *others[:max(left, 0)]]))

    @cached_property
    def prose(self) -> int | None:
        """The position of the text that says most, if most rows have it and few counts are next to
        it."""
        if len(self._counts) > _MOST_COUNTS[0] + 1:
            return None
        texts = [at for at, role in enumerate(self.roles) if role == "text" and at not in self.same
                 and at not in self._explained and self._filled(at) > 0.5 and self._is_long(at)]
        return max(texts, default=None, key=lambda at: sum(len(row[at].text) for row in self.rows))

    @property
    def _counts(self) -> list[int]:
        return [at for at, column in enumerate(self.columns)
                if column.type == "integer" and at not in (*self.same, *self._joins)]

    def _is_long(self, at: int) -> bool:
        """Whether what a column has takes more than some words."""
        texts = [len(row[at].text) for row in self.rows if row[at]]
        return sum(texts) > _WORDS * len(texts)

    def _filled(self, at: int) -> float:
        """The share of the rows that have something in a column."""
        return sum(map(bool, (self.cell(row, at) for row in self.rows))) / max(1, len(self.rows))

    @cached_property
    def same(self) -> tuple[int, ...]:
        """The positions of the columns that have one value in all rows, of several."""
        return tuple(at for at, role in enumerate(self.roles) if len(self.rows) > 1
                     and role not in ("head", *GROUNDS)
                     and len({row[at].text for row in self.rows}) == 1)

    @property
    def alike(self) -> list[int]:
        """The positions of those that are worth showing: not a count of none, nor a no."""
        return [at for at in self.same if self.rows[0][at] and self._says(at, self.rows[0][at])]

    def _says(self, at: int, cell: Link) -> bool:
        """Whether a cell says more than that there is none of what its column counts or asks."""
        return (self.columns[at].type, cell.text) not in (("integer", "0"), ("boolean", "no"))

    @cached_property
    def toned(self) -> dict[str, list[float]]:
        """The numbers of what is bad, mixed and good, row by row, where columns count them."""
        return {column.tone: [row[at].number or 0.0 for row in self.rows]
                for at, column in enumerate(self.columns) if column.tone}

    def instead(self, at: int) -> int | None:
        """The column of things, such as words for numbers, that another without a value has."""
        return next((its for its, column in enumerate(self.columns)
                     if column.type == "iri" and any(row[its] for row in self.rows)
                     and not any(row[its] and row[at] for row in self.rows)), None)

    @cached_property
    def joined(self) -> dict[int, tuple[int | None, int]]:
        """Of columns of numbers that have a unit, or are out of others: that of the words instead,
        and of the unit or of these."""
        return {at: (self.instead(at), unit) for at, column in enumerate(self.columns)
                if (unit := self.at(column.unit or column.of)) is not None
                and unit not in self.same}

    def cell(self, row: Row, at: int) -> Link:
        """What a row has in a column: a number with its unit, or the words instead."""
        words, unit = self.joined.get(at, (None, None))
        if words is not None and not row[at]:
            return row[words]
        if unit is None or not row[at]:
            return row[at]
        text = f"{row[at].text} of {row[unit].text}" if self.columns[at].of else with_unit(
            row[at].text, row[unit].text)
        return replace(row[at], text=text)

    def under(
        self, row: Row, text: bool, before: Row | None = None
    ) -> list[tuple[Column, Link]]:
        """What is set below the head of a row: its other cells, either texts or short ones, without
        texts on a thing that the row before has had."""
        return [(self.columns[at], row[at]) for at, role in enumerate(self.roles)
                if at not in (*self.main, *self.same, *self._joins) and role not in ("", *GROUNDS)
                and row[at] and self._says(at, row[at]) and (role == "text") == text
                and row[at].iri not in self._named(row)
                and not (before and at in self._explained and before[at - 1:at + 1]
                         == row[at - 1:at + 1])]

    @cached_property
    def _explained(self) -> list[int]:
        """The columns of texts that say something of the thing in the column before them."""
        return [at for at, column in enumerate(self.columns) if at and column.type == "text"
                and self.columns[at - 1].type == "iri"
                and len({row[at - 1] for row in self.rows}) == len(
                    {row[at - 1:at + 1] for row in self.rows}) < len(self.rows)]

    @property
    def _joins(self) -> list[int]:
        """The columns that are shown within others."""
        return [at for join in self.joined.values() for at in join if at is not None]

    def varying(self, row: Row, role: str) -> list[tuple[Column, Link]]:
        """The cells of a row with a role that other rows do not all have, each thing once, without
        what its head or its evidence names; lists of texts last."""
        seen: dict[str, tuple[Column, Link]] = {}
        heads, known = [cell for _, cell in self.cells(row, "head")], self._named(row)
        for at, cell in sorted(enumerate(row), key=lambda it: self.columns[it[0]].many):
            if self.roles[at] == role and cell and at not in self.same and self._says(
                    at, cell) and (cell.iri is None or cell.iri not in known and not any(
                        cell.iri == head.iri or cell.text in head.text for head in heads)):
                seen.setdefault(cell.iri or str(at), (self.columns[at], cell))
        return list(seen.values())

    def _named(self, row: Row) -> set[str | None]:
        """The documents that the evidence of a row names."""
        return {it.document for _, cell in self.cells(row, "evidence") for it in cell.cited}

    def _weight(self, at: int) -> int:
        """How much a column says at a glance, the lower the more."""
        cells = [row[at] for row in self.rows if row[at]]
        types = {"iri": 2, "text": 3, "boolean": 4}
        if self.roles[at] == "badge" or at in self.joined or any(cell.symbol for cell in cells):
            return 0
        weight = types.get(self.columns[at].type, 1)
        if weight == 3 and all(cell.number is not None or _PERIOD.search(cell.text)
                               for cell in cells[:20]):
            weight = 1
        return weight + 4 * (self._filled(at) < 0.5)

    def ordered(self, by: str) -> Table:
        """The table with its rows by a column, `-` before its name to descend; those without a
        value last. Raises GraphsvcError where it has no such column."""
        at = self.at(by.removeprefix("-"))
        if at is None:
            raise GraphsvcError(
                f"The answer has no column `{by[:40]}`.", location="parameter sort",
                hint=f"Sort by {', '.join(column.name for column in self.columns)}.")
        known = [row for row in self.rows if row[at]]
        numbers = all(row[at].number is not None for row in known)
        known.sort(key=lambda row: (row[at].number if numbers else 0, row[at].text.casefold()),
                   reverse=by.startswith("-"))
        return replace(self, rows=(*known, *(row for row in self.rows if not row[at])))

    def in_all(self, text: str, rows: Sequence[Row] | None = None) -> str | None:
        """A text with what columns have in all rows, or in some, for `{column}`; None where these
        differ."""
        places = [self.at(name) for name in _FIELD.findall(text)]
        values = {tuple("" if at is None else row[at].text for at in places)
                  for row in (self.rows if rows is None else rows)}
        return _FIELD.sub("{}", text).format(*values.pop()) if len(values) == 1 else None

    def at(self, name: str | None) -> int | None:
        """The position of a column, if it is shown."""
        return next((at for at, column in enumerate(self.columns) if column.name == name), None)

    def cells(self, row: Row, role: str) -> list[tuple[Column, Link]]:
        """The cells of a row that are not empty and have a role, with their columns."""
        return [(column, cell) for column, its, cell
                in zip(self.columns, self.roles, row, strict=True) if its == role and cell]


def table_of(context: PageContext, answer: Answer, about: str | None = None) -> Table:
    """The answer as a table. about: IRI of the thing whose page shows it, left out of the rows."""
    columns = answer.question.columns
    rows = [[cell_of(context, answer, row, term, column, about)
             for term, column in zip(row, columns, strict=True)] for row in answer.rows]
    kept = [at for at, column in enumerate(columns)
            if not column.quiet and (not rows or any(row[at] for row in rows) and (
                about is None or any(row[at].iri != about for row in rows)))]
    things = [at for at in kept if columns[at].type == "iri"]
    head = next((at for at in things if len({row[at].iri for row in rows}) > 1),
                next(iter(things), None))
    grounded = any(columns[at].type == "evidence" for at in kept)
    return Table(
        answer=answer, columns=tuple(columns[at] for at in kept),
        roles=tuple("head" if at == head else "statement" if columns[at].fact and grounded
                    else _role(columns[at], [row[at] for row in rows]) for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in rows),
        query=context.query_of(answer))


def _role(column: Column, cells: Sequence[Link]) -> str:
    if column.type == "evidence":
        return "evidence"
    if column.type == "text":
        return "text" if any(len(cell.text) > _LONG for cell in cells) else "fact"
    marked = any(cell.tone or cell.shade for cell in cells)
    return "badge" if marked and all(len(c.text) <= _SHORT_LABEL for c in cells) else "fact"
