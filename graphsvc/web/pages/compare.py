"""Comparing: two to four things of a class side by side, by the questions made for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphsvc.lookup import Entry
from graphsvc.questions.answer import Understood
from graphsvc.questions.question import Question
from graphsvc.web.pages.context import Link, Site, query_string
from graphsvc.web.pages.table import Cell, Grid, grid_of, without_words
from graphsvc.web.pages.terms import Term
from graphsvc.web.pages.thing import COMPARE
from graphsvc.web.pages.together import ask_together
from graphsvc.web.problems import HttpError

MOST, FEWEST = 4, 2
_ROWS = 1_000
_SHOWN = 60
Key = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One row of a comparison: what is compared, and the cells of each thing."""

    group: str
    head: Cell
    cells: tuple[tuple[tuple[Cell, ...], ...], ...]


@dataclass(frozen=True)
class Comparison:
    """The answers to one question side by side. aligned: whether rows are about the same in all
    columns; hidden: rows that the question's own page has beside these."""

    name: str
    title: str
    aligned: bool
    lines: tuple[Line, ...]
    hidden: int
    queries: tuple[str, ...]


@dataclass(frozen=True)
class Compare:
    """The page: what can be compared, what is, and how it compares."""

    kinds: tuple[Term, ...]
    kind: Term | None
    offered: tuple[Entry, ...]
    things: tuple[Link, ...]
    chosen: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


async def compare_of(site: Site, pairs: Sequence[tuple[str, str]]) -> Compare:
    """The comparison that an address asks for, for one query to the engine.

    `thing` names what is compared, `class` what is offered. Raises HttpError (400) for more things
    than fit, UnknownName or AmbiguousName, and what the engine raises.
    """
    if wrong := next((name for name, _ in pairs if name not in ("thing", "class", "format")), None):
        raise HttpError(400, f"A comparison has no parameter `{wrong[:80]}`.",
                        hint="It has thing, two to four times, and class.")
    names = [value for name, value in pairs if name == "thing" and value.strip()]
    kinds = _kinds(site)
    iris = list(dict.fromkeys(_meant(site, name, kinds) for name in names))
    if len(iris) > MOST:
        raise HttpError(400, f"{len(iris)} things are too many to compare.",
                        hint=f"Name {FEWEST} to {MOST}.")
    wanted = next((value for name, value in pairs if name == "class"), None)
    kind = _kind(site, kinds, wanted, iris)
    comparisons: list[Comparison] = []
    if len(iris) >= FEWEST and kind is not None:
        comparisons = await _comparisons(site, kind, iris)
    return Compare(
        kinds=tuple(kinds), kind=kind, things=tuple(site.link(iri) for iri in iris),
        offered=tuple(site.members(kind.iri, None)) if kind else (),
        chosen=tuple(site.curie(iri) for iri in iris), comparisons=tuple(comparisons))


def _meant(site: Site, name: str, kinds: Sequence[Term]) -> str:
    """The IRI that a name stands for, first among things that can be compared."""
    among = (site.meant(name, kind.iri, None) for kind in kinds)
    return (next(filter(None, among), None)
            or site.questions.names.find(name, location="parameter thing"))


def _kinds(site: Site) -> list[Term]:
    """The classes whose things can be compared, in the ontology's order."""
    found = {panel.of_class for question in _questions(site) for panel in question.panels}
    found |= {p.of_class for question in _questions(site) for p in question.parameters
              if p.many and p.of_class and not _others_required(question, p.name)}
    terms = [site.catalogue.term(iri) for iri in found if site.lookup.members(iri)]
    return sorted(terms, key=lambda term: (_order(site, term), term.label))


def _order(site: Site, term: Term) -> int:
    """A class's own place, or that of the nearest class above it."""
    return min((site.catalogue.term(iri).order
                for iri in (term.iri, *site.catalogue.above.get(term.iri, ()))), default=0)


def _kind(
    site: Site, kinds: Sequence[Term], wanted: str | None, iris: Sequence[str]
) -> Term | None:
    """The class that is compared: the one named, or that of the first thing, or the first."""
    if wanted:
        found = next((k for k in kinds if wanted in (k.iri, site.facet_name(k.iri))), None)
        if found is None:
            names = ", ".join(site.facet_name(kind.iri) for kind in kinds)
            raise HttpError(400, f"Things of `{wanted[:80]}` cannot be compared.",
                            hint=f"Choose one of: {names}.")
        return found
    classes = set(site.lookup.classes(iris[0])) if iris else set()
    fitting = [kind for kind in kinds if kind.iri in classes]
    fitting.sort(key=lambda kind: -len(site.catalogue.above.get(kind.iri, ())))
    return next(iter([*fitting, *(kinds if not iris else [])]), None)


def _questions(site: Site) -> list[Question]:
    return [question for question in site.questions.library if COMPARE in question.tags]


def _chosen(site: Site, kind: Term) -> list[Question]:
    """The questions by which things of a class are compared: those that the ontology names."""
    first = site.catalogue.comparisons([kind.iri, *site.catalogue.above.get(kind.iri, ())])
    known = {question.name: question for question in _questions(site)}
    return [known[name] for name in first if name in known] or list(known.values())


def _others_required(question: Question, name: str) -> bool:
    return any(p.required and p.name != name for p in question.parameters)


async def _comparisons(site: Site, kind: Term, iris: Sequence[str]) -> list[Comparison]:
    classes = {kind.iri, *site.catalogue.above.get(kind.iri, ())}
    alone: list[tuple[Question, str]] = []
    jointly: list[tuple[Question, str]] = []
    for question in _chosen(site, kind):
        many = next((p.name for p in question.parameters if p.many and p.of_class in classes
                     and not _others_required(question, p.name)), None)
        panel = next((p.parameter for p in question.panels if p.of_class in classes), None)
        if panel is not None:
            alone.append((question, panel))
        elif many is not None:
            jointly.append((question, many))
    asked: list[tuple[Question, Understood]] = []
    for question, name in jointly:
        asked.append((question, await site.questions.understand(question, {name: list(iris)})))
    for question, name in alone:
        asked += [(question, await site.questions.understand(question, {name: [iri]}))
                  for iri in iris]
    answers, _ = await ask_together(site.questions, site.serving.engine, asked, _ROWS)
    found = [_joint(grid_of(site, answer), iris) for answer in answers[:len(jointly)]]
    for place, (_question, _name) in enumerate(alone):
        start = len(jointly) + place * len(iris)
        mine = answers[start:start + len(iris)]
        found.append(_beside([grid_of(site, answer, about=iri)
                              for answer, iri in zip(mine, iris, strict=True)]))
    return [comparison for comparison in found if comparison and comparison.lines]


def _joint(grid: Grid, iris: Sequence[str]) -> Comparison | None:
    """An answer about several things at once, with a column for each of them."""
    at = next((index for index in range(len(grid.columns)) if grid.rows and all(
        _iri(row[index]) in iris for row in grid.rows)), None)
    if at is None or at == 0:
        return None
    lines: dict[Key, dict[str, list[tuple[Cell, ...]]]] = {}
    heads: dict[Key, Cell] = {}
    for row in grid.rows:
        key = tuple(cell.plain for cell in row[:at])
        heads[key] = row[at - 1]
        lines.setdefault(key, {}).setdefault(_iri(row[at]), []).append(
            tuple(without_words(cell) for cell in row[at + 1:] if cell))
    return Comparison(
        name=grid.name, title=grid.title, aligned=True, hidden=max(0, len(lines) - 2 * _SHOWN),
        queries=(grid.query,), lines=tuple(
            Line(_group(key), heads[key], tuple(tuple(told.get(iri, ())) for iri in iris))
            for key, told in list(lines.items())[:2 * _SHOWN]))


def _iri(cell: Cell) -> str:
    return (cell.link.iri or "") if cell.link else ""


def _group(key: Key) -> str:
    """What stands before the last part of a key, without the digits that only order it."""
    return " ".join(key[:-1]).lstrip("0123456789. ")


def _beside(grids: Sequence[Grid]) -> Comparison | None:
    """Answers about one thing each: row by row where they tell of the same, else as lists."""
    columns: list[dict[str, tuple[Cell, list[tuple[Cell, ...]]]]] = []
    for grid in grids:
        column: dict[str, tuple[Cell, list[tuple[Cell, ...]]]] = {}
        for row in grid.rows:
            head = next((cell for _, cell in grid.cells(row, "head")), None) or row[0]
            badges = tuple(cell for _, cell in grid.cells(row, "badge"))
            told = column.setdefault(head.plain, (head, []))[1]
            if badges and badges not in told:
                told.append(badges)
        columns.append(column)
    names = list(dict.fromkeys(name for column in columns for name in column))
    if not names:
        return None
    shared = {name: sum(name in column for column in columns) for name in names}
    first = grids[0]
    queries = tuple(grid.query for grid in grids)
    if max(shared.values()) == 1:
        lists = tuple(tuple((head,) for head, _ in list(column.values())[:_SHOWN])
                      for column in columns)
        hidden = sum(max(0, len(column) - _SHOWN) for column in columns)
        return Comparison(first.name, first.title, False, (Line("", Cell(), lists),), hidden,
                          queries)
    names.sort(key=lambda name: -shared[name])
    lines = []
    for name in names[:_SHOWN]:
        head = next(column[name][0] for column in columns if name in column)
        lines.append(Line("", head, tuple(
            tuple(column[name][1] or [(Cell(text="yes"),)]) if name in column else ()
            for column in columns)))
    return Comparison(first.name, first.title, True, tuple(lines), max(0, len(names) - _SHOWN),
                      queries)


def told(compare: Compare) -> dict[str, object]:
    """The comparison as JSON."""
    return {
        "things": [{"iri": link.iri, "label": link.text} for link in compare.things],
        "comparisons": [{
            "question": comparison.name, "title": comparison.title, "hidden": comparison.hidden,
            "rows": [{"group": line.group, "about": line.head.plain, "cells": [
                [" · ".join(cell.plain for cell in entry if cell.plain) for entry in cells]
                for cells in line.cells]} for line in comparison.lines],
        } for comparison in compare.comparisons],
        "query": query_string(("thing", name) for name in compare.chosen),
    }
