"""The first page: what is in here, from which documents, on a map, and what to ask first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphsvc.questions.question import Question
from graphsvc.web.catalogue import Term
from graphsvc.web.figures import TileMap, tile_map
from graphsvc.web.grid import Grid, grid_of, narrow
from graphsvc.web.page_questions import Field, fields_of, given_of
from graphsvc.web.problems import HttpError
from graphsvc.web.site import Site

START, MAP = "start", "map"
"""Tags of questions that the first page leads to, and of those that it draws."""
COVERAGE = "coverage"
"""The question that tells from which documents everything is, and how completely."""
_COVERAGE_COLUMNS = 6
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
    """The first page; `map` names the question that shades the map, others are its parameters.

    Raises HttpError (400) for a map that is none, and what asking raises.
    """
    maps = _in_order(site, MAP)
    wanted = next((value for name, value in pairs if name == "map"), None)
    shown = next((q for q in maps if q.name == wanted), None) if wanted else next(iter(maps), None)
    if wanted and shown is None:
        raise HttpError(400, f"`{wanted[:80]}` is no question with a map.",
                        mend=f"There are: {', '.join(q.name for q in maps) or 'none'}.")
    sizes = site.lookup.sizes()
    grid, tiles = None, None
    fields: tuple[Field, ...] = ()
    if shown is not None:
        given = given_of([pair for pair in pairs if pair[0] != "map"])
        fields = tuple(await fields_of(site, shown, _with_examples(shown, given)))
        understood = await site.questions.understand(shown, _with_examples(shown, given))
        answer = await site.questions.ask(shown, understood)
        grid = grid_of(site, answer)
        tiles = tile_map(site, grid)
    return Home(
        counts=tuple(Counted(term, sizes[term.iri]) for term in site.catalogue.shown_classes
                     if sizes.get(term.iri)),
        start=tuple(_in_order(site, START)[:_MOST_STARTS]),
        maps=tuple(maps), shown=shown, fields=fields, tiles=tiles, grid=grid,
        coverage=await _coverage(site))


async def _coverage(site: Site) -> Grid | None:
    """The answer of the question on coverage, without its long columns."""
    question = next((q for q in site.questions.library if q.name == COVERAGE), None)
    if question is None:
        return None
    answer = await site.questions.ask(question, await site.questions.understand(question, {}))
    return narrow(grid_of(site, answer), _COVERAGE_COLUMNS)


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
