"""The questions: the library by subject, each as a form, and its answer as table and drawings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import Entry
from graphsvc.questions.parameters import Choice, Given
from graphsvc.questions.question import Parameter, Question
from graphsvc.questions.values import limits
from graphsvc.vocabulary import SKOS
from graphsvc.web.pages.context import PageContext, first_of
from graphsvc.web.pages.files import Views, png_file, svg_file
from graphsvc.web.pages.rendering import MEDIA_TYPES
from graphsvc.web.pages.table import table_of
from graphsvc.web.request import Pairs, given_of

_ROWS, _ALL = 200, 10_000
_MOST_OPTIONS = 400
_HINTS = ("start", "compare", "timeline")
"""Tags that say what pages do with a question, not what it is about."""
_GENERAL = ("after", "limit", "format", "view")


async def questions_page(context: PageContext, pairs: Pairs) -> str:
    """The library: each question below its first tag that is a subject."""
    def make() -> dict[str, list[Question]]:
        grouped: dict[str, list[Question]] = defaultdict(list)
        for question in context.questions.library:
            tag = next((tag for tag in question.tags if tag not in _HINTS), "other")
            grouped[tag].append(question)
        return dict(sorted(grouped.items()))

    return await context.render("questions.html", make)


async def question_page(context: PageContext, name: str, pairs: Pairs, base: str) -> str:
    """The page of a question, asked as soon as all that it requires is given. base: where the
    service is, as answers are linked to.

    Raises UnknownQuestion, and what the engine raises; what is wrong with a value is shown in the
    page.
    """
    question = context.questions.library.get(name)
    given = given_of([pair for pair in pairs if pair[0] not in _GENERAL])
    fields = await fields_of(context, question, given)
    answer, whole, error = None, None, None
    if given or not any(p.required for p in question.parameters):
        try:
            understood = await context.questions.understand(question, given)
            answer = await context.questions.ask(
                question, understood, limit=_ROWS, after=first_of(pairs, "after"))
            whole = await context.questions.ask(question, understood, limit=_ALL)
        except GraphsvcError as problem:
            if not (problem.location or "").startswith("parameter"):
                raise
            error = problem

    def make() -> dict[str, Any]:
        page = {"question": question, "fields": fields, "error": error, "given": given}
        if answer is None or whole is None:
            return {**page, "table": None}
        table = table_of(context, answer)
        drawings = Views.of(context, table_of(context, whole) if answer.after else table)
        views = {"grid": drawings.drawn.get("grid"), "time": table.years, "table": table.rows,
                 "chart": "chart" in drawings.drawn, "map": "map" in drawings.drawn,
                 "sources": answer.silence}
        shown = [name for name, drawing in views.items() if drawing]
        wanted = first_of(pairs, "view")
        view = wanted if wanted in shown else shown[0]
        return {
            **page, "table": table, "views": {name: views[name] for name in shown},
            "drawings": drawings, "view": view,
            "address": f"{base}/questions/{quote(name)}{'?' if table.query else ''}{table.query}",
            "chips": _chips(context, question, given)}

    return await context.render("question.html", make)


async def question_file(
    context: PageContext, name: str, ending: str, pairs: Pairs, base: str
) -> Response:
    """A picture of an answer: `view` says of what. base: where the service is.

    Raises UnknownQuestion, NotDrawn, and what understanding and asking raise.
    """
    question = context.questions.library.get(name)
    given = given_of([pair for pair in pairs if pair[0] not in _GENERAL])
    answer = await context.questions.ask(
        question, await context.questions.understand(question, given), limit=_ALL)
    view = first_of(pairs, "view") or "chart"

    def make() -> str | bytes:
        table = table_of(context, answer)
        svg = svg_file(context, table, Views.of(context, table), view, base)
        return svg if ending == "svg" else png_file(svg)

    return Response(await run_in_threadpool(make), media_type=MEDIA_TYPES[f".{ending}"], headers={
        "Content-Disposition": f'inline; filename="{name}-{view}.{ending}"'})


def _chips(context: PageContext, question: Question, given: Given) -> list[dict[str, Any]]:
    """What was given, for people, each with the parameters that remain without it; None where the
    question needs it."""
    chips = []
    for parameter in question.parameters:
        values = given.get(parameter.name, ())
        shown = [_chip(context, parameter, value) for value in values]
        rest = {name: its for name, its in given.items() if name != parameter.name}
        if shown:
            chips.append({"label": parameter.label, "values": shown,
                          "rest": rest if parameter.optional or parameter.default else None})
    return chips


def _chip(context: PageContext, parameter: Parameter, value: str) -> str:
    """One value as people write it."""
    if parameter.type == "boolean":
        return {"true": "yes", "false": "no"}.get(value, value)
    meant = context.meant(value, parameter.of_class, parameter.scheme) \
        if parameter.type == "iri" else None
    return context.label(meant) if meant else value


async def fields_of(
    context: PageContext, question: Question | None, given: Given
) -> list[dict[str, Any]]:
    """The parts of a question's form, with what was given filled in: pick-lists where there are
    options, each a value with its label and whether it is chosen, else inputs.

    Raises what the engine raises.
    """
    parameters = question.parameters if question else ()
    choices = [await context.questions.choices(p) if p.type == "choice" else ()
               for p in parameters]
    return await run_in_threadpool(lambda: [
        _field(context, parameter, given.get(parameter.name) or parameter.default, offered)
        for parameter, offered in zip(parameters, choices, strict=True)])


def _field(
    context: PageContext, parameter: Parameter, values: Sequence[str], choices: Sequence[Choice]
) -> dict[str, Any]:
    low, high = limits(parameter)
    options: list[tuple[str, str, bool]] = []
    match parameter.type:
        case "choice":
            chosen = {value.casefold() for value in values}
            options = [(choice.value.value, choice.label, bool(
                chosen & {choice.value.value.casefold(), choice.label.casefold()}))
                for choice in choices]
        case "boolean":
            options = [(value, label, value in values)
                       for value, label in (("true", "yes"), ("false", "no"))]
        case "iri":
            meant = {context.meant(value, parameter.of_class, parameter.scheme)
                     for value in values}
            options = [(context.curie(entry.iri), entry.label or entry.iri, entry.iri in meant)
                       for entry in _members(context, parameter)]
    return {"parameter": parameter, "given": values, "low": low, "high": high,
            "options": options if len(options) <= _MOST_OPTIONS else []}


def _members(context: PageContext, parameter: Parameter) -> list[Entry]:
    """The things of a parameter's class, of its scheme or of both, by label; none where it has
    neither."""
    scheme, members = parameter.scheme, context.index.members
    inside = members(scheme, str(SKOS.inScheme)) if scheme else []
    if parameter.of_class is None:
        return inside
    found, allowed = members(parameter.of_class), set(inside)
    return [entry for entry in found if entry in allowed] if scheme else found
