"""The questions: the library by subject, each as a form, and its answer as table and drawings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from graphsvc.dates import show_date
from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import Entry
from graphsvc.graphs.picture import as_png
from graphsvc.index import NotOneThing
from graphsvc.questions.output import stem
from graphsvc.questions.parameters import Choice, Given
from graphsvc.questions.question import ANY, Parameter, Question
from graphsvc.questions.values import limits
from graphsvc.vocabulary import SKOS
from graphsvc.web.pages.context import PageContext, first_of, given_of
from graphsvc.web.pages.drawings import Drawings, cards
from graphsvc.web.pages.figure import svg_file
from graphsvc.web.pages.rendering import query_string
from graphsvc.web.pages.table import table_of
from graphsvc.web.request import Pairs
from graphsvc.web.responses import EMBEDDED

_ROWS, _ALL = 100, 10_000
_SHARP = 2
"""Pixels of a PNG for each of the SVG."""
_MOST_OPTIONS = 12
"""Options that a list shows at once; where there are more, one types and chooses."""
_NAMES = {"cards": "Cards", "grid": "Grid", "time": "Time line", "table": "Table", "chart": "Chart",
          "map": "Map", "sources": "Sources"}
"""What the views of an answer are called."""
FILES = {"svg": "image/svg+xml", "png": "image/png", "bib": "application/x-bibtex",
         "ris": "application/x-research-info-systems"}
"""The media types of what one takes away from the page of a question, by ending."""
_GENERAL = ("after", "limit", "format", "view", "sort")


@dataclass(frozen=True)
class Field:
    """A part of a form. given, options: values with their labels and whether they are chosen;
    of_class: IRI of the class whose names are suggested; low, high: the limits of values."""

    parameter: Parameter
    given: tuple[tuple[str, str, bool], ...]
    options: tuple[tuple[str, str, bool], ...]
    of_class: str | None
    low: str | None
    high: str | None


async def questions_page(context: PageContext, pairs: Pairs) -> Response:
    """The library by subject."""
    return await context.render("questions.html", lambda: context.questions.library.folders)


async def question_page(context: PageContext, name: str, pairs: Pairs, base: str) -> Response:
    """The page of a question, asked as soon as all that it requires is given; with one of FILES as
    its ending, a picture of the answer or its citation. base: where the service is, as answers are
    linked to.

    Raises UnknownQuestion, NotDrawn, and what the engine raises; what is wrong with a value is
    shown in the page.
    """
    of_file, _, ending = name.partition(".")
    if ending in FILES:
        return await _file(context, of_file, ending, pairs, base)
    question, given = context.questions.library.get(name), _given(pairs)
    fields = await fields_of(context, question, given)
    page = {"question": question, "fields": fields, "error": None, "given": given, "table": None}
    if given or not any(p.required for p in question.parameters):
        try:
            made = await _answered(context, question, given, pairs, base)
            page |= {"chips": _chips(question, fields, given),
                     "more": [field for field in fields if not field.given]}
            return await context.render("question.html", lambda: page | made())
        except GraphsvcError as problem:
            if not (problem.location or "").startswith("parameter"):
                raise
            page["error"] = problem
            page["near"] = _meant(context, problem, given)
    return await context.render("question.html", lambda: page)


def _meant(context: PageContext, problem: GraphsvcError, given: Given) -> list[tuple[str, str]]:
    """The things that a wrong name may be meant for, each with what the question is then asked
    with, as an address has it."""
    name = (problem.location or "").removeprefix("parameter ")
    return [(one.label, query_string({**given, name: [context.curie(one.iri)]}))
            for one in problem.named] if isinstance(problem, NotOneThing) else []


async def embedded_page(context: PageContext, name: str, pairs: Pairs, base: str) -> Response:
    """A view of an answer without all around it, for the pages of others.

    Raises UnknownQuestion, and what understanding and asking raise.
    """
    question = context.questions.library.get(name)
    made = await _answered(context, question, _given(pairs), pairs, base)
    return await context.render(
        "embed.html", made, headers={"Content-Security-Policy": EMBEDDED.decode()})


def _given(pairs: Pairs) -> dict[str, list[str]]:
    """What a question is asked with."""
    return given_of([pair for pair in pairs if pair[0] not in _GENERAL])


async def _answered(
    context: PageContext, question: Question, given: Given, pairs: Pairs, base: str
) -> Callable[[], dict[str, Any]]:
    """An answer, and how to make what its frame shows of it. Raises what understanding and asking
    raise, and GraphsvcError for a column that it has not."""
    understood = await context.questions.understand(question, given)
    answer = await context.questions.ask(
        question, understood, limit=_ROWS, after=first_of(pairs, "after"))

    def make() -> dict[str, Any]:
        table = every = table_of(context, answer)
        if len(answer.rows) < len(answer.all_rows):
            every = table_of(context, replace(answer, rows=answer.all_rows[:_ALL]))
        drawings, sort = Drawings.of(context, every), first_of(pairs, "sort")
        if sort:
            table = replace(every.ordered(sort), answer=answer)
            table = replace(table, rows=table.rows[:_ROWS])
        views = {"cards": cards(every), "grid": drawings.drawn.get("grid"),
                 "time": table.years, "table": table.rows, "chart": "chart" in drawings.drawn,
                 "map": "map" in drawings.drawn, "sources": answer.silence}
        first = ["chart"] if question.chart and question.chart.order == "answer" else []
        shown = [name for name in dict.fromkeys([*first, *views]) if views[name]]
        view = next((name for name in shown if name == first_of(pairs, "view")), shown[0])
        query = f"{table.query}{'&' if table.query else ''}view={view}"
        return {
            "table": table, "stem": stem(answer), "names": _NAMES,
            "views": {name: views[name] for name in shown}, "given": given,
            "drawings": drawings, "view": view, "sort": sort, "address": base + table.path,
            "embedded": f"{base}/embed/{quote(question.name)}?{query}",
            "citation": context.citation.of_part(answer.heading, table.path)}

    return make


async def _file(
    context: PageContext, name: str, ending: str, pairs: Pairs, base: str
) -> Response:
    """A picture of an answer (`view` says of what) or its citation. Raises as `question_page`."""
    question = context.questions.library.get(name)
    understood = await context.questions.understand(question, _given(pairs))
    answer = await context.questions.ask(question, understood, limit=_ALL)
    view = first_of(pairs, "view") or "chart"

    def make() -> str | bytes:
        table = table_of(context, answer)
        cited = context.citation.of_part(answer.heading, table.path)
        if ending in ("bib", "ris"):
            return cited.ris if ending == "ris" else cited.bibtex
        svg = svg_file(
            Drawings.of(context, table).drawing(view), answer.heading, answer.sentence or "", (
                f"Source: {cited.title}, release {cited.release} of "
                f"{show_date(cited.built.isoformat())}. Licence: {cited.terms}.", cited.address),
            base)
        return svg if ending == "svg" else as_png(svg, _SHARP)

    return Response(await run_in_threadpool(make), media_type=FILES[ending], headers={
        "Content-Disposition": f'inline; filename="{stem(answer)}.{ending}"'})


# -- forms -------------------------------------------------------------------------------------


def _chips(
    question: Question, fields: Sequence[Field], given: Given
) -> list[tuple[Field, dict[str, list[str]] | None]]:
    """What a question was asked with: each with all else, as an address has it without this one,
    or None where the question needs it."""
    chips = []
    for field in fields:
        name, parameter = field.parameter.name, field.parameter
        rest = {other: list(its) for other, its in given.items() if other != name}
        by_default = name not in given
        if by_default and question.can_drop(parameter):
            rest[name] = [ANY]
        fixed = parameter.required or by_default and name not in rest
        if field.given:
            chips.append((field, None if fixed else rest))
    return chips


async def fields_of(
    context: PageContext, question: Question | None, given: Given
) -> list[Field]:
    """The parts of a question's form, with what was given filled in. Raises what the engine
    raises."""
    parameters = question.parameters if question else ()
    choices = [await context.questions.choices(p) if p.type == "choice" else ()
               for p in parameters]
    return await run_in_threadpool(lambda: [
        _field(context, parameter, given.get(parameter.name) or parameter.default, offered)
        for parameter, offered in zip(parameters, choices, strict=True)])


def _field(
    context: PageContext, parameter: Parameter, values: Sequence[str], choices: Sequence[Choice]
) -> Field:
    values = [value for value in values if value != ANY or not parameter.default]
    options: list[tuple[str, str]] = []
    of_class, labels = None, dict[str, str]()
    match parameter.type:
        case "choice":
            options = [(choice.value.value, choice.label) for choice in choices]
            names = {name.casefold(): value for value, label in options for name in (value, label)}
            values = [names.get(value.casefold(), value) for value in values]
        case "boolean":
            options = [("true", "yes"), ("false", "no")]
        case "iri":
            meant = [(context.meant(value, parameter.of_class, parameter.scheme), value)
                     for value in values]
            # what names nothing is not ticked among many, and stays to be corrected alone
            found = [iri or value for iri, value in meant if iri or not parameter.many]
            values = [context.curie(iri) for iri in found]
            labels = dict(zip(values, map(context.label, found), strict=True))
            members = _members(context, parameter)
            of_class = parameter.of_class or next((entry.kind for entry in members), None)
            if len(members) <= _MOST_OPTIONS:
                options = [(context.curie(entry.iri), entry.label or entry.iri)
                           for entry in members]
    labels = dict(options) | labels
    return Field(parameter, tuple((value, labels.get(value, value), True) for value in values),
                 tuple((*option, option[0] in values) for option in options), of_class,
                 *limits(parameter))


def _members(context: PageContext, parameter: Parameter) -> list[Entry]:
    """The things of a parameter's class, of its scheme or of both, by label; none where it has
    neither."""
    scheme, members = parameter.scheme, context.index.members
    inside = members(scheme, str(SKOS.inScheme)) if scheme else []
    if parameter.of_class is None:
        return inside
    found, allowed = members(parameter.of_class), set(inside)
    return [entry for entry in found if entry in allowed] if scheme else found
