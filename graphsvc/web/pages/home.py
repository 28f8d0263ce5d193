"""The first page: what the data hold, from which documents, on a map, and what to ask first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from graphsvc.questions.answer import Answer, Given
from graphsvc.questions.question import Question
from graphsvc.web.pages.charts import tile_map
from graphsvc.web.pages.context import NotFound, PageContext, Pairs, first_of
from graphsvc.web.pages.questions import Choices, choices_of, fields_of, given_of
from graphsvc.web.pages.table import table_of

START = "start"
"""The tag of questions that the first page leads to."""
COVERAGE = "coverage"
"""The question that says which documents the data come from, and how completely."""
_ROWS = 1_000
_MOST_STARTS = 9


async def home_page(context: PageContext, pairs: Pairs) -> str:
    """The first page. `map` names the question that shades the map, others are its parameters.

    Raises NotFound for a map that there is not, and what asking raises.
    """
    maps = _in_order(
        context, [q for q in context.questions.library if q.map and q.map.shade])
    wanted = first_of(pairs, "map")
    shown = next((q for q in maps if wanted in (None, q.name)), None)
    if wanted and shown is None:
        raise NotFound(f"There is no map called `{wanted[:80]}`.",
                       hint=f"Choose one of: {', '.join(q.name for q in maps) or 'none'}.")
    given = _with_examples(shown, given_of([pair for pair in pairs if pair[0] != "map"]))
    covering = next((q for q in context.questions.library if q.name == COVERAGE), None)
    drawn, covered, choices = await asyncio.gather(
        _ask(context, shown, given), _ask(context, covering, {}), choices_of(context, shown))
    return await context.render(
        "home.html", "/", _home, context, maps, given, choices, drawn, covered)


def _home(
    context: PageContext, maps: Sequence[Question], given: Given, choices: Choices,
    drawn: Answer | None, covered: Answer | None,
) -> dict[str, Any]:
    """What the first page shows."""
    shown = drawn.question if drawn else None
    table = table_of(context, drawn) if drawn else None
    start = [q for q in context.questions.library if START in q.tags]
    return {
        "counts": [(term, context.sizes[term.iri]) for term in context.terms.shown_classes
                   if term.iri in context.sizes],
        "start": _in_order(context, start)[:_MOST_STARTS], "maps": maps, "shown": shown,
        "fields": fields_of(context, shown, given, choices), "table": table,
        "tiles": tile_map(context, table) if table else None,
        "coverage": table_of(context, covered) if covered else None,
    }


async def _ask(context: PageContext, question: Question | None, given: Given) -> Answer | None:
    return await context.ask(question, given, _ROWS) if question else None


def _in_order(context: PageContext, questions: Sequence[Question]) -> list[Question]:
    """The questions, first those that the ontology puts first."""
    first = context.terms.term(context.header.iri).questions
    places = {name: place for place, name in enumerate(first)}
    return sorted(questions, key=lambda question: places.get(question.name, len(places)))


def _with_examples(question: Question | None, given: Given) -> Given:
    """What was given, and the first example's values for what is required and was not given."""
    if question is None:
        return {}
    example = question.examples[0].values if question.examples else {}
    needed = {p.name: example[p.name] for p in question.parameters
              if p.required and p.name in example}
    return {**needed, **given}
