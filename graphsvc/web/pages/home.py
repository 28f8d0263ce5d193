"""The first page: what to ask, a grid of the data, its documents, and a map."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from graphsvc.questions.answer import Answer
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import PageContext, first_of, given_of
from graphsvc.web.pages.drawings import Drawings, matrix
from graphsvc.web.pages.questions import fields_of
from graphsvc.web.pages.table import table_of
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs

_ROWS = 1_000
_MOST_STARTS, _MOST_GRID_ROWS = 9, 14


async def home_page(context: PageContext, pairs: Pairs) -> Response:
    """The first page. `map` names the question that shades the map, others are its parameters.

    Raises HttpError 404 for a map that there is not, and what asking raises.
    """
    first = context.said.names(DISPLAY.questions)
    library = sorted(context.questions.library, key=lambda question: (
        first.index(question.name) if question.name in first else len(first)))
    drawable, wanted = [q for q in library if q.map and q.map.shade], first_of(pairs, "map")
    maps = [q for q in drawable if q.map and q.map.called]
    shown = next((q for q in (drawable if wanted else maps) if wanted in (None, q.name)), None)
    if wanted and shown is None:
        raise HttpError(404, f"There is no map called `{wanted[:80]}`.",
                        hint=f"Choose one of: {', '.join(q.name for q in maps) or 'none'}.")
    given = given_of([pair for pair in pairs if pair[0] != "map"])
    needed = {p.name for p in shown.parameters if p.required or shown.map and p.name == shown.map.by
              } if shown else set()
    for example in shown.examples if shown else ():
        if needed <= example.values.keys():
            given = {name: list(example.values[name]) for name in needed} | given
            break
    covering, _ = context.questions.library.covering
    crossing = next((q for q in library if q.matrix and q.matrix.tone), None)

    async def ask(question: Question | None, given: Given) -> Answer | None:
        return await context.ask(question, given, _ROWS) if question else None

    async def answer(question: Question | None, given: Given) -> Answer | None:
        """With what it does not say, which the map shows and the grid is read with."""
        return await context.questions.ask(question, await context.questions.understand(
            question, given), limit=_ROWS) if question else None

    drawn, covered, crossed, fields = await asyncio.gather(
        answer(shown, given), ask(covering, {}), answer(crossing, {}),
        fields_of(context, shown, given))

    def make() -> dict[str, Any]:
        table = table_of(context, drawn) if drawn else None
        classes = sorted(map(context.terms.term, context.sizes), key=lambda term: term.order)
        grid = matrix(table_of(context, crossed)) if crossed else None
        return {
            "grid": grid and replace(grid, rows=grid.rows[:_MOST_GRID_ROWS]),
            "crossing": crossing, "silence": crossed and crossed.silence,
            "headline": context.said.first(DISPLAY.headline),
            "classes": [term for term in classes if term.first(DISPLAY.order)],
            "start": [q for q in library if "start" in q.tags][:_MOST_STARTS],
            "maps": maps, "shown": shown, "table": table,
            "fields": [field for field in fields if field.parameter.name in needed],
            "drawings": Drawings.of(context, table) if table else Drawings({}),
            "coverage": table_of(context, covered) if covered else None,
        }

    return await context.render("home.html", make)
