"""From decisions to the project's files, as a curator writes them; writing again changes nothing.

What a person changed by hand stays: the text of a thing is only touched while it is one that this
module wrote (`written.json` keeps their digests). What is kept so is reported.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from graphsvc.curate.blocks import Blocks, Place
from graphsvc.curate.decisions import State
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft
from graphsvc.curate.statement import EVIDENCE, TYPE, Turtle, prefix_names, triples
from graphsvc.errors import GraphsvcError
from graphsvc.sources.coverage import span_of
from graphsvc.sources.documents import Document, Heading, outline_text, passage_index, section_of
from graphsvc.sources.turtle import read_turtle
from graphsvc.vocabulary import CURATION, DISPLAY

_COMMENTS = {"reports": "# What {title} says.", "reference": "# What {title} introduces."}


@dataclass
class Written:
    """What writing did. files: those that changed, as the project names them; kept: sentences on
    what was left as people had changed it."""

    files: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


class Writer:
    """Writes what was decided on one document.

    folder: of the document, with `written.json`; outline: its headings; code: what the slugs of
    its things begin with, which is the prefix of its passages too.
    """

    def __init__(
        self, graph: CuratedGraph, document: Document, folder: Path, outline: list[Heading],
        code: str, title: str,
    ) -> None:
        self._graph, self._project, self._document = graph, graph.project, document
        self._outline, self._title = outline, title
        self._memory = Memory(folder / "written.json")
        self._passages = graph.header.passages(document.slug)
        self._code = code

    def write(self, state: State) -> Written:
        """Bring the project's files to what was decided.

        All files are made, and read again, before the first is written. Raises GraphsvcError where
        a file cannot be read or written, or is not Turtle.
        """
        done, name = Written(), self._document.slug
        folders: dict[str, list[Draft]] = {"reports": [], "reference": []}
        for statement in state.accepted.values():
            folders.setdefault(self._folder(statement), []).append(statement)
        texts = {f"data/{folder}/{name}.ttl": self._things(folder, statements, done)
                 for folder, statements in folders.items()}
        if not self._path("outlines", "tsv").exists():  # from then on it is the curators'
            texts[f"data/outlines/{name}.tsv"] = outline_text(self._outline)
        texts[f"data/ledgers/{name}.tsv"] = _ledger(
            self._path("ledgers", "tsv"), self._document, state, self._memory)
        texts[f"data/passages/{name}.ttl"] = passage_index(
            self._project, self._document, self._outline)
        for name, text in texts.items():
            _read_again(name, text)
        self._memory.save(pending=True)
        done.files = [file for file, text in texts.items()
                      if write_atomically(self._project.root / file, text)]
        self._memory.save(pending=False)
        return done

    def _path(self, folder: str, ending: str) -> Path:
        return self._project.root / "data" / folder / f"{self._document.slug}.{ending}"

    def _folder(self, statement: Draft) -> str:
        return self._graph.gives(statement.kind, CURATION.writtenIn) or "reference"

    def _things(self, folder: str, statements: list[Draft], done: Written) -> str:
        """The text of a file of statements."""
        path, memory = self._path(folder, "ttl"), self._memory
        there = self._described(path)
        blocks = Blocks(path, lambda iri, _: self._place(folder, iri, *there[iri]))
        blocks.begin(_COMMENTS.get(folder, "# {title}.").format(title=self._title))
        said = {str(s.iri): triples(s, self._graph.header) for s in statements}
        names = prefix_names(self._project, blocks.prefixes, self._code, self._passages, [
            term.value for triples in said.values() for triple in triples for term in triple])
        turtle = Turtle(names)
        for statement in statements:
            self._put(blocks, statement, turtle.block(said[str(statement.iri)]), done)
        for namespace in sorted(turtle.used):
            if names[namespace] not in blocks.prefixes:
                blocks.declare(names[namespace], namespace)
        for iri in memory.things(folder) - said.keys():
            block = blocks.find(iri)
            if block and not memory.wrote(folder, iri, block.text):
                done.kept.append(f"<{iri}> is no longer accepted, but was changed by hand: its text"
                                 f" stays in {self._project.name(path)}.")
                continue
            if block:
                blocks.remove(block)
            memory.forget(folder, iri)
        return blocks.render()

    def _put(self, blocks: Blocks, statement: Draft, text: str, done: Written) -> None:
        """Put the text of a thing into a file, unless a person had it otherwise."""
        folder, iri = blocks.path.parent.name, str(statement.iri)
        block = blocks.find(iri)
        if block is None and self._memory.has(folder, iri):
            done.kept.append(f"<{iri}> was taken out by hand: it stays out.")
            return
        if block is None:
            blocks.put(iri, text, self._place(folder, iri, statement.kind, statement.passages[0]))
        elif block.text != text and self._memory.wrote(folder, iri, block.text):
            block.lines = text.split("\n")
        elif block.text != text:
            done.kept.append(f"<{iri}> was changed by hand: its text stays as it is.")
            return
        self._memory.note(folder, iri, text)

    def _described(self, path: Path) -> dict[str, tuple[str, int]]:
        """The things that a file describes, each with its class and the line of the first passage
        of the document that it rests on."""
        found: dict[str, tuple[str, int]] = {}
        for subject, link, value in reversed(read_turtle(path).triples if path.exists() else []):
            kind, line = found.get(subject.value, ("", 1))
            if link == TYPE:
                kind = value.value
            elif link == EVIDENCE and (rest := value.value.removeprefix(self._passages)).isdigit():
                line = int(rest)
            found[subject.value] = kind, line
        return found

    def _place(self, folder: str, iri: str, kind: str, line: int) -> Place:
        """Where a thing is: in a report at the first passage that it rests on, then by its name;
        else with the others of its class, in the order of the document."""
        if folder == "reports":
            return Place((line, iri), self._section(line))
        title = self._graph.value(kind, DISPLAY.plural) or self._graph.label(kind)
        return Place((title, line, iri), title)

    def _section(self, line: int) -> str:
        """The title of the section that a line is in, after that of the section above it where
        several have the same."""
        section = section_of(self._outline, line)
        if section is None:
            return self._title
        above = [h.title for h in self._outline
                 if h.line < section.line and h.level < section.level]
        same = [h for h in self._outline if h.title == section.title]
        return f"{above[-1]}: {section.title}" if above and len(same) > 1 else section.title


def _read_again(name: str, text: str) -> None:
    """Raise GraphsvcError where a text that is to be written is not Turtle."""
    try:
        for _ in ox.parse(text, format=ox.RdfFormat.TURTLE) if name.endswith(".ttl") else ():
            pass
    except SyntaxError as error:
        raise GraphsvcError(
            f"What would be written is not Turtle ({error}); nothing was written.", location=name,
            hint="Look for what was changed by hand in the file; else report this.") from error


def _ledger(path: Path, document: Document, state: State, memory: Memory) -> str:
    """The text of a ledger: the rows that people wrote, and those of paragraphs that were ticked
    off, in the document's order.

    A reason such as `boilerplate: thanks` becomes reason and note. A paragraph that a statement
    rests on needs none.
    """
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows, last = list[tuple[int, str]](), 0
    for row in before:
        if not memory.wrote("ledgers", row, row):
            last = max(_lines_of(row), default=last)
            rows.append((min(_lines_of(row), default=last), row))
    by_hand = {line for _, row in rows for line in _lines_of(row)}
    for line, row in _ticked(document, state.ticked, by_hand | state.cited):
        memory.note("ledgers", row, row)
        rows.append((line, row))
    return "".join(f"{row}\n" for _, row in sorted(rows, key=lambda row: row[0]))


def _ticked(
    document: Document, ticked: dict[int, str], without: set[int]
) -> Iterator[tuple[int, str]]:
    """The first line and the text of a row for each run of paragraphs with the same reason."""
    for reason, run in groupby((p.line for p in document.paragraphs), lambda line: (
            "" if line in without else ticked.get(line, ""))):
        if reason:
            lines = [*run]
            why, _, note = reason.partition(":")
            span = f"{lines[0]}-{lines[-1]}" if len(lines) > 1 else str(lines[0])
            yield lines[0], f"{span}\t{why.strip()}\t{note.strip()}".rstrip("\t")


def _lines_of(row: str) -> range:
    """The lines that a row names, none where it is a comment or malformed."""
    return span_of(row.partition("\t")[0]) or range(0)


class Memory:
    """What was written: digests of texts, by file and thing; in a file of its own.

    A thing is noted before its file is written. While the note says so, things that are missing
    were not written, and not taken out by hand.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._pending = bool(found.get("pending"))
        self._digests: dict[str, dict[str, list[str]]] = found.get("digests", {})

    def things(self, file: str) -> set[str]:
        """Names of what was written into a file."""
        return {*self._digests.get(file, {})}

    def knows(self, thing: str) -> bool:
        """Whether a thing was written into some file."""
        return any(thing in things for things in self._digests.values())

    def has(self, file: str, thing: str) -> bool:
        """Whether a thing was written for sure."""
        return not self._pending and thing in self._digests.get(file, {})

    def wrote(self, file: str, thing: str, text: str) -> bool:
        """Whether this very text was written at some time."""
        return _digest(text) in self._digests.get(file, {}).get(thing, [])

    def note(self, file: str, thing: str, text: str) -> None:
        """Note a text that is written."""
        digests = self._digests.setdefault(file, {}).setdefault(thing, [])
        if _digest(text) not in digests:
            digests.append(_digest(text))

    def forget(self, file: str, thing: str) -> None:
        """Note that a thing is no longer written."""
        del self._digests[file][thing]

    def save(self, pending: bool) -> None:
        """Keep the notes. pending: before the files are written, and not after."""
        note = {"pending": pending, "digests": self._digests}
        write_atomically(self._path, json.dumps(note, indent=1, sort_keys=True) + "\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
