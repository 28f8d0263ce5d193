"""From decisions to the project's files, as a curator writes them; writing again changes nothing.

What a person changed by hand stays: the text of a thing is only touched while it is one that this
module wrote (`written.json` keeps their digests). What is kept so is reported.
"""

from __future__ import annotations

import hashlib
import json
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
from graphsvc.sources.turtle import read_turtle, write_atomically
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
            folder = self._graph.gives(statement.kind, CURATION.writtenIn) or "reference"
            folders.setdefault(folder, []).append(statement)
        texts = {f"data/{folder}/{name}.ttl": self._things(folder, statements, done)
                 for folder, statements in folders.items()}
        if not self._path("outlines", "tsv").exists():  # from then on it is the curators'
            texts[f"data/outlines/{name}.tsv"] = outline_text(self._outline)
        texts[f"data/ledgers/{name}.tsv"] = _ledger(
            self._path("ledgers", "tsv"), self._document, state, self._memory)
        texts[f"data/passages/{name}.ttl"] = passage_index(
            self._project, self._document, self._outline)
        for name, text in texts.items():
            try:
                if name.endswith(".ttl"):
                    ox.Store().load(text, ox.RdfFormat.TURTLE)
            except SyntaxError as error:
                raise GraphsvcError(
                    f"What would be written is not Turtle ({error}); nothing was written.",
                    location=name, hint="Look for what was changed by hand in the file; else report"
                                        " this.") from error
        self._memory.save(pending=True)
        done.files = [file for file, text in texts.items()
                      if write_atomically(self._project.root / file, text)]
        self._memory.save(pending=False)
        return done

    def _path(self, folder: str, ending: str) -> Path:
        return self._project.root / "data" / folder / f"{self._document.slug}.{ending}"

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
        for iri in memory.digests.get(folder, {}).keys() - said.keys():
            block = blocks.find(iri)
            if block and not memory.wrote(folder, iri, block.text):
                done.kept.append(f"<{iri}> is no longer accepted, but was changed by hand: its text"
                                 f" stays in {self._project.name(path)}.")
                continue
            if block:
                blocks.remove(block)
            del memory.digests[folder][iri]
        return blocks.render()

    def _put(self, blocks: Blocks, statement: Draft, text: str, done: Written) -> None:
        """Put the text of a thing into a file, unless a person had it otherwise."""
        folder, iri, memory = blocks.path.parent.name, str(statement.iri), self._memory
        block = blocks.find(iri)
        if block is None and memory.knows(iri, folder) and not memory.pending:
            done.kept.append(f"<{iri}> was taken out by hand: it stays out.")
        elif block and block.text != text and not memory.wrote(folder, iri, block.text):
            done.kept.append(f"<{iri}> was changed by hand: its text stays as it is.")
        else:
            memory.note(folder, iri, text)
            if block:
                block.text = text
            else:
                blocks.put(iri, text, self._place(
                    folder, iri, statement.kind, statement.passages[0]))

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


def _ledger(path: Path, document: Document, state: State, memory: Memory) -> str:
    """The text of a ledger: the rows that people wrote, and those of paragraphs that were ticked
    off, in the document's order.

    A reason such as `boilerplate: thanks` becomes reason and note. A paragraph that a statement
    rests on needs none.
    """
    rows, last = list[tuple[int, str]](), 0
    for row in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if not memory.wrote("ledgers", row, row):
            last = max(_lines_of(row), default=last)
            rows.append((min(_lines_of(row), default=last), row))
    settled = state.cited.union(*(_lines_of(row) for _, row in rows))
    for reason, run in groupby((p.line for p in document.paragraphs), lambda line: (
            "" if line in settled else state.ticked.get(line, ""))):
        if reason:
            lines, (why, _, note) = [*run], reason.partition(":")
            span = f"{lines[0]}-{lines[-1]}" if len(lines) > 1 else str(lines[0])
            row = f"{span}\t{why.strip()}\t{note.strip()}".rstrip("\t")
            memory.note("ledgers", row, row)
            rows.append((lines[0], row))
    return "".join(f"{row}\n" for _, row in sorted(rows, key=lambda row: row[0]))


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
        self.pending = bool(found.get("pending"))
        self.digests: dict[str, dict[str, list[str]]] = found.get("digests", {})

    def knows(self, thing: str, file: str = "") -> bool:
        """Whether a thing was written into some file, or into one."""
        return any(thing in things for name, things in self.digests.items() if file in ("", name))

    def wrote(self, file: str, thing: str, text: str) -> bool:
        """Whether this very text was written at some time."""
        return _digest(text) in self.digests.get(file, {}).get(thing, [])

    def note(self, file: str, thing: str, text: str) -> None:
        """Note a text that is written."""
        if not self.wrote(file, thing, text):
            self.digests.setdefault(file, {}).setdefault(thing, []).append(_digest(text))

    def save(self, pending: bool) -> None:
        """Keep the notes. pending: before the files are written, and not after."""
        note = {"pending": pending, "digests": self.digests}
        write_atomically(self._path, json.dumps(note, indent=1, sort_keys=True) + "\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
