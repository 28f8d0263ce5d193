"""A Turtle file as blocks of text, one for each thing, below the comments of its sections."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path

from graphsvc.sources.turtle import TurtleFile, read_prefixes, read_turtle

_DIRECTIVE = re.compile(r"\s*(@prefix|@base|PREFIX|BASE)\b", re.IGNORECASE)
_PREFIX = re.compile(r"@prefix\s+([\w.-]*):\s*<([^>]*)>\s*\.\s*$")
_NOTHING = re.compile(r"\s*(#.*)?$")


@dataclass(frozen=True)
class Place:
    """Where a block is in its file. order: blocks go by it; section: the title above it."""

    order: tuple[int | str, ...]
    section: str

    @property
    def comment(self) -> list[str]:
        """The lines above the first block of a section."""
        return ["", f"# ---- {self.section}", ""]


@dataclass
class Block:
    """The text of one thing (of several, where a line holds the end of one and the beginning of the
    next). before: the comments and blank lines above it, with one blank line for the comment of its
    section, at: where that is; begun: whether its section has or wants that comment."""

    things: list[str]
    text: str
    place: Place
    before: list[str]
    begun: bool
    at: int = 0


class Blocks:
    """The blocks of a file. place: where the block of a thing is, by its text in the file."""

    def __init__(self, path: Path, place: Callable[[str, TurtleFile], Place]) -> None:
        self.path = path
        self._head: list[str] = []
        self._tail: list[str] = []
        self._blocks: list[Block] = []
        self.prefixes: dict[str, str] = {}
        if path.exists():
            self.prefixes = read_prefixes(path)
            self._split(read_turtle(path), place)

    def find(self, thing: str) -> Block | None:
        """The block of a thing, if it has one."""
        return next((block for block in self._blocks if thing in block.things), None)

    def begin(self, comment: str) -> None:
        """Give a file that has nothing yet its first line."""
        self._head = self._head or [comment]

    def declare(self, name: str, namespace: str) -> None:
        """Add a prefix, by its name among those that are declared."""
        there = [(n, found[1]) for n, line in enumerate(self._head)
                 if (found := _PREFIX.match(line))]
        after = [n + 1 for n, other in there if other < name]
        self.prefixes[name] = namespace
        self._head.insert(after[-1] if after else there[0][0] if there else len(self._head),
                          f"@prefix {name}: <{namespace}> .")

    def put(self, thing: str, text: str, place: Place) -> None:
        """Put the block of a new thing where the fewest others are on its wrong side; after its
        equals."""
        steps = (-1 if block.place.order <= place.order else 1 for block in self._blocks)
        wrong = [*accumulate(steps, initial=0)]
        at = max(at for at, number in enumerate(wrong) if number == min(wrong))
        self._blocks.insert(at, Block([thing], text, place, [""], begun=True))

    def remove(self, block: Block) -> None:
        """Take a block out; the remarks of people above it stay."""
        at = self._blocks.index(block)
        del self._blocks[at]
        kept = [line for line in block.before if line.strip()]
        if kept and at < len(self._blocks):
            self._blocks[at].before = ["", *kept, *self._blocks[at].before]
        elif kept:
            self._tail = ["", *kept, *self._tail]
        if at < len(self._blocks) and self._blocks[at].place.section == block.place.section:
            self._blocks[at].begun |= block.begun

    def render(self) -> str:
        """The file's text."""
        lines = [*self._head]
        for _, run in groupby(self._blocks, lambda block: block.place.section):
            first, *others = blocks = [*run]
            if any(block.begun for block in blocks):
                lines += [*first.before[:first.at], *first.place.comment,
                          *first.before[first.at + 1:], first.text]
            else:
                lines += [*first.before, first.text]
            for block in others:
                lines += [*block.before, block.text]
        return "\n".join([*lines, *self._tail]).strip("\n") + "\n" if self._blocks else ""

    def _split(self, file: TurtleFile, place: Callable[[str, TurtleFile], Place]) -> None:
        """Cut the file into its head, its blocks with what is before each, and its tail."""
        text = file.path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        starts: dict[int, list[str]] = {}
        for thing, line in sorted(file.lines.items(), key=lambda item: item[1]):
            starts.setdefault(line - 1, []).append(thing)
        places = [*starts, len(text)]
        head = max((n + 1 for n in range(places[0]) if _DIRECTIVE.match(text[n])), default=0)
        self._head, before = text[:head], text[head:places[0]]
        for start, following in zip(places, places[1:], strict=False):
            end = following
            while end > start + 1 and (_NOTHING.match(text[end - 1])
                                       or _DIRECTIVE.match(text[end - 1])):
                end -= 1
            there = place(starts[start][0], file)
            at = next((n for n in range(len(before)) if before[n:n + 3] == there.comment), -1)
            begun = at >= 0
            self._blocks.append(Block(
                starts[start], "\n".join(text[start:end]), there,
                [*before[:at], "", *before[at + 3:]] if begun else before, begun, max(at, 0)))
            before = text[end:following]
        self._tail = before
