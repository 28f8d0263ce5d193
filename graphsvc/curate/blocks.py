"""A Turtle file as blocks of text, one for each thing, so that one can be put in, replaced or taken
out and every other line stays as it is: what people wrote by hand is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
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


@dataclass
class Block:
    """The lines of the text of one thing (of several, where a line holds the end of one and the
    beginning of the next), with the comments and blank lines before it."""

    things: list[str]
    lines: list[str]
    place: Place
    before: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


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
        if not self._head:
            self._head = [comment]

    def declare(self, name: str, namespace: str) -> None:
        """Add a prefix, by its name among those that are declared."""
        line = f"@prefix {name}: <{namespace}> ."
        places = [n for n, text in enumerate(self._head) if _PREFIX.match(text)]
        after = [n for n in places if (found := _PREFIX.match(self._head[n])) and found[1] < name]
        self.prefixes[name] = namespace
        self._head.insert(after[-1] + 1 if after else places[0] if places else len(self._head),
                          line)

    def put(self, thing: str, text: str, place: Place) -> None:
        """Put the block of a new thing where it belongs."""
        at = self._position(place)
        block = Block([thing], text.split("\n"), place, [""] if at or self._head else [])
        self._blocks.insert(at, block)
        before, after = self._section(at - 1), self._section(at + 1)
        if before != place.section and after != place.section:
            block.before += [f"# ---- {place.section}", ""]
        elif before != place.section:  # the first of its section: the comment is above the next
            above = self._blocks[at + 1].before
            cut = max((n + 1 for n, line in enumerate(above) if line.startswith("# ----")),
                      default=0)
            if cut:
                block.before = [*above[:cut], ""]
                self._blocks[at + 1].before = above[cut:]

    def remove(self, block: Block) -> None:
        """Take a block out, with the comment of its section if that is empty then."""
        at = self._blocks.index(block)
        del self._blocks[at]
        comment = f"# ---- {block.place.section}"
        if comment in block.before and self._section(at) == block.place.section:
            self._blocks[at].before = block.before
        else:
            kept = [line for line in block.before if line.strip() and line != comment]
            if kept and at < len(self._blocks):
                self._blocks[at].before = ["", *kept, *self._blocks[at].before]
            elif kept:
                self._tail = ["", *kept, *self._tail]

    def render(self) -> str:
        """The file's text."""
        lines = [*self._head]
        for block in self._blocks:
            lines += [*block.before, *block.lines]
        return "\n".join([*lines, *self._tail]).rstrip("\n") + "\n" if self._blocks else ""

    def _split(self, file: TurtleFile, place: Callable[[str, TurtleFile], Place]) -> None:
        """Cut the file into its head, its blocks with what is before each, and its tail."""
        text = file.path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        starts: dict[int, list[str]] = {}
        for thing, line in sorted(file.lines.items(), key=lambda item: item[1]):
            starts.setdefault(line - 1, []).append(thing)
        places = [*starts, len(text)]
        first = places[0]
        head = max((n + 1 for n in range(first) if _DIRECTIVE.match(text[n])), default=0)
        self._head, before = text[:head], text[head:first]
        for start, following in zip(places, places[1:], strict=False):
            end = following
            while end > start + 1 and (_NOTHING.match(text[end - 1])
                                       or _DIRECTIVE.match(text[end - 1])):
                end -= 1
            things = starts[start]
            self._blocks.append(Block(things, text[start:end], place(things[0], file), before))
            before = text[end:following]
        self._tail = before

    def _section(self, at: int) -> str | None:
        """The section of the block there, if there is one."""
        return self._blocks[at].place.section if 0 <= at < len(self._blocks) else None

    def _position(self, place: Place) -> int:
        """Where a block goes: where the fewest others are on its wrong side; after its equals."""
        steps = (-1 if block.place.order <= place.order else 1 for block in self._blocks)
        wrong = [*accumulate(steps, initial=0)]
        least = min(wrong)
        return max(at for at, number in enumerate(wrong) if number == least)
