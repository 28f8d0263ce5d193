"""The questions: the library by subject, each as a form, and its answer as table and drawings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.picture import as_png
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.web.pages.context import PageContext, first_of, given_of
from graphsvc.web.pages.figure import Drawings, svg_file
from graphsvc.web.pages.filters import chips, fields_of
from graphsvc.web.pages.rendering import show_date
from graphsvc.web.pages.table import table_of
from graphsvc.web.request import Pairs
from graphsvc.web.responses import EMBEDDED

_ROWS, _ALL = 200, 10_000
_SHARP = 2
"""Pixels of a PNG for each of the SVG."""
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


async def question_page(context: PageContext, name: str, pairs: Pairs, base: str) -> Response:
    """The page of a question, asked as soon as all that it requires is given; with one of FILES as
    its ending, a picture of the answer or its citation. base: where the service is, as answers are
    linked to.

    Raises UnknownQuestion, NotDrawn, and what the engine raises; what is wrong with a value is
    shown in the page.
    """
    stem, _, ending = name.partition(".")
    if ending in FILES:
        return await _file(context, stem, ending, pairs, base)
    question = context.questions.library.get(name)
    given = _given(pairs)
    fields = await fields_of(context, question, given)
    page = {"question": question, "fields": fields, "error": None, "given": given, "table": None}
    if given or not any(p.required for p in question.parameters):
        try:
            made = await _answered(context, question, given, pairs, base)
            shown, more = chips(question, fields, given)
            page |= {"chips": shown, "more": more}
            return HTMLResponse(
                await context.render("question.html", lambda: page | made()))
        except GraphsvcError as problem:
            if not (problem.location or "").startswith("parameter"):
                raise
            page["error"] = problem
    return HTMLResponse(await context.render("question.html", lambda: page))


async def embedded_page(context: PageContext, name: str, pairs: Pairs, base: str) -> Response:
    """A view of an answer without all around it, for the pages of others.

    Raises UnknownQuestion, and what understanding and asking raise.
    """
    question = context.questions.library.get(name)
    given = _given(pairs)
    made = await _answered(context, question, given, pairs, base)
    return HTMLResponse(await context.render("embed.html", made),
                        headers={"Content-Security-Policy": EMBEDDED.decode()})


def _given(pairs: Pairs) -> Given:
    """What a question is asked with."""
    return given_of([pair for pair in pairs if pair[0] not in _GENERAL])


async def _answered(
    context: PageContext, question: Question, given: Given, pairs: Pairs, base: str
) -> Callable[[], dict[str, Any]]:
    """An answer, and how to make what its frame shows of it. Raises what understanding and asking
    raise."""
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
        views = {"grid": drawings.drawn.get("grid"), "time": table.years, "table": table.rows,
                 "chart": "chart" in drawings.drawn, "map": "map" in drawings.drawn,
                 "sources": answer.silence}
        shown = [name for name, drawing in views.items() if drawing]
        view = next((name for name in shown if name == first_of(pairs, "view")), shown[0])
        query = f"{table.query}{'&' if table.query else ''}view={view}"
        return {
            "table": table, "views": {name: views[name] for name in shown}, "names": _NAMES,
            "drawings": drawings, "view": view, "sort": sort,
            "address": base + table.path,
            "embedded": f"{base}/embed/{quote(question.name)}?{query}",
            "citation": context.citation.of_answer(answer.heading, base + table.path),
            "built": show_date(context.citation.built.isoformat())}

    return make


async def _file(
    context: PageContext, name: str, ending: str, pairs: Pairs, base: str
) -> Response:
    """A picture of an answer (`view` says of what) or its citation. Raises as `question_page`."""
    question = context.questions.library.get(name)
    given = _given(pairs)
    answer = await context.questions.ask(
        question, await context.questions.understand(question, given), limit=_ALL)
    view, citation = first_of(pairs, "view") or "chart", context.citation

    def make() -> str | bytes:
        table = table_of(context, answer)
        address = base + table.path
        if ending in ("bib", "ris"):
            cited = citation.of_answer(answer.heading, address)
            return cited.ris if ending == "ris" else cited.bibtex
        svg = svg_file(
            Drawings.of(context, table).drawing(view), answer.heading, answer.sentence or "", (
                f"Source: {citation.title}, release {citation.release} of "
                f"{show_date(citation.built.isoformat())}. Licence: {citation.terms}.", address),
            base)
        return svg if ending == "svg" else as_png(svg, _SHARP)

    return Response(await run_in_threadpool(make), media_type=FILES[ending], headers={
        "Content-Disposition": f'inline; filename="{name}-{view}.{ending}"'})
