"""A statement as a form, and what was filled in as a statement."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphsvc.curate.checking import Problem
from graphsvc.curate.fields import Choice, Field
from graphsvc.curate.records import Draft, Value
from graphsvc.curate.statement import EVIDENCE
from graphsvc.curate.work import Work
from graphsvc.errors import GraphsvcError
from graphsvc.sources.coverage import lines_of

Filled = Mapping[str, Sequence[str]]
"""What was asked for or filled in, by the names of the inputs."""
_SHOWN = 10
_SEVERAL = 3
"""So many statements have to agree before what they say is proposed for another."""
_MOST_RULES = 16


@dataclass
class Row:
    """A property in a form. values: as people read and write them; usual: whether they are only
    proposed, because all other statements have them; wrong: sentences."""

    field: Field
    values: list[str]
    usual: bool = False
    wrong: list[str] = dataclasses.field(default_factory=list)
    choices: Sequence[Choice] = ()

    @property
    def name(self) -> str:
        """The name of its inputs."""
        return f"v:{self.field.property}"

    @property
    def with_rules(self) -> bool:
        """Whether its choices are few enough to be read one by one, each with its rule."""
        return self.field.sort == "choice" and len(self.field.choices) <= _MOST_RULES and any(
            choice.rule for choice in self.field.choices)

    @property
    def rules(self) -> list[tuple[str, str]]:
        """The rules of the values that it has."""
        return [(choice.label, choice.rule) for choice in self.choices
                if choice.rule and choice.label in self.values]


@dataclass
class Form:
    """A form. rows: what is shown; more: what is folded; lines: the evidence; wrong: sentences that
    belong to no property."""

    kind: str
    rows: list[Row]
    more: list[Row]
    lines: str
    wrong: list[str]
    lines_wrong: list[str]


def first(filled: Filled, name: str) -> str:
    """The first text of an input; empty where there is none."""
    return next(iter(filled.get(name, ())), "")


def form_of(work: Work, draft: Draft, problems: Sequence[Problem] = ()) -> Form:
    """The form of a draft, with what is wrong with it at its place."""
    given: dict[str, list[str]] = {}
    for value in draft.values:
        given.setdefault(value.property, []).append(_written(work, value))
    return _form(work, draft.kind, given, ", ".join(map(str, draft.passages)), problems,
                 _usual(work, draft.kind))


def filled_form(work: Work, kind: str, filled: Filled, problems: Sequence[Problem]) -> Form:
    """The form as it was filled in, with what is wrong."""
    return _form(work, kind, _given(filled), " ".join(filled.get("lines", ())), problems, {})


def statement_of(work: Work, draft: Draft, filled: Filled) -> tuple[Draft, list[Problem]]:
    """A draft as it was filled in, and what cannot be understood of that."""
    problems, values = list[Problem](), list[Value]()
    kept = {(value.property, _written(work, value)): value for value in draft.values}
    for property_, texts in _given(filled).items():
        for text in dict.fromkeys(texts):
            try:
                values.append(kept.get((property_, text)) or work.fields.value(
                    work.fields.field(draft.kind, property_), text))
            except GraphsvcError as error:
                problems.append(Problem.of(error, property_, text))
    order = {value.property: n for n, value in reversed([*enumerate(draft.values)])}
    values.sort(key=lambda value: order.get(value.property, len(order)))
    try:
        lines = lines_of(" ".join(filled.get("lines", ())))
    except GraphsvcError as error:
        problems.append(Problem(property=EVIDENCE.value, message=str(error)))
        lines = draft.passages
    return draft.model_copy(update={"values": tuple(values), "passages": lines}), problems


def _given(filled: Filled) -> dict[str, list[str]]:
    """The texts that were filled in, by property."""
    return {name[2:]: [text.strip() for text in texts if text.strip()]
            for name, texts in filled.items() if name.startswith("v:")}


def _usual(work: Work, kind: str) -> dict[str, list[str]]:
    """The things that all accepted statements agree on, for properties of a class."""
    found: dict[str, list[str]] = {}
    for statement in work.state().statements.values():
        for property_ in {value.property for value in statement.values}:
            things = sorted(value.iri for value in statement.values
                            if value.property == property_ and value.iri)
            found.setdefault(property_, []).append(" ".join(things))
    fields = {one.property for one in work.fields.of(kind)}
    return {property_: [work.graph.label(iri) for iri in values[0].split()]
            for property_, values in found.items()
            if property_ in fields and len(values) >= _SEVERAL and {*values} == {values[0]}}


def _form(
    work: Work, kind: str, given: dict[str, list[str]], lines: str, problems: Sequence[Problem],
    usual: dict[str, list[str]],
) -> Form:
    rows, more = list[Row](), list[Row]()
    wrong = {problem.property: list[str]() for problem in problems}
    for problem in problems:
        wrong[problem.property].append(problem.message)
    for position, one in enumerate(work.fields.of(kind)):
        values = given.get(one.property, [])
        shown = values or one.least or one.property in wrong or position < _SHOWN
        proposed = usual.get(one.property, []) if shown and not values else []
        choices = work.fields.choices(one.property) if one.sort in ("choice", "thing") else ()
        (rows if shown else more).append(Row(
            one, values or proposed, bool(proposed), wrong.pop(one.property, []), choices))
    lines_wrong = wrong.pop(EVIDENCE.value, [])
    return Form(kind, rows, more, lines, [text for texts in wrong.values() for text in texts],
                lines_wrong)


def _written(work: Work, value: Value) -> str:
    """A value as it is in an input."""
    if value.iri is None:
        return value.text or ""
    label = work.graph.label(value.iri)
    names = [choice.iri for choice in work.fields.choices(value.property) if choice.label == label]
    return label if names == [value.iri] else value.iri
