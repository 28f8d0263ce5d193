"""The questions: the library by tags, each as a form, and its answer as table, chart and map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Parameter, Question
from graphsvc.questions.values import BadValue, limits
from graphsvc.web.pages.charts import Chart, Matrix, TileMap, chart, matrix, tile_map
from graphsvc.web.pages.context import Site
from graphsvc.web.pages.table import Grid, grid_of

ROWS = 200
"""Rows of an answer on one page."""
_MOST_OPTIONS = 400
HINTS = ("start", "map", "compare", "timeline", "matrix", "chart")
"""Tags that tell pages what to do with a question, not what it is about."""
_GENERAL = ("after", "limit", "format")


@dataclass(frozen=True)
class Option:
    """One entry of a pick-list."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """A parameter as a part of a form. kind: select, input or suggest; values: as given."""

    parameter: Parameter
    kind: str
    input_type: str
    options: tuple[Option, ...]
    values: tuple[str, ...]
    low: str | None
    high: str | None


@dataclass(frozen=True)
class Asked:
    """A question with its form and, where it was asked, its answer or what stood in the way."""

    question: Question
    fields: tuple[Field, ...]
    grid: Grid | None
    coverage: Grid | None
    chart: Chart | None
    tiles: TileMap | None
    matrix: Matrix | None
    error: GraphsvcError | None
    following: tuple[tuple[str, str], ...] | None
    query: tuple[tuple[str, str], ...]


def given_of(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Values by parameter; what a form sends empty was not given."""
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        if value.strip():
            given[name].append(value)
    return dict(given)


def by_tag(site: Site) -> dict[str, list[Question]]:
    """The questions under their first tag that is no hint for pages, in alphabetical order."""
    grouped: dict[str, list[Question]] = defaultdict(list)
    for question in site.questions.library:
        tag = next((tag for tag in question.tags if tag not in HINTS), "other")
        grouped[tag].append(question)
    return dict(sorted(grouped.items()))


async def asked_of(site: Site, name: str, pairs: Sequence[tuple[str, str]]) -> Asked:
    """The page of a question, asked as soon as nothing that it requires is missing.

    Raises UnknownQuestion, and what the engine raises; a value that does not fit is told in the
    page.
    """
    question = site.questions.library.get(name)
    after = next((value for key, value in pairs if key == "after"), None)
    given = given_of([pair for pair in pairs if pair[0] not in _GENERAL])
    fields = tuple(await fields_of(site, question, given))
    answer, error = None, None
    missing = [p for p in question.parameters if p.required and p.name not in given]
    if given or not missing:
        try:
            understood = await site.questions.understand(question, given)
            answer = await site.questions.ask(question, understood, limit=ROWS, after=after)
        except GraphsvcError as problem:
            if not _of_asker(problem):
                raise
            error = problem
    return _page(site, question, fields, answer, error, given)


def _of_asker(problem: GraphsvcError) -> bool:
    """Whether the asker can mend it in the form."""
    return isinstance(problem, BadValue) or (problem.location or "").startswith("parameter")


def _page(
    site: Site, question: Question, fields: tuple[Field, ...], answer: Answer | None,
    error: GraphsvcError | None, given: Mapping[str, Sequence[str]],
) -> Asked:
    pairs = tuple((name, value) for name, values in given.items() for value in values)
    grid = grid_of(site, answer) if answer else None
    following = None
    if answer is not None and answer.after is not None:
        following = (*pairs, ("after", answer.after))
    looked_at = answer.coverage if answer else None
    return Asked(
        question=question, fields=fields, grid=grid,
        coverage=grid_of(site, looked_at) if looked_at else None,
        chart=chart(grid) if grid else None, tiles=tile_map(site, grid) if grid else None,
        matrix=matrix(grid) if grid else None, error=error, following=following, query=pairs)


async def fields_of(
    site: Site, question: Question, given: Mapping[str, Sequence[str]]
) -> list[Field]:
    """The parts of a question's form, with what was given filled in."""
    return [await _field(site, parameter, tuple(given.get(parameter.name, ())) or parameter.default)
            for parameter in question.parameters]


async def _field(site: Site, parameter: Parameter, values: tuple[str, ...]) -> Field:
    low, high = limits(parameter)
    options = await _options(site, parameter, values)
    kind = "select" if options and len(options) <= _MOST_OPTIONS else "input"
    types = {"integer": "number", "year": "number", "date": "date"}
    return Field(
        parameter=parameter, kind=kind, options=tuple(options), values=values, low=low, high=high,
        input_type=types.get(parameter.type, "text"))


async def _options(
    site: Site, parameter: Parameter, values: tuple[str, ...]
) -> list[Option]:
    """What a parameter offers; nothing where it takes anything."""
    if parameter.type == "choice":
        chosen = {value.casefold() for value in values}
        return [Option(c.value.value, c.label,
                       bool({c.value.value.casefold(), c.label.casefold()} & chosen))
                for c in await site.questions.choices(parameter)]
    if parameter.type == "boolean":
        return [Option("true", "yes", "true" in values), Option("false", "no", "false" in values)]
    if parameter.type != "iri":
        return []
    offered = site.members(parameter.of_class, parameter.scheme)
    meant = {site.meant(value, parameter.of_class, parameter.scheme) for value in values}
    return [Option(site.curie(e.iri), e.label or e.iri, e.iri in meant) for e in offered]
