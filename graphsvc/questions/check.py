"""Whether the parts of a question fit each other: its header, and the query with the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import pyoxigraph

from graphsvc.questions.question import (
    NAMED,
    RESERVED,
    RESERVED_COLUMNS,
    VALUES,
    WORDS,
    Parameter,
    Question,
    places_of,
)
from graphsvc.questions.sentence import sentence_mistakes
from graphsvc.questions.template import Value
from graphsvc.questions.values import BadValue, bound, literal

_FILE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ROUTE = re.compile(r"(?!/\{|/questions)(/([a-z][a-z0-9-]*|\{[a-z][A-Za-z0-9_]*\}))+")
_SAMPLES: dict[str, Value] = {
    "iri": pyoxigraph.NamedNode("urn:x-sample"), "boolean": pyoxigraph.Literal(True),
    "words": pyoxigraph.NamedNode("urn:x-sample"),
    "integer": pyoxigraph.Literal(1), "year": pyoxigraph.Literal(2000),
}

_EMPTY = pyoxigraph.Store()

Place = tuple[str | int, ...]
"""A place in a header: keys of mappings, and numbers of entries of lists."""


class Mistake(NamedTuple):
    """A mistake at a place of the header, or at a line of the file."""

    place: Place | int
    message: str
    hint: str = ""


Checks = Iterator[tuple[object, Place | int, str, str]]
"""Whether something is wrong; where, how and what to do if it is."""


def header_mistakes(question: Question) -> list[Mistake]:
    """What does not fit in a header whose parts are each as they should be."""
    return _found(chain(
        _parts(question), _columns(question), *map(_parameter, question.parameters),
        *(_example(question, number) for number in range(len(question.examples))),
        _sentence(question)))


def query_mistakes(question: Question, line: int) -> list[Mistake]:
    """Where query and header do not agree. line: where the query begins."""
    return _found(_placeholders(question)) or list(_query(question, line))


def _found(checks: Checks) -> list[Mistake]:
    return [Mistake(place, message, hint) for wrong, place, message, hint in checks if wrong]


def _parts(question: Question) -> Checks:
    name, route = question.name, question.route or ""
    yield (not _FILE_NAME.fullmatch(name), (), f"`{name}` is not a name for a question.",
           "Name the file with small letters, digits and hyphens.")
    yield not question.examples, ("examples",), "There is no example.", "Give one."
    for key in ("covers", "remarks"):
        yield (getattr(question, key) and any(p.required for p in question.parameters), (key,),
               f"A question with `{key}` is asked without parameters.", "Make them optional.")
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
    narrowed = parameter.of_class or parameter.scheme or parameter.members
    yield (parameter.type not in ("iri", "words") and narrowed, place,
           f"{what} is not an iri, yet has a class, scheme or members.", "Use `type: iri`.")
    yield (is_choice != any(choices), place,
           f"{what} has a choice without `type: choice`, or the other way round.",
           "Give `choices` or `choices_from` with `type: choice`.")
    yield all(choices), place, f"{what} has both `choices` and `choices_from`.", "Keep one."
    problem = _bounds(parameter)
    yield problem, place, f"{what} has {problem}", "Correct min and max."
    yield from _values(parameter, parameter.default, place)


def _bounds(parameter: Parameter) -> str | None:
    limits = [limit for limit in (parameter.min, parameter.max) if limit is not None]
    try:
        in_order = [bound(parameter, limit) for limit in limits]
    except (ValueError, ArithmeticError):
        return "bounds that are not of its type."
    return None if in_order == sorted(in_order) else "a min above its max."


def _values(parameter: Parameter, texts: tuple[str, ...], place: Place) -> Checks:
    """Whether values are of the parameter, as far as that can be said without the data."""
    if parameter.type != "iri" and not parameter.choices_from and not _bounds(parameter):
        for text in texts:
            try:
                literal(parameter, text)
            except BadValue as error:
                yield True, place, error.message, error.hint or ""


def _columns(question: Question) -> Checks:
    names = [column.name for column in question.columns]
    ordering = [column.name for column in question.columns if column.orders]
    for column in question.columns:
        yield (column.many and column.type != "text", ("columns", column.name),
               f"The column `{column.name}` has several values, but is not a text.",
               "Use `type: text`, or leave `many` out.")
        for name in {column.unit, column.of} - {None, *names}:
            yield (True, ("columns", column.name),
                   f"The column `{column.name}` names `{name}`, which is not a column.",
                   f"Use {', '.join(names)}.")
        yield (column.name in RESERVED_COLUMNS, ("columns", column.name),
               f"The column `{column.name}` has a name that every row uses.", "Rename it.")
    yield (not ordering, ("columns",), "No column can be ordered by.",
           "Give a column of one value that is not of type evidence.")
    for name in question.summary:
        yield (name not in names, ("summary",), f"`summary` names `{name}`, which is not a column.",
               f"Use {', '.join(names)}.")
    yield (question.group not in (None, *names), ("group",),
           f"`group` names `{question.group}`, which is not a column.", f"Use {', '.join(names)}.")
    for text in question.order:
        yield (text.removeprefix("-") not in ordering, ("order",),
               f"`order` names `{text}`, which cannot be ordered by.",
               f"Use {', '.join(ordering)}, with - before it to descend.")
    for key in ("chart", "map", "matrix", "covers", "remarks"):
        for part, named in getattr(question, key) or ():
            if part in VALUES:
                continue
            texts = named if isinstance(named, tuple) else filter(None, (named,))
            for name in texts if part not in WORDS else places_of(named or ""):
                yield (name not in names, (key, part),
                       f"`{key}` names `{name}`, which is not a column.",
                       f"Use {', '.join(names)}.")
    drawn = question.map
    yield (drawn is not None and drawn.by is not None and question.parameter(drawn.by) is None,
           ("map", "by"), "`map` needs what is no parameter.", "Name a parameter.")
    yield (drawn is not None and drawn.scale in ("count", "percent") and not drawn.unit, ("map",),
           "`map` does not say what it counts.", "Add `unit:`, such as `unit: statements`.")
    yield (drawn is not None and drawn.scale in ("ordered", "categories") and not drawn.shade,
           ("map",), "`map` does not say what colours it.", "Add `shade:` with a column.")


def _example(question: Question, number: int) -> Checks:
    place, given = ("examples", number), question.examples[number].values
    names = ", ".join(parameter.name for parameter in question.parameters)
    for name in given:
        yield (not question.parameter(name), (*place, "parameters", name),
               f"The question has no parameter `{name}`.", f"It has {names}.")
    for parameter in question.parameters:
        name, texts = parameter.name, given.get(parameter.name, ())
        yield (parameter.required and not texts, place, f"The example gives no `{name}`.",
               "Give a value.")
        yield (len(texts) > 1 and not parameter.many, (*place, "parameters", name),
               f"The example gives several `{name}`.", "Give one.")
        yield from _values(parameter, texts, (*place, "parameters", name))


def _sentence(question: Question) -> Checks:
    for heading in question.heading:
        for name in places_of(heading) - {p.name for p in question.parameters}:
            yield (True, ("heading",), f"`heading` has a place for `{name}`, no parameter.",
                   "Use names of parameters.")
    for mistake in sentence_mistakes(question):
        yield (True, ("sentence",), f"`sentence` {mistake}.",
               "docs/questions.md says what a template may use.")


def _placeholders(question: Question) -> Checks:
    """Parameters and places must be the same names, on lines of `#+if` where they are optional."""
    template, known = question.template, {p.name: p for p in question.parameters}
    named = {p.name + NAMED: p for p in question.parameters if p.type == "words"}
    for place in template.places:
        name, parameter = place.name, known.get(place.name) or named.get(place.name)
        several = parameter and parameter.several
        left_out = parameter and parameter.optional and place.condition != parameter.name
        yield (not parameter, place.line, f"`${name}` is not declared.",
               f"Declare it, or write `?{name}` for a variable.")
        yield (left_out, place.line, f"`${name}` may have no value.",
               f"Write `#+if {name}` before it on its line.")
        yield (several and place.separator is None and not left_out,
               place.line, f"`${name}` may have several values.",
               f"Write `VALUES ?x {{ ${name} }}` or `IN (${name})`.")
        unseen = parameter and place.condition is None and name not in template.samples
        yield (unseen and not left_out, place.line,
               f"`${name}` has no value where the file is run as it is.",
               f"Add a line `VALUES ${name} {{ ... }}  #+if {name}` to its group.")
    for name, line in template.conditions.items():
        yield name not in known, line, f"`#+if {name}` names no parameter.", "Name one of them."
    for token in template.tokens:
        name = token.text[1:]
        yield (token.type == "variable" and token.text[0] == "?" and name in known, token.line,
               f"`{token.text}` is a parameter's name.",
               f"Write `${name}`, or use another variable.")
    placed = {place.name for place in template.places}
    for name in known.keys() - placed - {p.name for n, p in named.items() if n in placed}:
        yield (True, 1, f"The query has no place for the parameter `{name}`.",
               f"Use `${name}` in it, or drop the parameter.")


def _query(question: Question, line: int) -> Iterator[Mistake]:
    """The query must parse as it is, and with and without each optional clause; it must give the
    columns."""
    for token in question.template.tokens:
        if token.type == "name" and (word := token.text.upper()) in ("SERVICE", "FROM"):
            yield Mistake(token.line, f"A question has no {word}.",
                          "Ask the release itself; use GRAPH to name a graph.")
            return
    texts = (question.template.bind(values) for values in _samples(question))
    for text in dict.fromkeys(chain((question.query,), texts)):
        if mistake := _parsed(question, text, line):
            yield mistake
            return


def _parsed(question: Question, query: str, line: int) -> Mistake | None:
    try:
        result = _EMPTY.query(query)
    except SyntaxError as error:
        match = re.search(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
        at, column, expected = match.groups() if match else (1, 1, str(error))
        why = f": {expected}" if len(expected) < 100 else ""
        return Mistake(line + int(at) - 1,
                       f"The query stops being SPARQL at column {column}{why}.",
                       "Change it so that it runs in any SPARQL editor.")
    if not isinstance(result, pyoxigraph.QuerySolutions):
        return Mistake(line, "The query is not a SELECT.", "Write SELECT with the columns.")
    variables = [variable.value for variable in result.variables]
    if sorted(variables) == sorted(column.name for column in question.columns):
        return None
    return Mistake(line, f"The query gives the columns {', '.join(variables)}.",
                   "Declare exactly these under `columns`.")


def _samples(question: Question) -> list[dict[str, list[Value]]]:
    """Sample values: for every parameter, for none that may be left out, for one of these each."""
    everything = {
        p.name: [_SAMPLES.get("iri" if p.choices_from else p.type, pyoxigraph.Literal("x"))]
        * (2 if p.several else 1) for p in question.parameters}
    everything |= {f"{p.name}{NAMED}": everything[p.name]
                   for p in question.parameters if p.type == "words"}
    optional = [parameter.name for parameter in question.parameters
                if not parameter.required and question.can_drop(parameter)]
    least = {name: value for name, value in everything.items() if name not in optional}
    return [everything, least, *(
        {**least, **{place: values for place, values in everything.items()
                     if place.removesuffix(NAMED) == name}} for name in optional)]
