"""Reading a question's file: its `#+` header as a model, its query, the line of every mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.questions.header_check import Mistake, Place, header_mistakes
from graphsvc.questions.query_check import query_mistakes
from graphsvc.questions.question import (
    Chart,
    Column,
    Example,
    Header,
    Map,
    Matrix,
    Panel,
    Parameter,
    Question,
)
from graphsvc.questions.template import Template, prologue, scan

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MODELS: Mapping[str, type[BaseModel]] = {
    "parameters": Parameter, "columns": Column, "examples": Example, "panel": Panel,
    "chart": Chart, "map": Map, "matrix": Matrix}
_CALLED = {"parameters": "The parameter", "columns": "The column"}
_EXPECTED = {
    "model_type": ("is not a mapping.", "Write `key: value` lines."),
    "dict_type": ("is not a mapping.", "Write `key: value` lines."),
    "mapping_type": ("is not a mapping.", "Write `key: value` lines."),
    "tuple_type": ("is not a list.", "Write `- ` before each entry."),
}
SharedColumns = Mapping[str, Mapping[str, Any]]
"""By name: columns that a header may name instead of describing them."""


def read_question(
    path: Path, prefixes: Mapping[str, str], *, file: str | None = None, built: bool = False,
    shared: SharedColumns | None = None,
) -> Question:
    """The question in a file.

    prefixes: what a CURIE of the header may use, next to the query's own PREFIX lines.
    file: the name that messages use. built: whether it is in a release, whose questions were
    checked when it was built. Raises InputErrors with every mistake that was found.
    """
    file = file or str(path)
    first, text, line, query = _split(_read(path, file))
    header = _Yaml(text, file, first)
    model = header.model({**prefixes, **_declared(query)}, shared or {})
    question = Question.model_construct(
        **dict(model), name=path.stem, file=file, query=query,
        template=Template(query, file=file, line=line))
    if not built:
        header.stop_on(header_mistakes(question))
        if errors := query_mistakes(question, line):
            raise InputErrors(errors)
    return question


def read_columns(path: Path) -> SharedColumns:
    """The shared columns of a folder of questions, if it has any. Raises InputErrors."""
    if not path.is_file():
        return {}
    file = f"{path.parent.name}/{path.name}"
    return _Yaml(_read(path, file), file, 1).columns()


def _read(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputErrors([GraphsvcError("The file is not UTF-8.", location=file,
                                         hint="Save the file as UTF-8.")]) from error


def _split(text: str) -> tuple[int, str, int, str]:
    """Header and query: the header's first line and YAML, the query's first line and text."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    start = 0
    while start < len(lines) and re.match(r"\s*(#(?!\+).*)?$", lines[start]):
        start += 1
    end = start
    while end < len(lines) and lines[end].startswith("#+"):
        end += 1
    header = "".join(re.sub(r"^#\+ ?", "", line) for line in lines[start:end])
    return start + 1, header, end + 1, "".join(lines[end:])


def _declared(query: str) -> dict[str, str]:
    """The prefixes that the query declares."""
    tokens = [t.text for t in scan(prologue(query)[0]) if t.kind in ("name", "iri")]
    triples = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return {name.rstrip(":"): iri.strip("<>") for word, name, iri in triples
            if word.upper() == "PREFIX"}


class _Yaml:
    """A YAML document whose scalars stay the text that was written (`2.1` is not a number).

    file, line: where its first line is, for messages. Raises InputErrors for what is not YAML.
    """

    def __init__(self, text: str, file: str, line: int) -> None:
        self._file, self._line = file, line
        self._twice: list[Mistake] = []
        try:
            root = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            problem = getattr(error, "problem", None) or str(error)
            raise InputErrors([GraphsvcError(
                f"The header is not YAML: {problem}.",
                location=f"{file}:{line + (mark.line if mark else 0)}",
                hint="Check indents, colons and quotes.")]) from error
        if not isinstance(root, yaml.MappingNode):
            raise InputErrors([GraphsvcError("The file has no header.", location=f"{file}:1",
                                             hint="Begin it with `#+ title: ...`.")])
        self._root: yaml.Node = root
        self.plain: Any = self._plain(root, ())

    def model(self, prefixes: Mapping[str, str], shared: SharedColumns) -> Header:
        """The header. Raises InputErrors."""
        fields = dict(self.plain)
        mistakes = self._twice
        if isinstance(fields.get("parameters"), dict):
            fields["parameters"] = [_named(*pair) for pair in fields["parameters"].items()]
        if isinstance(fields.get("panel"), dict):
            fields["panel"] = [{"of_class": class_, "parameter": parameter}
                               for class_, parameter in fields["panel"].items()]
        if isinstance(fields.get("columns"), dict):
            fields["columns"] = [_named(*pair) for pair in fields["columns"].items()]
        elif isinstance(fields.get("columns"), list):
            columns = [_column(column, shared) for column in _flat(fields["columns"])]
            mistakes += [Mistake(("columns", place), f"There is no shared column `{column}`.",
                                 "Describe it here, or in columns.yaml.")
                         for place, column in enumerate(columns) if isinstance(column, str)]
            fields["columns"] = [column for column in columns if not isinstance(column, str)]
        try:
            header = Header.model_validate(fields, context={"prefixes": prefixes})
        except ValidationError as error:
            mistakes += [self._mistake(details, fields) for details in error.errors()]
        self.stop_on(mistakes)
        return header

    def columns(self) -> SharedColumns:
        """Columns by name, which is all that the document holds. Raises InputErrors."""
        columns = [_named(*pair) for pair in self.plain.items()]
        try:
            TypeAdapter(tuple[Column, ...]).validate_python(columns)
        except ValidationError as error:
            mistakes = [self._mistake({**details, "loc": ("columns", *details["loc"])},
                                      {"columns": columns}) for details in error.errors()]
            self.stop_on(replace(mistake, place=mistake.place[1:]) for mistake in mistakes)
        shared: SharedColumns = self.plain
        return shared

    def stop_on(self, mistakes: Iterable[Mistake]) -> None:
        """Raise InputErrors for mistakes, in the order of their lines."""
        found = sorted((self._line_of(m.place), m.message, m.hint) for m in mistakes)
        if found:
            raise InputErrors([GraphsvcError(message, location=f"{self._file}:{line}", hint=hint)
                               for line, message, hint in found])

    def _plain(self, node: yaml.Node, place: Place) -> Any:
        """A node as texts, lists and mappings."""
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*place, n)) for n, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return str(node.value).strip()
        found: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in found:
                self._twice.append(Mistake(
                    (*place, key.value), f"The key `{key.value}` is there twice.", "Keep one."))
            found[key.value] = self._plain(value, (*place, key.value))
        return found

    def _line_of(self, place: Place) -> int:
        """The line of a place: keys of mappings, numbers of their pairs or of a list's entries."""
        node, line = self._root, self._root.start_mark.line
        for step in place:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                if place[0] != "columns":
                    node = node.value[step]
                else:
                    entry = _flat(node.value)[step]
                    node = entry.value[0][1] if isinstance(entry, yaml.MappingNode) else entry
            elif isinstance(node, yaml.MappingNode):
                pairs = node.value[step:step + 1] if isinstance(step, int) else [
                    pair for pair in node.value if pair[0].value == step]
                if not pairs:
                    break
                node = pairs[-1][1]
                line = pairs[-1][0].start_mark.line
                continue
            else:
                break
            line = node.start_mark.line
        return self._line + line

    def _mistake(self, error: ErrorDetails, fields: Mapping[str, Any]) -> Mistake:
        """What pydantic found, in plain words."""
        place, kind, context = error["loc"], error["type"], error.get("ctx", {})
        here, above = _called(place, fields), _called(place[:-1], fields)
        if kind == "missing":
            return Mistake(place[:-1], f"{above} lacks `{place[-1]}`.", f"Add `{place[-1]}:`.")
        if kind == "extra_forbidden":
            keys = _keys(place)
            near = get_close_matches(str(place[-1]), keys, 1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Use {', '.join(keys)}."
            return Mistake(place, f"{above} has no key `{place[-1]}`.", hint)
        if kind == "literal_error":
            return Mistake(place, f"{here} is `{error['input']}`.",
                           f"Use {context['expected']}.".replace("'", ""))
        message, hint = _EXPECTED.get(kind, (
            context.get("message", f"is wrong: {error['msg']}."), context.get("hint", "")))
        return Mistake(place, message if message.startswith("`") else f"{here} {message}", hint)


def _named(name: str, fields: Any) -> Any:
    return {"name": name, **fields} if isinstance(fields, dict) else (name, fields)


def _flat(entries: list[Any]) -> list[Any]:
    """The entries of a list, and those of lists in it."""
    return [one for entry in entries for one in (
        entry if isinstance(entry, list)
        else entry.value if isinstance(entry, yaml.SequenceNode) else [entry])]


def _column(column: Any, shared: SharedColumns) -> Any:
    """A column that is named, changed (`who: {label: About}`) or described with a type of its own;
    a text where there is no such shared column."""
    if isinstance(column, str):
        return _named(column, shared[column]) if column in shared else column
    if not isinstance(column, dict) or len(column) != 1:
        return column
    (name, fields), = column.items()
    if isinstance(fields, dict) and "type" not in fields:
        fields = {**shared.get(name, {}), **fields}
    return _named(name, fields)


def _keys(place: Place) -> list[str]:
    """The keys that may be where a key is."""
    model = _MODELS[str(place[0])] if len(place) > 1 else Header
    return [str(field.validation_alias or name) for name, field in model.model_fields.items()
            if name != "name"]


def _called(place: Place, fields: Mapping[str, Any]) -> str:
    """What messages call a place."""
    if not place:
        return "The header"
    if len(place) == 1 or place[0] not in _CALLED:
        named = f"`{place[0]}`"
        return named if len(place) < 3 else f"{named}, `{place[-1]}`"
    entry = fields[str(place[0])][place[1]]
    name = entry["name"] if isinstance(entry, dict) else entry[0]
    called = f"{_CALLED[str(place[0])]} `{name}`"
    return called if len(place) == 2 or place[2] == "name" else f"{called}'s `{place[2]}`"
