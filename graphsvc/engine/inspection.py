"""What is refused before evaluation, and which of the four forms a query has.

Only words are read here; the engine does the parsing. What must not be missed is a SERVICE clause,
however it is spelt, so a text is read in every way that some parser reads it:

- codepoint escapes (SPARQL 1.1 Query, section 19.2) may stand for letters of a keyword, and some
  parsers decode them before they know what a comment or a string is;
- `<` may begin an IRI or be an operator, and then a quote in what follows begins a string;
- some parsers ask for no space after a keyword (`SERVICE:x {`, `trueSERVICE?x {`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from graphsvc.engine.base import Form, QuerySyntaxError, Refused

MAX_DEPTH = 150
"""Brackets that may be open at once; parsers recurse, and their stack is finite."""

_LOCAL = r"(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])"
_TOKENS = r"""
  (?P<space>[ \t\r\n]+)
| (?P<comment>\#[^\r\n]*)
| (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]IRI_EXCEPT|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
| (?P<string>\"{3}(?:"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
    |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
| (?P<variable>[?$]\w+)
| (?P<name>(?P<prefix>\w[\w.\-·]*+)?:(?:LOCAL(?:(?:LOCAL|[.\-·])*(?:LOCAL|[\-·]))?)?)
| (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
| (?P<word>\w[\w.\-·]*+)
| (?P<open>[({\[])
| (?P<close>[)}\]])
| (?P<other>.)
""".replace("LOCAL", _LOCAL)
_FLAGS = re.VERBOSE | re.DOTALL
_READINGS = (
    re.compile(_TOKENS.replace("IRI_EXCEPT", ""), _FLAGS),
    re.compile(_TOKENS.replace("IRI_EXCEPT", "(?<!')"), _FLAGS),
)
_BOOLEAN = re.compile(r"\b(?!true\b|false\b)(?i:true|false)\b")
_GLUED = re.compile(r"<(?<=\w<)[^\s<>]*>")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SERVICE = re.compile(r"SERVICE(SILENT)?(?!\w)", re.IGNORECASE)
_MAYBE_SERVICE = re.compile(r"SERVICE(SILENT)?(?![\w./>-])", re.IGNORECASE)
"""Finds every SERVICE clause, and less else than the word itself."""
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid)(?:\s|\#[^\r\n]*[\r\n])*+\(")
_UPDATES = (
    "INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH",
)  # fmt: skip
_BEFORE_STAR = ("SELECT", "DISTINCT", "REDUCED", "SELECTDISTINCT", "SELECTREDUCED")
_FORMS = {form.value: form for form in Form}
_FROM = ("FROM", "NAMED")
_PLAIN_HEAD = re.compile(
    r"""
    (?:[ \t\r\n]+|\#[^\r\n]*[\r\n]
      |PREFIX[ \t\r\n]+(?:[A-Za-z][\w-]*)?:[ \t\r\n]*<[^<>"'{}|^`\\\x00-\x20]*>)*+
    (?P<form>(?:ASK|CONSTRUCT)(?=[ \t\r\n]*\{)
      |SELECT(?=(?:[ \t\r\n]+(?:DISTINCT|REDUCED))?[ \t\r\n]*(?:(?P<star>\*)|[?$(])))
    """, re.VERBOSE | re.IGNORECASE | re.ASCII)
"""How most queries begin; read so, a head takes a tenth of the time."""
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
    form: Form
    prologue: str
    star: int | None
    from_default: tuple[str, ...]
    from_named: tuple[str, ...]
    volatile: bool


@lru_cache(maxsize=64)
def inspect(query: str) -> Inspected:
    """Read a query's words. Raises Refused (SERVICE, updates) and QuerySyntaxError (no form)."""
    low = query.lower()
    text = query
    if "\\" in query or (("true" in low or "false" in low) and _BOOLEAN.search(query)):
        text = decode_words(query)
        low = text.lower()
    for variant in {text, decode(query)} if "\\" in query else (text,):
        if "service" in (low if variant is text else variant.lower()):
            refuse_service(variant)
    if text.count("{") + text.count("(") + text.count("[") > MAX_DEPTH:
        refuse_depth(text)
    if _GLUED.search(text):
        refuse_glued(text)
    return read_head(text, low)


def decode(text: str) -> str:
    """The text with all codepoint escapes decoded."""
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise QuerySyntaxError(f"The escape {escape[0]} is not a character.")
    return chr(code)


def decode_words(query: str) -> str:
    """The query with the escapes in its keywords and names decoded, and plain booleans.

    Escapes in strings and IRIs are left to the engine, which knows what may stand there; elsewhere
    only characters of words may be escaped. Raises QuerySyntaxError for others.
    """
    parts: list[str] = []
    position = 0
    for token in _READINGS[0].finditer(query):
        start = token.start()
        if start < position:
            continue
        if token.lastgroup == "word" and token[0].lower() in ("true", "false"):
            parts += query[position:start], token[0].lower()
            position = token.end()
        elif token[0] == "\\" and (escape := _ESCAPE.match(query, start)):
            character = _character(escape)
            if not (character.isalnum() or character in "_-·:"):
                raise error_at(query, start, f"{escape[0]} may not stand here.")
            parts += query[position:start], character
            position = escape.end()
    return "".join(parts) + query[position:]


def error_at(query: str, offset: int, problem: str) -> QuerySyntaxError:
    """The error with the line and column of an offset."""
    line = query.count("\n", 0, offset) + 1
    column = offset - (query.rfind("\n", 0, offset) + 1) + 1
    return QuerySyntaxError(problem, line=line, column=column)


def words(text: str, reading: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The tokens that are not space or comment."""
    return (
        token for token in reading.finditer(text) if token.lastgroup not in ("space", "comment")
    )


def refuse_service(text: str) -> None:
    """Raise Refused where a SERVICE clause may begin, in any reading."""
    if _MAYBE_SERVICE.search(text):
        for reading in _READINGS:
            refuse_service_in(list(words(text, reading)))


def refuse_service_in(tokens: Sequence[re.Match[str]]) -> None:
    """Raise Refused where a SERVICE clause begins."""
    for index, token in enumerate(tokens):
        after = tokens[index + 1][0] if index + 1 < len(tokens) else ""
        before = tokens[index - 1][0].upper() if index else ""
        if (token.lastgroup == "word" and _SERVICE.search(token[0])) or (
            token.lastgroup == "name"
            and _SERVICE.search(token["prefix"] or "")
            and after == "{"
            and before != "GRAPH"
        ):
            raise Refused(
                "SERVICE asks this service to call another one, which it does not do.",
                location="query",
                hint="Ask the other service yourself, and join the answers.",
            )


def refuse_depth(text: str) -> None:
    """Raise QuerySyntaxError where more than MAX_DEPTH brackets are open at once."""
    depth = 0
    for token in words(text, _READINGS[0]):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        if depth > MAX_DEPTH:
            raise error_at(text, token.start(), "The query is nested too deeply.")


def refuse_glued(text: str) -> None:
    """Raise QuerySyntaxError for `FILTER(?x<?a&&?b>?y)`, where the longest token is an IRI.

    The rule is in SPARQL 1.1 Query, section 19.8; the engine would see two comparisons.
    """
    expressions: list[bool] = []  # for each open bracket, whether it holds an expression
    before: re.Match[str] | None = None
    for token in words(text, _READINGS[0]):
        if token.lastgroup == "open":
            called = before is not None and before.lastgroup == "word" and before[0] != "a"
            inner = called or (before is not None and before[0] == "(" and expressions[-1])
            expressions.append(token[0] == "(" and inner)
        elif token.lastgroup == "close" and expressions:
            expressions.pop()
        elif (
            token.lastgroup == "iri"
            and before is not None
            and before.lastgroup == "variable"
            and before.end() == token.start()
            and expressions
            and expressions[-1]
        ):
            problem = f"{token[0][:60]} reads as an IRI; put spaces around the operators."
            raise error_at(text, token.start(), problem)
        before = token


def read_head(text: str, low: str) -> Inspected:
    """The form and what stands with it outside of all brackets: the star, the FROM clauses.

    low: the text in lower case.
    """
    seeks_from = "from" in low
    volatile = ("now" in low or "rand" in low or "uuid" in low) and bool(_VOLATILE.search(low))
    if not seeks_from and (plain := _PLAIN_HEAD.match(text)):
        form = _FORMS[plain["form"].upper()]
        at = plain.start("star")
        return Inspected(text, form, text[:plain.start("form")], at if at >= 0 else None, (), (),
                         volatile)
    outside = top_level(text, seeks_from)
    first = next((token for token in outside if _begins_form(token)), None)
    if first is None:
        raise error_at(text, len(text), "Expected SELECT, ASK, CONSTRUCT or DESCRIBE.")
    form = form_of(text, first, first[0].upper())
    star = None
    graphs: dict[bool, list[str]] = {False: [], True: []}
    before = first[0].upper()
    for token in outside:
        word = token[0].upper()
        if form is Form.SELECT and word == "*" and before in _BEFORE_STAR:
            star = token.start()
        elif token.lastgroup in ("iri", "name") and before in _FROM:
            graphs[before == "NAMED"].append(token[0])
        before = word
    return Inspected(text, form, text[: first.start()], star, tuple(graphs[False]),
                     tuple(graphs[True]), volatile)


def top_level(text: str, seeks_from: bool) -> Iterator[re.Match[str]]:
    """The tokens outside of all brackets; up to the first bracket, unless FROM is sought."""
    depth = 0
    for token in words(text, _READINGS[0]):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        if depth == 0:
            yield token
        elif not seeks_from:
            return


def _begins_form(token: re.Match[str]) -> bool:
    return token.lastgroup == "word" and not token[0].upper().startswith(("PREFIX", "BASE"))


def form_of(text: str, token: re.Match[str], word: str) -> Form:
    """The form that a query's first word names. Raises Refused, QuerySyntaxError."""
    for form in Form:
        if word.startswith(form.value):
            return form
    if word.startswith(_UPDATES):
        raise Refused(
            f"{word} changes data, and this service only answers questions.",
            location="query",
            hint="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
        )
    raise error_at(text, token.start(), f"Expected SELECT, ASK, CONSTRUCT or DESCRIBE, not {word}.")


def syntax_error(told: str, text: str) -> QuerySyntaxError:
    """The error that the engine's parser tells as `error at LINE:COLUMN: expected ...`."""
    match = _PARSER_ERROR.match(told)
    if match is None:
        return QuerySyntaxError(f"The query cannot be read: {told}.")
    line, column = int(match[1]), int(match[2])
    if "Prefix not found" in match[3]:
        return QuerySyntaxError(
            "The prefix before this place is not declared; add its PREFIX line.",
            line=line, column=column)
    here = "\n".join(text.split("\n")[line - 1 :])
    before, after = here[: column - 1].rpartition(" ")[2], here[column - 1 :]
    found = (f"'{(before + after).split()[0][:40]}' does not belong here" if after.strip() else
             "The query ends here, but something before is missing or left open")
    return QuerySyntaxError(f"{found}{_expected(match[3])}.", line=line, column=column)


def _expected(told: str) -> str:
    """The signs that the parser says it expected; of words it lists only some."""
    signs = [sign for sign in re.findall(r'"([^"]+)"', told) if not sign.startswith("\\")]
    return f"; expected {' or '.join(signs)}" if signs and len(signs) <= 12 else ""
