"""Comparing: two to four things of a class next to each other, by the questions made for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.formats import CSV, XLSX, Format, csv_text, safe_cell
from graphsvc.index import NotOneThing, slug
from graphsvc.questions.answer import Answer
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.questions.sentence import in_words
from graphsvc.questions.sheet import plain_workbook
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.comparison import Part, as_json, as_table, parts_of
from graphsvc.web.pages.context import PageContext, check_names, first_of
from graphsvc.web.pages.rendering import query_string
from graphsvc.web.pages.table import query_of
from graphsvc.web.pages.terms import Term
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs

COMPARE = "compare"
"""The tag of questions by which things can be compared."""
_MOST, _FEWEST = 4, 2
_ROWS, _SHOWN = 1_000, 40
"""Rows of an answer, and lines of a part that a page shows; files have all."""
_FIRST = 20
"""Lines of a part that a page shows where no part is chosen."""
_LONG, _NEAR = 80, 6
"""Letters of an unknown name that are looked at, and names or pairs that are offered."""
_FILES = {"csv": CSV, "xlsx": XLSX}


async def compare_page(context: PageContext, pairs: Pairs) -> str | Response:
    """The comparison that an address asks for, as a page or, with `format`, as json, csv or xlsx.

    `thing` names what is compared, `class` what is offered; `part` chooses parts, and
    `differences` leaves out what is the same. Raises GraphsvcError for more things than fit,
    HttpError 404, UnknownName or AmbiguousName, and what the engine raises.
    """
    check_names("A comparison", pairs, "thing", "class", "part", "differences", "format")
    classes = comparable(context)
    names = [value for name, value in pairs if name == "thing" and value.strip()]
    wanted = first_of(pairs, "class")
    first = sorted(classes, key=lambda term: wanted not in (term.iri, slug(term.iri)))
    format = first_of(pairs, "format") or "html"
    found: dict[str, str] = {}
    problem, near = None, list[str]()
    for name in names:
        try:
            found[name] = await _find(context, name, first)
        except NotOneThing as error:
            if format != "html":
                raise
            meant = _near(context, first[:1], [*found.values()], name, error)
            if len(meant) == 1:
                found[name] = meant[0]
            elif problem is None:
                problem, near = (name, error), meant
    iris = list(dict.fromkeys(found.values()))
    if len(iris) > _MOST:
        raise GraphsvcError(f"{len(iris)} things are too many to compare.",
                            hint=f"Name {_FEWEST} to {_MOST}.")
    if format not in ("html", "json", *_FILES):
        raise HttpError(404, f"A comparison has no format `{format[:80]}`.",
                        hint="It has json, csv and xlsx.")
    chosen = _choose(context, classes, wanted, iris)
    ready = chosen and len(iris) >= _FEWEST and not problem
    asked = await _ask(context, chosen, iris) if chosen and ready else []
    gaps = await _gaps(context, asked, iris)
    chosen_parts = [value for name, value in pairs if name == "part" and value.strip()]
    only = first_of(pairs, "differences") == "yes"

    def make() -> dict[str, Any]:
        every = sorted((part for answers in asked for part in parts_of(context, answers, iris)),
                       key=lambda part: part.counts)
        shown = [part.differences() if only else part for part in every
                 if not chosen_parts or part.name in chosen_parts]
        most = _ROWS if format != "html" else _SHOWN if chosen_parts else _FIRST
        again = [("thing", context.curie(iri)) for iri in iris]
        again += [("part", name) for name in chosen_parts]
        return {
            "classes": classes, "chosen_class": chosen, "things": [*map(context.link, iris)],
            "offered": context.index.members(chosen.iri) if chosen else (),
            "names": [_name(context, found[name], chosen) if name in found else name
                      for name in names], "all": every, "ready": ready,
            "problem": problem and problem[0],
            "near": [(context.label(iri), _address(context, chosen, [*iris, iri]))
                     for iri in near if chosen],
            "pairs": [] if iris else _pairs(context, chosen),
            "parts": [part.first(most) for part in shown],
            "behind": [(answer, query_of(context, answer)) for answers in asked
                       for answer in answers],
            "wanted": chosen_parts, "only": only, "gaps": [gaps.get(iri, "") for iri in iris],
            "query": query_string(again + [("differences", "yes")] * only)}

    if format == "json":
        return await context.json(lambda: as_json(make()))
    if format in _FILES:
        return await run_in_threadpool(lambda: _file(context, make(), _FILES[format]))
    page = await context.render("compare.html", make)
    return HTMLResponse(page, problem[1].status) if problem else page


def _near(
    context: PageContext, classes: Sequence[Term], iris: Sequence[str], name: str,
    error: NotOneThing,
) -> list[str]:
    """The IRIs of things of some classes that may have been meant by a name of none."""
    found = [one.iri for one in error.named]
    for class_ in classes:
        found += [iri for iri, _ in context.index.names.near(
            name[:_LONG], partial(context.index.fits, of_class=class_.iri, scheme=None))]
        found += [entry.iri for entry in context.index.members(class_.iri)
                  if (entry.label or "").casefold().startswith(name.strip().casefold())]
    return [iri for iri in dict.fromkeys(found) if iri not in iris
            and any(class_.iri in context.index.classes(iri) for class_ in classes)][:_NEAR]


def _pairs(context: PageContext, class_: Term | None) -> list[tuple[str, str]]:
    """What the examples of questions set side by side, each with its address."""
    pairs: dict[str, str] = {}
    if class_ is None:
        return []
    for question in _questions(context):
        for example in question.examples:
            for p in question.parameters:
                named = [context.meant(text, p.of_class) for text in example.values.get(p.name, ())]
                iris = [iri for iri in named
                        if iri and class_.iri in context.index.classes(iri)]
                if _FEWEST <= len(iris) <= _MOST and len(iris) == len(named):
                    names = [context.label(iri) for iri in iris]
                    pairs.setdefault(_address(context, class_, iris), in_words(names))
    return [(text, address) for address, text in pairs.items()][:_NEAR]


def _address(context: PageContext, class_: Term, iris: Sequence[str]) -> str:
    return "/compare?" + query_string(
        [("class", slug(class_.iri)), *(("thing", context.curie(iri)) for iri in iris)])


async def _find(context: PageContext, name: str, classes: Sequence[Term]) -> str:
    """The IRI that a name means, first among things that can be compared."""
    among = (context.meant(name, term.iri) for term in classes)
    return next(filter(None, among), None) or await context.find(name)


def _name(context: PageContext, iri: str, class_: Term | None) -> str:
    """How a thing is named in the form: by its label, unless that means another one too."""
    label = context.label(iri)
    return label if class_ and context.meant(label, class_.iri) == iri else context.curie(iri)


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
    return [question for question in context.questions.library if COMPARE in question.tags]


def _choose(
    context: PageContext, classes: Sequence[Term], wanted: str | None, iris: Sequence[str]
) -> Term | None:
    """The class that is compared: the one named, or that of the first thing, or the first."""
    if wanted:
        for term in classes:
            if wanted in (term.iri, slug(term.iri)):
                return term
        raise HttpError(404, f"There is no class `{wanted[:80]}` whose things can be compared.",
                        hint=f"Choose one of: {', '.join(slug(term.iri) for term in classes)}.")
    if not iris:
        return next(iter(classes), None)
    of_first = context.index.classes(iris[0])
    return max((term for term in classes if term.iri in of_first), default=None,
               key=lambda term: len(context.terms.with_above(term.iri)))


async def _ask(context: PageContext, class_: Term, iris: Sequence[str]) -> list[list[Answer]]:
    """The answers of the questions by which things of a class are compared, in the order that the
    ontology names: each one answer about all the things, or one for each."""
    classes = context.terms.with_above(class_.iri)
    known = {question.name: question for question in _questions(context)}
    names = context.terms.names(classes, DISPLAY.comparisons)
    plan: list[list[tuple[Question, Given]]] = []
    for question in [known[name] for name in names if name in known] or known.values():
        for of_class, parameter, jointly in _ways(question):
            if of_class in classes:
                things = [list(iris)] if jointly else [[iri] for iri in iris]
                plan.append([(question, {parameter: each}) for each in things])
                break
    return await asyncio.gather(*(
        asyncio.gather(*(context.ask(question, given, _ROWS) for question, given in each))
        for each in plan))


async def _gaps(
    context: PageContext, asked: Sequence[Sequence[Answer]], iris: Sequence[str]
) -> dict[str, str]:
    """The things of which no answer has anything, each with a sentence that says so."""
    said = {iri for answers in asked if len(answers) > 1
            for iri, answer in zip(iris, answers, strict=True) if answer.all_rows}
    joint = [answers[0] for answers in asked if len(answers) == 1]
    said |= {term.value for answer in joint for row in answer.all_rows for term in row if term}
    gaps = {}
    for iri in iris if asked else ():
        if iri not in said:
            question = joint[0].question if joint else asked[0][0].question
            name = next(p.name for p in question.parameters if p.of_class)
            alone = await context.ask(question, {name: [iri]}, 1)
            gaps[iri] = alone.sentence or f"No document here says anything on {context.label(iri)}."
    return gaps


def _file(context: PageContext, page: dict[str, Any], format: Format) -> Response:
    """The comparison as a file for spreadsheets."""
    parts: list[Part] = page["parts"]
    heads, rows = as_table(page["things"], parts)
    name = "-and-".join(slug(thing.iri or "") for thing in page["things"]) or "comparison"
    if format is CSV:
        content = ("\ufeff" + csv_text([heads, *(map(safe_cell, row) for row in rows)])).encode()
    else:
        content = plain_workbook(heads, rows, [
            ("Comparison", " and ".join(thing.text for thing in page["things"])),
            *(("Without data", gap) for gap in page["gaps"] if gap),
            ("Source", context.citation.text)])
    return Response(content, media_type=format.content_type, headers={
        "Content-Disposition": f'attachment; filename="{name[:120]}.{format.name}"'})
