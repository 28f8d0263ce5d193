"""Putting RDF terms into a query's places, token by token, so that no value can change its shape.

A place is a variable written `$name`; variables of the query itself are written `?name`. A clause
that is dropped when a place has no value stands between two comment lines of its own:

    #+if since
    FILTER(?year >= $since)
    #+end
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from graphsvc.errors import GraphsvcError, InputErrors

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
_MARKER = re.compile(r"#\+\s*(?P<word>\w*)\s*(?P<rest>.*?)\s*$")


class Token(NamedTuple):
    """A piece of a query: its kind (a group of the scanner's expression), text and line."""

    kind: str
    text: str
    line: int


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


@dataclass(frozen=True)
class Place:
    """One occurrence of a `$name`.

    separator: what stands between several terms there; None where only one term may stand.
    condition: the place whose `#+if` block this occurrence stands in.
    """

    name: str
    line: int
    separator: str | None
    condition: str | None


@dataclass(frozen=True)
class _Piece:
    """Some text, the block it is in, and the place it is if it is one.

    apart: what keeps a term that is put here from its neighbours, before and after.
    """

    text: str
    condition: str | None
    place: Place | None = None
    apart: tuple[str, str] = ("", "")


class Template:
    """A query with places for terms.

    Raises InputErrors with every mistake: a block that is not closed, a marker that is not alone
    on its line, an escape or an IRI that parsers read in different ways.
    """

    def __init__(self, text: str, *, file: str = "query", line: int = 1) -> None:
        self.file = file
        self.tokens = list(scan(text, line))
        errors = [self._error(*mistake) for mistake in _doubtful(self.tokens)]
        self.conditions: dict[str, int] = {}
        self._pieces = list(_joined(list(self._read(errors))))
        self.places = [piece.place for piece in self._pieces if piece.place]
        self._tidy = not any("\n" in t.text for t in self.tokens if t.kind == "string")
        if errors:
            raise InputErrors(errors)

    def bind(self, values: Values) -> str:
        """The query with the blocks of places without a value dropped and other places filled.

        A place outside a block that is given no value stays the variable it is. Lines keep their
        numbers.
        Raises GraphsvcError for a value that cannot be written safely, or for several values at a
        place for one.
        """
        return "".join(
            _fill(piece, values.get(piece.place.name, ()) if piece.place else ())
            if piece.condition is None or values.get(piece.condition)
            else "\n" * piece.text.count("\n")
            for piece in self._pieces
        )

    def write(self, values: Values) -> str:
        """What `bind` gives, for people to read: without the empty lines of dropped blocks."""
        text = self.bind(values)
        return re.sub(r"\n([ \t]*\n)+", "\n", text) if self._tidy else text

    def _error(self, problem: str, line: int, hint: str) -> GraphsvcError:
        return GraphsvcError(problem, location=f"{self.file}:{line}", hint=hint)

    def _read(self, errors: list[GraphsvcError]) -> Iterator[_Piece]:
        block: tuple[str, int] | None = None
        before = ""
        for index, token in enumerate(self.tokens):
            if token.kind == "comment" and token.text.startswith("#+"):
                block = self._marker(index, block, errors)
                continue
            condition = block[0] if block else None
            if token.kind == "variable" and token.text.startswith("$"):
                separator = {"{": " ", "(": ", ", ",": ", "}.get(before)
                place = Place(token.text[1:], token.line, separator, condition)
                yield _Piece(token.text, condition, place, self._apart(index))
            else:
                yield _Piece(token.text, condition)
            if token.kind not in ("space", "comment"):
                before = token.text
        if block:
            hint = "Close it with a line `#+end`."
            errors.append(self._error(f"The block `#+if {block[0]}` has no end.", block[1], hint))

    def _apart(self, index: int) -> tuple[str, str]:
        """Blanks that a term needs around it where the token at index stands."""
        before = self.tokens[index - 1].text if index else " "
        after = self.tokens[index + 1].text if index + 1 < len(self.tokens) else " "
        return (
            "" if before.isspace() or before in "({" else " ",
            "" if after.isspace() or after in ")},;." else " ",
        )

    def _marker(
        self, index: int, block: tuple[str, int] | None, errors: list[GraphsvcError]
    ) -> tuple[str, int] | None:
        """The block that is open after the marker at index."""
        token = self.tokens[index]
        match = _MARKER.match(token.text)
        word, rest = match.group("word", "rest") if match else ("", "")
        before = self.tokens[index - 1] if index else None
        if before and not (before.kind == "space" and re.search(r"\n[ \t]*$", before.text)):
            hint = "Give the marker a line of its own."
            errors.append(self._error(f"`{token.text}` follows other text.", token.line, hint))
        if word == "if" and re.fullmatch(r"\w+", rest):
            if not block:
                self.conditions.setdefault(rest, token.line)
                return rest, token.line
            problem, hint = "Blocks do not nest.", f"Close `#+if {block[0]}` first."
        elif word == "end" and not rest:
            if block:
                return None
            problem, hint = "`#+end` closes nothing.", "Open a block with a line `#+if NAME`."
        else:
            problem = f"`{token.text}` is no marker."
            hint = "Write `#+if NAME` or `#+end`; the header stands before the query."
        errors.append(self._error(problem, token.line, hint))
        return block


def prologue(query: str) -> tuple[str, str]:
    """A query's BASE and PREFIX declarations, and the rest (SPARQL 1.1, 4.1)."""
    end = offset = 0
    inside = False
    for token in scan(query):
        offset += len(token.text)
        if token.kind in ("space", "comment"):
            continue
        if token.kind == "iri" and inside:
            inside, end = False, offset
        elif token.kind == "name" and (inside or token.text.upper() in ("BASE", "PREFIX")):
            inside = True
        else:
            break
    return query[:end], query[end:]


def _joined(pieces: list[_Piece]) -> Iterator[_Piece]:
    """The pieces, with texts that follow each other in the same block put together."""
    for (condition, is_place), group in groupby(pieces, lambda p: (p.condition, bool(p.place))):
        if is_place:
            yield from group
        else:
            yield _Piece("".join(piece.text for piece in group), condition)


def _fill(piece: _Piece, given: Sequence[Value]) -> str:
    """What stands at a place once the given terms are put there."""
    if piece.place is None or not given:
        return piece.text
    if len(given) > 1 and piece.place.separator is None:
        raise GraphsvcError(f"`${piece.place.name}` takes one value where it stands.")
    terms = (piece.place.separator or "").join(map(serialise, given))
    return f"{piece.apart[0]}{terms}{piece.apart[1]}"


def _doubtful(tokens: list[Token]) -> Iterator[tuple[str, int, str]]:
    """What parsers read in different ways: (problem, line, mend)."""
    after_place = False
    for token in tokens:
        if token.kind not in ("comment", "space") and re.search(r"\\[uU]", token.text):
            yield "A `\\u` escape is read in different ways.", token.line, "Write the character."
        if token.kind == "iri" and re.match(r"<[^>]*\$|<\?", token.text):
            hint = "Write a blank after a less-than sign; write `$` in an IRI as %24."
            yield f"`{token.text}` may be an IRI or a comparison.", token.line, hint
        if after_place and (token.text.startswith("@") or token.text == "^^"):
            hint = "Use STRLANG or STRDT."
            yield "A place cannot carry a language tag or datatype.", token.line, hint
        if token.kind not in ("comment", "space"):
            after_place = token.kind == "variable" and token.text.startswith("$")
