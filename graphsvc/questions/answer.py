"""Asking a question: what was meant, the rows with their evidence, and what absence means."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from pyoxigraph import Literal, NamedNode

from graphsvc.engine.base import Engine
from graphsvc.errors import GraphsvcError
from graphsvc.index import AmbiguousName, Index
from graphsvc.passage import Passage
from graphsvc.questions.evidence import CONCLUDED, Disagreement, Evidence
from graphsvc.questions.library import Library
from graphsvc.questions.parameters import (
    PAGE,
    Choice,
    Given,
    Meant,
    Members,
    Understood,
    choices_of,
    given_texts,
    settle,
    subjects,
    widened,
)
from graphsvc.questions.question import Column, Parameter, Question
from graphsvc.questions.sentence import as_chosen, in_words, sentence
from graphsvc.questions.silence import Coverage, Filter, Silence, concerns, looked_at
from graphsvc.questions.table import Row, Tables, Term, cursor, fetch_answer, plain, start_of, tally
from graphsvc.questions.template import Value, serialise
from graphsvc.questions.values import BadValue, literal, with_things
from graphsvc.words import fold


@dataclass(frozen=True)
class Answer:
    """One page of an answer.

    all_rows: those of all pages; after: cursor of the next page, if there is one; sparql: what was
    run; index: of the release; evidence: what its rows rest on.
    silence: what it does not say; coverage: where nothing was found, the answer that says what was
    looked at. Both are left out where only the rows were asked for.
    """

    question: Question
    release: str
    parameters: Understood
    rows: list[Row]
    all_rows: list[Row]
    after: str | None
    sparql: str
    index: Index
    evidence: Evidence = field(default_factory=Evidence)
    silence: Silence = field(default_factory=Silence)
    coverage: Answer | None = None

    @property
    def taken(self) -> Mapping[str, str]:
        """What was written for parameters, with what it was taken for where that is not plain."""
        return self.parameters.taken if isinstance(self.parameters, Meant) else {}

    @cached_property
    def labels(self) -> dict[str, str]:
        """What the things in rows, parameters and silence are called, by IRI."""
        iris = {term.value for terms in (*self.rows, *self.parameters.values()) for term in terms
                if isinstance(term, NamedNode)}
        iris.update(self.silence.iris())
        return {iri: label for iri in sorted(iris) if (label := self.index.label(iri))}

    @cached_property
    def sentence(self) -> str | None:
        """The answer summed up, where its question says how."""
        if (template := self.question.sentence) is None:
            return None
        parameters = self.question.parameters
        chosen = {p.name: as_chosen(p, self.given[p.name]) for p in parameters
                  if p.name in self.given and not self.is_default(p)}
        asked = [value.value for values in self.parameters.values() for value in values]
        unreported = self.silence.unreported(asked, self.index)
        if not self.all_rows and (nothing := self.silence.nothing(chosen.values(), unreported)):
            return nothing
        shown = [(at, column) for at, column in enumerate(self.question.columns)
                 if column.name in template]
        rows = [{**{column.name: self._named(row[at], column) for at, column in shown},
                 "disputed": ", ".join(one.kind for one in self.disagreements(row))}
                for row in self.all_rows]
        said = sentence(self.question, rows, {p.name: self._asked(p) for p in parameters}, chosen)
        return f"{unreported} {said}" if unreported and said else said

    @cached_property
    def heading(self) -> str:
        """The title of the answer, for its values."""
        return self.question.headed(self.given)[0]

    @cached_property
    def given(self) -> dict[str, str]:
        """The values of parameters as people read them."""
        return {name: in_words(
            {"true": "yes", "false": "no"}.get(value.value) or self.index.label(value.value)
            or value.value for value in values) for name, values in self.parameters.items()}

    @cached_property
    def summary(self) -> dict[str, list[tuple[Term, int]]]:
        """How many facts (else rows) have each value of the counted columns, most first."""
        return {column.name: tally(column, self._once(at))
                for at, column in enumerate(self.question.columns)
                if column.name in self.question.summary and len(self.all_rows) > 1}

    def _once(self, at: int) -> list[Term | None]:
        """The cells of a column that documents state, once for each fact, which may be in several
        rows."""
        facts = [place for place, column in enumerate(self.question.columns) if column.fact]
        return [cell for cell, _ in dict.fromkeys(
            (row[at], tuple(filter(None, (row[fact] for fact in facts))) or number)
            for number, row in enumerate(self.all_rows)
            if not self.evidence.is_concluded(row, row[at]))]

    def shown(
        self, term: Term | None, column: Column, row: Row = ()
    ) -> str | int | float | None:
        """A cell as people read it: the label of a thing, yes or no, else the value; in its row,
        with a mark where it is concluded."""
        value = self._named(term, column)
        if self.evidence.is_concluded(row, term):
            return f"{value} {CONCLUDED}"
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value

    def _named(self, term: Term | None, column: Column) -> str | int | float | bool | None:
        if isinstance(term, NamedNode):
            return self.index.label(term.value) or term.value
        return plain(term, column)

    def cited(self, row: Row, cell: Term | None) -> list[Passage]:
        """The passages of an evidence cell of a row, those of its statement first."""
        return self.evidence.cited(self.index, self.question, row, cell)

    def gist(self, row: Row) -> str | None:
        """What the statement of a row says, in short."""
        facts = self.evidence.facts(self.question, row)
        entries = self.index.entries(facts)
        return next((entry.note or entry.label for fact in facts
                     if (entry := entries.get(fact))), None)

    def disagreements(self, row: Row) -> list[Disagreement]:
        """Where documents disagree on what a row says."""
        return self.evidence.disputed(row)

    def is_default(self, parameter: Parameter) -> bool:
        """Whether nobody chose the values of a parameter."""
        texts: list[str | None] = list(parameter.default)
        if parameter.type == "iri":
            texts = [self.index.meant(text, of_class=parameter.of_class, scheme=parameter.scheme)
                     for text in parameter.default]
        values = [value.value for value in self.parameters.get(parameter.name, ())]
        return bool(texts) and texts == values

    def _asked(self, parameter: Parameter) -> Any:
        texts = [value.value == "true" if parameter.type == "boolean" else
                 self.index.label(value.value) or value.value
                 for value in self.parameters.get(parameter.name, ())]
        return texts if parameter.many else next(iter(texts), None)


class Questions:
    """A library that can be asked, over one release with its index."""

    def __init__(self, library: Library, engine: Engine, index: Index) -> None:
        self.library, self.index, self._engine = library, index, engine
        self._tables = Tables()
        self._choices: dict[str, list[Choice]] = {}
        self._evidence: Evidence | None = None
        self._reading = asyncio.Lock()
        self._members = Members(engine)

    @property
    def release(self) -> str:
        """The release that answers come from."""
        return self._engine.release

    async def understand(self, question: Question, given: Given) -> Meant:
        """What was meant by what was given, with defaults filled in.

        Raises BadParameter, BadValue, UnknownName or AmbiguousName.
        """
        understood = Meant()
        ambiguous: list[tuple[Parameter, str, AmbiguousName]] = []
        for parameter, texts in given_texts(question, given):
            for text in texts:
                try:
                    value = await self._value(parameter, text)
                    understood.take(parameter, text, value, self.index)
                except AmbiguousName as error:
                    ambiguous.append((parameter, text, error))
        settled = Meant(understood)
        for parameter, text, several in ambiguous:
            value = await settle(several, parameter, settled, partial(self._reached, question))
            understood.take(parameter, text, value, self.index)
        return understood

    async def ask(
        self, question: Question, understood: Understood, *,
        limit: int = PAGE, after: str | None = None, client: str | None = None,
    ) -> Answer:
        """A page of the answer, with what it does not say. client: the address of who asks.

        Raises UnknownPage, and what the engine raises.
        """
        answer = await self.page(question, understood, limit=limit, after=after, client=client)
        answer = replace(answer, silence=await self._silence(answer, client))
        coverage = self.library.coverage(question)
        if answer.rows or coverage is None:
            return answer
        return replace(answer, coverage=await self.page(
            coverage, await self.understand(coverage, {}), client=client))

    async def page(
        self, question: Question, understood: Understood, *,
        limit: int = PAGE, after: str | None = None, client: str | None = None,
    ) -> Answer:
        """A page of the answer's rows. Raises UnknownPage, and what the engine raises."""
        sparql, rows = await self._fetched(question, understood, client)
        start = start_of(after, len(rows), self.release) if after is not None else 0
        end = start + limit
        return Answer(
            question=question, release=self.release, parameters=understood, sparql=sparql,
            rows=rows[start:end], all_rows=rows,
            after=cursor(end, self.release) if end < len(rows) else None,
            index=self.index, evidence=await self.known())

    async def _rows(
        self, question: Question, understood: Understood, client: str | None = None
    ) -> list[Row]:
        return (await self._fetched(question, understood, client))[1]

    async def _fetched(
        self, question: Question, understood: Understood, client: str | None
    ) -> tuple[str, list[Row]]:
        """The query that is run, and its rows. Raises TooManyThings, and what the engine raises."""
        included = await self._members.included(question, understood)
        if any(parameter.type == "words" for parameter in question.parameters):
            included = await asyncio.to_thread(with_things, question, included, self.index)
        sparql = question.template.write(included)
        return sparql, await self._tables.get(
            f"{question.name}\n{sparql}",
            lambda: fetch_answer(self._engine, question, included, sparql, client))

    async def known(self) -> Evidence:
        """The evidence of the release, which is read once."""
        async with self._reading:
            if self._evidence is None:
                remarks = self.library.remarks
                rows = await self._rows(remarks, {}) if remarks else []
                self._evidence = await Evidence.of(self._engine, remarks, rows)
        return self._evidence

    async def _silence(self, answer: Answer, client: str | None) -> Silence:
        question = answer.question
        if question.covers or (question.nearest and question.nearest.name in answer.parameters):
            return Silence()
        documents, others = [
            Coverage.of(covering, await self._rows(covering, await self.understand(covering, {})))
            if covering else None for covering in self.library.covering]
        given = await self._members.included(question, answer.parameters)
        wider, widest = widened(question, answer.parameters)
        about = subjects(question, answer.parameters)
        *found, most, alike = await asyncio.gather(*(
            self._reached(question, asked, client)
            for asked in (*(a for _, a in wider), widest, {**widest, **about})))
        filters = [Filter(parameter, answer.parameters[parameter.name],
                          answer.is_default(parameter), max(0, len(rows) - len(answer.all_rows)))
                   for (parameter, _), rows in zip(wider, found, strict=True)]
        others_of = [r for (p, _), r in zip(wider, found, strict=True) if p.name not in about]
        hidden = set[str]().union(*(
            answer.evidence.said(question, rows) for rows in (alike, *others_of)))
        read, about_whom = looked_at(
            documents, others, answer.evidence.said(question, answer.all_rows), hidden,
            {value.value for values in given.values() for value in values},
            concerns(question, others, self.index, empty=not answer.all_rows))
        read = replace(read, silent=()) if read and question.partial else read
        return Silence(read, about_whom, tuple(filters), len(most))

    async def _reached(
        self, question: Question, understood: Understood, client: str | None = None
    ) -> list[Row]:
        """The rows of an answer; none where the engine stops it."""
        try:
            return await self._rows(question, understood, client)
        except GraphsvcError:
            return []

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
            rows = await self._rows(question, await self.understand(question, {}))
            self._choices[question.name] = list(choices_of(question, rows, self.index))
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
