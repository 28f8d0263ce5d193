"""The parameters of an answer: what was written for them, what it means, what they leave out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from graphsvc.engine.base import Engine
from graphsvc.errors import did_you_mean
from graphsvc.formats import CSV, JSON, JSON_LD, SPARQL_JSON, TSV, XLSX
from graphsvc.index import AmbiguousName, Index
from graphsvc.questions.question import ANY, Parameter, Question
from graphsvc.questions.table import Row, fetch
from graphsvc.questions.template import Value, own
from graphsvc.questions.values import BadValue

_MOST = 8
"""Things of one name that are tried out."""
PAGE, LARGEST_PAGE = 1_000, 10_000
"""Rows of a page: by default, and at most."""

OFFERED = (JSON, CSV, TSV, JSON_LD, SPARQL_JSON, XLSX)
"""The formats of answers, the preferred one first."""

OWN_PARAMETERS = (
    Parameter(name="limit", type="integer", label="Rows", description="Rows of a page, at most.",
              required=False, min="1", max=str(LARGEST_PAGE), default=(str(PAGE),)),
    Parameter(name="after", type="text", label="Page", required=False,
              description="Where the page begins; taken from a `next` link."),
    Parameter(name="format", type="choice", label="Format", required=False,
              description="The format, for those who cannot say it by Accept.",
              choices={format.name: format.label for format in OFFERED}),
    Parameter(name="headings", type="choice", label="Headings", required=False, default=("names",),
              description="In CSV, the columns' names and IRIs for programs, or labels for people.",
              choices={"names": "names", "labels": "labels"}),
    Parameter(name="raw", type="boolean", label="Raw", required=False, default=("false",),
              description="In CSV, leave texts that spreadsheets take for formulas as they are."),
)
"""What every question can be asked with over HTTP, in addition to its own parameters."""

Given = Mapping[str, Sequence[str]]
"""What an asker wrote for each parameter."""

Understood = Mapping[str, tuple[Value, ...]]
"""What it was taken to mean; parameters without any value are left out."""


class BadParameter(BadValue):
    """A parameter that the question does not have, lacks, or has too often."""


@dataclass(frozen=True)
class Choice:
    """A value that a parameter offers."""

    value: Value
    label: str


def choices_of(question: Question, rows: Iterable[Row], index: Index) -> Iterator[Choice]:
    """The values of the first column, labelled by the `label` column or by their names."""
    columns = [column.name for column in question.columns]
    at = columns.index("label") if "label" in columns else None
    for row in rows:
        value = row[0]
        if isinstance(value, NamedNode | Literal):
            given = row[at] if at is not None else None
            label = given.value if given is not None else index.label(value.value)
            yield Choice(value, label or value.value)


class Meant(dict[str, tuple[Value, ...]]):
    """The values of parameters by name. taken: what was written, with what it was taken for."""

    def __init__(self, values: Mapping[str, tuple[Value, ...]] | None = None) -> None:
        super().__init__(values or {})
        self.taken: dict[str, str] = {}

    def take(self, parameter: Parameter, text: str, value: Value, index: Index) -> None:
        """Give a parameter one more value; note it where the text is no name of the thing."""
        self[parameter.name] = tuple(dict.fromkeys((*self.get(parameter.name, ()), value)))
        if parameter.type != "iri":
            return
        try:
            meant = index.meant(text, of_class=parameter.of_class, scheme=parameter.scheme)
        except AmbiguousName:
            meant = None
        if meant != value.value:
            label = index.label(value.value) or value.value
            self.taken[text] = label if label != text else value.value


async def settle(
    error: AmbiguousName, parameter: Parameter, others: Meant,
    answers: Callable[[Meant], Awaitable[Sequence[object]]],
) -> NamedNode:
    """The only one of several things of a name for which there is an answer, given other values.

    answers: the rows that there are. Raises the error where that does not settle it.
    """
    choices = [NamedNode(choice.iri) for choice in error.named[:_MOST + 1]]
    fitting = [choice for choice in choices if len(choices) <= _MOST and await answers(
        Meant({**others, parameter.name: (choice,)}))]
    if len(fitting) != 1:
        raise error
    return fitting[0]


class Members:
    """What the values of parameters include, such as the members of groups; read when needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._members: dict[str, dict[str, list[Value]]] = {}

    async def included(self, question: Question, understood: Understood) -> Understood:
        """The values, each with its members where the parameter says so.

        Raises what the engine raises.
        """
        included = dict(understood)
        for parameter in question.parameters:
            if parameter.members and parameter.name in understood:
                members = await self._of(parameter.members)
                included[parameter.name] = tuple(dict.fromkeys(
                    each for value in understood[parameter.name]
                    for each in (value, *members.get(value.value, ()))))
        return included

    async def _of(self, property_: str) -> dict[str, list[Value]]:
        if property_ not in self._members:
            query = own("members", property=[NamedNode(property_)])
            found: dict[str, list[Value]] = defaultdict(list)
            for group, member in (await fetch(self._engine, query)).rows:
                if group and isinstance(member, NamedNode):
                    found[group.value].append(member)
            self._members[property_] = found
        return self._members[property_]


def given_texts(question: Question, given: Given) -> Iterator[tuple[Parameter, tuple[str, ...]]]:
    """The texts for each parameter, those that were given or its default; none where it is dropped.

    Raises BadParameter.
    """
    known = [parameter.name for parameter in question.parameters]
    for name in given:
        if name not in known:
            raise BadParameter(
                f"The question {question.name} has no parameter `{name[:80]}`.",
                location="parameters",
                hint=did_you_mean(name, known, f"It has {', '.join(known) or 'none'}."))
    for parameter in question.parameters:
        texts = tuple(given.get(parameter.name, ())) or parameter.default
        if parameter.default and texts == (ANY,) and question.can_drop(parameter):
            continue
        location = f"parameter {parameter.name}"
        if not texts and parameter.required:
            raise BadParameter(f"`{parameter.name}` is missing: {parameter.label}.",
                               location=location, hint="Give it a value.")
        if len(texts) > 1 and not parameter.many:
            raise BadParameter(f"`{parameter.name}` is given {len(texts)} times.",
                               location=location, hint="Give it once.")
        if texts:
            yield parameter, texts


def _without(question: Question, parameter: Parameter, given: Understood) -> Understood | None:
    """What is asked without a filter: without its value or, of a flag that is always needed, with
    the other one. None where the parameter is not a filter."""
    if parameter.required or parameter.name not in given:
        return None
    others = {name: values for name, values in given.items() if name != parameter.name}
    if question.can_drop(parameter):
        return others
    if parameter.type != "boolean":
        return None
    return {**others, parameter.name: tuple(
        Literal(value.value != "true") for value in given[parameter.name])}


def widened(
    question: Question, given: Understood
) -> tuple[list[tuple[Parameter, Understood]], Understood]:
    """The filters of an answer, each with what is asked without it; what is asked without any,
    where flags are as they are by default."""
    wider = [(parameter, asked) for parameter in question.parameters
             if (asked := _without(question, parameter, given)) is not None]
    widest = dict(given)
    for parameter, asked in wider:
        if parameter.name not in asked:
            widest.pop(parameter.name)
        elif tuple(value.value for value in given[parameter.name]) != parameter.default:
            widest[parameter.name] = asked[parameter.name]
    return wider, widest


def subjects(question: Question, given: Understood) -> Understood:
    """The values that say what was asked about, and not how far an answer goes: texts to look for,
    and the thing on whose pages the question is first, unless it may be a group, which says for
    whom. Values by default are none of them."""
    about = next(iter(question.panel.values()), None)
    return {parameter.name: given[parameter.name] for parameter in question.parameters
            if parameter.name in given and (parameter.type == "words" or (
                parameter.name == about and not parameter.members))
            and tuple(value.value for value in given[parameter.name]) != parameter.default}
