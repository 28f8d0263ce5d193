"""Whether the parts of a question's header fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphsvc.questions.question import RESERVED, Example, Parameter, Question
from graphsvc.questions.values import BadValue, bound, bounded, literal

_FILE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ROUTE = re.compile(r"(/([a-z][a-z0-9-]*|\{[a-z][A-Za-z0-9_]*\}))+")

Place = tuple[str | int, ...]
"""A place in a header: keys of mappings, and numbers of entries."""


@dataclass(frozen=True)
class Mistake:
    """A mistake in a header."""

    place: Place
    message: str
    hint: str


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
    yield from _panels(question)
    yield from _route(question)
    yield from _drawings(question)


def _parameter(parameter: Parameter) -> Iterator[tuple[str, str]]:
    what = f"The parameter `{parameter.name}`"
    if parameter.name in RESERVED:
        yield f"{what} has a name that every question uses.", "Rename it."
    if parameter.required and parameter.default:
        yield f"{what} is required, yet has a default.", "Keep one of the two."
    if len(parameter.default) > 1 and not parameter.many:
        yield f"{what} has several defaults.", "Add `many: true` or keep one."
    if parameter.type != "iri" and (parameter.of_class or parameter.scheme):
        yield f"{what} is not an iri, yet has a class or scheme.", "Use `type: iri`."
    if (parameter.type == "choice") != bool(parameter.choices or parameter.choices_from):
        yield (f"{what}: `type: choice` goes with `choices` or `choices_from`.",
               "Give both, or neither.")
    if parameter.choices and parameter.choices_from:
        yield f"{what} has both `choices` and `choices_from`.", "Keep one."
    if problem := _bounds(parameter):
        yield f"{what} has {problem[0]}", problem[1]
    else:
        yield from _values(parameter, parameter.default)


def _bounds(parameter: Parameter) -> tuple[str, str] | None:
    limits = [limit for limit in (parameter.min, parameter.max) if limit is not None]
    if limits and not bounded(parameter):
        return "bounds, but its type has no order.", "Leave them out."
    try:
        in_order = [bound(parameter, limit) for limit in limits]
    except (ValueError, ArithmeticError):
        return "bounds that are not of its type.", "Correct min and max."
    return None if in_order == sorted(in_order) else ("a min above its max.", "Swap them.")


def _values(parameter: Parameter, texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What can be said of values without the data."""
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
            yield Mistake(("columns", number),
                          f"The column `{column.name}` has several values, but is no text.",
                          "Use `type: text`, or leave `many` out.")
    plain = [column.name for column in question.columns if column.orders]
    if not plain:
        yield Mistake(("columns",), "No column can be ordered by.",
                      "Give a column of one value that is not of type evidence.")
    for text in question.order:
        if text.removeprefix("-") not in plain:
            yield Mistake(("order",), f"`order` names `{text}`, which cannot be ordered by.",
                          f"Use {', '.join(plain)}, with - before it to descend.")


def _example(question: Question, example: Example, place: Place) -> Iterator[Mistake]:
    for name, texts in example.values.items():
        parameter, at = question.parameter(name), (*place, "parameters", name)
        if parameter is None:
            names = ", ".join(parameter.name for parameter in question.parameters)
            yield Mistake(at, f"The question has no parameter `{name}`.", f"It has {names}.")
            continue
        if len(texts) > 1 and not parameter.many:
            yield Mistake(at, f"The example gives several `{name}`.", "Give one.")
        for message, hint in _values(parameter, texts):
            yield Mistake(at, message, hint)
    for parameter in question.parameters:
        if parameter.required and parameter.name not in example.values:
            yield Mistake(place, f"The example gives no `{parameter.name}`.", "Give a value.")


def _panels(question: Question) -> Iterator[Mistake]:
    for number, panel in enumerate(question.panels):
        place = ("panel", number)
        parameter = question.parameter(panel.parameter)
        if parameter is None or parameter.type != "iri":
            yield Mistake(place, f"The panel names `{panel.parameter}`, which is no iri parameter.",
                          "Name the parameter that takes the thing.")
        if any(p.required and p.name != panel.parameter for p in question.parameters):
            yield Mistake(place, "A panel's page knows no other parameter than the thing.",
                          "Give the others a default, or make them optional.")


def _route(question: Question) -> Iterator[Mistake]:
    route = question.route
    if route is None:
        return
    if not _ROUTE.fullmatch(route) or route.startswith(("/{", "/questions")):
        yield Mistake(("route",), f"`{route}` is no route.",
                      "Write /things/{parameter}/others, but not below /questions.")
    names = re.findall(r"\{(\w+)\}", route)
    allowed = [p.name for p in question.parameters if not p.optional and not p.many]
    for name in names:
        if name not in allowed or names.count(name) > 1:
            yield Mistake(("route",), f"The route cannot hold `{name}`.",
                          "Use each parameter that takes exactly one value once.")


def _drawings(question: Question) -> Iterator[Mistake]:
    """The columns that a chart, map or matrix names must be there."""
    names = [column.name for column in question.columns]
    for key in ("chart", "map", "matrix"):
        drawing = getattr(question, key)
        for part, name in drawing or ():
            if part != "kind" and name is not None and name not in names:
                yield Mistake((key, part), f"`{key}` names `{name}`, which is no column.",
                              f"Use {', '.join(names)}.")
