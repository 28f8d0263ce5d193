"""The ledger of a document: which paragraphs carry no fact, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphsvc.curate.decisions import State
from graphsvc.curate.memory import Memory
from graphsvc.sources.coverage import span_of
from graphsvc.sources.documents import Document

_ROWS = "ledgers"


def ledger(path: Path, document: Document, state: State, memory: Memory) -> str:
    """The text of a ledger: the rows that people wrote, and those of paragraphs that were ticked
    off, in the document's order.

    A reason such as `boilerplate: thanks` becomes reason and note. A paragraph that a statement
    rests on needs none.
    """
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows, last = list[tuple[int, str]](), 0
    for row in before:
        if not memory.wrote(_ROWS, row, row):
            last = max(_lines(row), default=last)
            rows.append((min(_lines(row), default=last), row))
    by_hand = {line for _, row in rows for line in _lines(row)}
    for line, row in _rows(document, state.ticked, by_hand | state.cited):
        memory.note(_ROWS, row, row)
        rows.append((line, row))
    return "".join(f"{row}\n" for _, row in sorted(rows, key=lambda row: row[0]))


def _rows(
    document: Document, ticked: dict[int, str], without: set[int]
) -> Iterator[tuple[int, str]]:
    """The first line and the text of a row for each run of paragraphs with the same reason."""
    runs: list[tuple[str, list[int]]] = []
    for paragraph in document.paragraphs:
        reason = "" if paragraph.line in without else ticked.get(paragraph.line, "")
        if not runs or runs[-1][0] != reason:
            runs.append((reason, []))
        runs[-1][1].append(paragraph.line)
    for reason, lines in runs:
        if reason:
            why, _, note = reason.partition(":")
            span = f"{lines[0]}-{lines[-1]}" if len(lines) > 1 else str(lines[0])
            yield lines[0], f"{span}\t{why.strip()}\t{note.strip()}".rstrip("\t")


def _lines(row: str) -> range:
    """The lines that a row names, none where it is a comment or malformed."""
    return span_of(row.partition("\t")[0]) or range(0)
