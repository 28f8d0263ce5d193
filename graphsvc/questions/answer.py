"""Asking a question: what was meant, the rows with their evidence, and what absence means."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from graphsvc.engine.base import Engine
from graphsvc.errors import GraphsvcError
from graphsvc.formats import CSV, JSON, JSON_LD, SPARQL_JSON, TSV
from graphsvc.index import Index, Passage, in_reading_order
from graphsvc.questions.library import Library
from graphsvc.questions.question import Parameter, Question
from graphsvc.questions.table import Row, Tables, Term, fetch_answer, passage_iris
from graphsvc.questions.template import Value, serialise
from graphsvc.questions.values import BadValue, literal
from graphsvc.words import fold

PAGE, LARGEST_PAGE = 1_000, 10_000
"""Rows of a page: by default, and at most."""

OFFERED = (JSON, CSV, TSV, JSON_LD, SPARQL_JSON)
"""The formats of answers, the preferred one first."""

OWN_PARAMETERS = (
    Parameter(name="limit", type="integer", label="Rows", description="Rows of a page, at most.",
              required=False, min="1", max=str(LARGEST_PAGE), default=(str(PAGE),)),
    Parameter(name="after", type="text", label="Page", required=False,
              description="Where the page begins; taken from a `next` link."),
    Parameter(name="format", type="choice", label="Format", required=False,
              description="The format, for those who cannot say it by Accept.",
              choices={format.name: format.label for format in OFFERED}),
    Parameter(name="raw", type="boolean", label="Raw", required=False, default=("false",),
              description="In CSV, leave texts that spreadsheets take for formulas as they are."),
)
"""What every question can be asked with over HTTP, in addition to its own parameters."""

Given = Mapping[str, Sequence[str]]
"""What an asker wrote for each parameter."""

Understood = Mapping[str, tuple[Value, ...]]
"""What it was taken to mean; parameters without any value are left out."""


class UnknownPage(GraphsvcError):
    """A cursor that no page of this answer begins at."""

    status = 404
    type = "urn:graphsvc:problem:unknown-page"
    title = "There is no such page"


class BadParameter(BadValue):
    """A parameter that the question does not have, lacks, or has too often."""


@dataclass(frozen=True)
class Choice:
    """A value that a parameter offers."""

    value: Value
    label: str


@dataclass(frozen=True)
class Answer:
    """One page of an answer.

    after: cursor of the next page, if there is one; sparql: what was run; index: of the release;
    coverage: where nothing was found, the answer that says what was looked at.
    """

    question: Question
    release: str
    parameters: Understood
    rows: list[Row]
    after: str | None
    sparql: str
    index: Index
    coverage: Answer | None = None

    @cached_property
    def labels(self) -> dict[str, str]:
        """What the things in rows and parameters are called, by IRI."""
        iris = {term.value for terms in (*self.rows, *self.parameters.values()) for term in terms
                if isinstance(term, NamedNode)}
        return {iri: label for iri in sorted(iris) if (label := self.index.label(iri))}

    def cited(self, cell: Term | None) -> list[Passage]:
        """The passages of an evidence cell, in reading order."""
        return in_reading_order(map(self.index.passage, passage_iris(cell)))


class Questions:
    """A library that can be asked, over one release with its index."""

    def __init__(self, library: Library, engine: Engine, index: Index) -> None:
        self.library, self.index = library, index
        self._engine = engine
        self._tables = Tables()
        self._choices: dict[str, list[Choice]] = {}

    @property
    def release(self) -> str:
        """The release that answers come from."""
        return self._engine.release

    async def understand(self, question: Question, given: Given) -> Understood:
        """What was meant by what was given, with defaults filled in.

        Raises BadParameter, BadValue, UnknownName or AmbiguousName.
        """
        known = [parameter.name for parameter in question.parameters]
        for name in given:
            if name not in known:
                near = get_close_matches(name, known, 1)
                raise BadParameter(
                    f"The question {question.name} has no parameter `{name[:80]}`.",
                    location="parameters",
                    hint=f"Did you mean `{near[0]}`?" if near else
                    f"It has {', '.join(known) or 'none'}.")
        understood: dict[str, tuple[Value, ...]] = {}
        for parameter in question.parameters:
            texts = tuple(given.get(parameter.name, ())) or parameter.default
            location = f"parameter {parameter.name}"
            if not texts and parameter.required:
                raise BadParameter(f"`{parameter.name}` is missing: {parameter.label}.",
                                   location=location, hint="Give it a value.")
            if len(texts) > 1 and not parameter.many:
                raise BadParameter(f"`{parameter.name}` is given {len(texts)} times.",
                                   location=location, hint="Give it once.")
            if texts:
                values = [await self._value(parameter, text) for text in texts]
                understood[parameter.name] = tuple(dict.fromkeys(values))
        return understood

    async def ask(
        self, question: Question, understood: Understood, *,
        limit: int = PAGE, after: str | None = None, client: str | None = None,
    ) -> Answer:
        """A page of the answer. client: the address of who asks.

        Raises UnknownPage, and what the engine raises.
        """
        answer = await self._page(question, understood, limit, after, client)
        coverage = self.library.coverage(question)
        if answer.rows or coverage is None:
            return answer
        return replace(answer, coverage=await self._page(
            coverage, await self.understand(coverage, {}), PAGE, None, client))

    async def _page(
        self, question: Question, understood: Understood, limit: int, after: str | None,
        client: str | None,
    ) -> Answer:
        sparql = question.template.write(understood)
        rows = await self._tables.get(
            f"{question.name}\n{sparql}",
            lambda: fetch_answer(self._engine, question, sparql, client))
        start = self._start(after, len(rows)) if after is not None else 0
        end = start + limit
        return Answer(
            question=question, release=self.release, parameters=understood, sparql=sparql,
            rows=rows[start:end], after=self._cursor(end) if end < len(rows) else None,
            index=self.index)

    def _cursor(self, start: int) -> str:
        return f"{start}.{self.release[:8]}"

    def _start(self, cursor: str, rows: int) -> int:
        """The first row of the page that a cursor of this release is for. Raises UnknownPage."""
        text, _, _ = cursor.partition(".")
        start = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
        if not 0 < start < rows or cursor != self._cursor(start):
            raise UnknownPage(
                "This cursor is not one that the question gave for this release.",
                location="parameter after",
                hint="Follow the `next` link of an answer, or begin again without it.")
        return start

    async def ask_by_name(self, name: str, given: Given) -> Answer:
        """The first page of the answer to the question of that name, with `given` as written.

        Raises UnknownQuestion and what `understand` and `ask` raise.
        """
        question = self.library.get(name)
        return await self.ask(question, await self.understand(question, given))

    async def choices(self, parameter: Parameter) -> list[Choice]:
        """The values that a parameter of type choice offers. Raises what the engine raises."""
        if parameter.choices_from is None:
            return [Choice(Literal(value), label) for value, label in parameter.choices.items()]
        if parameter.choices_from not in self._choices:
            question = self.library.get(parameter.choices_from)
            answer = await self.ask(
                question, await self.understand(question, {}), limit=LARGEST_PAGE)
            self._choices[question.name] = list(_choices(answer, self.index))
        return self._choices[parameter.choices_from]

    async def _value(self, parameter: Parameter, text: str) -> Value:
        location = f"parameter {parameter.name}"
        value: Value
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise BadValue("The text is not Unicode.", location=location, hint="Give it in UTF-8.")
        if parameter.type == "iri":
            narrowed = {"of_class": parameter.of_class, "scheme": parameter.scheme,
                        "location": location}
            iri = self.index.meant(text, **narrowed)
            if iri is None:
                iri = await asyncio.to_thread(self.index.find, text, **narrowed)
            value = NamedNode(iri)
        elif parameter.choices_from:
            value = await self._choice(parameter, text)
        else:
            value = literal(parameter, text)
        try:
            serialise(value)
        except GraphsvcError as error:
            raise BadValue(error.message, location=location, hint=error.hint) from error
        return value

    async def _choice(self, parameter: Parameter, text: str) -> Value:
        choices = await self.choices(parameter)
        wanted = fold(text)
        for choice in choices:
            if text == choice.value.value or wanted == fold(choice.label):
                return choice.value
        names = ", ".join(choice.label for choice in choices[:30])
        raise BadValue(
            f"`{text[:80]}` is not a value of the parameter {parameter.name}.",
            location=f"parameter {parameter.name}", hint=f"Choose one of: {names}.")


def _choices(answer: Answer, index: Index) -> Iterator[Choice]:
    """The first column's values, labelled by the `label` column or by their names."""
    columns = [column.name for column in answer.question.columns]
    at = columns.index("label") if "label" in columns else None
    for row in answer.rows:
        value = row[0]
        if isinstance(value, NamedNode | Literal):
            given = row[at] if at is not None else None
            label = given.value if given is not None else index.label(value.value)
            yield Choice(value, label or value.value)
