"""What a query asks, read from its words before evaluation, and what is refused.

The engine does the parsing. Here a scanner passes over the text only where it has words that
matter, in time that grows with its length alone: every part of the pattern is possessive, so
nothing is read twice. SERVICE must not be missed, however it is spelt:

- codepoint escapes (SPARQL 1.1 Query, section 19.2) may hide a keyword, and some parsers decode
  them before they know what a comment or a string is, so such texts are scanned decoded as well;
- `<` may begin an IRI or be an operator, and then a quote in what follows begins a string, so
  a query that has the word and can be read in both ways is refused;
- parsers need no space around a keyword (`SERVICE:x {`, `trueSERVICE?x {`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from graphsvc.engine.base import QueryForm, QueryRefused, QuerySyntaxError

_SPACE = r"(?:[ \t\r\n]++|\#[^\r\n]*+(?:[\r\n]|\Z))*+"
_IRI = r"""<[^<>"{}|^`\x00-\x20]*+>"""
_LOCAL = r"(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])"
_AFTER_COLON = rf":(?:{_LOCAL}|[\-·]|\.++(?={_LOCAL}))*+"
_NAME = rf"(?:\w[\w.\-·]*+)?+{_AFTER_COLON}"
_OPAQUE = r"""
    \#[^\r\n]*+
  | \"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3})?+ | "(?:[^"\\\r\n]|\\[^\r\n])*+"?+
  | '{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3})?+   | '(?:[^'\\\r\n]|\\[^\r\n])*+'?+
"""
"""Comments and strings; one that is not closed goes on to the end of its line, or of the text."""
_UNSURE = r"""<(?!\w++://)[^&),'\#<>"{}|^`\x00-\x20]*+[&),'\#][^<>"{}|^`\x00-\x20]*+>"""
"""What may be an IRI, or the end of a comparison and more."""


def _scanner(word: str, unsure: str = "(?!)") -> re.Pattern[str]:
    """A pattern that passes over everything up to a word, or an unsure `<`."""
    return re.compile(
        rf"""(?P<before>(?:
            [ \t\r\n]++ | [?$@]++\w*+ | (?!{unsure})<(?:{_IRI[1:]})?+ | {_OPAQUE}
          | [^\w<"'\#?$@: \t\r\n]++ | {_AFTER_COLON} | (?!{word})\w[\w.\-·]*+(?:{_AFTER_COLON})?+
        )*+)(?:(?P<unsure>{unsure}) | (?P<word>{word}) | \Z)""",
        re.VERBOSE | re.DOTALL | re.IGNORECASE)


_SERVICE = _scanner(
    rf"[\w.\-·]*?service[\w.\-·]*+ (?: (?!:) | {_AFTER_COLON}{_SPACE}\{{ )", _UNSURE)
_BOOLEAN = _scanner(r"(?:true|false)\b(?![.\-·]*[\w:])")
_FROM = _scanner(r"from\b(?![.\-·]*[\w:])")
_GRAPH = re.compile(rf"{_SPACE}(?!NAMED\b)({_IRI}|{_NAME})", re.VERBOSE | re.IGNORECASE)
_CAPITALS = re.compile(r"\b(?!true\b|false\b)(?i:true|false)\b")
_BEGIN = re.compile(
    rf"""(?P<prologue>(?: [ \t\r\n]++ | \#[^\r\n]*+ | BASE{_SPACE}{_IRI}
           | PREFIX{_SPACE}(?:\w[\w.\-·]*+)?+:{_SPACE}{_IRI} )*+)
         (?P<word>\w*+) (?: (?<=SELECT){_SPACE}(?:DISTINCT|REDUCED)?+{_SPACE}(?P<star>\*) )?+""",
    re.VERBOSE | re.IGNORECASE)
_WORD = re.compile(r"\w+")
_FORM = re.compile("|".join(QueryForm), re.IGNORECASE)
_UPDATE = re.compile("INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|COPY|MOVE|ADD|WITH", re.IGNORECASE)
_GRAPHS = re.compile(r"graph|(?:\b|ask|construct)(?<![?$:#/])from")
"""What may name graphs, in small letters; not the `from` of `prov:wasDerivedFrom`, since queries
that name none are answered from less data."""
_VOLATILE = re.compile(r"(?:now|rand|uuid)[ \t\r\n]*+[(#]")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PARSER_ERROR = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class Inspected(NamedTuple):
    """A query that may be evaluated.

    text: what to evaluate: the query with TRUE and FALSE in lower case, as the engine wants them.
    form: its form.
    graphs: whether it may name graphs; a word that reads so is enough.
    prologue: the text before the form.
    star: offset of the star of `SELECT *`; -1 where there is none.
    merged: the terms of FROM, as they are written, where there are several.
    volatile: whether it may call a function whose value changes.
    """

    text: str
    form: QueryForm
    graphs: bool
    prologue: str
    star: int
    merged: tuple[str, ...]
    volatile: bool


@lru_cache(maxsize=64)
def inspect(query: str) -> Inspected:
    """Read a query's words. Raises QueryRefused (SERVICE, updates) and QuerySyntaxError."""
    text, low = query, query.lower()
    if ("true" in low or "false" in low) and _CAPITALS.search(query):
        text = _BOOLEAN.sub(lambda found: found["before"] + (found["word"] or "").lower(), query)
    begin = _begin(text)
    _refuse(text, low, begin)
    if "\\" in text:
        decoded = _ESCAPE.sub(_character, text)
        _refuse(decoded, decoded.lower(), _begin(decoded))
    froms = _FROM.finditer(text, begin.end()) if low.count("from") > 1 else ()
    graphs = [graph[1] for found in froms if (graph := _GRAPH.match(text, found.end()))]
    return Inspected(
        text=text, form=_form(text, begin.start("word")), graphs=bool(_GRAPHS.search(low)),
        prologue=begin["prologue"], star=begin.start("star"),
        merged=tuple(graphs) if len(graphs) > 1 else (), volatile=bool(_VOLATILE.search(low)))


def _begin(text: str) -> re.Match[str]:
    """The prologue, and how the query goes on."""
    begin = _BEGIN.match(text)
    assert begin, "all of it may be missing"
    return begin


def _character(escape: re.Match[str]) -> str:
    return chr(min(int(escape[1] or escape[2], 16), 0x10FFFF))


def _refuse(text: str, low: str, begin: re.Match[str]) -> None:
    """Raise QueryRefused for an update, and where a SERVICE clause may begin."""
    first = _WORD.search(text, begin.start("word"))
    if first and _UPDATE.match(first[0]):
        raise QueryRefused(
            f"{first[0][:60].upper()} changes data, and this service only answers questions.",
            location="query", hint="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.")
    services = _SERVICE.finditer(text, begin.end("prologue")) if "service" in low else ()
    for found in services:
        if found["word"]:
            raise QueryRefused(
                "SERVICE asks this service to call another one, which it does not do.",
                location="query", hint="Ask the other service yourself, and join the answers.")
        if found["unsure"]:
            raise QueryRefused(
                f"{found['unsure'][:60]} can be read as an IRI and as a comparison, "
                "and the query has the word SERVICE.",
                location="query", hint="Put spaces around operators.")


def _form(text: str, at: int) -> QueryForm:
    """The form of a query that begins at an offset. Raises QuerySyntaxError where it has none.

    Where something else is before the form, the engine says what is wrong with it.
    """
    if form := _FORM.search(text, at):
        return QueryForm(form[0].upper())
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    raise QuerySyntaxError(
        "Expected SELECT, ASK, CONSTRUCT or DESCRIBE.", line=line, column=column)


def syntax_error(reported: str, text: str) -> QuerySyntaxError:
    """The error that the engine's parser reports as `error at LINE:COLUMN: expected ...`."""
    match = _PARSER_ERROR.match(reported)
    if match is None:
        return QuerySyntaxError(f"The query cannot be read: {reported}.")
    line, column = int(match[1]), int(match[2])
    if "Prefix not found" in match[3]:
        return QuerySyntaxError(
            "The prefix before this place is not declared; add its PREFIX line.",
            line=line, column=column)  # fmt: skip
    here = "\n".join(text.split("\n")[line - 1 :])
    before, after = here[: column - 1].rpartition(" ")[2], here[column - 1 :]
    found = (f"'{(before + after).split()[0][:40]}' does not belong here" if after.strip() else
             "The query ends here, but something before is missing or left open")  # fmt: skip
    signs = [sign for sign in re.findall(r'"([^"]+)"', match[3]) if not sign.startswith("\\")]
    if 0 < len(signs) <= 12:  # of words the parser lists only some
        found += f"; expected {' or '.join(signs)}"
    return QuerySyntaxError(f"{found}.", line=line, column=column)
