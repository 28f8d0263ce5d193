"""Reading a question's file: its `#+` header as a model, its query, the line of every mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from graphsvc.errors import GraphsvcError, InputErrors, did_you_mean
from graphsvc.questions.check import Mistake, Place, header_mistakes, query_mistakes
from graphsvc.questions.question import PARTS, Header, Question, SharedColumns
from graphsvc.questions.template import Template

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PARTS = re.compile(r"(?P<before>(?:[^\S\n]*(?:#(?!\+).*)?\n)*)(?P<header>(?:#\+.*(?:\n|\Z))*)")
_PREFIX = re.compile(r"^\s*PREFIX\s+(\S*):\s*<(\S*)>", re.IGNORECASE | re.MULTILINE)
_CALLED: Mapping[Any, str] = {"parameters": "The parameter", "columns": "The column"}
_TEXT = ("is not a text.", "Write some words or one value.")
_MAPPING = ("is not a mapping.", "Write `key: value` lines.")
_EXPECTED = {
    "string_type": _TEXT, "string_too_short": _TEXT,
    "string_pattern_mismatch": (
        "has a name that is not one.",
        "Begin with a small letter; use letters, digits and `_`."),
    "model_type": _MAPPING, "dict_type": _MAPPING, "mapping_type": _MAPPING,
    "tuple_type": ("is not a list.", "Write `- ` before each entry.")}
Fields = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)


def read_questions(
    paths: Iterable[Path], folder: Path, prefixes: Mapping[str, str], *, built: bool,
    shared: Fields | None = None,
    mistakes: Callable[[Question], Iterable[GraphsvcError]] = lambda question: (),
) -> list[Question]:
    """The questions in files, which messages name by their paths from a folder; the others as of
    `read_question`. mistakes: what else may be wrong with one. Raises InputErrors with all mistakes
    of all files."""
    questions: list[Question] = []
    errors: list[GraphsvcError] = []
    for path in sorted(paths):
        try:
            question = read_question(path, prefixes, file=path.relative_to(folder).as_posix(),
                                     built=built, shared=shared)
        except InputErrors as found:
            errors += found.errors
        else:
            errors += mistakes(question)
            questions.append(question)
    if errors:
        raise InputErrors(errors)
    return questions


def read_question(
    path: Path, prefixes: Mapping[str, str], *, file: str | None = None, built: bool = False,
    shared: Fields | None = None,
) -> Question:
    """The question in a file.

    prefixes: what a CURIE of the header may use, next to the query's own PREFIX lines.
    file: the name that messages use. built: whether it is in a release, whose questions were
    checked when it was built. shared: what `read_columns` gives.
    Raises InputErrors with every mistake that was found.
    """
    file = file or str(path)
    text = _read(path, file)
    parts = _PARTS.match(text)
    assert parts, "both parts may be empty"
    query, line = text[parts.end():], text.count("\n", 0, parts.end()) + 1
    header = _Yaml(re.sub(r"(?m)^#\+ ?", "", parts["header"]), file,
                   parts["before"].count("\n") + 1, shared or {})
    model = header.model(Header, header.fields, {**prefixes, **dict(_PREFIX.findall(query))})
    question = Question.model_construct(
        **dict(model), name=path.stem, file=file, query=query,
        template=Template(query, file=file, line=line))
    if not built:
        header.stop_on(header_mistakes(question))
        header.stop_on(query_mistakes(question, line))
    return question


def read_columns(path: Path, prefixes: Mapping[str, str]) -> Fields:
    """The shared columns of a folder of questions by name, if it has any. Raises InputErrors."""
    if not path.is_file():
        return {}
    file = f"{path.parent.name}/{path.name}"
    columns = _Yaml(_read(path, file), file, 1, {}, ("columns",))
    columns.model(SharedColumns, {"columns": columns.fields}, prefixes)
    return columns.fields


def _read(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputErrors([GraphsvcError("The file is not UTF-8.", location=file,
                                         hint="Save the file as UTF-8.")]) from error


class _Yaml:
    """A YAML mapping whose scalars stay the text that was written (`2.1` is not a number).

    file, line: where its first line is, for messages. place: what it describes.
    Raises InputErrors for what is not YAML.
    """

    def __init__(
        self, text: str, file: str, line: int, shared: Fields, place: Place = ()
    ) -> None:
        self._file, self._first, self._shared = file, line, shared
        self._lines: dict[Place, int] = {}
        self._mistakes: list[Mistake] = []
        try:
            root = yaml.compose(text, Loader=LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            problem = getattr(error, "problem", None) or getattr(error, "reason", error)
            self.stop_on([Mistake(line + (mark.line if mark else 0),
                                  f"The header is not YAML: {problem}.",
                                  "Check indents, colons and quotes.")])
            raise
        if not isinstance(root, yaml.MappingNode):
            self.stop_on([Mistake(1, "The file has no header.", "Begin it with `#+ title: ...`.")])
        assert root is not None, "stop_on raises"
        self.fields: Fields = self._plain(root, place)

    def model(self, model: type[Model], fields: Fields, prefixes: Mapping[str, str]) -> Model:
        """The fields as a model. Raises InputErrors."""
        found: Model | None = None
        try:
            found = model.model_validate(fields, context={"prefixes": prefixes})
        except ValidationError as error:
            self._mistakes += [_mistake(details, fields) for details in error.errors()]
        self.stop_on(self._mistakes)
        assert found is not None, "there was no mistake"
        return found

    def stop_on(self, mistakes: Iterable[Mistake]) -> None:
        """Raise InputErrors for mistakes, in the order of their lines."""
        found = sorted({(self._line(m.place), m.message, m.hint) for m in mistakes})
        if found:
            raise InputErrors([GraphsvcError(message, location=f"{self._file}:{line}", hint=hint)
                               for line, message, hint in found])

    def _line(self, place: Place | int) -> int:
        """The line of a place, or of the smallest one around it that has a line."""
        while not isinstance(place, int):
            place = self._lines.get(place, place[:-1] or self._first)
        return place

    def _plain(self, node: yaml.Node, place: Place) -> Any:
        """A node as texts, lists and mappings."""
        if isinstance(node, yaml.ScalarNode):
            return str(node.value).strip()
        if isinstance(node, yaml.SequenceNode) and place != ("columns",):
            return [self._found(item, item, (*place, n)) for n, item in enumerate(node.value)]
        found: dict[str, Any] = {}
        for key, value in _pairs(node):
            at = (*place, key.value)
            if key.value in found:
                self._mistakes.append(
                    Mistake(at, f"The key `{key.value}` is there twice.", "Keep one."))
            found[key.value] = self._found(key, value, at)
            if place == ("columns",):
                found[key.value] = self._column(key.value, found[key.value])
        return found

    def _found(self, key: yaml.Node, value: yaml.Node, place: Place) -> Any:
        self._lines[place] = self._first + key.start_mark.line
        return self._plain(value, place)

    def _column(self, name: str, fields: Any) -> Any:
        """A column that is named, changed (`who: {label: About}`), or described with a type."""
        if fields == {} and name not in self._shared:
            self._mistakes.append(Mistake(
                ("columns", name), f"There is no shared column `{name}`.",
                "Describe it here, or in columns.yaml."))
            return {"type": "text", "label": name}
        changes = isinstance(fields, dict) and "type" not in fields
        return {**self._shared.get(name, {}), **fields} if changes else fields


def _pairs(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The keys and values of a mapping, or of a list of names, mappings and such lists."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _pairs(entry)
    else:
        yield node, yaml.MappingNode("tag:yaml.org,2002:map", [])


def _mistake(error: ErrorDetails, fields: Fields) -> Mistake:
    """What pydantic found, in plain words."""
    kind, context = error["type"], error.get("ctx", {})
    place = _place(error["loc"], fields)
    here, above, key = _called(place), _called(place[:-1]), place[-1]
    if kind == "missing":
        return Mistake(place[:-1], f"{above} lacks `{key}`.", f"Add `{key}:`.")
    if kind == "extra_forbidden":
        model = PARTS.get(place[0], Header) if len(place) > 1 else Header
        keys = [str(field.validation_alias or name) for name, field in model.model_fields.items()]
        return Mistake(place, f"{above} has no key `{key}`.",
                       did_you_mean(str(key), keys, f"Use {', '.join(keys)}."))
    if kind == "literal_error":
        return Mistake(place, f"{here} is `{error['input']}`.",
                       f"Use {context['expected']}.".replace("'", ""))
    message, hint = _EXPECTED.get(kind, (
        context.get("message", f"is wrong: {error['msg']}."), context.get("hint", "")))
    return Mistake(place, message if message.startswith("`") else f"{here} {message}", hint)


def _place(location: Place, fields: Fields) -> Place:
    """The place in the YAML of what pydantic counts: entries of mappings have names there."""
    first, *rest = location
    if rest and isinstance(fields[str(first)], dict) and isinstance(rest[0], int):
        rest[0] = list(fields[str(first)])[rest[0]]
    return (first, *rest)


def _called(place: Place) -> str:
    """What messages call a place."""
    if not place:
        return "The header"
    if len(place) == 1 or place[0] not in _CALLED:
        alone = len(place) < 2 or len(place) == 2 and isinstance(place[1], int)
        return f"`{place[0]}`" if alone else f"`{place[0]}`, `{place[-1]}`"
    called = f"{_CALLED[place[0]]} `{place[1]}`"
    return called if len(place) == 2 or place[2] == "name" else f"{called}'s `{place[2]}`"
