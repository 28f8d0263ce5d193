"""From what a person wrote to a literal of the parameter's type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from graphsvc.errors import GraphsvcError
from graphsvc.index import Index
from graphsvc.questions.question import NAMED, Parameter, Question
from graphsvc.questions.template import Value
from graphsvc.vocabulary import XSD

_WIDE = Context(prec=60)
_ODD = r"\u0000-\u0007\u000b\u000e-\u001f\u007f\ufffe\uffff"
_SAFE = rf"^([^{_ODD}\\]|\\+[^{_ODD}\\uU])*\\*$"
"""No control characters, and no backslash before u, as template.serialise wants it."""


class _Type(NamedTuple):
    """How the values of a type are written.

    datatype: of XSD; form: what they look like, and expected: the same in words; read: gives what
    is compared; low, high: the bounds of all values, unless a parameter has its own.
    """

    datatype: str
    form: str
    expected: str
    read: Callable[[str], Any] | None = None
    low: str | None = None
    high: str | None = None


_TYPES = {
    "integer": _Type("integer", r"[+-]?[0-9]{1,18}", "a whole number, such as 12", int,
                     "-999999999999999999", "999999999999999999"),
    "decimal": _Type("decimal", r"[+-]?[0-9]{1,18}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?",
                     "a number, such as 12.5", Decimal, "-1000000000000000", "1000000000000000"),
    "boolean": _Type("boolean", r"(?i:true|false|yes|no)", "yes or no"),
    "date": _Type("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date, such as 2017-03-31",
                  date.fromisoformat),
    "year": _Type("integer", r"[0-9]{4}", "a year of four digits, such as 2017", int,
                  "1000", "9999"),
    "text": _Type("string", r"[\s\S]*", "a text", int, "1", "1000"),
    "words": _Type("string", r"[\s\S]*", "some words", int, "1", "300"),
}
_TEXTS = ("text", "words")


_MOST_THINGS = 800
"""Things that hold the words of a parameter: a query names each of them, twice at most."""
_NO_THING = NamedNode("urn:graphsvc:no-thing")


class BadValue(GraphsvcError):
    """A value that a parameter does not take."""

    type = "/problems#bad-parameter"
    title = "A parameter cannot be understood"


class TooManyThings(BadValue):
    """Words that so many things hold that a query cannot name them all."""

    status = 422
    type = "/problems#too-many-things"
    title = "Too many things hold the words"


def literal(parameter: Parameter, text: str) -> Literal:
    """The literal that text means; a year is an xsd:integer, a decimal has 18 decimals.

    Raises BadValue for a text that is not of the parameter's type, or out of its bounds.
    """
    if parameter.type == "choice":
        return Literal(_choice(parameter, text))
    datatype, form, expected, read, *_ = _TYPES[parameter.type]
    try:
        if not re.fullmatch(form, text):
            raise ValueError(text)
        if read is not None:
            is_text = parameter.type in _TEXTS
            _check_bounds(parameter, len(text) if is_text else read(text), text)
    except ValueError:
        raise _bad(parameter, text, f"Give {expected}.") from None
    if parameter.type == "boolean":
        text = str(is_true(text)).lower()
    if parameter.type == "decimal" and re.search(r"[eE]|\.\d{19}", text):
        text = f"{_WIDE.quantize(Decimal(text), Decimal('1e-18')):f}"
    return Literal(text, datatype=NamedNode(XSD[datatype]))


def with_things(
    question: Question, understood: Mapping[str, tuple[Value, ...]], index: Index
) -> dict[str, tuple[Value, ...]]:
    """The values with those of parameters of type words replaced by all things that hold the words.

    Raises TooManyThings.
    """
    values = dict(understood)
    for parameter in question.parameters:
        if parameter.type != "words" or parameter.name not in values:
            continue
        text, name = values[parameter.name][0].value, parameter.name
        if parameter.nearest:
            near = index.nearest(text, parameter.of_class)
            values[name] = tuple(NamedNode(one.iri) for one in near) or (_NO_THING,)
            continue
        for place, of_class in ((name, parameter.of_class), (name + NAMED, None)):
            if place in {place.name for place in question.template.places}:
                found = index.holding(text, of_class=of_class, named=place != name)
                values[place] = tuple(map(NamedNode, found)) or (_NO_THING,)
                if len(found) > _MOST_THINGS:
                    raise TooManyThings(
                        f"`{text}` is in more than {_MOST_THINGS:,} things.",
                        location=f"parameter {name}", hint="Give rarer words, or more of them.")
    return values


def bound(parameter: Parameter, text: str) -> Any:
    """A `min` or `max` as something that can be compared. Raises ValueError or ArithmeticError."""
    read = _TYPES[parameter.type].read if parameter.type in _TYPES else None
    if read is None:
        raise ValueError("The type has no order.")
    return read(text)


def limits(parameter: Parameter) -> tuple[str | None, str | None]:
    """The least and greatest value, declared or given by what the service reads."""
    *_, low, high = _TYPES.get(parameter.type, (None, None))
    return parameter.min or low, parameter.max or high


def schema(parameter: Parameter, offered: Sequence[str]) -> dict[str, Any]:
    """The JSON Schema of a parameter's values. offered: the values of a choice."""
    low, high = limits(parameter)
    one: dict[str, Any]
    match parameter.type:
        case "iri":
            one = {"type": "string", "minLength": 1, "maxLength": 500}
        case "text" | "words":
            one = {"type": "string", "minLength": int(low or 0), "maxLength": int(high or 0),
                   "pattern": _SAFE}
        case "integer" | "year":
            one = {"type": "integer", "minimum": int(low or 0), "maximum": int(high or 0)}
        case "decimal":
            one = {"type": "number", "minimum": float(low or 0), "maximum": float(high or 0)}
        case "boolean":
            one = {"type": "boolean"}
        case "date":
            one = {"type": "string", "format": "date"}
        case "choice":
            one = {"type": "string", "enum": list(offered)}
    if parameter.many:
        return {"type": "array", "items": one, "minItems": 1, "maxItems": 100}
    if parameter.default:
        one["default"] = as_json(parameter, parameter.default[0], offered)
    return one


def as_json(parameter: Parameter, text: str, offered: Sequence[str]) -> Any:
    """What a person wrote, as JSON of the parameter's schema."""
    if parameter.type == "choice":
        wanted = {text.casefold(), parameter.choices.get(text, text).casefold()}
        return next((value for value in offered if wanted & {
            value.casefold(), parameter.choices.get(value, value).casefold()}), text)
    if parameter.type in ("integer", "year"):
        return int(text)
    if parameter.type == "decimal":
        return float(text)
    return is_true(text) if parameter.type == "boolean" else text


def is_true(text: str) -> bool:
    """Whether a person wrote yes."""
    return text.casefold() in ("true", "yes")


def _check_bounds(parameter: Parameter, measure: Any, text: str) -> None:
    low, high = limits(parameter)
    unit = " characters" if parameter.type in _TEXTS else ""
    if low is not None and measure < bound(parameter, low):
        raise _bad(parameter, text, f"Give at least {low}{unit}.")
    if high is not None and measure > bound(parameter, high):
        raise _bad(parameter, text, f"Give at most {high}{unit}.")


def _choice(parameter: Parameter, text: str) -> str:
    wanted = text.casefold().strip()
    for value, label in parameter.choices.items():
        if wanted in (value.casefold(), label.casefold()):
            return value
    raise _bad(parameter, text, f"Choose one of: {', '.join(parameter.choices)}.")


def _bad(parameter: Parameter, text: str, hint: str) -> BadValue:
    short = text if len(text) <= 80 else f"{text[:77]}..."
    return BadValue(
        f"`{short}` is not a value of the parameter {parameter.name} ({parameter.type}).",
        location=f"parameter {parameter.name}", hint=hint,
    )
