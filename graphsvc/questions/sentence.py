"""The sentence that sums an answer up: a small template in the question's header, over its rows.

A template knows `rows`, `n` (how many there are), each parameter by its name, and `narrowed` (the
other choices, in brackets); see docs/questions.md for the filters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from os.path import commonprefix
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from graphsvc.dates import dated
from graphsvc.questions.question import Parameter, Question
from graphsvc.questions.values import is_true

Row = Mapping[str, Any]
"""The cells of a row as people read them, by column; `disputed` says on what documents disagree."""

_MOST = 8
"""Names of a list in words; of longer ones the others are counted."""
_ARTICLE = re.compile(r"(?<=[a-z0-9,;] )The |(?<=\()The ")
"""The article of a name within a sentence."""
_SAMPLES: Mapping[str, Any] = {
    "integer": 2, "year": 2000, "decimal": 2.5, "boolean": True, "date": "2000-01-01"}


def in_words(values: Iterable[Any], most: int = _MOST) -> str:
    """A list as a sentence has it: `a`, `a and b`, `a, b and c`, `a, b and 7 more`."""
    texts = [str(value) for value in values]
    if len(texts) > most + 1:
        texts = [*texts[:most], f"{len(texts) - most} more"]
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def values(rows: Iterable[Row], column: str) -> list[Any]:
    """The different values of a column, in the order of the rows, without empty cells."""
    cells = (row[column] for row in rows)
    return list(dict.fromkeys(cell for cell in cells if cell not in (None, "")))


def counts(rows: Iterable[Row], column: str) -> str:
    """How often each value of a column is there, the most frequent first: `Good 3, Weak 1`; names
    that have numbers of their own as `Report of 2020 (3)`."""
    found = Counter(row[column] for row in rows if row[column] not in (None, ""))
    numbered = any(char.isdigit() for value in found for char in str(value))
    return in_words([f"{value} ({number})" if numbered else f"{value} {number}"
                     for value, number in found.most_common()])


def each(rows: Iterable[Row], head: str, *details: str) -> list[str]:
    """A name for each value of a column, with what other columns say of it in brackets, row by
    row: `Fife (planned · in use, good effect)`.

    details: columns, each with a word that comes after what it says, if any. What is not stated
    is left out.
    """
    grouped: dict[Any, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[head], []).append(row)
    return [_bracketed(name, group, [detail.partition(" ")[::2] for detail in details])
            for name, group in grouped.items() if name]


def _bracketed(name: Any, group: Sequence[Row], details: Sequence[tuple[str, str]]) -> str:
    said = dict.fromkeys(", ".join(
        f"{str(row[column]).removesuffix('.')} {word}".strip() for column, word in details
        if row[column] not in (None, "", "not stated")) for row in group)
    said.pop("", None)
    if disputed := values(group, "disputed"):
        said[f"the documents disagree on the {in_words(disputed)}"] = None
    return f"{name} ({' · '.join(said)})" if said else str(name)


def bare(names: Iterable[Any]) -> list[str]:
    """Names without what all of them begin with, up to a colon or a comma: of `Fife: buses` and
    `Fife: roads`, which a sentence on Fife lists, `buses` and `roads`."""
    texts = [str(name) for name in names]
    begin = commonprefix(texts) if len(texts) > 1 else ""
    start = max(begin.rfind(sign) + len(sign) if sign in begin else 0 for sign in (": ", ", "))
    return [text[start:] for text in texts]


def plural(number: int, one: str, several: str = "") -> str:
    """A number with its noun: `no rows`, `1 row`, `2 rows`."""
    noun = one if number == 1 else several or f"{one}s"
    return f"{number or 'no'} {noun}"


def with_unit(number: Any, unit: str) -> str:
    """A number and what it counts: `2,744 records`, `20%`, `5`; a rank as `5th`."""
    text = f"{number:,}" if isinstance(number, int | float) else str(number)
    if unit == "per cent":
        return f"{text}%"
    if unit == "rank" and text.isdecimal():
        ends = {"1": "st", "2": "nd", "3": "rd"}
        return text + ("th" if text[-2:-1] == "1" else ends.get(text[-1], "th"))
    return text if unit in ("", "number") else f"{text} {unit}"


def small(text: Any) -> str:
    """A text as it goes on within a sentence: acronyms and names of capitals stay."""
    words = str(text)
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_ENVIRONMENT.filters.update({filter.__name__: filter for filter in (
    in_words, values, counts, each, bare, plural, with_unit, small)})


@lru_cache(512)
def _template(text: str) -> tuple[Template, set[str]]:
    """A template, and the names in it that must be given."""
    parsed = _ENVIRONMENT.parse(text)
    names = list(parsed.find_all(nodes.Name))
    given = {name.name for name in names if name.ctx == "load"}
    own = {name.name for name in names if name.ctx != "load"} | {"loop", *_ENVIRONMENT.globals}
    return _ENVIRONMENT.from_string(parsed), given - own


def sentence(
    question: Question, rows: Sequence[Row], parameters: Mapping[str, Any],
    chosen: Mapping[str, str],
) -> str | None:
    """The sentence of an answer to a question that has a template, if it says something of it.

    chosen: the choices that somebody made, as sentences have them, by parameter.
    """
    try:
        return _written(question, rows, parameters, chosen)
    except (TemplateError, ArithmeticError, TypeError):
        return None  # what sentence_mistakes could not foresee of the values of an answer


def _written(
    question: Question, rows: Sequence[Row], parameters: Mapping[str, Any],
    chosen: Mapping[str, str],
) -> str | None:
    template, names = _template(question.sentence or "")
    others = [chosen[p.name] for p in question.parameters
              if p.name in chosen and p.name not in names and not p.required]
    written = template.render(
        rows=rows, n=len(rows), narrowed=f" ({'; '.join(others)})" if others else "", **parameters)
    text = _ARTICLE.sub("the ", dated(" ".join(written.split())))
    return text[:1].upper() + text[1:] or None


def as_chosen(parameter: Parameter, value: str) -> str:
    """A choice within a sentence: a thing by its name alone, other values with what they are."""
    is_name = parameter.type == "iri" and not parameter.scheme and not value[:1].islower()
    return value if is_name else f"{small(parameter.label)}: {value}"


def sentence_mistakes(question: Question) -> Iterator[str]:
    """What is wrong with the template: each example is tried with no row, with full and empty ones.
    """
    if question.sentence is None:
        return
    try:
        _, names = _template(question.sentence)
    except TemplateSyntaxError as error:
        yield f"is not a template: {error.message}"
        return
    known = {"rows", "n", "narrowed", *(parameter.name for parameter in question.parameters)}
    if unknown := sorted(names - known):
        yield f"names {', '.join(unknown)}, which is no parameter"
        return
    full = {column.name: _SAMPLES.get(column.type, column.label) for column in question.columns}
    full["disputed"] = "date"
    empty = dict.fromkeys(full)
    for example in question.examples:
        given = {parameter.name: _given(parameter, example.values.get(parameter.name, ()))
                 for parameter in question.parameters}
        for rows in ([], [full], [full, empty], [full] * 20):
            try:
                _written(question, rows, given, {})
            except (TemplateError, ArithmeticError, TypeError) as error:
                yield f"fails for the example `{example.title}` with {len(rows)} rows: {error}"
                return


def _given(parameter: Parameter, texts: Sequence[str]) -> Any:
    texts = texts or parameter.default
    if parameter.many:
        return list(texts)
    value = next(iter(texts), None)
    return is_true(value) if value is not None and parameter.type == "boolean" else value
