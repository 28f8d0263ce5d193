"""Whether the parts of a question fit each other: its header, and the query with the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph

from graphsvc.questions.question import RESERVED, Example, Parameter, Question
from graphsvc.questions.template import Value
from graphsvc.questions.values import BadValue, bound, bounded, literal

_FILE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ROUTE = re.compile(r"(/([a-z][a-z0-9-]*|\{[a-z][A-Za-z0-9_]*\}))+")
_SAMPLES: dict[str, Value] = {
    "iri": pyoxigraph.NamedNode("urn:x-sample"), "boolean": pyoxigraph.Literal(True),
    "integer": pyoxigraph.Literal(1), "year": pyoxigraph.Literal(2000),
}

Place = tuple[str | int, ...]
"""A place in a header: keys of mappings, and numbers of entries."""


class Mistake(NamedTuple):
    """A mistake at a place of the header, or at a line of the file."""

    place: Place | int
    message: str
    hint: str = ""


def header_mistakes(question: Question) -> Iterator[Mistake]:
    """What does not fit in a header whose parts are each as they should be."""
    if not _FILE_NAME.fullmatch(question.name):
        yield Mistake((), f"`{question.name}` is not a name for a question.",
                      "Name the file with small letters, digits and hyphens.")
    for number, parameter in enumerate(question.parameters):
        for message, hint in _parameter(parameter):
            yield Mistake(("parameters", number), message, hint)
    yield from _columns(question)
    if not question.examples:
        yield Mistake(("examples",), "There is no example.", "Give one.")
    for number, example in enumerate(question.examples):
        yield from _example(question, example, ("examples", number))
    for number, panel in enumerate(question.panels):
        taking = question.parameter(panel.parameter)
        if taking is None or taking.type != "iri":
            yield Mistake(("panel", number), f"`{panel.parameter}` is not an iri parameter.",
                          "Name the parameter that takes the thing.")
        if any(p.required and p != taking for p in question.parameters):
            yield Mistake(("panel", number), "A page gives the question only the thing.",
                          "Give other parameters a default, or make them optional.")
    if question.route is not None:
        yield from _route(question, question.route)


def query_mistakes(question: Question, line: int) -> list[Mistake]:
    """Where query and header do not agree. line: where the query begins."""
    return list(_placeholders(question)) or list(_query(question, line))


def _parameter(parameter: Parameter) -> Iterator[tuple[str, str]]:
    what = f"The parameter `{parameter.name}`"
    is_choice, choices = parameter.type == "choice", (parameter.choices, parameter.choices_from)
    for wrong, message, hint in (
        (parameter.name in RESERVED, "has a name that every question uses.", "Rename it."),
        (parameter.required and parameter.default, "is required, yet has a default.",
         "Keep one of the two."),
        (len(parameter.default) > 1 and not parameter.many, "has several defaults.",
         "Add `many: true` or keep one."),
        (parameter.type != "iri" and (parameter.of_class or parameter.scheme),
         "is not an iri, yet has a class or scheme.", "Use `type: iri`."),
        (is_choice != any(choices), "has a choice without `type: choice`, or the other way round.",
         "Give `choices` or `choices_from` with `type: choice`."),
        (all(choices), "has both `choices` and `choices_from`.", "Keep one."),
    ):
        if wrong:
            yield f"{what} {message}", hint
    if problem := _bounds(parameter):
        yield f"{what} has {problem}", "Correct min and max."
    else:
        yield from _values(parameter, parameter.default)


def _bounds(parameter: Parameter) -> str | None:
    limits = [limit for limit in (parameter.min, parameter.max) if limit is not None]
    if limits and not bounded(parameter):
        return "bounds, but its type has no order."
    try:
        in_order = [bound(parameter, limit) for limit in limits]
    except (ValueError, ArithmeticError):
        return "bounds that are not of its type."
    return None if in_order == sorted(in_order) else "a min above its max."


def _values(parameter: Parameter, texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is wrong with values as far as that can be said without the data."""
    if parameter.type == "iri" or parameter.choices_from:
        return
    for text in texts:
        try:
            literal(parameter, text)
        except BadValue as error:
            yield error.message, error.hint or ""


def _columns(question: Question) -> Iterator[Mistake]:
    for number, column in enumerate(question.columns):
        if column.many and column.type != "text":
            yield Mistake(("columns", number), f"The column `{column.name}` has several values, "
                          "but is not a text.", "Use `type: text`, or leave `many` out.")
    names = [column.name for column in question.columns]
    ordering = [column.name for column in question.columns if column.orders]
    if not ordering:
        yield Mistake(("columns",), "No column can be ordered by.",
                      "Give a column of one value that is not of type evidence.")
    for text in question.order:
        if text.removeprefix("-") not in ordering:
            yield Mistake(("order",), f"`order` names `{text}`, which cannot be ordered by.",
                          f"Use {', '.join(ordering)}, with - before it to descend.")
    for key in ("chart", "map", "matrix"):
        for part, name in getattr(question, key) or ():
            if name is not None and name not in names:
                yield Mistake((key, part), f"`{key}` names `{name}`, which is not a column.",
                              f"Use {', '.join(names)}.")


def _example(question: Question, example: Example, place: Place) -> Iterator[Mistake]:
    for name, texts in example.values.items():
        parameter, at = question.parameter(name), (*place, "parameters", name)
        if parameter is None:
            names = ", ".join(parameter.name for parameter in question.parameters)
            yield Mistake(at, f"The question has no parameter `{name}`.", f"It has {names}.")
            continue
        if len(texts) > 1 and not parameter.many:
            yield Mistake(at, f"The example gives several `{name}`.", "Give one.")
        yield from (Mistake(at, *wrong) for wrong in _values(parameter, texts))
    for parameter in question.parameters:
        if parameter.required and parameter.name not in example.values:
            yield Mistake(place, f"The example gives no `{parameter.name}`.", "Give a value.")


def _route(question: Question, route: str) -> Iterator[Mistake]:
    if not _ROUTE.fullmatch(route) or route.startswith(("/{", "/questions")):
        yield Mistake(("route",), f"`{route}` is not a route.",
                      "Write /things/{parameter}/others, but not below /questions.")
    names = re.findall(r"\{(\w+)\}", route)
    allowed = [p.name for p in question.parameters if not p.optional and not p.many]
    for name in names:
        if name not in allowed or names.count(name) > 1:
            yield Mistake(("route",), f"The route cannot hold `{name}`.",
                          "Use each parameter that takes exactly one value once.")


def _placeholders(question: Question) -> Iterator[Mistake]:
    """Parameters and places must be the same names, in blocks where they are optional."""
    for place in question.template.places:
        name, parameter = place.name, question.parameter(place.name)
        if parameter is None:
            yield Mistake(place.line, f"`${name}` is not declared.",
                          f"Declare it, or write `?{name}` for a variable.")
        elif parameter.optional and place.condition != name:
            yield Mistake(place.line, f"`${name}` may have no value.",
                          f"Put its lines between `#+if {name}` and `#+end`.")
        elif parameter.many and place.separator is None:
            yield Mistake(place.line, f"`${name}` may have several values.",
                          f"Write `VALUES ?x {{ ${name} }}` or `IN (${name})`.")
    for name, line in question.template.conditions.items():
        parameter = question.parameter(name)
        if parameter is None or not parameter.optional:
            yield Mistake(line, f"`#+if {name}` names no optional parameter.",
                          "Name one with `required: false` and no default.")
    for token in question.template.tokens:
        if token.type == "variable" and token.text[0] == "?" and question.parameter(token.text[1:]):
            yield Mistake(token.line, f"`{token.text}` is a parameter's name.",
                          f"Write `${token.text[1:]}`, or use another variable.")
    for name in {p.name for p in question.parameters} - {p.name for p in question.template.places}:
        yield Mistake(1, f"The query has no place for the parameter `{name}`.",
                      f"Use `${name}` in it, or drop the parameter.")


def _query(question: Question, line: int) -> Iterator[Mistake]:
    """The query must parse with and without each optional clause, and give the columns."""
    for token in question.template.tokens:
        if token.type == "name" and token.text.upper() in ("SERVICE", "FROM"):
            yield Mistake(token.line, f"A question has no {token.text.upper()}.",
                          "Ask the release itself; use GRAPH to name a graph.")
            return
    declared = sorted(column.name for column in question.columns)
    for values in _samples(question):
        try:
            result = pyoxigraph.Store().query(question.template.bind(values))
        except SyntaxError as error:
            match = re.search(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
            at, column, expected = match.groups() if match else (1, 1, str(error))
            why = f": {expected}" if len(expected) < 100 else ""
            yield Mistake(line + int(at) - 1,
                          f"The query stops being SPARQL at column {column}{why}.",
                          "Change it so that it runs in any SPARQL editor.")
            return
        if not isinstance(result, pyoxigraph.QuerySolutions):
            yield Mistake(line, "The query is not a SELECT.", "Write SELECT with the columns.")
            return
        variables = [variable.value for variable in result.variables]
        if sorted(variables) != declared:
            yield Mistake(line, f"The query gives the columns {', '.join(variables)}.",
                          "Declare exactly these under `columns`.")
            return


def _samples(question: Question) -> Iterator[dict[str, list[Value]]]:
    """Sample values: for every parameter, for none that may be left out, for one of these each."""
    def sample(parameter: Parameter) -> list[Value]:
        type_ = "iri" if parameter.choices_from else parameter.type
        value = _SAMPLES.get(type_, pyoxigraph.Literal("x"))
        return [value, value] if parameter.many else [value]

    everything = {parameter.name: sample(parameter) for parameter in question.parameters}
    optional = [parameter.name for parameter in question.parameters if parameter.optional]
    least = {name: value for name, value in everything.items() if name not in optional}
    yield everything
    yield least
    for name in optional:
        yield {**least, name: everything[name]}
