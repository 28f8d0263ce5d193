"""Putting RDF terms into a query's places, token by token, so that no value can change its shape.

A place is a variable written `$name`; variables of the query itself are written `?name`. A clause
that is dropped when a place has no value is between two comment lines of its own:

    #+if since
    FILTER(?year >= $since)
    #+end
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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


class Token(NamedTuple):
    """A piece of a query: its type (a group of the scanner's expression), text and line."""

    type: str
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


class Piece(NamedTuple):
    """Some text of a query or, where it has a name, a place for terms.

    condition: the place whose `#+if` block it is in. separator: what comes between several terms;
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

    Raises InputErrors with every mistake: a block that is not closed, a marker that is not alone
    on its line, an escape or an IRI that parsers read in different ways.
    """

    def __init__(self, text: str, *, file: str = "query", line: int = 1) -> None:
        self.tokens = list(scan(text, line))
        self.conditions: dict[str, int] = {}
        self._mistakes = list(_doubtful(self.tokens))
        self._pieces = list(self._read())
        self.places = [piece for piece in self._pieces if piece.name]
        self._tidy = not any("\n" in t.text for t in self.tokens if t.type == "string")
        if self._mistakes:
            raise InputErrors([GraphsvcError(message, location=f"{file}:{at}", hint=hint)
                               for at, message, hint in self._mistakes])

    def bind(self, values: Values) -> str:
        """The query with the blocks of places without a value dropped and other places filled.

        A place outside a block that is given no value stays the variable it is. Lines keep their
        numbers.
        Raises GraphsvcError for a value that cannot be written safely, or for several values at a
        place for one.
        """
        return "".join(
            piece.fill(values.get(piece.name, ()))
            if piece.condition is None or values.get(piece.condition)
            else "\n" * piece.text.count("\n")
            for piece in self._pieces
        )

    def write(self, values: Values) -> str:
        """What `bind` gives, for people to read: without the empty lines of dropped blocks."""
        text = self.bind(values)
        return re.sub(r"\n([ \t]*\n)+", "\n", text) if self._tidy else text

    def _read(self) -> Iterator[Piece]:
        block: Token | None = None
        text = before = ""
        for index, token in enumerate(self.tokens):
            condition = block.text if block else None
            is_marker = token.type == "comment" and token.text.startswith("#+")
            if is_marker or _is_place(token):
                yield Piece(text, condition)
                text = ""
            if is_marker:
                block = self._marker(index, block)
            elif _is_place(token):
                separator = {"{": " ", "(": ", ", ",": ", "}.get(before)
                yield Piece(token.text, condition, token.text[1:], token.line, separator,
                            *self._blanks(index))
            else:
                text += token.text
            if token.type not in ("space", "comment"):
                before = token.text
        yield Piece(text, None)
        if block:
            self._mistakes.append((block.line, f"The block `#+if {block.text}` has no end.",
                                   "Close it with a line `#+end`."))

    def _blanks(self, index: int) -> tuple[str, str]:
        """Blanks that a term needs around it where the token at index is."""
        before = self.tokens[index - 1].text if index else " "
        after = self.tokens[index + 1].text if index + 1 < len(self.tokens) else " "
        return ("" if before.isspace() or before in "({" else " ",
                "" if after.isspace() or after in ")},;." else " ")

    def _marker(self, index: int, block: Token | None) -> Token | None:
        """The block that is open after the marker at index: its name and line."""
        token, before = self.tokens[index], self.tokens[index - 1] if index else None
        if before and not (before.type == "space" and re.search(r"\n[ \t]*$", before.text)):
            self._mistakes.append((token.line, f"`{token.text}` follows other text.",
                                   "Give the marker a line of its own."))
        match token.text[2:].split():
            case ["if", name] if block is None and re.fullmatch(r"\w+", name):
                self.conditions.setdefault(name, token.line)
                return Token("block", name, token.line)
            case ["if", _] if block:
                wrong = ("Blocks do not nest.", f"Close `#+if {block.text}` first.")
            case ["end"] if block:
                return None
            case ["end"]:
                wrong = ("`#+end` closes nothing.", "Open a block with a line `#+if NAME`.")
            case _:
                wrong = (f"`{token.text}` is not a marker.",
                         "Write `#+if NAME` or `#+end`; the header comes before the query.")
        self._mistakes.append((token.line, *wrong))
        return block


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
