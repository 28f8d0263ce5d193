"""Answers next to each other: the rows of a comparison, made from the answers about each thing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Question
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.rendering import capital
from graphsvc.web.pages.table import Row, Table, table_of
from graphsvc.words import slugged

Key = tuple[str, ...]
"""The texts of what a row is about."""
Column = dict[Key, list[Row]]
"""The entries of a thing."""


@dataclass(frozen=True)
class Line:
    """What is compared, with the entries of each thing."""

    head: Link
    cells: tuple[tuple[Row, ...], ...]

    @property
    def differs(self) -> bool:
        """Whether the things do not all have the same here."""
        return len({tuple(sorted(_texts(entry) for entry in cell)) for cell in self.cells}) > 1


@dataclass(frozen=True)
class Part:
    """Lines that come from one question. queries: those of its answers, as addresses have them;
    hidden: lines that are left out."""

    title: str
    question: Question
    queries: tuple[str, ...]
    lines: tuple[Line, ...]
    hidden: int = 0

    @property
    def name(self) -> str:
        """As addresses have it."""
        return slugged(self.title)

    @property
    def counts(self) -> bool:
        """Whether it says numbers, which come after what things have in common."""
        entries = [entry for line in self.lines for cell in line.cells for entry in cell if entry]
        return sum(entry[0].text[:1].isdigit() for entry in entries) * 2 > len(entries)

    def first(self, most: int) -> Part:
        """Its first lines alone."""
        return replace(self, lines=self.lines[:most], hidden=max(0, len(self.lines) - most))

    def differences(self) -> Part:
        """Only the lines in which the things differ."""
        return replace(self, lines=tuple(line for line in self.lines if line.differs))


def _texts(entry: Iterable[Link]) -> Key:
    return tuple(cell.text for cell in entry if cell.text)


def parts_of(
    context: PageContext, answers: Sequence[Answer], iris: Sequence[str]
) -> list[Part]:
    """The parts of a comparison that the answers to one question give: one answer about all the
    things, or one about each."""
    if len(answers) == 1:
        return _jointly(context, answers[0], iris)
    tables = [table_of(context, answer, about=iri)
              for answer, iri in zip(answers, iris, strict=True)]
    queries = tuple(table.query for table in tables)
    question = tables[0].question
    heads: dict[Key, Link] = {}
    columns = [_column(table, heads) for table in tables]
    shared = Counter(key for column in columns for key in column)
    if not shared:
        return []
    title = _kind(context, heads.values()) or next(
        (column.label for table in tables for column, role
         in zip(table.columns, table.roles, strict=True) if role == "head"), question.title)
    if max(shared.values()) == 1:
        cells = tuple(tuple((heads[key], *(cell for cell in entry if cell.cited))
                            for key, entries in column.items() for entry in entries[:1])
                      for column in columns)
        return [Part(title, question, queries, (Line(Link(), cells),))]
    keys = [key for key, _ in shared.most_common()]
    lines = tuple(Line(heads[key], tuple(tuple(column.get(key, ())) for column in columns))
                  for key in keys)
    return [Part(title, question, queries, lines)]


def _jointly(context: PageContext, answer: Answer, iris: Sequence[str]) -> list[Part]:
    """The parts of an answer about several things: a line for each of its columns where each thing
    has one row, else for what its rows are about, together by what comes first."""
    table = table_of(context, answer)
    at = next((at for at in range(len(table.columns))
               if all(row[at].iri in iris for row in table.rows)), None)
    if at is None or not table.rows:
        return []
    if at == 0:
        return [_transposed(table, iris)]
    grouped: dict[str, dict[Key, dict[str, list[Row]]]] = {}
    for row in table.rows:
        group = " ".join(cell.text for cell in row[:at - 1]).lstrip("0123456789. ")
        key = tuple(cell.text for cell in row[:at])
        lines = grouped.setdefault(group, defaultdict(lambda: defaultdict(list)))
        lines[key][row[at].iri or ""].append(tuple(filter(None, row[at + 1:])))
    heads = {tuple(cell.text for cell in row[:at]): row[at - 1] for row in table.rows}
    return [Part(capital(group or table.question.title), table.question, (table.query,), tuple(
        Line(heads[key], tuple(tuple(cells.get(iri, ())) for iri in iris))
        for key, cells in lines.items())) for group, lines in grouped.items()]


def _transposed(table: Table, iris: Sequence[str]) -> Part:
    """A line for each column, where each thing has a row of its own."""
    found = {row[0].iri: row for row in table.rows}
    lines = []
    for at, column in list(enumerate(table.columns))[1:]:
        cells = [((row[at],),) if (row := found.get(iri)) and row[at] else () for iri in iris]
        lines.append(Line(Link(column.label), tuple(cells)))
    return Part(capital(table.columns[0].label), table.question, (table.query,),
                tuple(line for line in lines if any(line.cells)))


def _column(table: Table, heads: dict[Key, Link]) -> Column:
    """An answer about one thing as a column: values that can be marked, then the evidence. What
    its rows are about is added to the heads."""
    column: Column = {}
    for row in table.rows:
        head = next((cell for _, cell in table.cells(row, "head")), row[0])
        heads.setdefault((head.text,), head)
        marked = [cell for cell in row if cell and cell is not head and (
            cell.tone or cell.rank is not None or cell.symbol)]
        counted = [Link(f"{cell.text} {at.label.lower()}") for at, cell
                   in zip(table.columns, row, strict=True) if at.type == "integer" and cell] \
            if not marked else []
        grounds = [cell for cell in row if cell.cited]
        entry = (*(marked or counted or [Link("yes")]), *grounds)
        entries = column.setdefault((head.text,), [])
        if _texts(entry) not in map(_texts, entries):
            entries.append(entry)
    return column


def _kind(context: PageContext, heads: Iterable[Link]) -> str:
    """What the things that lines are about are called, if they are of one kind."""
    entries = context.index.entries({head.iri for head in heads if head.iri}).values()
    kinds = {entry.kind for entry in entries if entry.kind}
    plurals = {context.terms.term(kind).plural for kind in kinds}
    return capital(plurals.pop()) if len(plurals) == 1 else ""


def as_json(page: dict[str, Any]) -> dict[str, object]:
    """The comparison for programs. page: what its page shows."""
    return {
        "things": [{"iri": link.iri, "label": link.text} for link in page["things"]],
        "without_data": [*filter(None, page["gaps"])],
        "parts": [{
            "name": part.name, "title": part.title, "question": part.question.name,
            "rows": [{"about": line.head.text, "differs": line.differs, "cells": [
                [{"value": " · ".join(_texts(entry)), "evidence": [
                    passage.iri for cell in entry for passage in cell.cited]} for entry in cell]
                for cell in line.cells]} for line in part.lines],
        } for part in page["parts"]],
        "query": page["query"],
    }


def as_table(
    things: Sequence[Link], parts: Sequence[Part]
) -> tuple[list[str], list[list[str]]]:
    """The comparison for spreadsheets: the headings, and a row for each line."""
    heads = ["Part", "What is compared"]
    for thing in things:
        heads += [thing.text, f"{thing.text}: where it is said"]
    rows = []
    for part in parts:
        for line in part.lines:
            row = [part.title, line.head.text]
            for cell in line.cells:
                cited = dict.fromkeys(str(passage) for entry in cell for link in entry
                                      for passage in link.cited)
                row += ["\n".join(" · ".join(_texts(entry)) for entry in cell), "\n".join(cited)]
            rows.append(row)
    return heads, rows
