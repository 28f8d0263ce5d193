"""What a query asks, read from its words before evaluation, and what is refused.

The engine does the parsing. Here one scanner passes over the text, in time that grows with its
length alone: every part of the pattern is possessive, so nothing is read twice. It stops only at
the few words that matter here. SERVICE must not be missed, however it is spelt:

- codepoint escapes (SPARQL 1.1 Query, section 19.2) may hide a keyword, and some parsers decode
  them before they know what a comment or a string is, so such texts are scanned decoded as well;
- `<` may begin an IRI or be an operator, and then a quote in what follows begins a string, so
  a query that has the word and can be read in both ways is refused;
- parsers need no space around a keyword (`SERVICE:x {`, `trueSERVICE?x {`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate, islice
from typing import NamedTuple

from graphsvc.engine.base import QueryForm, QueryRefused, QuerySyntaxError

MAX_DEPTH = 150
"""Brackets that may be open at once; parsers recurse, and their stack is finite."""

MAX_WORDS = 2_000
"""Words that are looked at one by one."""

_SPACE = r"(?:[ \t\r\n]|\#[^\r\n]*+(?:[\r\n]|\Z))*+"
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
_FLAGS = re.VERBOSE | re.DOTALL


def _scanner(words: str, unsure: str) -> re.Pattern[str]:
    """A pattern that passes over everything up to some words, an unsure `<` or an escape."""
    return re.compile(
        rf"""
        (?: [ \t\r\n]++
          | [?$]++\w*+
          | (?!{unsure})<(?:{_IRI[1:]})?+
          | {_OPAQUE}
          | [^\w<"'\#?$@:\\ \t\r\n]++
          | {_AFTER_COLON}
          | @[@A-Za-z\-]*+
          | (?:\\(?![uU]))++
          | (?!(?i:{words}))\w[\w.\-·]*+(?:{_AFTER_COLON})?+
          | (?i:GRAPH|NAMED){_SPACE}{_NAME}
        )*+
        (?: (?P<unsure>{unsure}) | (?P<escape>\\)
          | (?P<word>\w[\w.\-·]*+)(?P<local>{_AFTER_COLON})?+ | \Z )
        """, _FLAGS)  # fmt: skip


_WORDS = r"from\b|true\b|false\b"
_SCANNER = _scanner(_WORDS, "(?!)")
_SERVICE_SCANNER = _scanner(rf"[\w.\-·]*?service|graph\b|named\b|{_WORDS}", _UNSURE)
_NOT_BRACKETS = re.compile(rf"{_OPAQUE}|{_IRI}|\\.|[^()\[\]{{}}<\"'\#\\]++|[<\"'\\]", _FLAGS)
_DEPTHS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_PROLOGUE = re.compile(
    rf"""(?:[ \t\r\n] | \#[^\r\n]*+ | BASE{_SPACE}{_IRI}
            | PREFIX{_SPACE}(?:\w[\w.\-·]*+)?+:{_SPACE}{_IRI})*+""",
    re.VERBOSE | re.IGNORECASE)  # fmt: skip
_WORD = re.compile(r"\w+")
_FORM = re.compile("SELECT|ASK|CONSTRUCT|DESCRIBE", re.IGNORECASE)
_STAR = re.compile(
    rf"SELECT{_SPACE}(?:DISTINCT|REDUCED)?+{_SPACE}(?P<star>\*)", re.VERBOSE | re.IGNORECASE)
_GRAPH = re.compile(rf"{_SPACE}(?P<named>NAMED)?+{_SPACE}(?P<term>{_IRI}|{_NAME})",
                    re.VERBOSE | re.IGNORECASE)  # fmt: skip
_BRACE = re.compile(rf"{_SPACE}\{{", re.VERBOSE)
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid)[ \t\r\n]*+[(#]")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES = (
    "INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH",
)  # fmt: skip
_PARSER_ERROR = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class Inspected(NamedTuple):
    """A query that may be evaluated.

    text: what to evaluate: the query with the escapes outside strings and IRIs decoded, and with
        TRUE and FALSE in lower case.
    form: its form.
    prologue: the text before the form.
    star: offset of the star of `SELECT *`; None where there is none.
    from_default, from_named: the terms of FROM and FROM NAMED, as they are written.
    volatile: whether it may call a function whose value changes.
    """

    text: str
    form: QueryForm
    prologue: str
    star: int | None
    from_default: tuple[str, ...]
    from_named: tuple[str, ...]
    volatile: bool


@lru_cache(maxsize=64)
def inspect(query: str) -> Inspected:
    """Read a query's words. Raises QueryRefused (SERVICE, updates) and QuerySyntaxError."""
    text, low = query, query.lower()
    tokens = _tokens(query, low)
    if any(token["escape"] or _is_boolean(token) for token in tokens):
        text = _rewritten(query, tokens)
        low = text.lower()
        tokens = _tokens(text, low)
    begin = _PROLOGUE.match(text).end()  # type: ignore[union-attr]  # it may be empty
    if "service" in low:
        _refuse_service(text, tokens, begin)
    if "\\" in query and "service" in (decoded := _ESCAPE.sub(_character, query)).lower():
        _refuse_service(decoded, _tokens(decoded, "service"), 0)
    _refuse_depth(text)
    star = _STAR.match(text, begin)
    graphs = [graph for token in tokens if (graph := _graph(text, token))]
    return Inspected(
        text=text,
        form=_form(text, begin),
        prologue=text[:begin],
        star=star.start("star") if star else None,
        from_default=tuple(graph["term"] for graph in graphs if not graph["named"]),
        from_named=tuple(graph["term"] for graph in graphs if graph["named"]),
        volatile=bool(_VOLATILE.search(low)),
    )


def _tokens(text: str, low: str) -> list[re.Match[str]]:
    """The words of a text that matter. Raises QuerySyntaxError where they are too many."""
    scanner = _SERVICE_SCANNER if "service" in low else _SCANNER
    tokens = list(islice(scanner.finditer(text), MAX_WORDS))
    if len(tokens) == MAX_WORDS:
        raise QuerySyntaxError(
            rf"The query has more than {MAX_WORDS} graphs, booleans in capitals or \u escapes."
        )
    return tokens


def _graph(text: str, token: re.Match[str]) -> re.Match[str] | None:
    """The graph that a FROM clause names, where the token begins one."""
    begins = token["word"] and token["word"].upper() == "FROM" and not token["local"]
    return _GRAPH.match(text, token.end()) if begins else None


def _is_boolean(token: re.Match[str]) -> bool:
    word = token["word"]
    return bool(word) and not token["local"] and word.lower() in ("true", "false") != word


def _rewritten(query: str, tokens: list[re.Match[str]]) -> str:
    """The query with plain booleans, and with the escapes decoded that the tokens found.

    Escapes in strings and IRIs are left to the engine, which knows what they may say; elsewhere
    only characters of words may be escaped. Raises QuerySyntaxError for others.
    """
    parts: list[str] = []
    position = 0
    for token in tokens:
        if token["escape"] and (escape := _ESCAPE.match(query, token.start("escape"))):
            character = _character(escape)
            if not (character.isalnum() or character in "_-·:"):
                raise _error_at(query, escape.start(), f"{escape[0]} may not be used here.")
            parts += query[position : escape.start()], character
            position = escape.end()
        elif _is_boolean(token):
            parts += query[position : token.start("word")], token["word"].lower()
            position = token.end()
    return "".join(parts) + query[position:]


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise QuerySyntaxError(f"The escape {escape[0]} is not a character.")
    return chr(code)


def _error_at(query: str, offset: int, message: str) -> QuerySyntaxError:
    """The error with the line and column of an offset."""
    line = query.count("\n", 0, offset) + 1
    column = offset - (query.rfind("\n", 0, offset) + 1) + 1
    return QuerySyntaxError(message, line=line, column=column)


def _refuse_service(text: str, tokens: list[re.Match[str]], begin: int) -> None:
    """Raise QueryRefused where a SERVICE clause may begin, by any reading of `<`."""
    for token in tokens:
        found = token["word"] and "service" in token["word"].lower()
        if found and (not token["local"] or _BRACE.match(text, token.end())):
            raise QueryRefused(
                "SERVICE asks this service to call another one, which it does not do.",
                location="query",
                hint="Ask the other service yourself, and join the answers.",
            )
        if token["unsure"] and token.start("unsure") >= begin:
            raise QueryRefused(
                f"{token['unsure'][:60]} can be read as an IRI and as a comparison, "
                "and the query has the word SERVICE.",
                location="query",
                hint="Put spaces around operators.",
            )


def _refuse_depth(text: str) -> None:
    """Raise QuerySyntaxError where more than MAX_DEPTH brackets are open at once."""
    if text.count("{") + text.count("(") + text.count("[") > MAX_DEPTH:
        brackets = _NOT_BRACKETS.sub("", text)
        if max(accumulate(map(_DEPTHS.__getitem__, brackets)), default=0) > MAX_DEPTH:
            raise QuerySyntaxError("The query is nested too deeply.")


def _form(text: str, begin: int) -> QueryForm:
    """The form of a query with its prologue's end. Raises QueryRefused, QuerySyntaxError."""
    first = _WORD.search(text, begin)
    word = first[0].upper() if first else ""
    if first and word.startswith(("PREFIX", "BASE")):  # the engine says what is wrong with it
        first = _FORM.search(text, first.end())
        word = first[0].upper() if first else word
    for form in QueryForm:
        if word.startswith(form.value):
            return form
    if word.startswith(_UPDATES):
        raise QueryRefused(
            f"{word[:60]} changes data, and this service only answers questions.",
            location="query",
            hint="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
        )
    found = f", not {word[:60]}" if word else ""
    offset = first.start() if first else len(text)
    raise _error_at(text, offset, f"Expected SELECT, ASK, CONSTRUCT or DESCRIBE{found}.")


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
