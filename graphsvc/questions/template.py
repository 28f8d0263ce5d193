"""Putting RDF terms into a query's places, token by token, so that no value can change its shape.

A place is a variable written `$name`; variables of the query itself are written `?name`. A file is
plain SPARQL as it is; a comment says what a line becomes here, once a place has a value:

    VALUES $since { 1990 }               #+if since
    VALUES ?genre { UNDEF }              #+if genre   VALUES ?genre { $genre }
    #+if publisher   ?edition ex:publisher $publisher .

What is before the marker is for other tools, and left out. What is after it is put in where the
place has a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.sparql import own_query

Value = NamedNode | Literal
"""A term that may be put into a query."""

Values = Mapping[str, Sequence[Value]]
"""The terms for each place, one or several."""

# The terminals of SPARQL 1.1 (section 19.8) that decide where a `$name` is a variable: IRIs,
# strings and comments may hold one without meaning it. Everything else may be split more finely.
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<comment>\#[^\n\r]*)
    | (?P<variable>[?$]\w+)
    | (?P<name>(?:\w[\w.\-]*)?:(?:[\w.:%\-]|\\.)* | \w+)
    | (?P<other>\\. | \^\^ | .)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a query: its type (a group of the scanner's expression), text and line."""

    type: str
    text: str
    line: int


_MARKER = re.compile(r"#\+if[ \t]+(?P<name>\w+)(?P<instead>|[ \t].*)")


def scan(text: str, line: int = 1) -> Iterator[Token]:
    """The tokens of a query; joined together they are the text again."""
    for match in _TOKEN.finditer(text):
        yield Token(str(match.lastgroup), match.group(), line)
        line += match.group().count("\n")


def serialise(value: Value) -> str:
    """The term in N-Triples form, which is one token (or `string ^^ iri`) of any SPARQL parser.

    Raises GraphsvcError for what could only be written with a `\\u` escape, or would look like one:
    SPARQL 1.1 (19.2) lets a parser decode these before it looks for the end of a string.
    """
    text = str(value)
    if re.search(r"\\[uU]", text):
        raise GraphsvcError(
            "The text holds a control character, or a backslash before the letter u.",
            hint="Leave it out.")
    return text


class Piece(NamedTuple):
    """Some text of a query or, where it has a name, a place for terms.

    condition: the place whose `#+if` it comes after. separator: what comes between several terms;
    None where only one may be. before, after: what keeps a term apart from its neighbours.
    """

    text: str
    condition: str | None
    name: str = ""
    line: int = 0
    separator: str | None = None
    before: str = ""
    after: str = ""

    def fill(self, terms: Sequence[Value]) -> str:
        """The text once terms are put there. Raises GraphsvcError where they cannot be."""
        if not terms:
            return self.text
        if len(terms) > 1 and self.separator is None:
            raise GraphsvcError(f"`${self.name}` takes one value here.")
        return f"{self.before}{(self.separator or '').join(map(serialise, terms))}{self.after}"


class Template:
    """A query with places for terms.

    tokens: those of the query, with what comes after markers; samples: names of the places that
    have a value for other tools; conditions: names after `#+if`, with their first lines.
    Raises InputErrors with every mistake: a comment that is no marker, an escape or an IRI that
    parsers read in different ways.
    """

    def __init__(self, text: str, *, file: str = "query", line: int = 1) -> None:
        self.conditions: dict[str, int] = {}
        self.samples: set[str] = set()
        self._mistakes: list[tuple[int, str, str]] = []
        marked = list(self._marked(scan(text, line)))
        self.tokens = [token for token, _ in marked]
        self._mistakes += _doubtful(self.tokens)
        self._pieces = list(_joined(_pieces(marked)))
        self.places = [piece for piece in self._pieces if piece.name]
        self._tidy = not any("\n" in t.text for t in self.tokens if t.type == "string")
        if self._mistakes:
            raise InputErrors([GraphsvcError(message, location=f"{file}:{at}", hint=hint)
                               for at, message, hint in self._mistakes])

    def bind(self, values: Values) -> str:
        """The query with its places filled, and without what depends on a place without a value.

        A place that depends on nothing and is given no value stays the variable it is. Lines keep
        their numbers.
        Raises GraphsvcError for a value that cannot be written safely, or for several values at a
        place for one.
        """
        return "".join(piece.fill(values.get(piece.name, ())) for piece in self._pieces
                       if piece.condition is None or values.get(piece.condition))

    def write(self, values: Values) -> str:
        """What `bind` gives, for people to read: without lines that are empty."""
        text = self.bind(values)
        return re.sub(r"\n([ \t]*\n)+", "\n", text) if self._tidy else text

    def _marked(self, tokens: Iterable[Token]) -> Iterator[tuple[Token, str | None]]:
        """The tokens with the place that they depend on, without the parts for other tools."""
        rest: list[Token] = []
        in_text = False
        for token in tokens:
            marker = _MARKER.fullmatch(token.text) if token.type == "comment" else None
            if marker:
                name = marker["name"]
                if in_text:
                    self._mistakes.append((
                        token.line, f"A text of several lines is before `#+if {name}`.",
                        "Write the text on one line, or the marker on the next."))
                self.conditions.setdefault(name, token.line)
                self.samples |= {part.text[1:] for part in rest if _is_place(part)}
                yield from ((part, name) for part in scan(marker["instead"], token.line))
                rest = []
                continue
            if token.type == "comment" and token.text.startswith("#+"):
                self._mistakes.append((
                    token.line, f"`{token.text}` is not a marker.",
                    "Write `#+if NAME`; the header comes before the query."))
            if "\n" in token.text:
                in_text = token.type == "string"
                yield from ((part, None) for part in (*rest, token))
                rest = []
            else:
                rest.append(token)
        yield from ((part, None) for part in rest)


@cache
def _own(name: str) -> Template:
    return Template(own_query(name), file=f"{name}.rq")


def own(name: str, /, **values: Sequence[Value]) -> str:
    """One of the software's own queries with these values."""
    return _own(name).bind(values)


def _pieces(marked: Sequence[tuple[Token, str | None]]) -> Iterator[Piece]:
    """The texts and places of a query."""
    before = ""
    for index, (token, condition) in enumerate(marked):
        if _is_place(token):
            around = [marked[at][0].text if 0 <= at < len(marked) else " "
                      for at in (index - 1, index + 1)]
            yield Piece(token.text, condition, token.text[1:], token.line,
                        {"{": " ", "(": ", ", ",": ", "}.get(before), *_blanks(*around))
        else:
            yield Piece(token.text, condition)
        if token.type not in ("space", "comment"):
            before = token.text


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, with texts that come after one another as one: a query has hundreds of tokens."""
    for (is_place, condition), run in groupby(pieces, lambda one: (bool(one.name), one.condition)):
        if is_place:
            yield from run
        else:
            yield Piece("".join(piece.text for piece in run), condition)


def _blanks(before: str, after: str) -> tuple[str, str]:
    """Blanks that a term needs between these neighbours."""
    return ("" if before.isspace() or before in "({" else " ",
            "" if after.isspace() or after in ")},;." else " ")


def _is_place(token: Token) -> bool:
    return token.type == "variable" and token.text.startswith("$")


def _doubtful(tokens: list[Token]) -> Iterator[tuple[int, str, str]]:
    """What parsers read in different ways: line, message, hint."""
    after_place = False
    for token in tokens:
        if token.type in ("comment", "space"):
            continue
        if re.search(r"\\[uU]", token.text):
            yield token.line, "A `\\u` escape is read in different ways.", "Write the character."
        if token.type == "iri" and re.match(r"<[^>]*\$|<\?", token.text):
            yield (token.line, f"`{token.text}` may be an IRI or a comparison.",
                   "Write a blank after a less-than sign; write `$` in an IRI as %24.")
        if after_place and (token.text.startswith("@") or token.text == "^^"):
            yield (token.line, "A place cannot carry a language tag or datatype.",
                   "Use STRLANG or STRDT.")
        after_place = _is_place(token)
