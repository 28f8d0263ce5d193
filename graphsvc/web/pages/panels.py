"""The answers on the page of a thing, each with how it is drawn: large numbers, values on a scale,
groups, a time line, a drawing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from graphsvc.questions.answer import Answer
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.drawings import Drawings
from graphsvc.web.pages.table import Row, Table, table_of

_FEWEST_NUMBERS, _TALLIED = 3, 5
"""Numbers that are set large, and rows of which it is worth to count the values, at least."""
_TONES = ("good", "mixed", "slight", "bad", "open")
_JUDGED = ("good", "mixed", "bad")
"""Tones of values that say how well something is."""

Bar = tuple[Link, int, float, float]
"""A value, how often it is there, and where its part of a bar begins and how long it is, in per
cent."""


@dataclass(frozen=True)
class Group:
    """Rows with the same value, and how they are judged. grounded: whether any rests on something,
    as all do where answers give no grounds."""

    value: Link
    rows: Sequence[Row]
    tally: Sequence[Bar]
    grounded: bool


@dataclass(frozen=True)
class Panel:
    """An answer on the page of a thing. heading: without the name of the thing, where it ends
    with it; view: the drawing; drawing: what it is made from; bars: how often it has each value of
    a scale; given: of how many facts, where some have none."""

    heading: str
    table: Table
    view: str
    drawing: Any
    bars: Sequence[Bar] = ()
    given: str = ""


def panel(context: PageContext, answer: Answer, iri: str, wanted: str | None) -> Panel:
    """An answer on the page of a thing as its question, or the ontology, says that it is drawn.
    wanted: the view that the ontology names."""
    table = table_of(context, answer, about=iri)
    view, drawing = _drawing(context, table, wanted)
    if view in ("list", "table") and all(iri in (one.thing for one in answer.disagreements(row))
                              for row in answer.rows):
        view = "sides"
    tallied = view in ("groups", "time", "list") and len(answer.all_rows) >= _TALLIED and (
        view != "groups" or not any(group.tally for group in drawing[1]))
    heading = re.sub(rf"(?::| as| for| in| of| on| to) {re.escape(context.label(iri))}(?=[ ,]|$)",
                     "", answer.heading)
    return Panel(heading, table, view, drawing, *(
        _tally(context, answer) if tallied else [_counted(drawing)] if view == "strip" else []))


def _drawing(context: PageContext, table: Table, view: str | None) -> tuple[str, Any]:
    if view in ("map", "chart", "grid"):
        drawings = Drawings.of(context, table_of(context, replace(
            table.answer, rows=table.answer.all_rows)))
        if view in drawings.drawn:
            return view, drawings
    elif view in ("table", "list"):
        return view, None
    else:
        for name, way in _WAYS.items():
            if view in (None, name) and (found := way(table)):
                return name, found
    return "list" if table.wide or len(table.rows) == 1 else "table", None


def _numbers(table: Table) -> list[tuple[str, str]]:
    """The numbers of an answer that is one row, each with its label."""
    if len(table.rows) != 1:
        return []
    found = [(column.label, cell.text)
             for column, cell in zip(table.columns, table.rows[0], strict=True)
             if column.type == "integer" and cell.text not in ("", "0")]
    return found if len(found) >= _FEWEST_NUMBERS else []


def _counted(lines: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """How often each value of a scale is given, where some rows count it and others have it once.
    """
    counted = Counter[Link]()
    for line in lines:
        if value := line["counts"] or line["value"]:
            counted[value] += line["number"] or 1
    return _bars(counted) if any(line["counts"] for line in lines) else []


def _strip(table: Table) -> list[dict[str, Any]]:
    """Each row with its value on a scale. A row without what the others are about says what it
    counts instead, perhaps how often a value is given, and a row without value why."""
    values = [next((cell for cell in row if cell.rank is not None), None) for row in table.rows]
    if "head" not in table.roles or not any(values):
        return []
    head = table.roles.index("head")
    usual = [row for row, value in zip(table.rows, values, strict=True) if row[head] and value]
    odd = [at for at, role in enumerate(table.roles) if role not in ("statement", "evidence")
           and not any(row[at] for row in usual)]
    lines = []
    for row, value in zip(table.rows, values, strict=True):
        notes = [row[at] for at in odd if row[at]]
        first = row[head] or next((cell for cell in notes if cell.iri), Link())
        notes = [cell for cell in notes if cell != first]
        lines.append({
            "head": first, "value": value if row[head] else None, "row": row, "notes": notes,
            "counts": None if row[head] else value,
            "number": next((int(cell.number) for cell in notes if cell.number), 0)})
    return sorted(lines, key=lambda line: not line["row"][head])


def _groups(table: Table) -> tuple[Table, list[Group]] | None:
    """The rows put together by the values of the column that the question declares; and the table
    in which this column is no longer what rows are about.

    First come groups that rest on something, and values that are good or bad, last the rows without
    a value. Groups whose rows come one after the other in the answer stay in its order; else the
    most frequent is the first.
    """
    at = table.at(table.question.group)
    if at is None:
        return None
    table = table.entries
    roles = ["group" if its == at else role for its, role in enumerate(table.roles)]
    if "head" not in roles:
        things = [its for its, column in enumerate(table.columns)
                  if its != at and column.type == "iri"]
        roles[next((its for its in things if len({row[its].iri for row in table.rows}) > 1),
                   next(iter(things), at))] = "head"
    found: dict[Link, list[Row]] = {}
    for row in table.rows:
        found.setdefault(row[at], []).append(row)
    together = len(found) == len([*groupby(table.rows, itemgetter(at))])
    table = replace(table, roles=tuple(roles))
    groups = [_group(table, value or Link(table.columns[at].absent), _merged(table, rows))
              for value, rows in sorted(found.items(), key=lambda item: (
                  not item[0], _place(item[0].tone) == len(_TONES), item[0].tone not in _JUDGED,
                  not together and -len(item[1])))]
    return table, sorted(groups, key=lambda group: not group.grounded)


def _merged(table: Table, rows: Sequence[Row]) -> list[Row]:
    """Rows on one fact as one, which has what differs next to each other."""
    facts = [at for at, column in enumerate(table.columns) if column.fact]
    found: dict[Any, list[Row]] = {}
    for number, row in enumerate(rows):
        found.setdefault(tuple(row[at] for at in facts) or number, []).append(row)
    return [tuple(cells[0] if cells[0].cited or len({*cells}) == 1 else Link(
        "; ".join(dict.fromkeys(cell.text for cell in cells if cell)))
        for cells in zip(*alike, strict=True)) for alike in found.values()]


_WAYS: Mapping[str, Callable[[Table], Any]] = {
    "numbers": _numbers, "strip": _strip, "groups": _groups, "time": attrgetter("years")}
"""How an answer can be drawn where that is not said, the first that fits, each with what makes the
drawing of its table."""


def _group(table: Table, value: Link, rows: list[Row]) -> Group:
    """A group; where its value is of no scale, with how its rows are judged."""
    judged = Counter(cell for row in rows for cell in row if cell.tone in _TONES)
    return Group(value, rows, [] if value.tone or value.symbol or len(rows) < _TALLIED
                 else _bars(judged), "evidence" not in table.roles or any(
                     cell.cited for row in rows for cell in row))


def _tally(context: PageContext, answer: Answer) -> tuple[Sequence[Bar], str]:
    """How often an answer has each value of a column that can be taken as good or bad, and of how
    many facts, where some have none."""
    facts = [at for at, column in enumerate(answer.question.columns) if column.fact]
    total = len({tuple(row[at] for at in facts) or number
                 for number, row in enumerate(answer.all_rows)})
    for column in answer.question.columns:
        counted = {context.link(term.value): number
                   for term, number in answer.summary.get(column.name, ())}
        if any(link.tone in _JUDGED for link in counted):
            having = sum(counted.values())
            return _bars(counted), f"{column.label}: given for {having} of {total}" * (
                having < total)
    return (), ""


def _bars(counted: Mapping[Link, int]) -> list[Bar]:
    """Values with how often each is there, from good to bad."""
    total, begin, bars = sum(counted.values()), 0.0, []
    for link, number in sorted(counted.items(), key=lambda item: (
            _place(item[0].tone), -(item[0].rank or 0), -item[1])):
        share = 100 * number / total
        bars.append((link, number, round(begin, 2), round(share, 2)))
        begin += share
    return bars


def _place(tone: str | None) -> int:
    """The place of a tone from good to not known yet; all else is last."""
    return _TONES.index(tone) if tone in _TONES else len(_TONES)
