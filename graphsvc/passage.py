"""Passages as one cites them, and the links that open them in the publisher's page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

_FEWEST = 4
"""Words at its beginning and its end by which a passage can be found."""
Words = Callable[[str], str | None]
"""The words of the passage with that IRI; None where the service does not hold its document."""


@dataclass(frozen=True)
class Passage:
    """A paragraph of a document.

    document: IRI; sections: titles from the outermost to the innermost; paragraph: number in the
    innermost section, from 1; first, last: its first and last words; line: in the document's text
    file, from 1; ordinal: of the paragraph in the document, from 1; link: opens the publisher's
    copy, in HTML the passage itself, in a PDF its page if that is known; page: has something about
    the document; words: all of them, where the service holds the document; aside: whether its
    section is outside the matter, as a cover is; bears: how many things rest on it.
    """

    iri: str
    document: str | None = None
    title: str | None = None
    sections: tuple[str, ...] = ()
    line: int | None = None
    ordinal: int | None = None
    words: str | None = None
    label: str | None = None
    paragraph: int | None = None
    first: str | None = None
    last: str | None = None
    page: str | None = None
    link: str | None = None
    aside: bool = False
    bears: int = 0

    def __str__(self) -> str:
        """As one would cite it: by its label, or else by document, sections, line."""
        line = None if self.line is None else f"line {self.line}"
        parts = (self.title or self.iri, " > ".join(self.sections), line)
        return self.label or ", ".join(part for part in parts if part)

    @property
    def is_brief(self) -> bool:
        """Whether it is too short, such as an entry of a list, to be found by its first and last
        words."""
        return min(len((words or "").split()) for words in (self.first, self.last)) < _FEWEST

    @property
    def published(self) -> str | None:
        """Where its document can be read or, failing that, read about."""
        return self.link or self.page

    @property
    def opens(self) -> bool:
        """Whether its link opens the passage or its page, not its document alone."""
        return "#" in (self.link or "")

    @property
    def site(self) -> str:
        """Where its page is: example.org."""
        return (urlsplit(self.page or "").hostname or "").removeprefix("www.")

    @property
    def name(self) -> str:
        """As one would cite it, without first and last words that say nothing."""
        text = str(self)
        return text.partition(": '")[0] if self.is_brief else text

    @property
    def place(self) -> str:
        """Where it is in its document, in a few words: Domestic abuse, paragraph 4."""
        if self.paragraph:
            return ", ".join((*self.sections[-1:], f"paragraph {self.paragraph}"))
        return next(iter(self.sections[-1:]), None) or str(self)


def foremost(passages: Iterable[Passage], first: Collection[str] = ()) -> list[Passage]:
    """The passages with these IRIs first, then those on which the least rests, for what bears much
    says little of each; those outside the matter last."""
    return sorted(passages, key=lambda p: (
        p.iri not in first, p.aside, p.bears, p.document or "", p.ordinal or 0, p.iri))


def in_reading_order(passages: Iterable[Passage]) -> list[Passage]:
    """The passages document by document, each from its beginning to its end."""
    return sorted(passages, key=lambda p: (p.document or "", p.ordinal or 0, p.iri))


def text_fragment(first: str, last: str) -> str:
    """The fragment of an address that makes browsers show a text, given its first and last words.

    See https://wicg.github.io/scroll-to-text-fragment/: hyphen, comma and ampersand have a meaning
    there, so they are percent-encoded too.
    """
    start, end = (quote(words, safe="").replace("-", "%2D") for words in (first, last))
    return f":~:text={start},{end}"


class _Place(NamedTuple):
    """Where a passage or section is, and on which page it starts; of a document or section, where
    it can be read, and whether as HTML, or read about."""

    document: str | None = None
    part_of: str | None = None
    line: int | None = None
    ordinal: int | None = None
    paragraph: int | None = None
    first: str | None = None
    last: str | None = None
    starts: int | None = None
    copy: str | None = None
    page: str | None = None
    is_html: bool = False
    aside: bool = False
    bears: int = 0


class Passages:
    """The passages of an index. read: rows of a query; label: of a thing."""

    def __init__(
        self, read: Callable[..., list[Any]], label: Callable[[str], str | None],
        words: Words | None,
    ) -> None:
        self._read, self._label, self._words = read, label, words
        self._place = lru_cache(1 << 16)(self._find_place)

    def find(self, iri: str) -> Passage:
        """What the index knows of a passage; of another thing only its IRI."""
        place = self._place(iri)
        if place.document is None:
            return Passage(iri)
        document, sections = self._place(place.document), self._sections(place)
        link = next((one.copy for one in (*map(self._place, sections), document) if one.copy), None)
        if link and document.is_html and place.first and place.last:
            link += f"#{text_fragment(place.first, place.last)}"
        elif link and place.starts and link.lower().endswith(".pdf"):
            link += f"#page={place.starts}"
        titles = tuple(self._label(section) or section for section in reversed(sections))
        return Passage(
            iri, place.document, self._label(place.document), titles, place.line,
            place.ordinal, self._words(iri) if self._words else None, self._label(iri),
            place.paragraph, place.first, place.last, document.page, link,
            bool(place.aside), place.bears)

    @cached_property
    def documents(self) -> set[str]:
        """The IRIs of the documents that have passages."""
        return {iri for iri, in self._read(
            "SELECT DISTINCT document FROM places WHERE document NOT NULL")}

    def document_of(self, iri: str) -> str | None:
        """The document with passages that a thing is, or is in; None where there is none."""
        seen: set[str] = set()
        at: str | None = iri
        while at and at not in self.documents and at not in seen:
            seen.add(at)
            place = self._place(at)
            at = place.document or place.part_of
        return at if at in self.documents else None

    def _sections(self, place: _Place) -> list[str]:
        """The IRIs of the sections that a passage is in, from the innermost."""
        found, above = list[str](), place.part_of
        while above and above != place.document and above not in found:
            found.append(above)
            above = self._place(above).part_of
        return found

    def _find_place(self, iri: str) -> _Place:
        rows = self._read("SELECT document, part_of, line, ordinal, paragraph, first, last, starts,"
                          " copy, page, is_html, aside, bears FROM places WHERE iri = ?", iri)
        return next((_Place(*row) for row in rows), _Place())
