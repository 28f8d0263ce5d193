"""A question: what may be asked, with what, and what comes back.

The models are those of a header's YAML, whose scalars are texts: see graphsvc.questions.header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from graphsvc.questions.fields import (
    Flag,
    HeaderModel,
    Iri,
    Name,
    Text,
    Texts,
    entries,
    labelled,
    several,
)
from graphsvc.questions.template import Template

ParameterType = Literal[
    "iri", "text", "words", "integer", "decimal", "boolean", "date", "year", "choice"
]
ColumnType = Literal[
    "iri", "text", "integer", "decimal", "boolean", "date", "year", "evidence"
]
_PLACE = re.compile(r"\{(\w+)\}")
NAMED = "Named"
"""What comes after the name of a parameter of type words where its things must be named so."""
ANY = "any"
"""What a parameter with a default takes so that it does not narrow the answer."""
RESERVED = ("after", "format", "headings", "limit", "raw")
"""Parameters that every question has: the cursor, the answer's format, the page's size, what
CSV has as headings, and whether it leaves texts alone that spreadsheets take for formulas."""
RESERVED_COLUMNS = ("gist", "notStated", "disagreements")
"""What every row says of itself, next to its columns."""


class Parameter(HeaderModel):
    """A value that the asker gives.

    min, max: bounds of a number, date or year, or of a text's length. many: several may be given.
    of_class, scheme: IRIs that narrow what an iri may name, or which things words are looked for
        in: `$name` is bound to all that hold them, `$nameNamed` to all whose names do;
        with nearest to those that hold most of them, of which the first few give the rows.
    members: property from a thing to those that it is meant to include, such as a group's members.
    choices: the values of a choice with their labels; choices_from: the question whose first
        column (and `label` column, if it has one) gives them.
    """

    name: Name
    type: ParameterType
    label: Text
    description: Text = ""
    required: Flag = True
    default: Texts = ()
    min: Text | None = None
    max: Text | None = None
    many: Flag = False
    of_class: Iri | None = Field(
        default=None, validation_alias="class", serialization_alias="class")
    scheme: Iri | None = None
    nearest: Flag = False
    members: Iri | None = None
    choices: Annotated[Mapping[str, Text], BeforeValidator(labelled)] = {}
    choices_from: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_required(cls, data: Any) -> Any:
        """A parameter with a default is not required."""
        return {"required": "false", **data} if isinstance(data, dict) and data.get("default") \
            else data

    @property
    def several(self) -> bool:
        """Whether several values may be bound."""
        return self.many or self.members is not None or self.type == "words"

    @property
    def optional(self) -> bool:
        """Whether it may be left without any value."""
        return not self.required and not self.default


class Column(HeaderModel):
    """A column of the answer; a column of type evidence holds IRIs of passages, blank-separated.

    many: the query gives several texts, each on a line of its own and in no order.
    of_class: what its things are, for columns of things that coverage can be said of.
    fact: whether its thing is what the row says: its passages come first, its summary is the gist.
    unit, of: the columns that say in what its numbers are, and out of how many they are.
    quiet: whether pages leave it out, because it orders the rows or repeats what others say.
    tone: of what its numbers count; pages draw such numbers as one bar.
    absent: what rows without a value are called where rows are put together by it.
    """

    name: Name
    type: ColumnType
    label: Text
    meaning: Text = ""
    absent: Text = "not stated"
    many: Flag = False
    of_class: Iri | None = Field(
        default=None, validation_alias="class", serialization_alias="class")
    fact: Flag = False
    unit: Name | None = None
    of: Name | None = None
    quiet: Flag = False
    tone: Literal["good", "mixed", "bad"] | None = None

    @property
    def orders(self) -> bool:
        """Whether rows can be ordered by it."""
        return self.type != "evidence" and not self.many

    @property
    def numeric(self) -> bool:
        """Whether it orders by number; all else orders by code point."""
        return self.type in ("integer", "decimal", "year")


class Example(HeaderModel):
    """Values that a question can be asked with, as people would write them."""

    title: Text
    values: Mapping[str, Texts] = Field(
        default={}, validation_alias="parameters", serialization_alias="parameters")


class Chart(HeaderModel):
    """How the answer is drawn as bars: the columns of what each is for and of its length.

    series: the column of things that have a line each, from one `x` to the next.
    parts: the column of what the numbers of a bar are parts of, such as `Good, Very good` for
        those that are one of both; a bar is then one value of `series`.

    unit: what the length counts, with `{column}` for what a column has: bars with the same unit are
        together, on one scale.
    scale: to the longest bar (count) or to 100 (percent). order: by value, the longest first, or
        that of the answer.
    """

    x: Name
    y: Name
    series: Name | None = None
    parts: Name | None = None
    unit: Text
    scale: Literal["count", "percent"]
    order: Literal["value", "answer"]


class Map(HeaderModel):
    """How the answer is drawn as a map: the columns of places, and of what colours them (without
    one, the number of rows).

    unit: as in a chart. scale: as in a chart, or by rank (ordered), or a colour for each value
        (categories). levels: of categories those that are more and more; nothing: those that say
        that nothing is known, first that nobody looked.
    called, by: what the first page calls it, if it offers it, and the parameter that it needs.
    """

    place: Name
    shade: Name | None = None
    unit: Text | None = None
    scale: Literal["count", "percent", "ordered", "categories"]
    levels: Texts = ()
    nothing: Texts = ()
    called: Text | None = None
    by: Name | None = None


class Matrix(HeaderModel):
    """How the answer is drawn as a matrix: the columns that give rows, columns, heads over several
    of these, cells, what is shown in an empty one, and colours (else by the rank of the cell)."""

    rows: Name
    columns: Name
    over: Name | None = None
    cell: Name
    otherwise: Name | None = None
    tone: Name | None = None


class Covers(HeaderModel):
    """How a question says what was looked at: all documents, or who of some things has one.

    thing: the column of the things. document, statements: the columns of the documents that look
    at each, and of how many of their statements name it; without them the things are documents.
    """

    thing: Name
    document: Name | None = None
    statements: Name | None = None


class Remarks(HeaderModel):
    """How a question remarks on the rows of all others, such as with a disagreement.

    about: the columns of the things that are remarked on; thing, kind: what the remark is.
    """

    about: Annotated[tuple[Name, ...], BeforeValidator(several)]
    thing: Name
    kind: Name


Columns = Annotated[tuple[Column, ...], BeforeValidator(entries)]


WORDS = ("unit", "scale", "order", "called")
"""Keys of drawings that do not name a column."""
VALUES = ("levels", "nothing", "by")
"""Keys of drawings that name values or a parameter."""
PARTS: Mapping[Any, type[HeaderModel]] = {
    "parameters": Parameter, "columns": Column, "examples": Example, "chart": Chart, "map": Map,
    "matrix": Matrix, "covers": Covers, "remarks": Remarks}
"""The models of what is in a header, by its key."""


class SharedColumns(HeaderModel):
    """Columns that the headers of a library may name."""

    columns: Columns


def places_of(heading: str) -> set[str]:
    """The parameters that a heading has places for."""
    return set(_PLACE.findall(heading))


class Header(HeaderModel):
    """The header of a question's file.

    heading: titles of its answers, with `{parameter}` for values: see Question.headed.
    order: the columns that together are different in every row, with `-` to descend.
    panel: classes of things on whose pages the question belongs, each with the parameter for the
        thing.
    route: path below the API, with `{parameter}` segments.
    sentence: a template that sums an answer up: see graphsvc.questions.sentence.
    summary: the columns whose values are counted before the rows.
    group: the column by whose values the pages of things put rows together.
    partial: whether its rows are only a part of what documents say on the matter, or are reckoned
        over several, so that a document without a row need not be silent on it.
    covers, remarks: what this question says for the answers of all others.
    replaces: names that the question had, or that of questions it took the place of, each with
        how to ask it now.
    """

    title: Text
    heading: Texts = ()
    description: Text
    tags: Texts = ()
    parameters: Annotated[tuple[Parameter, ...], BeforeValidator(entries)] = ()
    columns: Columns
    order: Texts = ()
    examples: tuple[Example, ...]
    panel: Mapping[Iri, Text] = {}
    route: Text | None = None
    sentence: Text | None = None
    summary: Texts = ()
    group: Name | None = None
    partial: Flag = False
    covers: Covers | None = None
    remarks: Remarks | None = None
    replaces: Mapping[str, Text] = {}
    chart: Chart | None = None
    map: Map | None = None
    matrix: Matrix | None = None


class Question(Header):
    """One file of the library.

    file: as messages name it; query: its text as it is in the file; template: the same, with
    places for values.
    """

    name: str
    file: str
    query: str
    template: Template

    @cached_property
    def keys(self) -> dict[Column, bool]:
        """The columns of the declared order, or all from left to right; whether each descends."""
        plain = {column.name: column for column in self.columns if column.orders}
        return {plain[text.removeprefix("-")]: text.startswith("-")
                for text in self.order or plain if text.removeprefix("-") in plain}

    def headed(self, values: Mapping[str, str]) -> tuple[str, set[str]]:
        """The title of an answer, and the parameters whose values are in it: the heading with the
        most values, as far as they are given; without one, the title of the question."""
        fitting = [it for it in self.heading if places_of(it) <= values.keys()]
        heading = max(fitting, key=lambda it: len(places_of(it)), default=None)
        if heading is None:
            return self.title, set()
        filled = _PLACE.sub(lambda place: values[place[1]], heading)
        return filled[:1].upper() + filled[1:], places_of(heading)

    def can_drop(self, parameter: Parameter) -> bool:
        """Whether the query can be asked without any value of the parameter."""
        places = [place for place in self.template.places
                  if place.name in (parameter.name, parameter.name + NAMED)]
        return all(place.condition == parameter.name for place in places)

    @cached_property
    def nearest(self) -> Parameter | None:
        """The parameter that asks for what is nearest to some words, if any."""
        return next((p for p in self.parameters if p.nearest), None)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if the question has it."""
        return next((p for p in self.parameters if p.name == name), None)
