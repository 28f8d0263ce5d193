"""Reading one question file: its `#+` header, its query, and whether the two agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pyoxigraph
import yaml

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.questions.binding import Template, Value, prologue, scan
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
from graphsvc.questions.values import BadValue, bound, bounded, literal

_KEYS = ("title", "description", "tags", "parameters", "columns", "order", "route", "examples",
         "panel", "coverage")
_PARAMETER_KEYS = ("type", "label", "description", "required", "default", "min", "max", "many",
                   "class", "scheme", "choices", "choices_from")
_FILE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_ROUTE = re.compile(r"(/([a-z][a-z0-9-]*|\{[a-z][A-Za-z0-9_]*\}))+")
_SAMPLES: dict[str, Value] = {
    "iri": pyoxigraph.NamedNode("urn:x-sample"), "boolean": pyoxigraph.Literal(True),
    "integer": pyoxigraph.Literal(1), "year": pyoxigraph.Literal(2000),
}


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
        mend = "Save the file as UTF-8."
        raise InputErrors([GraphsvcError("The file is not UTF-8.", where=shown, mend=mend)]) \
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
            self._tell(1, "The file has no header.", "Begin it with `#+ title: ...`.")
        if not _FILE_NAME.fullmatch(self.name):
            self._tell(1, f"`{self.name}` is no name for a question.",
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
            self._check_places(question)
        if not (self.notes.errors or built):
            self._check_query(question)
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
            self.notes.error(node, error.problem, error.mend or "")

    # -- the query --------------------------------------------------------------------------

    def _template(self) -> Template:
        try:
            return Template(self.query, file=self.file, line=self.line)
        except InputErrors as errors:
            self.notes.errors += errors.errors
            return Template("")

    def _check_places(self, question: Question) -> None:
        """Parameters and places must be the same names, in blocks where they are optional."""
        places = {place.name for place in question.template.places}
        for place in question.template.places:
            parameter = question.parameter(place.name)
            if parameter is None:
                self._tell(place.line, f"`${place.name}` is not declared.",
                           f"Declare it, or write `?{place.name}` for a variable.")
            elif parameter.optional and place.condition != place.name:
                self._tell(place.line, f"`${place.name}` may have no value.",
                           f"Put its lines between `#+if {place.name}` and `#+end`.")
            elif parameter.many and place.separator is None:
                self._tell(place.line, f"`${place.name}` may have several values.",
                           f"Write `VALUES ?x {{ ${place.name} }}` or `IN (${place.name})`.")
        for name, line in question.template.conditions.items():
            parameter = question.parameter(name)
            if parameter is None or not parameter.optional:
                self._tell(line, f"`#+if {name}` names no optional parameter.",
                           "Name one with `required: false` and no default.")
        for token in question.template.tokens:
            if token.kind == "variable" and token.text[0] == "?" and \
                    question.parameter(token.text[1:]):
                self._tell(token.line, f"`{token.text}` is a parameter's name.",
                           f"Write `${token.text[1:]}`, or use another variable.")
        for parameter in question.parameters:
            if parameter.name not in places:
                self._tell(1, f"The query has no place for the parameter `{parameter.name}`.",
                           f"Use `${parameter.name}` in it, or drop the parameter.")

    def _check_query(self, question: Question) -> None:
        """The query must parse with and without each optional clause, and give the columns."""
        for token in question.template.tokens:
            if token.kind == "name" and token.text.upper() in ("SERVICE", "FROM"):
                self._tell(token.line, f"A question has no {token.text.upper()}.",
                           "Ask the release itself; use GRAPH to name a graph.")
                return
        for values in _trials(question):
            variables = self._variables(question.template.bind(values))
            if variables is None:
                return
            if sorted(variables) != sorted(column.name for column in question.columns):
                self._tell(self.line, f"The query gives the columns {', '.join(variables)}.",
                           "Declare exactly these under `columns`.")
                return

    def _variables(self, query: str) -> list[str] | None:
        """The variables that the query projects, or None with a mistake taken down."""
        try:
            result = pyoxigraph.Store().query(query)
        except SyntaxError as error:
            match = re.search(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
            line, column, expected = match.groups() if match else (1, 1, str(error))
            told = f": {expected}" if len(expected) < 100 else ""
            self._tell(self.line + int(line) - 1,
                       f"The query stops being SPARQL at column {column}{told}.",
                       "Mend it so that it runs in any SPARQL editor.")
            return None
        if not isinstance(result, pyoxigraph.QuerySolutions):
            self._tell(self.line, "The query is not a SELECT.", "Write SELECT with the columns.")
            return None
        return [variable.value for variable in result.variables]

    def _tell(self, line: int, problem: str, mend: str) -> None:
        where = f"{self.file}:{line}"
        if all((e.where, e.problem) != (where, problem) for e in self.notes.errors):
            self.notes.errors.append(GraphsvcError(problem, where=where, mend=mend))


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


def _trials(question: Question) -> Iterator[dict[str, list[Value]]]:
    """Sample values: for every parameter, for none that may be left out, for one of these each."""
    def sample(parameter: Parameter) -> list[Value]:
        kind = "iri" if parameter.choices_from else parameter.type
        value = _SAMPLES.get(kind, pyoxigraph.Literal("x"))
        return [value, value] if parameter.many else [value]

    everything = {parameter.name: sample(parameter) for parameter in question.parameters}
    optional = [parameter.name for parameter in question.parameters if parameter.optional]
    least = {name: value for name, value in everything.items() if name not in optional}
    yield everything
    yield least
    for name in optional:
        yield {**least, name: everything[name]}
