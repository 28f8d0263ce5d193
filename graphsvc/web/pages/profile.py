"""The tabs of a thing's page: the questions of each, and how their answers are drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from graphsvc.questions.answer import Answer
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.figure import Drawings
from graphsvc.web.pages.table import Row, Table, table_of
from graphsvc.web.problems import HttpError
from graphsvc.words import slugged

FIRST = "Overview"
"""The tab of questions that the ontology names without a title."""
_MOST_PANELS = 8
_FEW, _MANY, _ALL = 6, 20, 1_000
"""Rows of a panel: next to others, where it has its tab to itself, and where it groups them."""
_FEWEST_NUMBERS, _TALLIED = 3, 5
"""Numbers that are set large, and rows of which it is worth to count the values, at least."""


@dataclass(frozen=True)
class Asked:
    """A question that a page asks about its thing. view: how the answer is to be drawn."""

    question: Question
    given: Given
    view: str | None = None


@dataclass(frozen=True)
class Tab:
    """A part of a thing's page that has an address of its own."""

    title: str
    asked: tuple[Asked, ...] = ()

    @property
    def name(self) -> str:
        """As addresses have it."""
        return slugged(self.title)

    def rows(self, asked: Asked) -> int:
        """How many rows one of its panels shows."""
        return _ALL if asked.question.group else _MANY if len(self.asked) == 1 else _FEW


@dataclass(frozen=True)
class Tally:
    """How often an answer has each value of a column that can be taken as good or bad: the value,
    its number, where its bar begins and how long it is, in per cent."""

    column: str
    bars: tuple[tuple[Link, int, float, float], ...]


@dataclass(frozen=True)
class Panel:
    """An answer on the page of a thing. heading: without the name of the thing, where it ends
    with it; view: the drawing; drawing: what it is made from."""

    heading: str
    table: Table
    view: str
    drawing: Any = None
    tally: Tally | None = None


def tabs_of(
    context: PageContext, classes: Collection[str], iri: str
) -> tuple[list[Tab], list[tuple[Question, str]]]:
    """The tabs of a thing's page, as the ontology names them for its classes, and the questions
    that it leaves out, each with the parameter that takes the thing."""
    known = {question.name: (question, parameter) for question, parameter
             in context.questions.library.panels(set(classes))}
    parts = context.terms.parts(classes, DISPLAY.questions)
    named: Mapping[str, Sequence[str]] = parts or {"": list(known)[:_MOST_PANELS]}
    tabs, shown = [], set()
    for title, tokens in named.items():
        asked = [_asked(token, known, iri) for token in tokens
                 if token.partition("?")[0] in known]
        shown |= {one.question.name for one in asked}
        tabs.append(Tab(title or FIRST, tuple(asked)))
    return tabs, [known[name] for name in known if name not in shown]


def _asked(token: str, known: Mapping[str, tuple[Question, str]], iri: str) -> Asked:
    name, _, query = token.partition("?")
    question, parameter = known[name]
    values = parse_qs(query)
    view = values.pop("view", [None])[0]
    return Asked(question, {**values, parameter: [iri]}, view)


def chosen(tabs: Sequence[Tab], wanted: str | None) -> Tab:
    """The tab that an address asks for, else the first. Raises HttpError 404."""
    if wanted is None:
        return tabs[0]
    for tab in tabs:
        if tab.name == wanted:
            return tab
    raise HttpError(404, f"This page has no part `{wanted[:80]}`.",
                    hint=f"It has {', '.join(tab.name for tab in tabs)}.")


def panel(context: PageContext, asked: Asked, answer: Answer, iri: str) -> Panel:
    """An answer as its question, or the ontology, says that it is drawn."""
    table = table_of(context, answer, about=iri)
    view, drawing = _drawing(context, table, asked.view)
    if view == "list" and all(iri in (one.thing for one in answer.disagreements(row))
                              for row in answer.rows):
        view = "sides"
    tallied = view in ("groups", "time", "list") and len(answer.all_rows) >= _TALLIED
    heading = answer.heading.removesuffix(f": {context.label(iri)}")
    return Panel(heading, table, view, drawing, _tally(context, answer) if tallied else None)


def _drawing(context: PageContext, table: Table, view: str | None) -> tuple[str, Any]:
    match view:
        case "map" | "chart" | "grid":
            drawings = Drawings.of(context, table_of(context, table.answer))
            if view in drawings.drawn:
                return view, drawings
        case "table" | "list":
            return view, None
        case None:
            for name, drawing in (("numbers", numbers(table)), ("strip", strip(table)),
                                  ("groups", groups(table)), ("time", table.years)):
                if drawing:
                    return name, drawing
    return "list" if table.wide or len(table.rows) == 1 else "table", None


def numbers(table: Table) -> list[tuple[str, str]]:
    """The numbers of an answer that is one row, each with its label."""
    if len(table.rows) != 1:
        return []
    found = [(column.label, cell.text) for column, cell
             in zip(table.columns, table.rows[0], strict=True)
             if column.type == "integer" and cell]
    return found if len(found) >= _FEWEST_NUMBERS else []


def strip(table: Table) -> list[dict[str, Any]]:
    """Each row with its value on a scale. A row without what the others are about says what it
    counts instead, and a row without value why."""
    if "head" not in table.roles or not any(cell.rank is not None for row in table.rows
                                            for cell in row):
        return []
    head = table.roles.index("head")
    usual = [row for row in table.rows if row[head] and _ranked(row)]
    odd = [at for at, role in enumerate(table.roles) if role not in ("statement", "evidence")
           and not any(row[at] for row in usual)]
    lines = []
    for row in table.rows:
        notes = [row[at] for at in odd if row[at]]
        first = row[head] or next((cell for cell in notes if cell.iri), Link())
        lines.append({"head": first, "value": _ranked(row), "row": row,
                      "notes": [cell for cell in notes if cell != first]})
    return sorted(lines, key=lambda line: not line["row"][head])


def _ranked(row: Row) -> Link | None:
    return next((cell for cell in row if cell.rank is not None), None)


def groups(table: Table) -> tuple[Table, list[tuple[Link, list[Row]]]] | None:
    """The rows put together by the values of the column that the question declares, the most
    frequent first; and the table in which this column is no longer what rows are about."""
    at = table.at(table.question.group)
    if at is None:
        return None
    roles = ["group" if its == at else role for its, role in enumerate(table.roles)]
    if "head" not in roles:
        things = [its for its, column in enumerate(table.columns)
                  if its != at and column.type == "iri"]
        roles[next((its for its in things if len({row[its].iri for row in table.rows}) > 1),
                   next(iter(things), at))] = "head"
    found: dict[Link, list[Row]] = {}
    for row in table.rows:
        found.setdefault(row[at], []).append(row)
    return replace(table, roles=tuple(roles)), sorted(
        found.items(), key=lambda item: -len(item[1]))


def _tally(context: PageContext, answer: Answer) -> Tally | None:
    """The tally of an answer, if it has a column for one."""
    for name, terms in answer.summary.items():
        links = [(context.link(term.value), number) for term, number in terms]
        if any(link.tone in ("good", "mixed", "bad") for link, _ in links):
            total, begin, bars = sum(number for _, number in links), 0.0, []
            for link, number in sorted(links, key=_by_tone):
                share = 100 * number / total
                bars.append((link, number, round(begin, 2), round(share, 2)))
                begin += share
            return Tally(name, tuple(bars))
    return None


def _by_tone(item: tuple[Link, int]) -> tuple[int, int]:
    tones = ("good", "mixed", "slight", "bad", "open")
    return tones.index(item[0].tone) if item[0].tone in tones else len(tones), -item[1]
