"""A question: what may be asked, with what, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from graphsvc.questions.template import Template

ParameterType = Literal[
    "iri", "text", "integer", "decimal", "boolean", "date", "year", "choice"
]
ColumnType = Literal[
    "iri", "text", "integer", "decimal", "boolean", "date", "year", "evidence"
]
PARAMETER_TYPES: tuple[str, ...] = get_args(ParameterType)
COLUMN_TYPES: tuple[str, ...] = get_args(ColumnType)
RESERVED = ("after", "format", "limit")
"""Parameters that every question has: the cursor, the answer's format and the page's size."""


@dataclass(frozen=True)
class Parameter:
    """A value that the asker gives.

    min, max: bounds of a number, date or year; of a text, bounds of its length in characters.
    many: several values may be given.
    of_class, scheme: IRIs that narrow what an iri may name.
    choices: the values of a choice with their labels; choices_from: the question whose first
        column (and `label` column, if it has one) gives them.
    """

    name: str
    type: ParameterType
    label: str
    description: str = ""
    required: bool = True
    default: tuple[str, ...] = ()
    min: str | None = None
    max: str | None = None
    many: bool = False
    of_class: str | None = None
    scheme: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    choices_from: str | None = None

    @property
    def optional(self) -> bool:
        """Whether it may be left without any value."""
        return not self.required and not self.default


@dataclass(frozen=True)
class Column:
    """A column of the answer; a column of type evidence holds IRIs of passages, blank-separated.

    many: the query gives several texts, each on a line of its own and in no order.
    """

    name: str
    type: ColumnType
    label: str
    meaning: str = ""
    many: bool = False


@dataclass(frozen=True)
class Key:
    """A column that the answer is ordered by."""

    column: Column
    descending: bool

    @property
    def numeric(self) -> bool:
        """Whether it orders by number; all else orders by code point."""
        return self.column.type in ("integer", "decimal", "year")


@dataclass(frozen=True)
class Example:
    """Values that a question can be asked with, as people would write them."""

    title: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Panel:
    """A class of things on whose pages the question belongs, and the parameter for the thing."""

    of_class: str
    parameter: str


@dataclass(frozen=True)
class Question:
    """One file of the library.

    order: the columns that together are different in every row.
    route: path below the API, with `{parameter}` segments.
    coverage: name of the question that tells what was looked at, attached to empty answers.
    template: the query with its places; query: its text as it stands in the file.
    """

    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    order: tuple[Key, ...]
    examples: tuple[Example, ...]
    panels: tuple[Panel, ...]
    route: str | None
    coverage: str | None
    query: str
    template: Template
    file: str

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if the question has it."""
        return next((p for p in self.parameters if p.name == name), None)
