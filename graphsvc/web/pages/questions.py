"""The questions: the library by subject, each as a form, and its answer as table and drawings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.web.pages.context import PageContext, first_of
from graphsvc.web.pages.files import Views, address_of, png_file, svg_file
from graphsvc.web.pages.filters import chips, fields_of
from graphsvc.web.pages.rendering import show_date
from graphsvc.web.pages.table import table_of
from graphsvc.web.request import Pairs, given_of

_ROWS, _ALL = 200, 10_000
_HINTS = ("start", "compare", "timeline")
"""Tags that say what pages do with a question, not what it is about."""
_NAMES = {"grid": "Grid", "time": "Time line", "table": "Table", "chart": "Chart", "map": "Map",
          "sources": "Sources"}
"""What the views of an answer are called."""
FILES = {"svg": "image/svg+xml", "png": "image/png", "bib": "application/x-bibtex",
         "ris": "application/x-research-info-systems"}
"""The media types of what one takes away from the page of a question, by ending."""
_GENERAL = ("after", "limit", "format", "view", "sort")


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
    page = {"question": question, "fields": fields, "error": None, "given": given, "table": None}
    if given or not any(p.required for p in question.parameters):
        try:
            made = await _answered(context, question, given, pairs, base)
            shown, more = chips(question, fields, given)
            page |= {"chips": shown, "more": more}
            return await context.render("question.html", lambda: page | made())
        except GraphsvcError as problem:
            if not (problem.location or "").startswith("parameter"):
                raise
            page["error"] = problem
    return await context.render("question.html", lambda: page)


async def embedded_page(context: PageContext, name: str, pairs: Pairs, base: str) -> str:
    """A view of an answer without all around it, for the pages of others.

    Raises UnknownQuestion, and what understanding and asking raise.
    """
    question = context.questions.library.get(name)
    given = given_of([pair for pair in pairs if pair[0] not in _GENERAL])
    made = await _answered(context, question, given, pairs, base)
    return await context.render("embed.html", made)


async def _answered(
    context: PageContext, question: Question, given: Given, pairs: Pairs, base: str
) -> Callable[[], dict[str, Any]]:
    """An answer, and how to make what its frame shows of it. Raises what understanding and asking
    raise."""
    understood = await context.questions.understand(question, given)
    answer = await context.questions.ask(
        question, understood, limit=_ROWS, after=first_of(pairs, "after"))
    full = await context.questions.ask(question, understood, limit=_ALL)

    def make() -> dict[str, Any]:
        table = every = table_of(context, answer)
        if answer.after or answer.rows != full.rows:
            every = table_of(context, full)
        drawings, sort = Views.of(context, every), first_of(pairs, "sort")
        if sort:
            table = replace(every.ordered(sort), answer=answer)
            table = replace(table, rows=table.rows[:_ROWS])
        views = {"grid": drawings.drawn.get("grid"), "time": table.years, "table": table.rows,
                 "chart": "chart" in drawings.drawn, "map": "map" in drawings.drawn,
                 "sources": answer.silence}
        shown = [name for name, drawing in views.items() if drawing]
        view = next((name for name in shown if name == first_of(pairs, "view")), shown[0])
        query = f"{table.query}{'&' if table.query else ''}view={view}"
        return {
            "table": table, "views": {name: views[name] for name in shown}, "names": _NAMES,
            "drawings": drawings, "view": view, "sort": sort,
            "address": address_of(table, base),
            "embedded": f"{base}/embed/{quote(question.name)}?{query}",
            "citation": context.citation.of_answer(answer.heading, address_of(table, base)),
            "built": show_date(context.citation.built.isoformat())}

    return make


async def question_file(
    context: PageContext, name: str, ending: str, pairs: Pairs, base: str
) -> Response:
    """A picture of an answer (`view` says of what) or its citation. base: where the service is.

    Raises UnknownQuestion, NotDrawn, and what understanding and asking raise.
    """
    question = context.questions.library.get(name)
    given = given_of([pair for pair in pairs if pair[0] not in _GENERAL])
    answer = await context.questions.ask(
        question, await context.questions.understand(question, given), limit=_ALL)
    view = first_of(pairs, "view") or "chart"

    def make() -> str | bytes:
        table = table_of(context, answer)
        if ending in ("bib", "ris"):
            citation = context.citation.of_answer(answer.heading, address_of(table, base))
            return citation.ris if ending == "ris" else citation.bibtex
        svg = svg_file(context, table, Views.of(context, table), view, base)
        return svg if ending == "svg" else png_file(svg)

    return Response(await run_in_threadpool(make), media_type=FILES[ending], headers={
        "Content-Disposition": f'inline; filename="{name}-{view}.{ending}"'})
