"""The questions: the library by subject, each as a form, and its answer as table and drawings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import Answer, Choice, Given
from graphsvc.questions.question import Parameter, Question
from graphsvc.questions.values import BadValue, limits
from graphsvc.web.pages.charts import chart, matrix, tile_map
from graphsvc.web.pages.context import PageContext, Pairs, first_of
from graphsvc.web.pages.table import table_of

_ROWS = 200
_MOST_OPTIONS = 400
_HINTS = ("start", "compare", "timeline")
"""Tags that say what pages do with a question, not what it is about."""
_GENERAL = ("after", "limit", "format")
Choices = Mapping[str, Sequence[Choice]]
"""What each parameter of type choice offers."""
_INPUT_TYPES = {"integer": "number", "year": "number", "date": "date"}


@dataclass(frozen=True)
class Option:
    """One entry of a pick-list."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """A parameter as a part of a form: a pick-list where there are options, else an input."""

    parameter: Parameter
    input_type: str
    options: tuple[Option, ...]
    values: tuple[str, ...]
    low: str | None
    high: str | None


async def questions_page(context: PageContext, pairs: Pairs) -> str:
    """The library: each question below its first tag that is a subject."""
    def make() -> dict[str, list[Question]]:
        grouped: dict[str, list[Question]] = defaultdict(list)
        for question in context.questions.library:
            tag = next((tag for tag in question.tags if tag not in _HINTS), "other")
            grouped[tag].append(question)
        return dict(sorted(grouped.items()))

    return await context.render("questions.html", "/questions", make)


async def question_page(context: PageContext, name: str, pairs: Pairs) -> str:
    """The page of a question, asked as soon as all that it requires is given.

    Raises UnknownQuestion, and what the engine raises; what is wrong with a value is shown in the
    page.
    """
    question = context.questions.library.get(name)
    given = given_of([pair for pair in pairs if pair[0] not in _GENERAL])
    choices = await choices_of(context, question)
    answer, error = None, None
    if given or not any(p.required for p in question.parameters):
        try:
            understood = await context.questions.understand(question, given)
            answer = await context.questions.ask(
                question, understood, limit=_ROWS, after=first_of(pairs, "after"))
        except GraphsvcError as problem:
            if not isinstance(problem, BadValue) and not (
                    problem.location or "").startswith("parameter"):
                raise
            error = problem
    return await context.render(
        "question.html", "/questions", _question, context, question, choices, given, answer, error)


def _question(
    context: PageContext, question: Question, choices: Choices, given: Given,
    answer: Answer | None, error: GraphsvcError | None,
) -> dict[str, Any]:
    pairs = [(name, value) for name, values in given.items() for value in values]
    table = table_of(context, answer) if answer else None
    after = answer.after if answer else None
    looked_at = answer.coverage if answer else None
    return {
        "question": question, "fields": fields_of(context, question, given, choices),
        "table": table, "error": error, "query": pairs,
        "following": [*pairs, ("after", after)] if after is not None else None,
        "coverage": table_of(context, looked_at) if looked_at else None,
        "chart": chart(table) if table else None, "matrix": matrix(table) if table else None,
        "tiles": tile_map(context, table) if table else None,
    }


def given_of(pairs: Pairs) -> dict[str, list[str]]:
    """Values by parameter; what a form sends empty was not given."""
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        if value.strip():
            given[name].append(value)
    return dict(given)


async def choices_of(context: PageContext, question: Question | None) -> Choices:
    """What the choices of a question are. Raises what the engine raises."""
    return {parameter.name: await context.questions.choices(parameter)
            for parameter in (question.parameters if question else ())
            if parameter.type == "choice"}


def fields_of(
    context: PageContext, question: Question | None, given: Given, choices: Choices
) -> tuple[Field, ...]:
    """The parts of a question's form, with what was given filled in."""
    fields = []
    for parameter in question.parameters if question else ():
        values = tuple(given.get(parameter.name, ())) or parameter.default
        low, high = limits(parameter)
        options = _options(context, parameter, values, choices.get(parameter.name, ()))
        fields.append(Field(
            parameter, _INPUT_TYPES.get(parameter.type, "text"),
            tuple(options) if len(options) <= _MOST_OPTIONS else (), values, low, high))
    return tuple(fields)


def _options(
    context: PageContext, parameter: Parameter, values: tuple[str, ...], choices: Sequence[Choice]
) -> list[Option]:
    """What a parameter offers; nothing where it takes anything."""
    match parameter.type:
        case "choice":
            chosen = {value.casefold() for value in values}
            return [Option(choice.value.value, choice.label,
                           bool({choice.value.value.casefold(), choice.label.casefold()} & chosen))
                    for choice in choices]
        case "boolean":
            return [Option(value, label, value in values)
                    for value, label in (("true", "yes"), ("false", "no"))]
        case "iri":
            wanted = {context.meant(value, parameter.of_class, parameter.scheme)
                      for value in values}
            return [Option(context.curie(entry.iri), entry.label or entry.iri,
                           entry.iri in wanted)
                    for entry in context.members(parameter.of_class, parameter.scheme)]
    return []
