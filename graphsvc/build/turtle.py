"""Turtle files, with the line of each subject.

The grammar is that of RDF 1.1 Turtle, section 6.5; parsing is pyoxigraph's. Because no
parser says where a triple came from, a scanner over the same text notes the line of each
subject, so that messages can name it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError

_TOKEN = re.compile(
    r'''(?P<comment>\#[^\n]*)
      | (?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
                  |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<directive>@prefix|@base|@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*|(?i:PREFIX|BASE)\b)
      | (?P<number>[+-]?(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?(?![\w:-]))
      | (?P<name>_:[\w.-]*[\w-]|[\w.-]*:(?:[\w:%-]|\\.|\.(?=[\w:%\\.-]))*|\w[\w-]*)
      | (?P<open>[\[(])
      | (?P<close>[\])])
      | (?P<end>\.)
      | (?P<other>\S)''',
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)")
_MOST_BYTES = 1 << 24
"""Of one token: what the parser holds at once."""

Subject = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True)
class TurtleFile:
    """The triples of a file, its prefixes, and the first line of each subject."""

    path: Path
    triples: list[tuple[Subject, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]]
    prefixes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def statements(self) -> list[tuple[str, int]]:
        """The subject of each statement and its line, in their order; found when first wanted."""
        return list(_subjects(self.path.read_text(encoding="utf-8"), self.prefixes))

    @cached_property
    def lines(self) -> dict[str, int]:
        """The first line of each subject."""
        return dict(reversed(self.statements))

    @cached_property
    def again(self) -> dict[str, int]:
        """The line of the second statement about a subject, where there is one."""
        lines: dict[str, int] = {}
        for subject, line in self.statements:
            if line > self.lines[subject]:
                lines.setdefault(subject, line)
        return lines


def read_file(path: Path) -> bytes:
    """The content of a file. Raises GraphsvcError when it cannot be read or is not a file."""
    try:
        if path.exists() and not path.is_file():  # reading from a pipe would wait for ever
            raise GraphsvcError("This is not a regular file.", location=str(path),
                                hint="Put a file there, or take it away.")
        return path.read_bytes()
    except OSError as error:
        raise GraphsvcError(
            f"The file cannot be read ({error.strerror}).", location=str(path),
            hint="Check that it is there and that you may read it.",
        ) from error


def read_turtle(path: Path) -> TurtleFile:
    """As parse_turtle, but a file that was read lately and did not change is not read again."""
    try:
        stat = path.stat()
    except OSError:
        return parse_turtle(path)  # which says why
    return _parsed(path, stat.st_mtime_ns, stat.st_size)


def parse_turtle(path: Path) -> TurtleFile:
    """Read a Turtle file. Raises GraphsvcError with file and line when it is not Turtle."""
    text = read_file(path)
    try:
        parser = ox.parse(text, format=ox.RdfFormat.TURTLE)
        triples = [(quad.subject, quad.predicate, quad.object) for quad in parser]
    except SyntaxError as error:
        raise GraphsvcError(
            f"This is not Turtle: {_plain(error)}", location=f"{path}:{error.lineno or 1}",
            hint="Look at this line and the end of the statement before it.",
        ) from error
    except MemoryError as error:
        raise GraphsvcError(
            "A literal or name is longer than 16 MiB.", location=f"{path}:{_too_long(text)}",
            hint="Shorten it, or close its quotation marks.") from error
    return TurtleFile(path, triples, dict(parser.prefixes))


def read_prefixes(path: Path) -> dict[str, str]:
    """The prefixes that a Turtle file declares before its first statement.

    Raises GraphsvcError as read_turtle does.
    """
    try:
        parser = ox.parse(read_file(path), format=ox.RdfFormat.TURTLE)
        next(parser, None)
    except (MemoryError, SyntaxError):
        return read_turtle(path).prefixes
    return dict(parser.prefixes)


@lru_cache(maxsize=64)
def _parsed(path: Path, _modified: int, _size: int) -> TurtleFile:
    return parse_turtle(path)


def _plain(error: SyntaxError) -> str:
    message = str(error.msg or error)
    return re.sub(r"^Parser error (?:at line \d+ )?.*?: (?=\w)", "", message).rstrip(".") + "."


def _too_long(text: bytes) -> int:
    """The line of what is too long: the parser has read this much from its beginning on."""
    source = io.BytesIO(text)
    with suppress(MemoryError):
        for _ in ox.parse(source, format=ox.RdfFormat.TURTLE):
            pass
    return text.count(b"\n", 0, max(0, source.tell() - _MOST_BYTES)) + 1


def _subjects(text: str, prefixes: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Yield (IRI, line) for the subject of each statement."""
    depth, at_start, in_directive, line, last = 0, True, False, 1, 0
    for token in _TOKEN.finditer(text):
        kind, value = token.lastgroup, token.group()
        line += text.count("\n", last, token.start())
        last = token.start()
        if kind == "comment":
            continue
        if at_start:
            in_directive = kind == "directive"
            if kind in ("iri", "name") and not value.startswith("_:"):
                yield _expand(value, prefixes), line
            at_start = False
            sparql_style = in_directive and not value.startswith("@")
            if sparql_style:
                at_start = False
        elif in_directive and kind == "iri" and sparql_style:
            at_start, in_directive = True, False
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "end" and depth == 0:
            at_start, in_directive = True, False


def _expand(token: str, prefixes: dict[str, str]) -> str:
    if token.startswith("<"):
        return token[1:-1]
    prefix, _, local = token.partition(":")
    return prefixes.get(prefix, "") + _ESCAPE.sub(r"\1", local)
