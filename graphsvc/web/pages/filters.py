"""What a question can be asked with: forms, and chips that say what it was asked with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from graphsvc.fulltext import Entry
from graphsvc.questions.parameters import Choice, Given
from graphsvc.questions.question import ANY, Parameter, Question
from graphsvc.questions.values import limits
from graphsvc.vocabulary import SKOS
from graphsvc.web.pages.context import PageContext

_MOST_OPTIONS = 12
"""Options that a list shows at once; where there are more, one types and chooses."""


@dataclass(frozen=True)
class Field:
    """A part of a form. given: values with their labels; options: values with their labels and
    whether they are chosen; of_class: IRI of the class whose names are suggested."""

    parameter: Parameter
    given: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str, bool], ...] = ()
    of_class: str | None = None
    low: Any = None
    high: Any = None

    @property
    def chosen(self) -> list[tuple[str, str, bool]]:
        """What was given, as options that are chosen."""
        return [(value, label, True) for value, label in self.given]

    @property
    def labels(self) -> list[str]:
        """What was given, as people write it."""
        return [label for _, label in self.given]


@dataclass(frozen=True)
class Chip:
    """A parameter that has values. rest: all others, as an address has them without this one; None
    where the question needs it. by_default: whether nobody gave the value."""

    field: Field
    rest: Mapping[str, Sequence[str]] | None
    by_default: bool


def chips(
    question: Question, fields: Sequence[Field], given: Given
) -> tuple[list[Chip], list[Field]]:
    """What a question was asked with, and the fields that can still be added."""
    shown, open_ = [], []
    for field in fields:
        parameter = field.parameter
        rest = {name: list(its) for name, its in given.items() if name != parameter.name}
        by_default = parameter.name not in given
        if by_default and question.can_drop(parameter):
            rest[parameter.name] = [ANY]
        if field.given:
            fixed = parameter.required or by_default and parameter.name not in rest
            shown.append(Chip(field, None if fixed else rest, by_default))
        else:
            open_.append(field)
    return shown, open_


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
    low, high = limits(parameter)
    values = [value for value in values if value != ANY or not parameter.default]
    options: list[tuple[str, str]] = []
    meant, of_class, labels = list(values), None, dict[str, str]()
    match parameter.type:
        case "choice":
            options = [(choice.value.value, choice.label) for choice in choices]
            names = {name.casefold(): value for value, label in options for name in (value, label)}
            meant = [names.get(value.casefold(), value) for value in values]
        case "boolean":
            options = [("true", "yes"), ("false", "no")]
        case "iri":
            found = [context.meant(value, parameter.of_class, parameter.scheme) or value
                     for value in values]
            meant = [context.curie(iri) for iri in found]
            members = _members(context, parameter)
            of_class = parameter.of_class or next((entry.kind for entry in members), None)
            if len(members) <= _MOST_OPTIONS:
                options = [(context.curie(entry.iri), entry.label or entry.iri)
                           for entry in members]
            labels = {curie: context.label(iri) for curie, iri in zip(meant, found, strict=True)}
    labels = dict(options) | labels
    return Field(parameter, tuple((value, labels.get(value, value)) for value in meant),
                 tuple((*option, option[0] in meant) for option in options), of_class, low, high)


def _members(context: PageContext, parameter: Parameter) -> list[Entry]:
    """The things of a parameter's class, of its scheme or of both, by label; none where it has
    neither."""
    scheme, members = parameter.scheme, context.index.members
    inside = members(scheme, str(SKOS.inScheme)) if scheme else []
    if parameter.of_class is None:
        return inside
    found, allowed = members(parameter.of_class), set(inside)
    return [entry for entry in found if entry in allowed] if scheme else found
