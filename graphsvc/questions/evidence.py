"""Evidence: where in which document a passage stands, and its words where they are at hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graphsvc.questions.names import Names
from graphsvc.questions.table import Term

Words = Callable[[str], str | None]
"""The words of the passage with that IRI; None where the service does not hold its document."""


@dataclass(frozen=True)
class Passage:
    """A paragraph of a document.

    document: IRI; sections: titles from the outermost to the innermost; line: in the document's
    text file, from 1; ordinal: of the paragraph, from 1.
    """

    iri: str
    document: str | None = None
    title: str | None = None
    sections: tuple[str, ...] = ()
    line: int | None = None
    ordinal: int | None = None
    words: str | None = None

    def __str__(self) -> str:
        """As one would cite it: document, sections, line."""
        line = None if self.line is None else f"line {self.line}"
        parts = (self.title or self.iri, " > ".join(self.sections), line)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class _Place:
    document: str | None
    whole: str | None
    line: int | None
    ordinal: int | None


class Passages:
    """The passages of a release by IRI, from its index (graphsvc.questions.index)."""

    def __init__(
        self, index: sqlite3.Connection, names: Names, words: Words | None = None
    ) -> None:
        self._index, self._names, self._words = index, names, words

    def _place(self, iri: str) -> _Place | None:
        found = self._index.execute(
            "SELECT document, whole, line, ordinal FROM places WHERE iri = ?", (iri,)).fetchone()
        return _Place(*found) if found else None

    @property
    def has_words(self) -> bool:
        """Whether the service holds documents to take words from."""
        return self._words is not None

    def get(self, iri: str) -> Passage:
        """The passage with what is known of it."""
        place = self._place(iri)
        if place is None:
            return Passage(iri)
        return Passage(
            iri=iri,
            document=place.document,
            title=self._names.label(place.document) if place.document else None,
            sections=self._sections(place),
            line=place.line,
            ordinal=place.ordinal,
            words=self._words(iri) if self._words else None,
        )

    def _sections(self, place: _Place) -> tuple[str, ...]:
        titles: list[str] = []
        seen: set[str] = set()
        whole = place.whole
        while whole and whole != place.document and whole not in seen:
            seen.add(whole)
            titles.append(self._names.label(whole) or whole)
            above = self._place(whole)
            whole = above.whole if above else None
        return tuple(reversed(titles))


def passage_iris(cell: Term | None) -> set[str]:
    """The IRIs that a cell of an evidence column holds."""
    return set(cell.value.split()) if cell is not None else set()


def in_reading_order(passages: Iterable[Passage]) -> list[Passage]:
    """The passages document by document, each from its beginning to its end."""
    return sorted(passages, key=lambda p: (p.document or "", p.ordinal or 0, p.iri))
