"""What rows rest on: the passages of each statement, and where documents disagree on it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import NamedNode

from graphsvc.engine.base import Engine
from graphsvc.index import Index
from graphsvc.passage import Passage, foremost
from graphsvc.questions.question import Question
from graphsvc.questions.table import Row, Term, fetch, passage_iris
from graphsvc.questions.template import own

CONCLUDED = "(concluded)"
"""What is added to a value that no document states."""


@dataclass(frozen=True)
class Disagreement:
    """A disagreement that a row's fact is a side of. kind: what it is about, in words."""

    thing: str
    kind: str


@dataclass(frozen=True)
class Evidence:
    """What is known of the statements and passages of a release.

    passages: those of each thing; first: of these, those that carry what it says; documents: that
    of each passage; disagreements: those that each thing is a side of; concluded: the values of
    each thing that no document states.
    """

    passages: Mapping[str, set[str]] = field(default_factory=dict)
    first: Mapping[str, set[str]] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    disagreements: Mapping[str, Sequence[Disagreement]] = field(default_factory=dict)
    concluded: Mapping[str, set[str]] = field(default_factory=dict)

    @classmethod
    async def of(cls, engine: Engine, remarks: Question | None, rows: Sequence[Row]) -> Evidence:
        """Read the evidence of a release. remarks: the question with `remarks`, and its rows.

        Raises what the engine raises.
        """
        cited, concluded = await asyncio.gather(*(
            fetch(engine, own(name)) for name in ("own-passages", "concluded")))
        return await asyncio.to_thread(cls._found, cited.rows, concluded.rows, remarks, rows)

    @classmethod
    def _found(
        cls, cited: Sequence[Row], concluded: Sequence[Row], remarks: Question | None,
        rows: Sequence[Row],
    ) -> Evidence:
        passages, first = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        documents: dict[str, str] = {}
        for thing, passage, document, carries in cited:
            if thing and passage and document:
                passages[thing.value].add(passage.value)
                documents[passage.value] = document.value
                if carries and carries.value == "true":
                    first[thing.value].add(passage.value)
        values = defaultdict[str, set[str]](set)
        for thing, value in concluded:
            if thing and value:
                values[thing.value].add(value.value)
        return cls(passages, first, documents,
                   _disagreements(remarks, rows) if remarks else {}, values)

    def facts(self, question: Question, row: Row) -> list[str]:
        """What a row says: the things of the columns that are marked as facts."""
        return [term.value for term, column in zip(row, question.columns, strict=True)
                if column.fact and isinstance(term, NamedNode)]

    def cited(self, index: Index, question: Question, row: Row, cell: Term | None) -> list[Passage]:
        """The passages of an evidence cell: those that carry what the facts say, then the facts'
        own, then all others, each as `foremost` has them."""
        facts = self.facts(question, row)
        things = facts or [term.value for term in row if isinstance(term, NamedNode)]
        first = {iri for thing in things for iri in self.first.get(thing, ())}
        own = {iri for fact in facts for iri in self.passages.get(fact, ())}
        cited = foremost(map(index.passage, passage_iris(cell)), first)
        return sorted(cited, key=lambda passage: passage.iri not in own)

    def is_concluded(self, row: Row, term: Term | None) -> bool:
        """Whether no document states a value of a row: someone concluded it."""
        return isinstance(term, NamedNode) and any(
            isinstance(thing, NamedNode) and term.value in self.concluded.get(thing.value, ())
            for thing in row)

    def disputed(self, row: Row) -> list[Disagreement]:
        """The disagreements that the things of a row are sides of."""
        found = (one for term in row if isinstance(term, NamedNode)
                 for one in self.disagreements.get(term.value, ()))
        return list(dict.fromkeys(found))

    @cached_property
    def within(self) -> set[str]:
        """The disagreements whose sides are in one document."""
        sides: dict[str, set[str]] = defaultdict(set)
        for side, disputes in self.disagreements.items():
            for one in disputes:
                sides[one.thing].update(
                    self.documents[passage] for passage in self.passages.get(side, ()))
        return {thing for thing, documents in sides.items() if len(documents) == 1}

    def said(self, question: Question, rows: Sequence[Row]) -> set[str]:
        """The things that rows name, and the documents that they rest on."""
        named = {term.value for row in rows for term in row if isinstance(term, NamedNode)}
        return named.union(self.sources(question, rows))

    def sources(self, question: Question, rows: Sequence[Row]) -> Iterator[str]:
        """The documents that rows rest on."""
        for at, column in enumerate(question.columns):
            if column.type == "evidence":
                for row in rows:
                    yield from (self.documents[iri] for iri in passage_iris(row[at])
                                if iri in self.documents)


def _disagreements(remarks: Question, rows: Sequence[Row]) -> dict[str, list[Disagreement]]:
    assert remarks.remarks is not None
    at = {column.name: number for number, column in enumerate(remarks.columns)}
    about = [at[name] for name in remarks.remarks.about]
    thing, kind = at[remarks.remarks.thing], at[remarks.remarks.kind]
    found: dict[str, dict[Disagreement, None]] = defaultdict(dict)
    for row in rows:
        dispute, of_kind = row[thing], row[kind]
        for place in about:
            if (side := row[place]) and dispute:
                found[side.value][Disagreement(
                    dispute.value, of_kind.value if of_kind else "")] = None
    return {side: list(disputes) for side, disputes in found.items()}
