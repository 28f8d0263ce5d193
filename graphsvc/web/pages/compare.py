"""Comparing: two to four things of a class next to each other, by the questions made for it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Question
from graphsvc.web.pages.context import NotFound, PageContext, Pairs, first_of, query_string
from graphsvc.web.pages.table import Cell, Row, Table, table_of
from graphsvc.web.pages.terms import Term
from graphsvc.web.pages.thing import COMPARE

_MOST, _FEWEST = 4, 2
_ROWS = 1_000
_SHOWN = 60


@dataclass(frozen=True)
class Line:
    """One row of a comparison: what is compared, and for each thing its entries."""

    group: str
    head: Cell
    cells: tuple[tuple[Row, ...], ...]


@dataclass(frozen=True)
class Comparison:
    """The answers to one question next to each other.

    aligned: whether rows are about the same in all columns; hidden: rows that only the question's
    own pages have; queries: the addresses of these.
    """

    question: Question
    aligned: bool
    lines: tuple[Line, ...]
    hidden: int
    queries: tuple[str, ...]


async def compare_page(context: PageContext, pairs: Pairs) -> str | Response:
    """The comparison that an address asks for, as JSON with `format=json`.

    `thing` names what is compared, `class` what is offered. Raises GraphsvcError for more things
    than fit, NotFound, UnknownName or AmbiguousName, and what the engine raises.
    """
    if wrong := next((name for name, _ in pairs if name not in ("thing", "class", "format")), None):
        raise GraphsvcError(f"A comparison has no parameter `{wrong[:80]}`.",
                            hint="It has thing, two to four times, and class.")
    classes = _comparable(context)
    names = [value for name, value in pairs if name == "thing" and value.strip()]
    iris = list(dict.fromkeys([await _find(context, name, classes) for name in names]))
    if len(iris) > _MOST:
        raise GraphsvcError(f"{len(iris)} things are too many to compare.",
                            hint=f"Name {_FEWEST} to {_MOST}.")
    chosen = _choose(context, classes, first_of(pairs, "class"), iris)
    asked: list[tuple[Question, list[Answer]]] = []
    if len(iris) >= _FEWEST and chosen is not None:
        asked = await _ask(context, chosen, iris)
    if first_of(pairs, "format") == "json":
        return JSONResponse(await run_in_threadpool(
            lambda: _as_json(_compare(context, classes, chosen, iris, asked))))
    return await context.render(
        "compare.html", "/compare", _compare, context, classes, chosen, iris, asked)


def _compare(
    context: PageContext, classes: Sequence[Term], chosen: Term | None, iris: Sequence[str],
    asked: Sequence[tuple[Question, list[Answer]]],
) -> dict[str, Any]:
    found = [_jointly(table_of(context, answers[0]), iris) if len(answers) == 1 else
             _one_by_one([table_of(context, answer, about=iri)
                          for answer, iri in zip(answers, iris, strict=True)])
             for _, answers in asked]
    return {
        "classes": classes, "chosen_class": chosen,
        "offered": context.members(chosen.iri, None) if chosen else (),
        "things": [context.link(iri) for iri in iris],
        "names": [context.curie(iri) for iri in iris],
        "comparisons": [one for one in found if one is not None],
    }


async def _find(context: PageContext, name: str, classes: Sequence[Term]) -> str:
    """The IRI that a name means, first among things that can be compared."""
    among = (context.meant(name, term.iri) for term in classes)
    return next(filter(None, among), None) or await context.find(name)


def _joint_parameter(question: Question, classes: Collection[str]) -> str | None:
    """The parameter that takes several things of these classes and is all that is required."""
    return next((p.name for p in question.parameters if p.many and p.of_class in classes
                 and not any(q.required for q in question.parameters if q is not p)), None)


def _comparable(context: PageContext) -> list[Term]:
    """The classes whose things can be compared, in the ontology's order."""
    found = set()
    for question in _questions(context):
        found |= set(question.panel)
        found |= {p.of_class for p in question.parameters
                  if p.of_class and _joint_parameter(question, {p.of_class}) == p.name}
    terms = [context.terms.term(iri) for iri in found if iri in context.sizes]
    return sorted(terms, key=lambda term: (
        min(context.terms.term(iri).order for iri in _with_above(context, term)), term.label))


def _with_above(context: PageContext, term: Term) -> set[str]:
    """A class and all above it."""
    return {term.iri, *context.terms.above.get(term.iri, ())}


def _choose(
    context: PageContext, classes: Sequence[Term], wanted: str | None, iris: Sequence[str]
) -> Term | None:
    """The class that is compared: the one named, or that of the first thing, or the first."""
    if wanted:
        found = next((term for term in classes
                      if wanted in (term.iri, context.short_name(term.iri))), None)
        if found is None:
            names = ", ".join(context.short_name(term.iri) for term in classes)
            raise NotFound(f"There is no class `{wanted[:80]}` whose things can be compared.",
                           hint=f"Choose one of: {names}.")
        return found
    if not iris:
        return next(iter(classes), None)
    of_first = context.index.classes(iris[0])
    return max((term for term in classes if term.iri in of_first), default=None,
               key=lambda term: len(_with_above(context, term)))


def _questions(context: PageContext) -> list[Question]:
    return [question for question in context.questions.library if COMPARE in question.tags]


async def _ask(
    context: PageContext, class_: Term, iris: Sequence[str]
) -> list[tuple[Question, list[Answer]]]:
    """The answers of the questions by which things of a class are compared, those that the
    ontology names: one answer about all the things, or one for each."""
    classes = _with_above(context, class_)
    known = {question.name: question for question in _questions(context)}
    named = [known[name] for name in context.terms.comparisons(classes) if name in known]
    jointly: list[tuple[Question, list[dict[str, list[str]]]]] = []
    apart: list[tuple[Question, list[dict[str, list[str]]]]] = []
    for question in named or known.values():
        panel = next((name for of, name in question.panel.items() if of in classes), None)
        joint = _joint_parameter(question, classes)
        if panel is not None:
            apart.append((question, [{panel: [iri]} for iri in iris]))
        elif joint is not None:
            jointly.append((question, [{joint: list(iris)}]))

    plan = [*jointly, *apart]
    answers = iter(await asyncio.gather(
        *(context.ask(question, given, _ROWS) for question, each in plan for given in each)))
    return [(question, [next(answers) for _ in each]) for question, each in plan]


def _jointly(table: Table, iris: Sequence[str]) -> Comparison | None:
    """An answer about several things at once, with a column for each of them."""
    at = next((at for at in range(len(table.columns))
               if table.rows and all(row[at].iri in iris for row in table.rows)), None)
    if not at:
        return None
    lines: dict[tuple[str, ...], dict[str, list[Row]]] = {}
    heads: dict[tuple[str, ...], Cell] = {}
    for row in table.rows:
        key = tuple(cell.plain for cell in row[:at])
        heads[key] = row[at - 1]
        lines.setdefault(key, defaultdict(list))[row[at].iri or ""].append(
            tuple(_without_words(cell) for cell in row[at + 1:] if cell))
    shown = list(lines)[:2 * _SHOWN]
    return Comparison(
        table.question, aligned=True, hidden=len(lines) - len(shown), queries=(table.query,),
        lines=tuple(Line(_group(key), heads[key],
                         tuple(tuple(lines[key].get(iri, ())) for iri in iris)) for key in shown))


def _without_words(cell: Cell) -> Cell:
    """The cell with its passages named by their places only."""
    return replace(cell, cited=tuple(replace(cited, words=None) for cited in cell.cited))


def _group(key: Sequence[str]) -> str:
    """What comes before the last part of a key, without the digits that only order it."""
    return " ".join(key[:-1]).lstrip("0123456789. ")


def _one_by_one(tables: Sequence[Table]) -> Comparison | None:
    """Answers about one thing each: row by row where they are about the same, else as lists."""
    columns: list[dict[str, tuple[Cell, list[Row]]]] = []
    for table in tables:
        column: dict[str, tuple[Cell, list[Row]]] = {}
        for row in table.rows:
            head = next((cell for _, cell in table.cells(row, "head")), row[0])
            badges = tuple(cell for _, cell in table.cells(row, "badge"))
            entries = column.setdefault(head.plain, (head, []))[1]
            if badges and badges not in entries:
                entries.append(badges)
        columns.append(column)
    shared = Counter(name for column in columns for name in column)
    if not shared:
        return None
    question, queries = tables[0].question, tuple(table.query for table in tables)
    if max(shared.values()) == 1:
        lists = tuple(tuple((head,) for head, _ in list(column.values())[:_SHOWN])
                      for column in columns)
        hidden = sum(max(0, len(column) - _SHOWN) for column in columns)
        return Comparison(question, False, (Line("", Cell(), lists),), hidden, queries)
    lines = []
    for name, _ in shared.most_common(_SHOWN):
        head = next(column[name][0] for column in columns if name in column)
        lines.append(Line("", head, tuple(
            tuple(column[name][1] or [(Cell(text="yes"),)]) if name in column else ()
            for column in columns)))
    return Comparison(question, True, tuple(lines), max(0, len(shared) - _SHOWN), queries)


def _as_json(compare: dict[str, Any]) -> dict[str, object]:
    """The comparison for programs."""
    return {
        "things": [{"iri": link.iri, "label": link.text} for link in compare["things"]],
        "comparisons": [{
            "question": comparison.question.name, "title": comparison.question.title,
            "hidden": comparison.hidden,
            "rows": [{"group": line.group, "about": line.head.plain, "cells": [
                [" · ".join(cell.plain for cell in entry if cell.plain) for entry in cells]
                for cells in line.cells]} for line in comparison.lines],
        } for comparison in compare["comparisons"]],
        "query": query_string(("thing", name) for name in compare["names"]),
    }
