"""Answers of the real release as a test reads them: cells as plain values, passages as lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphsvc.index import AmbiguousName, UnknownName
from graphsvc.questions.answer import Answer, Questions
from graphsvc.questions.output import as_document
from graphsvc.questions.question import RESERVED_COLUMNS
from tests.conftest import Runner

Cell = str | int | float | bool | None
Row = tuple[Cell, ...]
Line = tuple[str, int]
"""A document's slug and a line of its text."""

_JI = "https://w3id.org/joint-inspections/def#"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)
_SHORT = {"SL": "South Lanarkshire", "ML": "Midlothian"}


@dataclass(frozen=True)
class Ask:
    """A question of the library with its parameters, and the whole answer to it.

    columns: names of the columns that `rows` holds; a name with `#` gives the slug of what stands
        in the column, and a plain name its label.
    rows: all rows; none where the documents do not say it.
    """

    name: str
    given: Mapping[str, str | list[str]]
    columns: str
    rows: set[Row]

    def texts(self) -> dict[str, list[str]]:
        """The parameters as an asker writes them."""
        return {key: value if isinstance(value, list) else [value]
                for key, value in self.given.items()}


@dataclass(frozen=True)
class Visible:
    """One of the visible questions, and what the library answers to it.

    context: proof lines that the answer does not cite, with the reason.
    unsaid: names in the expected answer that the library's answer does not hold, with the reason.
    """

    id: str
    asks: tuple[Ask, ...]
    context: Mapping[Line, str] = field(default_factory=dict)
    unsaid: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What the service answered to one Ask."""

    rows: set[Row]
    lines: frozenset[Line]
    words: str
    things: frozenset[str]
    looked_at: int

    @classmethod
    def of(cls, answer: Answer, columns: str) -> Told:
        """Read an answer. columns: as in Ask."""
        content = as_document(answer, answer.after)
        assert content["next"] is None, "the answer has more than one page"
        silent = set(answer.silence.iris())
        rows = [{name: cell for name, cell in row.items() if name not in RESERVED_COLUMNS}
                for row in content["rows"]]
        cells = {cell for row in rows for cell in row.values() if isinstance(cell, str)}
        cells |= {value.value for values in answer.parameters.values() for value in values}
        labels = {iri: label for iri, label in content["labels"].items()
                  if iri in cells or iri not in silent}
        coverage = content["coverage"] or {"rows": []}
        return cls(
            rows={tuple(_cell(row, name, labels) for name in columns.split()) for row in rows},
            lines=frozenset(
                (str(cited["document"]).rsplit("/", 1)[-1], cited["line"])
                for row in rows for cell in row.values() if isinstance(cell, list)
                for cited in cell if "line" in cited),
            words=" ".join(_words(rows, labels)),
            things=frozenset(labels),
            looked_at=len(coverage["rows"]),
        )


class Library:
    """The library over the real release, answering from one event loop."""

    def __init__(self, runner: Runner, questions: Questions) -> None:
        self._runner, self._questions = runner, questions
        self._told: dict[str, Told] = {}

    def ask(self, asked: Ask) -> Told:
        """The answer, asked once."""
        key = repr((asked.name, asked.given, asked.columns))
        if key not in self._told:
            answer = self._runner.run(self._questions.ask_by_name(asked.name, asked.texts()))
            self._told[key] = Told.of(answer, asked.columns)
        return self._told[key]

    def holds(self, told: Iterable[Told], name: str) -> bool:
        """Whether answers hold a number, or a name in any form that the library knows."""
        answers = tuple(told)
        if any(_within(answer.words, name) for answer in answers):
            return True
        meant = self._things(name)
        return any(meant & answer.things for answer in answers)

    def _things(self, name: str) -> set[str]:
        """What a name stands for, as a thing of any kind or as one of those with short names."""
        found: set[str] = set()
        for kind in (None, f"{_JI}Approach", f"{_JI}StrategicGroup"):
            try:
                found.add(self._questions.index.find(name, of_class=kind))
            except AmbiguousName as error:
                found |= {choice.iri for choice in error.named}
            except UnknownName:
                continue
        return found


def names(expected: object) -> Iterator[str]:
    """The numbers and the names (words with a capital) of an expected answer."""
    for word in re.findall(r"\d[\d,]*(?:\.\d+)*|[A-Z#][\w#'-]*", str(expected)):
        if word[0].isdigit():
            yield word.rstrip(",").replace(",", "")
        else:
            yield from _SHORT.get(word, word).split()


def _within(words: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", words, re.IGNORECASE) is not None


def _cell(row: Mapping[str, Any], name: str, labels: Mapping[str, str]) -> Cell:
    value = row[name.rstrip("#")]
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, str) and value in labels:
        return value.rsplit("/", 1)[-1] if name.endswith("#") else labels[value]
    assert not isinstance(value, list), f"{name} holds evidence"
    return value


def _words(rows: list[dict[str, Any]], labels: Mapping[str, str]) -> Iterator[str]:
    yield from labels.values()
    for row in rows:
        for value in row.values():
            if isinstance(value, int | float):
                yield f"{value:g}" if abs(value) < 100_000 else str(int(value))
            elif isinstance(value, str):
                yield labels.get(value, value)
                yield from _dates(value)


def _dates(text: str) -> Iterator[str]:
    """Dates as people write them: 2020-02-03 as 3 February 2020."""
    for year, month, day in re.findall(r"(\d{4})-(\d\d)(?:-(\d\d))?", text):
        if 1 <= int(month) <= 12:
            yield f"{int(day) if day else ''} {_MONTHS[int(month) - 1]} {year}"
