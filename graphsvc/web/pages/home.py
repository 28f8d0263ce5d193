"""The first page: what is in here, from which documents, on a map, and what to ask first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphsvc.questions.answer import Answer, Given
from graphsvc.questions.question import Question
from graphsvc.web.pages.charts import TileMap, tile_map
from graphsvc.web.pages.context import Site
from graphsvc.web.pages.questions import Field, fields_of, given_of
from graphsvc.web.pages.table import Grid, grid_of
from graphsvc.web.pages.terms import Term
from graphsvc.web.pages.together import ask_together
from graphsvc.web.problems import HttpError

START, MAP = "start", "map"
"""Tags of questions that the first page leads to, and of those that it draws."""
COVERAGE = "coverage"
"""The question that tells from which documents everything is, and how completely."""
_ROWS = 1_000
_MOST_STARTS = 9


@dataclass(frozen=True)
class Counted:
    """A class that readers are led to, and how many things there are of it."""

    kind: Term
    count: int


@dataclass(frozen=True)
class Home:
    """All that the first page shows."""

    counts: tuple[Counted, ...]
    start: tuple[Question, ...]
    maps: tuple[Question, ...]
    shown: Question | None
    fields: tuple[Field, ...]
    tiles: TileMap | None
    grid: Grid | None
    coverage: Grid | None


async def home_of(site: Site, pairs: Sequence[tuple[str, str]]) -> Home:
    """The first page, for one query to the engine.

    `map` names the question that shades the map, others are its parameters.
    Raises HttpError (400) for a map that is none, and what asking raises.
    """
    maps = _in_order(site, MAP)
    wanted = next((value for name, value in pairs if name == "map"), None)
    shown = next((q for q in maps if q.name == wanted), None) if wanted else next(iter(maps), None)
    if wanted and shown is None:
        raise HttpError(400, f"`{wanted[:80]}` is no question with a map.",
                        hint=f"There are: {', '.join(q.name for q in maps) or 'none'}.")
    given = given_of([pair for pair in pairs if pair[0] != "map"])
    mapped = {} if shown is None else _with_examples(shown, given)
    covering = next((q for q in site.questions.library if q.name == COVERAGE), None)
    drawn, covered = await _ask(site, ((shown, mapped), (covering, {})))
    grid = grid_of(site, drawn) if drawn else None
    sizes = site.lookup.sizes()
    return Home(
        counts=tuple(Counted(term, sizes[term.iri]) for term in site.catalogue.shown_classes
                     if sizes.get(term.iri)),
        start=tuple(_in_order(site, START)[:_MOST_STARTS]),
        maps=tuple(maps), shown=shown, grid=grid, tiles=tile_map(site, grid) if grid else None,
        fields=tuple(await fields_of(site, shown, mapped)) if shown else (),
        coverage=grid_of(site, covered) if covered else None)


async def _ask(
    site: Site, wanted: Sequence[tuple[Question | None, Given]]
) -> list[Answer | None]:
    """The answers to the questions that there are, for one query to the engine."""
    asked = [(question, await site.questions.understand(question, given))
             for question, given in wanted if question is not None]
    answers, _ = await ask_together(site.questions, site.serving.engine, asked, _ROWS)
    found = iter(answers)
    return [next(found) if question is not None else None for question, _ in wanted]


def _in_order(site: Site, tag: str) -> list[Question]:
    """The questions with a tag, first those that the ontology puts first."""
    first = site.catalogue.term(site.header.iri).questions
    places = {name: place for place, name in enumerate(first)}
    tagged = [question for question in site.questions.library if tag in question.tags]
    return sorted(tagged, key=lambda question: places.get(question.name, len(places)))


def _with_examples(
    question: Question, given: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """What was given, and the first example's values for what is required and was not given."""
    example = question.examples[0].values if question.examples else {}
    needed = {p.name: example[p.name] for p in question.parameters
              if p.required and p.name in example}
    return {**needed, **given}
