"""Turtle files, with the line at which each thing is described.

Parsing is pyoxigraph's, which does not say where a triple came from. It is given a file line by
line: what it has read when a triple comes out says where the triple ends.
"""

from __future__ import annotations

import io
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError

_CONTINUES = re.compile(rb"[\s\]).;,\"']|$")
"""How a line begins that continues a statement, by custom."""
_MOST_BYTES = 1 << 24
"""Of one token: what the parser holds at once."""

Subject = ox.NamedNode | ox.BlankNode
Triple = tuple[Subject, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]


@dataclass(frozen=True)
class TurtleFile:
    """The triples of a file with the lines at which they end, and its prefixes."""

    path: Path
    triples: list[Triple]
    ends: list[int]
    prefixes: dict[str, str]

    def line(self, number: int) -> int:
        """The line at which the statement of a triple begins. number: that in `triples`."""
        subject, line = self.triples[number][0], self.ends[number]
        others = (self.ends[n] for n in range(number - 1, -1, -1)
                  if self.triples[n][0] != subject and isinstance(self.triples[n][0], ox.NamedNode))
        first = next(others, 0) + 1  # after the statement before
        while line > first and _CONTINUES.match(self._text[line - 1]):
            line -= 1
        return line

    @cached_property
    def lines(self) -> dict[str, int]:
        """The first line of each thing that has a name."""
        first = {s.value: number for number, (s, _, _) in reversed([*enumerate(self.triples)])
                 if isinstance(s, ox.NamedNode)}
        return {iri: self.line(number) for iri, number in first.items()}

    @cached_property
    def _text(self) -> list[bytes]:
        return self.path.read_bytes().split(b"\n")


def read_file(path: Path) -> bytes:
    """The content of a file. Raises GraphsvcError when it cannot be read or is not a file."""
    try:
        if path.exists() and not path.is_file():  # reading from a pipe would wait for ever
            raise GraphsvcError("This is not a regular file.", location=str(path),
                                hint="Put a file there, or remove it.")
        return path.read_bytes()
    except OSError as error:
        raise GraphsvcError(
            f"The file cannot be read ({error.strerror}).", location=str(path),
            hint="Check that it is there and that you may read it.",
        ) from error


def write_atomically(path: Path, text: str) -> bool:
    """Write all of a file or nothing; return whether it changed. Without a text there is no file.

    Raises GraphsvcError where it cannot be written.
    """
    try:
        if text == (path.read_text(encoding="utf-8") if path.exists() else ""):
            return False
        if not text:
            path.unlink()
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        work = path.with_name(f".{path.name}.part")
        with work.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        work.replace(path)
        return True
    except OSError as error:
        raise GraphsvcError(f"The file cannot be written ({error.strerror}).", location=str(path),
                            hint="Make room, or let yourself write there; then write again.",
                            ) from error


def read_turtle(path: Path) -> TurtleFile:
    """As parse_turtle, but a file that was read lately and did not change is not read again."""
    with suppress(OSError):
        stat = path.stat()
        return _parsed(path, stat.st_mtime_ns, stat.st_size)
    return parse_turtle(path)  # which says why


@lru_cache(maxsize=64)
def _parsed(path: Path, _modified: int, _size: int) -> TurtleFile:
    return parse_turtle(path)


def parse_turtle(path: Path) -> TurtleFile:
    """Read a Turtle file. Raises GraphsvcError with file and line when it is not Turtle."""
    text = read_file(path)
    source = _Lines(text)
    triples: list[Triple] = []
    ends: list[int] = []
    try:
        parser = ox.parse(source, format=ox.RdfFormat.TURTLE)
        for quad in parser:
            triples.append((quad.subject, quad.predicate, quad.object))
            ends.append(source.line)
    except SyntaxError as error:
        raise GraphsvcError(
            f"This is not Turtle: {_plain(error)}", location=f"{path}:{error.lineno or 1}",
            hint="Look at this line and the end of the statement before it.",
        ) from error
    except MemoryError as error:
        line = text.count(b"\n", 0, max(0, source.tell() - _MOST_BYTES)) + 1
        raise GraphsvcError(
            "A literal or name is longer than 16 MiB.", location=f"{path}:{line}",
            hint="Shorten it, or close its quotation marks.") from error
    return TurtleFile(path, triples, ends, dict(parser.prefixes))


def read_prefixes(path: Path) -> dict[str, str]:
    """The prefixes that a Turtle file declares before its first statement.

    Raises GraphsvcError when it cannot be read.
    """
    parser = ox.parse(read_file(path), format=ox.RdfFormat.TURTLE)
    with suppress(MemoryError, SyntaxError):
        next(parser, None)
    return dict(parser.prefixes)


class _Lines(io.BytesIO):
    """A text that is read line by line. line: the one that was read last, from 1."""

    line = 1
    _ended = False

    def read(self, size: int | None = -1) -> bytes:
        """The next line, or as much of it as is wanted."""
        self.line += self._ended
        found = self.readline(size)
        self._ended = found.endswith(b"\n")
        return found


def _plain(error: SyntaxError) -> str:
    message = str(error.msg or error)
    return re.sub(r"^Parser error [^:]*: ", "", message).rstrip(".") + "."
