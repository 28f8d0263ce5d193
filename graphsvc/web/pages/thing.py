"""A thing's page: what it is, what is said of it with evidence, and in tabs the questions of its
class, each with how its answer is drawn."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from graphsvc.questions.answer import Answer
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Column, Question
from graphsvc.vocabulary import DISPLAY, SKOS
from graphsvc.web.pages import facts as facts_
from graphsvc.web.pages.browse import members
from graphsvc.web.pages.compare import comparable
from graphsvc.web.pages.context import Link, PageContext, first_of
from graphsvc.web.pages.drawings import Drawings
from graphsvc.web.pages.table import Row, Table, dispute, table_of
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs
from graphsvc.words import slugged

FIRST, READ, LINKS = "Overview", "Read", "Links and evidence"
"""The tab of questions that the ontology names without a title; and those that pages have without
a question: a document's text, and all else that is known."""
_MOST_PANELS = 8
_FEW, _MANY, _ALL = 6, 20, 1_000
"""Rows of a panel: next to others, where it has its tab to itself, and where it groups them."""
_FEWEST_NUMBERS, _TALLIED = 3, 5
"""Numbers that are set large, and rows of which it is worth to count the values, at least."""
_MAP = 6
"""Places from which on a map says where a thing is."""
_TONES = ("good", "mixed", "slight", "bad", "open")
_JUDGED = ("good", "mixed", "bad")
"""Tones of values that say how well something is."""

Bar = tuple[Link, int, float, float]
"""A value, how often it is there, and where its part of a bar begins and how long it is, in per
cent."""


@dataclass(frozen=True)
class Asked:
    """A question that a page asks about its thing. view: how the answer is to be drawn."""

    question: Question
    given: Given
    view: str | None


@dataclass(eq=False)
class Tab:
    """A part of a thing's page that has an address of its own. answers: to what it asks."""

    title: str
    asked: Sequence[Asked] = ()
    answers: Sequence[Answer] = ()

    @property
    def name(self) -> str:
        """As addresses have it."""
        return slugged(self.title)


@dataclass(frozen=True)
class Tally:
    """How often an answer has each value of a column, and how many of its rows have any."""

    column: Column
    bars: Sequence[Bar]
    having: int
    rows: int


@dataclass(frozen=True)
class Group:
    """Rows with the same value, and how they are judged."""

    value: Link
    rows: Sequence[Row]
    tally: Sequence[Bar]


@dataclass(frozen=True)
class Panel:
    """An answer on the page of a thing. heading: without the name of the thing, where it ends
    with it; view: the drawing; drawing: what it is made from."""

    heading: str
    table: Table
    view: str
    drawing: Any
    tally: Tally | None


async def thing_page(context: PageContext, iri: str, pairs: Pairs) -> Response:
    """The page of a thing. pairs: of the address; `tab` names the part of the page.

    Raises HttpError 404 where the release has no such thing, and what the engine raises.
    """
    tabs, others = _tabs_of(context, context.index.classes(iri), iri)
    reading = await facts_.reading_of(context, iri)
    tabs = [Tab(READ)] * (reading is not None) + tabs + [Tab(LINKS)]
    wanted = first_of(pairs, "tab")
    tab = next((it for it in tabs if wanted in (None, it.name)), None)
    if tab is None:
        raise HttpError(404, f"This page has no part `{str(wanted)[:80]}`.",
                        hint=f"It has {', '.join(it.name for it in tabs)}.")
    is_passage = context.index.passage(iri).document is not None
    said, referrers, neighbours, _ = await asyncio.gather(
        context.rows("thing-facts", iri), context.texts("thing-referrers", iri),
        context.texts("passage-neighbours", *[iri] * is_passage),
        asyncio.gather(*(_ask(context, it, tab) for it in tabs)))
    inside = [thing for property_, thing in referrers if property_ == str(SKOS.inScheme)]
    above, counts = await asyncio.gather(*(
        context.texts(name, *[iri] * bool(inside)) for name in ("tree", "counts")))
    if not said and not referrers:
        raise HttpError(404, f"There is no <{iri}> in release {context.release}.",
                        hint="Search for its name.")
    known = await context.questions.known()
    head = await run_in_threadpool(facts_.head_of, context, iri, said)
    parts = facts_.parts_of(context, head["facts"])
    portions = await context.rows("parts", *parts)
    return await context.render("thing.html", lambda: {
        **head, "shares": facts_.shares(context, portions),
        "comparable": any(term.iri in context.index.classes(iri) for term in comparable(context)),
        "disputes": [dispute(context, known, one.thing)
                     for one in known.disagreements.get(iri, ())],
        **_body(context, iri, tabs, tab, bool(referrers)),
        "others": others, "referrers": facts_.referrers(context, referrers, iri),
        "members": members(context, inside, above, counts), "inside": len(inside),
        "neighbours": facts_.paragraphs(context, neighbours),
        "reading": {**reading, "sections": facts_.sections(context, reading)}
        if reading and tab.title == READ else None})


def _tabs_of(
    context: PageContext, classes: Collection[str], iri: str
) -> tuple[list[Tab], list[tuple[Question, str]]]:
    """The tabs of a thing's page, as the ontology names them for its classes, and the questions
    that it leaves out, each with the parameter that takes the thing."""
    known = {question.name: (question, parameter) for question, parameter
             in context.questions.library.panels(set(classes))}
    parts: Mapping[str, Sequence[str]] = context.terms.parts(classes, DISPLAY.questions) or {
        "": list(known)[:_MOST_PANELS]}
    others, tabs = dict(known), list[Tab]()
    for title, tokens in parts.items():
        asked = list[Asked]()
        for name, _, query in (token.partition("?") for token in tokens):
            if name in known:
                (question, parameter), values = known[name], parse_qs(query)
                view = values.pop("view", [None])[0]
                asked.append(Asked(question, {**values, parameter: [iri]}, view))
                others.pop(name, None)
        tabs.append(Tab(title or FIRST, asked))
    return tabs, list(others.values())


async def _ask(context: PageContext, tab: Tab, shown: Tab) -> None:
    """Give a tab its answers, with as many rows as the panels of the one that is shown have."""
    most = _MANY if len(shown.asked) == 1 else _FEW
    tab.answers = await asyncio.gather(*(context.ask(
        one.question, one.given, _ALL if one.question.group or "timeline" in one.question.tags
        else most) for one in tab.asked))


def _body(
    context: PageContext, iri: str, tabs: Sequence[Tab], tab: Tab, more: bool
) -> dict[str, Any]:
    """The tabs that have something to show, the last where there is more; plain: whether what is
    said of the thing itself comes first, for it has no other tabs. The panels of a tab, the answers
    that have nothing for it; map: all places, each with whether the thing is there."""
    plain = {it.title for it in tabs} <= {FIRST, READ, LINKS}
    shown = [it for it in tabs if it in (tab, tabs[0])
             or any(answer.all_rows for answer in it.answers)
             or it.title == LINKS and more or it.title in (READ, LINKS) and not plain]
    answered = [(one, answer) for it in tabs
                for one, answer in zip(it.asked, it.answers, strict=True)]
    panels = [_panel(context, one, answer, iri) for one, answer
              in zip(tab.asked, tab.answers, strict=True) if answer.all_rows]
    here, tiles = context.terms.tile_of(iri), context.terms.tiles
    return {
        "tab": tab, "tabs": shown, "is_first": tab is tabs[0], "is_last": tab is tabs[-1],
        "plain": plain, "panels": [panel for panel in panels if panel.view != "numbers" or any(
            text != "0" for _, text in panel.drawing)],
        "silent": [*{answer.heading: (one, answer) for one, answer in answered
                     if not answer.all_rows}.values()],
        "sentence": next((answer.sentence for _, answer in answered if answer.all_rows),
                         answered[0][1].sentence if answered else None),
        "map": [(*at, place == here) for place, at in tiles.items()]
        if here and len(tiles) >= _MAP else []}


def _panel(context: PageContext, asked: Asked, answer: Answer, iri: str) -> Panel:
    """An answer as its question, or the ontology, says that it is drawn."""
    table = table_of(context, answer, about=iri)
    view, drawing = _drawing(context, table, asked.view)
    if view in ("list", "table") and all(iri in (one.thing for one in answer.disagreements(row))
                              for row in answer.rows):
        view = "sides"
    tallied = view in ("groups", "time", "list") and len(answer.all_rows) >= _TALLIED and (
        view != "groups" or not any(group.tally for group in drawing[1]))
    return Panel(_heading(context, answer, iri), table, view, drawing,
                 _tally(context, answer) if tallied else None)


def _heading(context: PageContext, answer: Answer, iri: str) -> str:
    """The heading of an answer on the page of a thing: without its name where it can do so."""
    name = re.escape(context.label(iri))
    return re.sub(rf"(?::| as| for| in| of| on| to) {name}(?=[ ,]|$)", "", answer.heading)


def _drawing(context: PageContext, table: Table, view: str | None) -> tuple[str, Any]:
    if view in ("map", "chart", "grid"):
        drawings = Drawings.of(context, table_of(context, replace(
            table.answer, rows=table.answer.all_rows[:_ALL])))
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
    found = [(column.label, cell.text) for column, cell
             in zip(table.columns, table.rows[0], strict=True)
             if column.type == "integer" and cell]
    return found if len(found) >= _FEWEST_NUMBERS else []


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

    First come values that are good or bad, last the rows without a value. Groups whose rows come
    one after the other in the answer stay in its order; else the most frequent is the first.
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
    groups = [_group(table, value or Link(table.columns[at].absent), rows)
              for value, rows in sorted(found.items(), key=lambda item: (
                  not item[0], _place(item[0].tone) == len(_TONES), item[0].tone not in _JUDGED,
                  not together and -len(item[1])))]
    return replace(table, roles=tuple(roles)), groups


_WAYS: Mapping[str, Callable[[Table], Any]] = {
    "numbers": _numbers, "strip": _strip, "groups": _groups, "time": attrgetter("years")}
"""How an answer can be drawn where that is not said, the first that fits, each with what makes the
drawing of its table."""


def _group(table: Table, value: Link, rows: list[Row]) -> Group:
    """A group; where its value is of no scale, with how its rows are judged."""
    judged = Counter(cell for row in rows for cell in row if cell.tone in _TONES)
    return Group(value, rows, [] if value.tone or value.symbol or len(rows) < _TALLIED
                 else _bars(judged))


def _tally(context: PageContext, answer: Answer) -> Tally | None:
    """How often an answer has each value of a column that can be taken as good or bad."""
    for column in answer.question.columns:
        counted = {context.link(term.value): number
                   for term, number in answer.summary.get(column.name, ())}
        if any(link.tone in _JUDGED for link in counted):
            return Tally(column, _bars(counted), sum(counted.values()), len(answer.all_rows))
    return None


def _bars(counted: Mapping[Link, int]) -> list[Bar]:
    """Values with how often each is there, from good to bad."""
    total, begin, bars = sum(counted.values()), 0.0, []
    for link, number in sorted(counted.items(), key=lambda item: (_place(item[0].tone), -item[1])):
        share = 100 * number / total
        bars.append((link, number, round(begin, 2), round(share, 2)))
        begin += share
    return bars


def _place(tone: str | None) -> int:
    """The place of a tone from good to not known yet; all else is last."""
    return _TONES.index(tone) if tone in _TONES else len(_TONES)
