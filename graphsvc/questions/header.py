"""Reading one question file: its `#+` header, its query, and whether the two agree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import yaml

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.questions.notes import Node, Notes
from graphsvc.questions.question import (
    COLUMN_TYPES,
    PARAMETER_TYPES,
    RESERVED,
    Column,
    ColumnType,
    Example,
    Key,
    Panel,
    Parameter,
    ParameterType,
    Question,
)
from graphsvc.questions.template import Template, prologue, scan
from graphsvc.questions.trial import mistakes
from graphsvc.questions.values import BadValue, bound, bounded, literal

_KEYS = ("title", "description", "tags", "parameters", "columns", "order", "route", "examples",
         "panel", "coverage")
_PARAMETER_KEYS = ("type", "label", "description", "required", "default", "min", "max", "many",
                   "class", "scheme", "choices", "choices_from")
_FILE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_ROUTE = re.compile(r"(/([a-z][a-z0-9-]*|\{[a-z][A-Za-z0-9_]*\}))+")


def read_question(
    path: Path, prefixes: Mapping[str, str], *, file: str | None = None, built: bool = False
) -> Question:
    """The question in a file.

    prefixes: what a CURIE of the header may use beside the query's own PREFIX lines.
    file: the name that messages use. built: whether its query was tried when the release in which
    it stands was built, and need not be again. Raises InputErrors with every mistake of the file.
    """
    shown = file or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        hint = "Save the file as UTF-8."
        raise InputErrors([GraphsvcError("The file is not UTF-8.", location=shown, hint=hint)]) \
            from error
    return _File(text, shown, path.stem, prefixes).question(built)


class _File:
    """One file while it is read."""

    def __init__(self, text: str, file: str, name: str, prefixes: Mapping[str, str]) -> None:
        self.file, self.name = file, name
        first, header, line, self.query = _split(text)
        self.line = line
        self.notes = Notes(header, file=file, line=first)
        self.prefixes = {**prefixes, **_declared(self.query)}
        self.fields = self.notes.fields(
            self.notes.root, "The header", _KEYS, ("title", "description", "columns", "examples"))

    def question(self, built: bool) -> Question:
        if self.notes.root is None and not self.notes.errors:
            self._tell("The file has no header.", "Begin it with `#+ title: ...`.")
        if not _FILE_NAME.fullmatch(self.name):
            self._tell(f"`{self.name}` is no name for a question.",
                       "Name the file with small letters, digits and hyphens.")
        parameters, columns = self._parameters(), self._columns()
        question = Question(
            name=self.name,
            title=self._text("title"),
            description=self._text("description"),
            tags=self.notes.texts(self.fields.get("tags"), "`tags`"),
            parameters=parameters,
            columns=columns,
            order=self._order(columns),
            examples=self._examples(parameters),
            panels=self._panels(parameters),
            route=self._route(parameters),
            coverage=self._text("coverage") or None,
            query=self.query,
            template=self._template(),
            file=self.file,
        )
        if not self.notes.errors:
            self.notes.errors += mistakes(question, self.line, run=not built)
        if self.notes.errors:
            raise InputErrors(self.notes.errors)
        return question

    # -- the header -------------------------------------------------------------------------

    def _text(self, key: str) -> str:
        return self.notes.text(self.fields.get(key), f"`{key}`")

    def _parameters(self) -> tuple[Parameter, ...]:
        found = self.notes.fields(self.fields.get("parameters"), "`parameters`")
        return tuple(self._parameter(name, node) for name, node in found.items())

    def _parameter(self, name: str, node: yaml.Node) -> Parameter:
        what, notes = f"The parameter `{name}`", self.notes
        self._check_name(node, name, what)
        if name in RESERVED:
            notes.error(node, f"{what} has a name that every question uses.", "Rename it.")
        fields = notes.fields(node, what, _PARAMETER_KEYS, ("type", "label"))
        kind = self._one_of(fields.get("type"), f"{what}'s type", PARAMETER_TYPES)
        default = notes.texts(fields.get("default"), f"{what}'s default")
        parameter = Parameter(
            name=name,
            type=cast(ParameterType, kind),
            label=notes.text(fields.get("label"), f"{what}'s label"),
            description=notes.text(fields.get("description"), f"{what}'s description"),
            required=notes.flag(fields["required"], f"{what}'s `required`")
            if "required" in fields else not default,
            default=default,
            min=notes.text(fields.get("min"), f"{what}'s min") or None,
            max=notes.text(fields.get("max"), f"{what}'s max") or None,
            many=notes.flag(fields.get("many"), f"{what}'s `many`"),
            of_class=self._iri(fields.get("class")),
            scheme=self._iri(fields.get("scheme")),
            choices=self._choices(fields.get("choices"), what),
            choices_from=notes.text(fields.get("choices_from"), f"{what}'s choices_from") or None,
        )
        self._check_parameter(parameter, node, what)
        return parameter

    def _check_parameter(self, parameter: Parameter, node: yaml.Node, what: str) -> None:
        error = self.notes.error
        if parameter.required and parameter.default:
            error(node, f"{what} is required, yet has a default.", "Keep one of the two.")
        if len(parameter.default) > 1 and not parameter.many:
            error(node, f"{what} has several defaults.", "Add `many: true` or keep one.")
        if parameter.type != "iri" and (parameter.of_class or parameter.scheme):
            error(node, f"{what} is not an iri, yet has a class or scheme.", "Use `type: iri`.")
        if (parameter.type == "choice") != bool(parameter.choices or parameter.choices_from):
            error(node, f"{what}: `type: choice` goes with `choices` or `choices_from`.",
                  "Give both, or neither.")
        if parameter.choices and parameter.choices_from:
            error(node, f"{what} has both `choices` and `choices_from`.", "Keep one.")
        limits = [limit for limit in (parameter.min, parameter.max) if limit is not None]
        if limits and not bounded(parameter):
            error(node, f"{what} has bounds, but its type has no order.", "Leave them out.")
            return
        try:
            in_order = [bound(parameter, limit) for limit in limits]
        except (ValueError, ArithmeticError):
            error(node, f"{what} has bounds that are not of its type.", "Mend min and max.")
            return
        if in_order != sorted(in_order):
            error(node, f"{what} has a min above its max.", "Swap them.")
        for text in parameter.default:
            self._check_value(node, parameter, text)

    def _columns(self) -> tuple[Column, ...]:
        columns = []
        for name, node in self.notes.fields(self.fields.get("columns"), "`columns`").items():
            what = f"The column `{name}`"
            self._check_name(node, name, what)
            fields = self.notes.fields(node, what, ("type", "label", "meaning", "many"),
                                       ("type", "label"))
            kind = self._one_of(fields.get("type"), f"{what}'s type", COLUMN_TYPES)
            columns.append(Column(
                name=name,
                type=cast(ColumnType, kind),
                label=self.notes.text(fields.get("label"), f"{what}'s label"),
                meaning=self.notes.text(fields.get("meaning"), f"{what}'s meaning"),
                many=self.notes.flag(fields.get("many"), f"{what}'s `many`"),
            ))
            if columns[-1].many and kind != "text":
                self.notes.error(node, f"{what} has several values, but is no text.",
                                 "Use `type: text`, or leave `many` out.")
        if columns and all(column.type == "evidence" or column.many for column in columns):
            self.notes.error(self.fields["columns"], "No column can be ordered by.",
                             "Give a column of one value that is not of type evidence.")
        return tuple(columns)

    def _order(self, columns: tuple[Column, ...]) -> tuple[Key, ...]:
        """The declared order, or all columns from left to right."""
        plain = {column.name: column for column in columns
                 if column.type != "evidence" and not column.many}
        node = self.fields.get("order")
        if node is None:
            return tuple(Key(column, descending=False) for column in plain.values())
        keys = []
        for text in self.notes.texts(node, "`order`"):
            column = plain.get(text.removeprefix("-"))
            if column is None:
                self.notes.error(node, f"`order` names `{text}`, which cannot be ordered by.",
                                 f"Use {', '.join(plain)}, with - before it to descend.")
            else:
                keys.append(Key(column, descending=text.startswith("-")))
        return tuple(keys)

    def _examples(self, parameters: tuple[Parameter, ...]) -> tuple[Example, ...]:
        examples = []
        known = {parameter.name: parameter for parameter in parameters}
        needed = [parameter.name for parameter in parameters if parameter.required]
        for node in self.notes.items(self.fields.get("examples"), "`examples`"):
            fields = self.notes.fields(node, "An example", ("title", "parameters"), ("title",))
            given = self.notes.fields(
                fields.get("parameters"), "The example's `parameters`", known)
            for name in set(needed) - set(given):
                self.notes.error(node, f"The example gives no `{name}`.", "Give a value.")
            values = {name: self.notes.texts(value, f"`{name}`") for name, value in given.items()}
            for name, texts in values.items():
                if len(texts) > 1 and not known[name].many:
                    self.notes.error(node, f"The example gives several `{name}`.", "Give one.")
                for text in texts:
                    self._check_value(node, known[name], text)
            examples.append(Example(self.notes.text(fields.get("title"), "`title`"), values))
        if "examples" in self.fields and not examples:
            self.notes.error(self.fields["examples"], "There is no example.", "Give one.")
        return tuple(examples)

    def _panels(self, parameters: tuple[Parameter, ...]) -> tuple[Panel, ...]:
        panels = []
        for key, node in self.notes.fields(self.fields.get("panel"), "`panel`").items():
            name = self.notes.text(node, "A panel's parameter")
            if name not in [p.name for p in parameters if p.type == "iri"]:
                self.notes.error(node, f"The panel names `{name}`, which is no iri parameter.",
                                 "Name the parameter that takes the thing.")
            if any(p.required and p.name != name for p in parameters):
                self.notes.error(node, "A panel's page knows no other parameter than the thing.",
                                 "Give the others a default, or make them optional.")
            panels.append(Panel(self._expand(node, key), name))
        return tuple(panels)

    def _route(self, parameters: tuple[Parameter, ...]) -> str | None:
        node = self.fields.get("route")
        route = self._text("route")
        if node is None:
            return None
        names = re.findall(r"\{(\w+)\}", route)
        allowed = [p.name for p in parameters if not p.optional and not p.many]
        if not _ROUTE.fullmatch(route) or route.startswith(("/{", "/questions")):
            self.notes.error(node, f"`{route}` is no route.",
                             "Write /things/{parameter}/others, but not below /questions.")
        for name in names:
            if name not in allowed or names.count(name) > 1:
                self.notes.error(node, f"The route cannot hold `{name}`.",
                                 "Use each parameter that takes exactly one value once.")
        return route

    # -- small parts of the header ----------------------------------------------------------

    def _check_name(self, node: Node, name: str, what: str) -> None:
        if not _NAME.fullmatch(name):
            self.notes.error(node, f"{what} has a name that is none.",
                             "Begin with a small letter; use letters, digits and `_`.")

    def _one_of(self, node: Node, what: str, allowed: tuple[str, ...]) -> str:
        text = self.notes.text(node, what)
        if node is not None and text not in allowed:
            self.notes.error(node, f"{what} is `{text}`.", f"Use one of {', '.join(allowed)}.")
        return text if text in allowed else allowed[0]

    def _choices(self, node: Node, what: str) -> Mapping[str, str]:
        if isinstance(node, yaml.MappingNode):
            fields = self.notes.fields(node, f"{what}'s choices")
            return {key: self.notes.text(value, "A label") for key, value in fields.items()}
        return {text: text for text in self.notes.texts(node, f"{what}'s choices")}

    def _iri(self, node: Node) -> str | None:
        return self._expand(node, self.notes.text(node, "An IRI")) if node else None

    def _expand(self, node: Node, text: str) -> str:
        """The IRI that a CURIE or an IRI (with or without <>) stands for."""
        prefix, colon, local = text.partition(":")
        if colon and prefix in self.prefixes and not local.startswith("//"):
            return self.prefixes[prefix] + local
        if re.fullmatch(r"<?[a-z][a-z0-9+.-]*:[^\s<>]+>?", text) and (
            "://" in text or text.startswith(("<", "urn:"))
        ):
            return text.strip("<>")
        self.notes.error(node, f"`{text}` is neither an IRI nor a CURIE with a known prefix.",
                         f"Known prefixes: {', '.join(sorted(self.prefixes))}.")
        return text

    def _check_value(self, node: Node, parameter: Parameter, text: str) -> None:
        """Check what can be checked without the data."""
        if parameter.type == "iri" or parameter.choices_from:
            return
        try:
            literal(parameter, text)
        except BadValue as error:
            self.notes.error(node, error.message, error.hint or "")

    # -- the query --------------------------------------------------------------------------

    def _template(self) -> Template:
        try:
            return Template(self.query, file=self.file, line=self.line)
        except InputErrors as errors:
            self.notes.errors += errors.errors
            return Template("")

    def _tell(self, problem: str, hint: str) -> None:
        self.notes.errors.append(GraphsvcError(problem, location=f"{self.file}:1", hint=hint))


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
