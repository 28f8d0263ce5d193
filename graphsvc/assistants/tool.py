"""What all tools of assistants share: short names of things, tables of rows, and how much fits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pyoxigraph import BlankNode, Literal, NamedNode

from graphsvc.passage import Passage, in_reading_order
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Column
from graphsvc.questions.table import Row, Term, plain
from graphsvc.service import Serving

Json = dict[str, Any]

MOST_CHARACTERS = 24_000
"""Length of a result that nobody asked to be longer: 8,000 tokens of three characters."""
_ROOM = MOST_CHARACTERS - 2_000
"""For rows with what is around them; notes come on top."""


def written(document: Json) -> str:
    """A document as JSON, without what is empty at its top."""
    return json.dumps(compact(document), ensure_ascii=False, separators=(",", ":"))


def fitting(
    make: Callable[[int], Json], rows: int, limit: int | None = None, more: str = ""
) -> Json:
    """The document of as many rows as fit, one at least.

    make: gives the document of the first rows, by their number; rows: how many there are;
    limit: how many are asked for, however long they are; more: what `left_out` says after the
    number of the others.
    """
    shown = rows if limit is None else min(rows, limit)
    document = make(shown)
    while limit is None and shown > 1 and (length := len(written(document))) > _ROOM:
        shown = max(1, min(shown - 1, shown * _ROOM // length))
        document = make(shown)
    left_out = {"left_out": f"{rows - shown} {more}"} if more and shown < rows else {}
    return {**document, **left_out}


class Tool(BaseModel):
    """The arguments of a tool. The docstring of each is what assistants read of it."""

    model_config = ConfigDict(extra="forbid")
    title: ClassVar[str]

    async def run(self, serving: Serving, client: str | None) -> Json:
        """The result. client: the address of who asks. Raises GraphsvcError."""
        raise NotImplementedError


@dataclass
class Names:
    """Short names for the things of one result, and what they are names of.

    ids: by the name that cells show, the short IRI that every tool takes; passages: by the title
    of a document, those that are cited.
    """

    serving: Serving
    ids: dict[str, str] = field(default_factory=dict)
    cited: dict[str, Passage] = field(default_factory=dict)

    def id(self, iri: str) -> str:
        """The short IRI that every tool takes."""
        return self.serving.index.curie(iri)

    def name(self, iri: str) -> str:
        """What a cell shows for a thing; its short IRI where the name is that of another thing."""
        label, id_ = self.serving.index.label(iri), self.id(iri)
        if label is None or self.ids.setdefault(label, id_) != id_:
            return id_
        return label

    def passage(self, passage: Passage) -> str:
        """What a cell shows for a passage: its short IRI."""
        id_ = self.id(passage.iri)
        self.cited[id_] = passage
        return id_

    @property
    def passages(self) -> dict[str, list[str]]:
        """The passages by the title of their document, in reading order."""
        found: dict[str, list[str]] = {}
        for passage in in_reading_order(self.cited.values()):
            found.setdefault(passage.title or passage.iri, []).append(self.id(passage.iri))
        return found

    def value(self, term: Term) -> str:
        """A term as a text: a name, a short IRI or what a literal says."""
        if isinstance(term, NamedNode):
            return self.name(term.value)
        return f"_:{term.value}" if isinstance(term, BlankNode) else term.value

    def table(self, answer: Answer, count: int) -> Json:
        """The first rows of an answer as lists below the names of their columns; `empty` names the
        columns that have no value in any of the rows."""
        columns, rows = answer.question.columns, answer.rows[:count]
        used = [at for at in range(len(columns)) if any(row[at] is not None for row in rows)]
        return {
            "columns": [columns[at].name for at in used],
            "rows": [[self._cell(answer, row, row[at], columns[at]) for at in used]
                     for row in rows],
            "empty": [column.name for at, column in enumerate(columns)
                      if at not in used] if rows else [],
            "disagreements": sorted({f"{self.name(one.thing)} ({one.kind})" for row in rows
                                     for one in answer.disagreements(row)})}

    def _cell(self, answer: Answer, row: Row, term: Term | None, column: Column) -> Any:
        if column.type == "evidence":
            return [self.passage(one) for one in answer.cited(row, term)]
        return self.name(term.value) if isinstance(term, NamedNode) else plain(term, column)


def given(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameters as an assistant gives them (texts, numbers, true, lists), as texts by name."""
    return {name: [str(one).lower() if isinstance(one, bool) else str(one)
                   for one in (value if isinstance(value, list) else [value])]
            for name, value in parameters.items() if value is not None}


def terms(values: Iterable[Term], names: Names) -> list[str]:
    """Terms as texts, in alphabetical order; blank nodes are left out."""
    return sorted((names.value(value) for value in values
                   if isinstance(value, NamedNode | Literal)), key=str.casefold)


def compact(fields: Mapping[str, Any]) -> Json:
    """The fields that are not empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
