"""Whether the parts of a question fit each other: its header, and the query with the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import pyoxigraph

from graphsvc.questions.question import RESERVED, Example, Parameter, Question
from graphsvc.questions.template import Value
from graphsvc.questions.values import BadValue, bound, literal

_FILE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ROUTE = re.compile(r"(?!/\{|/questions)(/([a-z][a-z0-9-]*|\{[a-z][A-Za-z0-9_]*\}))+")
_SAMPLES: dict[str, Value] = {
    "iri": pyoxigraph.NamedNode("urn:x-sample"), "boolean": pyoxigraph.Literal(True),
    "integer": pyoxigraph.Literal(1), "year": pyoxigraph.Literal(2000),
}

Place = tuple[str | int, ...]
"""A place in a header: keys of mappings, and numbers of entries of lists."""


class Mistake(NamedTuple):
    """A mistake at a place of the header, or at a line of the file."""

    place: Place | int
    message: str
    hint: str = ""


Checks = Iterator[tuple[object, Place, str, str]]
"""Whether something is wrong; where, how and what to do if it is."""


def header_mistakes(question: Question) -> Iterator[Mistake]:
    """What does not fit in a header whose parts are each as they should be."""
    checks = chain(_parts(question), _columns(question), *map(_parameter, question.parameters))
    yield from (Mistake(place, message, hint) for wrong, place, message, hint in checks if wrong)
    for parameter in question.parameters:
        yield from _values(parameter, parameter.default, ("parameters", parameter.name))
    for number, example in enumerate(question.examples):
        yield from _example(question, example, ("examples", number))


def query_mistakes(question: Question, line: int) -> list[Mistake]:
    """Where query and header do not agree. line: where the query begins."""
    return list(_placeholders(question)) or list(_query(question, line))


def _parts(question: Question) -> Checks:
    name, route = question.name, question.route or ""
    yield (not _FILE_NAME.fullmatch(name), (), f"`{name}` is not a name for a question.",
           "Name the file with small letters, digits and hyphens.")
    yield not question.examples, ("examples",), "There is no example.", "Give one."
    for class_, given in question.panel.items():
        place, taking = ("panel", class_), question.parameter(given)
        yield (taking is None or taking.type != "iri", place,
               f"`{given}` is not an iri parameter.", "Name the parameter that takes the thing.")
        yield (any(p.required and p != taking for p in question.parameters), place,
               "A page gives the question only the thing.",
               "Give other parameters a default, or make them optional.")
    yield (route and not _ROUTE.fullmatch(route), ("route",), f"`{route}` is not a route.",
           "Write /things/{parameter}/others, but not below /questions.")
    single = [p.name for p in question.parameters if not p.optional and not p.many]
    names = re.findall(r"\{(\w+)\}", route)
    for name in names:
        yield (name not in single or names.count(name) > 1, ("route",),
               f"The route cannot hold `{name}`.",
               "Use each parameter that takes exactly one value once.")


def _parameter(parameter: Parameter) -> Checks:
    place, what = ("parameters", parameter.name), f"The parameter `{parameter.name}`"
    is_choice, choices = parameter.type == "choice", (parameter.choices, parameter.choices_from)
    yield (parameter.name in RESERVED, place, f"{what} has a name that every question uses.",
           "Rename it.")
    yield (parameter.required and parameter.default, place,
           f"{what} is required, yet has a default.", "Keep one of the two.")
    yield (len(parameter.default) > 1 and not parameter.many, place,
           f"{what} has several defaults.", "Add `many: true` or keep one.")
    yield (parameter.type != "iri" and (parameter.of_class or parameter.scheme), place,
           f"{what} is not an iri, yet has a class or scheme.", "Use `type: iri`.")
    yield (is_choice != any(choices), place,
           f"{what} has a choice without `type: choice`, or the other way round.",
           "Give `choices` or `choices_from` with `type: choice`.")
    yield all(choices), place, f"{what} has both `choices` and `choices_from`.", "Keep one."
    problem = _bounds(parameter)
    yield problem, place, f"{what} has {problem}", "Correct min and max."


def _bounds(parameter: Parameter) -> str | None:
    limits = [limit for limit in (parameter.min, parameter.max) if limit is not None]
    try:
        in_order = [bound(parameter, limit) for limit in limits]
    except (ValueError, ArithmeticError):
        return "bounds that are not of its type."
    return None if in_order == sorted(in_order) else "a min above its max."


def _values(parameter: Parameter, texts: tuple[str, ...], place: Place) -> Iterator[Mistake]:
    """What is wrong with values as far as that can be said without the data."""
    if parameter.type == "iri" or parameter.choices_from or _bounds(parameter):
        return
    for text in texts:
        try:
            literal(parameter, text)
        except BadValue as error:
            yield Mistake(place, error.message, error.hint or "")


def _columns(question: Question) -> Checks:
    names = [column.name for column in question.columns]
    ordering = [column.name for column in question.columns if column.orders]
    for column in question.columns:
        yield (column.many and column.type != "text", ("columns", column.name),
               f"The column `{column.name}` has several values, but is not a text.",
               "Use `type: text`, or leave `many` out.")
    yield (not ordering, ("columns",), "No column can be ordered by.",
           "Give a column of one value that is not of type evidence.")
    for text in question.order:
        yield (text.removeprefix("-") not in ordering, ("order",),
               f"`order` names `{text}`, which cannot be ordered by.",
               f"Use {', '.join(ordering)}, with - before it to descend.")
    for key in ("chart", "map", "matrix"):
        for part, name in getattr(question, key) or ():
            yield (name and name not in names, (key, part),
                   f"`{key}` names `{name}`, which is not a column.", f"Use {', '.join(names)}.")


def _example(question: Question, example: Example, place: Place) -> Iterator[Mistake]:
    for name, texts in example.values.items():
        parameter, at = question.parameter(name), (*place, "parameters", name)
        if parameter is None:
            names = ", ".join(parameter.name for parameter in question.parameters)
            yield Mistake(at, f"The question has no parameter `{name}`.", f"It has {names}.")
            continue
        if len(texts) > 1 and not parameter.many:
            yield Mistake(at, f"The example gives several `{name}`.", "Give one.")
        yield from _values(parameter, texts, at)
    for parameter in question.parameters:
        if parameter.required and parameter.name not in example.values:
            yield Mistake(place, f"The example gives no `{parameter.name}`.", "Give a value.")


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
