"""Comparing: two to four things of a class next to each other, by the questions made for it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.index import slug
from graphsvc.questions.answer import Answer
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import Link, NotFound, PageContext, check_names, first_of
from graphsvc.web.pages.rendering import query_string
from graphsvc.web.pages.table import Row, Table, table_of
from graphsvc.web.pages.terms import Term
from graphsvc.web.pages.thing import COMPARE
from graphsvc.web.request import Pairs

_MOST, _FEWEST = 4, 2
_ROWS = 1_000
_SHOWN = 60

Key = tuple[str, ...]
"""The texts of what a row is about."""
Column = dict[Key, list[Row]]
"""The entries of a thing."""


async def compare_page(context: PageContext, pairs: Pairs) -> str | Response:
    """The comparison that an address asks for, as JSON with `format=json`.

    `thing` names what is compared, `class` what is offered. Raises GraphsvcError for more things
    than fit, NotFound, UnknownName or AmbiguousName, and what the engine raises.
    """
    check_names("A comparison", pairs, ("thing", "class", "format"),
                "thing, two to four times, and class")
    classes = _comparable(context)
    names = [value for name, value in pairs if name == "thing" and value.strip()]
    iris = list(dict.fromkeys([await _find(context, name, classes) for name in names]))
    if len(iris) > _MOST:
        raise GraphsvcError(f"{len(iris)} things are too many to compare.",
                            hint=f"Name {_FEWEST} to {_MOST}.")
    chosen = _choose(context, classes, first_of(pairs, "class"), iris)
    asked = await _ask(context, chosen, iris) if chosen and len(iris) >= _FEWEST else []

    def make() -> dict[str, Any]:
        return {
            "classes": classes, "chosen_class": chosen,
            "offered": context.index.members(chosen.iri) if chosen else (),
            "things": [context.link(iri) for iri in iris],
            "names": [context.curie(iri) for iri in iris],
            "comparisons": [*filter(None, (_compare(context, each, iris) for each in asked))]}

    if first_of(pairs, "format") == "json":
        return await context.json(lambda: _as_json(make()))
    return await context.render("compare.html", make)


async def _find(context: PageContext, name: str, classes: Sequence[Term]) -> str:
    """The IRI that a name means, first among things that can be compared."""
    among = (context.meant(name, term.iri) for term in classes)
    return next(filter(None, among), None) or await context.find(name)


def _questions(context: PageContext) -> list[Question]:
    return [question for question in context.questions.library if COMPARE in question.tags]


def _ways(question: Question) -> list[tuple[str, str, bool]]:
    """How things can be compared by a question: their class, the parameter that takes them, and
    whether it takes them all at once."""
    panels = [(of_class, name, False) for of_class, name in question.panel.items()]
    return panels + [(p.of_class, p.name, True) for p in question.parameters
                     if p.many and p.of_class
                     and not any(q.required for q in question.parameters if q is not p)]


def _comparable(context: PageContext) -> list[Term]:
    """The classes whose things can be compared, in the ontology's order."""
    terms = context.terms
    found = {class_ for question in _questions(context) for class_, _, _ in _ways(question)}
    return sorted((terms.term(iri) for iri in found if iri in context.sizes), key=lambda term: (
        min(terms.term(iri).order for iri in terms.with_above(term.iri)), term.label))


def _choose(
    context: PageContext, classes: Sequence[Term], wanted: str | None, iris: Sequence[str]
) -> Term | None:
    """The class that is compared: the one named, or that of the first thing, or the first."""
    if wanted:
        for term in classes:
            if wanted in (term.iri, slug(term.iri)):
                return term
        raise NotFound(f"There is no class `{wanted[:80]}` whose things can be compared.",
                       hint=f"Choose one of: {', '.join(slug(term.iri) for term in classes)}.")
    if not iris:
        return next(iter(classes), None)
    of_first = context.index.classes(iris[0])
    return max((term for term in classes if term.iri in of_first), default=None,
               key=lambda term: len(context.terms.with_above(term.iri)))


async def _ask(context: PageContext, class_: Term, iris: Sequence[str]) -> list[list[Answer]]:
    """The answers of the questions by which things of a class are compared, those that the
    ontology names: one answer about all the things or, after these, one for each."""
    classes = context.terms.with_above(class_.iri)
    known = {question.name: question for question in _questions(context)}
    named = [known[name] for name in context.terms.names(classes, DISPLAY.comparisons)
             if name in known]
    plan: list[list[tuple[Question, Given]]] = []
    for question in named or known.values():
        for of_class, parameter, jointly in _ways(question):
            if of_class in classes:
                things = [list(iris)] if jointly else [[iri] for iri in iris]
                plan.append([(question, {parameter: each}) for each in things])
                break
    plan.sort(key=len)
    return await asyncio.gather(*(
        asyncio.gather(*(context.ask(question, given, _ROWS) for question, given in each))
        for each in plan))


def _compare(
    context: PageContext, answers: Sequence[Answer], iris: Sequence[str]
) -> dict[str, Any] | None:
    """The answers to a question next to each other; None where there is nothing to compare.

    aligned: whether rows are about the same in all columns; lines: what each is about, with the
    entries of each thing; hidden: rows that only the question's own pages have; queries: of these.
    """
    jointly, most = len(answers) == 1, _SHOWN
    if jointly:
        tables = [table_of(context, answers[0])]
        heads, columns = _columns(tables[0], iris)
        keys, most = list(heads), 2 * _SHOWN
    else:
        tables = [table_of(context, answer, about=iri)
                  for answer, iri in zip(answers, iris, strict=True)]
        heads = {}
        columns = [_column(table, heads) for table in tables]
        shared = Counter(key for column in columns for key in column)
        keys = [key for key, _ in shared.most_common()]
    if not heads:
        return None
    found = {"question": tables[0].question, "queries": [table.query for table in tables]}
    if jointly or sum(keys[0] in column for column in columns) > 1:
        return {**found, "aligned": True, "hidden": max(0, len(keys) - most), "lines": [
            {"group": _group(key), "head": heads[key],
             "cells": [column.get(key, []) for column in columns]} for key in keys[:most]]}
    return {**found, "aligned": False,
            "hidden": sum(max(0, len(column) - most) for column in columns),
            "lines": [{"group": "", "head": Link(), "cells": [
                [(heads[key],) for key in list(column)[:most]] for column in columns]}]}


def _columns(table: Table, iris: Sequence[str]) -> tuple[dict[Key, Link], list[Column]]:
    """An answer about several things at once, apart: what its rows are about, and a column for
    each thing."""
    heads: dict[Key, Link] = {}
    columns: dict[str, Column] = {iri: defaultdict(list) for iri in iris}
    at = next((at for at in range(len(table.columns))
               if all(row[at].iri in iris for row in table.rows)), 0)
    for row in table.rows if at else ():
        key = tuple(cell.text for cell in row[:at])
        heads[key] = row[at - 1]
        columns[row[at].iri or ""][key].append(tuple(filter(None, row[at + 1:])))
    return heads, list(columns.values())


def _column(table: Table, heads: dict[Key, Link]) -> Column:
    """An answer about one thing as a column. What its rows are about is added to the heads."""
    column: Column = {}
    for row in table.rows:
        head = next((cell for _, cell in table.cells(row, "head")), row[0])
        heads.setdefault((head.text,), head)
        badges = tuple(cell for _, cell in table.cells(row, "badge"))
        entries = column.setdefault((head.text,), [])
        if badges and badges not in entries:
            entries.append(badges)
    return {key: entries or [(Link("yes"),)] for key, entries in column.items()}


def _group(key: Key) -> str:
    """What comes before the last part of a key, without the digits that only order it."""
    return " ".join(key[:-1]).lstrip("0123456789. ")


def _as_json(page: dict[str, Any]) -> dict[str, object]:
    """The comparison for programs."""
    return {
        "things": [{"iri": link.iri, "label": link.text} for link in page["things"]],
        "comparisons": [{
            "question": one["question"].name, "title": one["question"].title,
            "hidden": one["hidden"],
            "rows": [{"group": line["group"], "about": line["head"].text, "cells": [
                [" · ".join(cell.text for cell in entry if cell.text) for entry in cells]
                for cells in line["cells"]]} for line in one["lines"]],
        } for one in page["comparisons"]],
        "query": query_string({"thing": page["names"]}),
    }
