"""Asking a question: what was meant, the rows with their evidence, and what absence means."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from pyoxigraph import Literal, NamedNode

from graphsvc.engine.base import Engine
from graphsvc.errors import GraphsvcError
from graphsvc.questions.evidence import (
    Passage,
    Passages,
    Words,
    in_reading_order,
    passage_iris,
)
from graphsvc.questions.index import fold, read_index
from graphsvc.questions.library import Library
from graphsvc.questions.names import Names
from graphsvc.questions.paging import Pager
from graphsvc.questions.question import Column, Parameter, Question
from graphsvc.questions.table import Term, fetch
from graphsvc.questions.template import Value, serialise
from graphsvc.questions.values import BadValue, literal

PAGE, LARGEST_PAGE = 1_000, 10_000
"""Rows of a page: unless told, and at most."""

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


@dataclass(frozen=True)
class Answer:
    """One page of an answer.

    after: cursor of the next page, if there is one; sparql: what was run; passages: those that the
    rows rest on, by IRI; labels: of the IRIs in rows and parameters; coverage: where nothing was
    found, the answer that tells what was looked at.
    """

    question: Question
    release: str
    parameters: Understood
    rows: list[tuple[Term | None, ...]]
    after: str | None
    sparql: str
    passages: Mapping[str, Passage]
    labels: Mapping[str, str]
    coverage: Answer | None = None

    def cited(self, cell: Term | None) -> list[Passage]:
        """The passages of an evidence cell, in reading order."""
        return in_reading_order(self.passages[iri] for iri in passage_iris(cell))


def typed(cell: Term | None, column: Column) -> Term | None:
    """The cell, without what differs between engines.

    A boolean that the engine has as 0 or 1 (some compute them so) becomes one; several texts, which
    GROUP_CONCAT gives in any order (SPARQL 1.1, section 18.5.1.7), become one text, sorted.
    """
    if not isinstance(cell, Literal):
        return cell
    if column.type == "boolean" and cell.value in ("0", "1"):
        return Literal(cell.value == "1")
    if column.many:
        return Literal("; ".join(sorted(filter(None, cell.value.split("\n")))))
    return cell


class Questions:
    """A library that can be asked, over one release.

    Choices and coverage are answered once, for a release never changes.
    """

    def __init__(
        self, library: Library, engine: Engine, names: Names, passages: Passages
    ) -> None:
        self.library, self.names, self.passages = library, names, passages
        self._engine = engine
        self._pagers: dict[str, Pager] = {}
        self._choices: dict[str, list[Choice]] = {}
        self._coverage: dict[str, Answer] = {}

    @classmethod
    async def open(
        cls, library: Library, engine: Engine, words: Words | None = None,
        index: sqlite3.Connection | None = None,
    ) -> Questions:
        """index: names and passages of the engine's release; without it they are read from the
        engine. Raises what the engine raises.
        """
        index = index or await read_index(engine)
        names = Names(index, library.prefixes)
        return cls(library, engine, names, Passages(index, names, words))

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
        limit: int = PAGE, after: str | None = None,
    ) -> Answer:
        """A page of the answer. Raises UnknownPage, NoKey, and what the engine raises."""
        answer = await self._page(question, understood, limit, after)
        if answer.rows or after is not None:
            return answer
        return replace(answer, coverage=await self._looked_at(question))

    async def _page(
        self, question: Question, understood: Understood, limit: int, after: str | None
    ) -> Answer:
        pager = self._pagers.setdefault(question.name, Pager(question))
        sparql = pager.query(understood, limit, after)
        rows, following = pager.cut(await fetch(self._engine, sparql), limit)
        rows = [tuple(map(typed, row, question.columns)) for row in rows]
        cells = {iri for row in rows for cell, column in zip(row, question.columns, strict=True)
                 if column.type == "evidence" for iri in passage_iris(cell)}
        terms = [term for row in rows for term in row]
        terms += [value for values in understood.values() for value in values]
        return Answer(
            question=question, release=self.release, parameters=understood, rows=rows,
            after=following, sparql=sparql,
            passages={iri: self.passages.get(iri) for iri in cells},
            labels=dict(self._labels(terms)))

    async def ask_by_name(self, name: str, given: Given) -> Answer:
        """The first page of the answer to the question of that name, with `given` as written.

        Raises UnknownQuestion and what `understand` and `ask` raise.
        """
        question = self.library.get(name)
        return await self.ask(question, await self.understand(question, given))

    def panels(self, iri: str) -> list[tuple[Question, str]]:
        """The questions for the page of a thing, each with the parameter that takes it."""
        return self.library.panels(self.names.classes(iri))

    async def choices(self, parameter: Parameter) -> list[Choice]:
        """The values that a parameter of type choice offers. Raises what the engine raises."""
        if parameter.choices_from is None:
            return [Choice(Literal(value), label) for value, label in parameter.choices.items()]
        if parameter.choices_from not in self._choices:
            question = self.library.get(parameter.choices_from)
            answer = await self.ask(
                question, await self.understand(question, {}), limit=LARGEST_PAGE)
            self._choices[question.name] = list(_choices(answer, self.names))
        return self._choices[parameter.choices_from]

    async def _value(self, parameter: Parameter, text: str) -> Value:
        location = f"parameter {parameter.name}"
        value: Value
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise BadValue("The text is not Unicode.", location=location, hint="Give it in UTF-8.")
        if parameter.type == "iri":
            value = NamedNode(self.names.find(
                text, of_class=parameter.of_class, scheme=parameter.scheme, location=location))
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

    async def _looked_at(self, question: Question) -> Answer | None:
        coverage = self.library.coverage(question)
        if coverage is None:
            return None
        if coverage.name not in self._coverage:
            understood = await self.understand(coverage, {})
            self._coverage[coverage.name] = await self._page(coverage, understood, PAGE, None)
        return self._coverage[coverage.name]

    def _labels(self, terms: Sequence[Term | None]) -> Iterator[tuple[str, str]]:
        for term in dict.fromkeys(terms):
            if isinstance(term, NamedNode) and (label := self.names.label(term.value)):
                yield term.value, label


def _choices(answer: Answer, names: Names) -> Iterator[Choice]:
    """The first column's values, labelled by the `label` column or by their names."""
    columns = [column.name for column in answer.question.columns]
    at = columns.index("label") if "label" in columns else None
    for row in answer.rows:
        value = row[0]
        if isinstance(value, NamedNode | Literal):
            told = row[at] if at is not None else None
            label = told.value if told is not None else names.label(value.value)
            yield Choice(value, label or value.value)
