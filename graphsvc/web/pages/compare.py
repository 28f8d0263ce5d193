"""Comparing: two to four things of a class next to each other, by the questions made for it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.formats import CSV, XLSX, Format, csv_text, safe_cell
from graphsvc.index import NotOneThing, slug
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Question
from graphsvc.questions.sentence import in_words
from graphsvc.questions.sheet import plain_workbook
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import MOST_COMPARED, Link, PageContext, check_names, given_of
from graphsvc.web.pages.rendering import capital, query_string
from graphsvc.web.pages.table import Row, Table, table_of
from graphsvc.web.pages.terms import Term
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs
from graphsvc.words import slugged

_FEWEST, _NEAR = 2, 6
"""Things that are compared, at least, and names or pairs that are offered, at most."""
_ROWS, _ALL, _SHOWN = 1_000, 300, 10
"""Rows of an answer; lines that a page shows of a part that is chosen, and of others, which are
folded if they have more. Files have all."""
_FILES = {"csv": CSV, "xlsx": XLSX}


@dataclass(frozen=True)
class Line:
    """What is compared, with the entries of each thing."""

    head: Link
    cells: Sequence[Sequence[Row]]

    @property
    def differs(self) -> bool:
        """Whether the things do not all have the same here."""
        return len({tuple(sorted(map(_texts, cell))) for cell in self.cells}) > 1


@dataclass(frozen=True)
class Part:
    """Lines that come from one question. queries: those of its answers, as addresses have them."""

    title: str
    question: Question
    queries: Sequence[str]
    lines: Sequence[Line]

    @property
    def name(self) -> str:
        """As addresses have it."""
        return slugged(self.title)

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(line.differs for line in self.lines)

    @property
    def counts(self) -> bool:
        """Whether it says numbers, which come after what things have in common."""
        entries = [entry for line in self.lines for cell in line.cells for entry in cell if entry]
        return sum(entry[0].text[:1].isdigit() for entry in entries) * 2 > len(entries)


def _texts(entry: Iterable[Link]) -> tuple[str, ...]:
    return tuple(cell.text for cell in entry if cell.text)


async def compare_page(context: PageContext, pairs: Pairs) -> Response:
    """The comparison that an address asks for, as a page or, with `format`, as json, csv or xlsx.

    `thing` names what is compared, `class` what is offered; `part` chooses parts, and
    `differences` leaves out what is the same. Raises GraphsvcError for more things than fit,
    HttpError 404, UnknownName or AmbiguousName, and what the engine raises.
    """
    check_names("A comparison", pairs, "thing", "class", "part", "differences", "format")
    given, classes = given_of(pairs), comparable(context)
    names, chosen = given.get("thing", []), given.get("part", [])
    wanted, format = given.get("class", [""])[0], given.get("format", ["html"])[0]
    first = [term for term in classes if wanted in (term.iri, slug(term.iri))]
    if wanted and not first:
        raise HttpError(404, f"There is no class `{wanted[:80]}` whose things can be compared.",
                        hint=f"Choose one of: {', '.join(slug(term.iri) for term in classes)}.")
    found, problem, near = await _named(context, names, first + classes, format == "html")
    iris = list(dict.fromkeys(found.values()))
    if len(iris) > MOST_COMPARED:
        raise GraphsvcError(f"{len(iris)} things are too many to compare.",
                            hint=f"Name {_FEWEST} to {MOST_COMPARED}.")
    if format not in ("html", "json", *_FILES):
        raise HttpError(404, f"A comparison has no format `{format[:80]}`.",
                        hint="It has json, csv and xlsx.")
    class_ = next(iter(first or classes), None) if first or not iris else max(
        (term for term in classes if term.iri in context.index.classes(iris[0])), default=None,
        key=lambda term: len(context.terms.with_above(term.iri)))
    ready = class_ and len(iris) >= _FEWEST and not problem
    asked = await _ask(context, class_, iris) if class_ and ready else []
    gaps = await _gaps(context, asked, iris)
    only = given.get("differences", [""])[0] == "yes"

    def make() -> dict[str, Any]:
        labels = {name: context.label(iri) for name, iri in found.items()}
        every = sorted((part for answers in asked for part in parts_of(context, answers, iris)),
                       key=lambda part: part.counts)
        things = [("thing", context.curie(iri)) for iri in iris]

        def query_of(parts: Iterable[str] = (), only: bool = False) -> str:
            """This comparison with other choices, as an address has it."""
            return query_string([*things, *(("part", it) for it in parts),
                                 *[("differences", "yes")] * only])

        return {
            "classes": classes, "chosen_class": class_, "things": [*map(context.link, iris)],
            "offered": context.index.members(class_.iri) if class_ else (),
            # in the form by its label, unless that means another one too
            "names": [name if name not in found else labels[name] if class_ and context.meant(
                labels[name], class_.iri) == found[name] else context.curie(found[name])
                for name in names], "all": every, "ready": ready,
            "problem": problem and problem[0],
            "near": [(context.label(iri), _address(context, class_, [*iris, iri]))
                     for iri in near if class_],
            "pairs": _pairs(context, class_) if class_ and not every and len(iris) != 1 else [],
            "parts": [replace(part, lines=[line for line in part.lines if line.differs or not only])
                      for part in every if not chosen or part.name in chosen],
            "shown": _ALL if chosen else _SHOWN, "most": _SHOWN,
            "behind": [it for one in asked for it in one], "wanted": chosen, "only": only,
            "gaps": gaps, "query_of": query_of, "query": query_of(chosen, only)}

    if format == "json":
        return await context.json(lambda: _as_json(make()))
    if format in _FILES:
        return await run_in_threadpool(lambda: _file(context, make(), _FILES[format]))
    return await context.render("compare.html", make, problem[1].status if problem else 200)


async def _named(
    context: PageContext, names: Sequence[str], classes: Sequence[Term], offers: bool
) -> tuple[dict[str, str], tuple[str, NotOneThing] | None, list[str]]:
    """The things that names mean, first among those of classes; with offers, the first name that
    is not that of one thing and what may have been meant by it, else raises NotOneThing."""
    found: dict[str, str] = {}
    problem, offered = None, list[str]()
    for name in names:
        try:
            among = (context.meant(name, term.iri) for term in classes)
            found[name] = next(filter(None, among), None) or await context.find(name)
        except NotOneThing as error:
            if not offers:
                raise
            near = [iri for class_ in classes[:1] for iri in context.near(name, class_.iri, error)
                    if iri not in found.values()][:_NEAR]
            if len(near) == 1:
                found[name] = near[0]
            elif problem is None:
                problem, offered = (name, error), near
    return found, problem, offered


def _pairs(context: PageContext, class_: Term) -> list[tuple[str, str]]:
    """What the examples of questions set side by side, each with its address."""
    pairs: dict[str, str] = {}
    for question in _questions(context):
        for named in context.examples(question):
            iris = [iri for iri in named if iri and class_.iri in context.index.classes(iri)]
            if _FEWEST <= len(iris) <= MOST_COMPARED and len(iris) == len(named):
                pairs.setdefault(_address(context, class_, iris),
                                 in_words(map(context.label, iris)))
    return [(text, address) for address, text in pairs.items()][:_NEAR]


def _address(context: PageContext, class_: Term, iris: Sequence[str]) -> str:
    return "/compare?" + query_string(
        [("class", slug(class_.iri)), *(("thing", context.curie(iri)) for iri in iris)])


def _ways(question: Question) -> Iterator[tuple[str, str, bool]]:
    """How things can be compared by a question: their class, the parameter that takes them, and
    whether it takes them all at once."""
    for of_class, name in question.panel.items():
        yield of_class, name, False
    for p in question.parameters:
        if p.many and p.of_class and not any(
                q.required for q in question.parameters if q is not p):
            yield p.of_class, p.name, True


def comparable(context: PageContext) -> list[Term]:
    """The classes whose things can be compared, in the ontology's order: those for which it names
    questions, or else all that questions with the tag are for."""
    terms = context.terms
    found = {iri for iri, term in terms.terms.items() if term.is_class
             and term.first(DISPLAY.comparisons)}
    found = found or {way[0] for question in _questions(context) for way in _ways(question)}
    return sorted((terms.term(iri) for iri in found if iri in context.sizes), key=lambda term: (
        min(terms.term(iri).order for iri in terms.with_above(term.iri)), term.label))


def _questions(context: PageContext) -> list[Question]:
    return [question for question in context.questions.library if "compare" in question.tags]


async def _ask(context: PageContext, class_: Term, iris: Sequence[str]) -> list[list[Answer]]:
    """The answers of the questions by which things of a class are compared, in the order that the
    ontology names: each one answer about all the things, or one for each."""
    classes = context.terms.with_above(class_.iri)
    known = {question.name: question for question in _questions(context)}
    names = context.terms.names(classes, DISPLAY.comparisons)
    asked = []
    for question in [known[name] for name in names if name in known] or known.values():
        ways = [way for way in _ways(question) if way[0] in classes]
        for _, parameter, jointly in ways[:1]:
            things = [list(iris)] if jointly else [[iri] for iri in iris]
            asked.append(asyncio.gather(*(
                context.ask(question, {parameter: each}, _ROWS) for each in things)))
    return await asyncio.gather(*asked)


async def _gaps(
    context: PageContext, asked: Sequence[Sequence[Answer]], iris: Sequence[str]
) -> list[str]:
    """For each thing a sentence that says so where no answer has anything of it, else nothing."""
    joint = [answers[0] for answers in asked if len(answers) == 1]
    said = {term.value for answer in joint for row in answer.all_rows for term in row if term}
    said.update(iri for answers in asked if len(answers) > 1
                for iri, answer in zip(iris, answers, strict=True) if answer.all_rows)
    gaps = ["" for _ in iris]
    for at, iri in enumerate(iris if asked else ()):
        if iri not in said:
            question = joint[0].question if joint else asked[0][0].question
            name = next(p.name for p in question.parameters if p.of_class)
            alone = await context.ask(question, {name: [iri]}, 1)
            gaps[at] = alone.sentence or f"No document here says anything on {context.label(iri)}."
    return gaps


def parts_of(
    context: PageContext, answers: Sequence[Answer], iris: Sequence[str]
) -> list[Part]:
    """The parts of a comparison that the answers to one question give: one answer about all the
    things, or one about each."""
    if len(answers) == 1:
        return _jointly(table_of(context, answers[0]), iris)
    tables = [table_of(context, answer, about=iri)
              for answer, iri in zip(answers, iris, strict=True)]
    heads: dict[str, Link] = {}
    columns = [_column(table, heads) for table in tables]
    shared = Counter(key for column in columns for key in column)
    if not shared:
        return []
    entries = context.index.entries(head.iri for head in heads.values() if head.iri).values()
    title, *others = {context.terms.term(one.kind).plural for one in entries if one.kind} or {""}
    if others or not title:
        title = next((column.label for table in tables for column, role in zip(
            table.columns, table.roles, strict=True) if role == "head"), tables[0].question.title)
    lines = [Line(heads[key], [column.get(key, []) for column in columns])
             for key, _ in shared.most_common()]
    if max(shared.values()) == 1:
        lines = [Line(Link(), [[(heads[key], *(cell for cell in entries[0] if cell.cited))
                                for key, entries in column.items()] for column in columns])]
    return [Part(capital(title), tables[0].question, [table.query for table in tables], lines)]


def _jointly(table: Table, iris: Sequence[str]) -> list[Part]:
    """The parts of an answer about several things: a line for each of its columns where each thing
    has one row, else for what its rows are about, together by what comes first."""
    at = next((at for at in range(len(table.columns))
               if all(row[at].iri in iris for row in table.rows)), None)
    if at is None or not table.rows:
        return []
    grouped: dict[str, list[Line]] = defaultdict(list)
    if at == 0:
        found = {row[0].iri: row for row in table.rows}
        for place, column in list(enumerate(table.columns))[1:]:
            cells = [[(row[place],)] if (row := found.get(iri)) and row[place] else []
                     for iri in iris]
            if any(cells):
                grouped[table.columns[0].label].append(Line(Link(column.label), cells))
    about: dict[Row, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in table.rows if at else ():
        about[row[:at]][row[at].iri or ""].append(tuple(filter(None, row[at + 1:])))
    for head, entries in about.items():
        group = " ".join(cell.text for cell in head[:-1]).lstrip("0123456789. ")
        grouped[group].append(Line(head[-1], [entries.get(iri, []) for iri in iris]))
    return [Part(capital(group or table.question.title), table.question, [table.query], lines)
            for group, lines in grouped.items()]


def _column(table: Table, heads: dict[str, Link]) -> dict[str, list[Row]]:
    """An answer about one thing as a column: values that can be marked, then the evidence. What
    its rows are about is added to the heads."""
    column: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        head = next((cell for _, cell in table.cells(row, "head")), row[0])
        heads.setdefault(head.text, head)
        marked = [cell for cell in row if cell and cell is not head and (
            cell.tone or cell.rank is not None or cell.symbol)]
        counted = [Link(f"{cell.text} {at.label.lower()}") for at, cell
                   in zip(table.columns, row, strict=True) if at.type == "integer" and cell]
        entry = (*(marked or counted or [Link("yes")]), *(cell for cell in row if cell.cited))
        if _texts(entry) not in map(_texts, column[head.text]):
            column[head.text].append(entry)
    return column


def _as_json(page: dict[str, Any]) -> dict[str, object]:
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
        "query": page["query"]}


def _file(context: PageContext, page: dict[str, Any], format: Format) -> Response:
    """The comparison as a file for spreadsheets: a row for each line."""
    things: list[Link] = page["things"]
    heads = ["Part", "What is compared", *(
        text for it in things for text in (it.text, f"{it.text}: where it is said"))]
    rows = [[part.title, line.head.text, *(
        "\n".join(texts) for cell in line.cells for texts in (
            [" · ".join(_texts(entry)) for entry in cell],
            dict.fromkeys(str(it) for entry in cell for link in entry for it in link.cited)))]
        for part in page["parts"] for line in part.lines]
    if format is CSV:
        content = ("\ufeff" + csv_text([heads, *(map(safe_cell, row) for row in rows)])).encode()
    else:
        content = plain_workbook(heads, rows, [
            ("Comparison", " and ".join(thing.text for thing in things)),
            *(("Without data", gap) for gap in page["gaps"] if gap),
            ("Source", context.citation.of_part("", f"/compare?{page['query']}").text)])
    name = "-and-".join(slug(thing.iri or "") for thing in things) or "comparison"
    return Response(content, media_type=format.content_type, headers={
        "Content-Disposition": f'attachment; filename="{name[:120]}.{format.name}"'})
