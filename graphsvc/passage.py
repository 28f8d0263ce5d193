"""A passage as one cites it, and the link that opens it in the publisher's page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Passage:
    """A paragraph of a document.

    document: IRI; sections: titles from the outermost to the innermost; paragraph: number in the
    innermost section, from 1; first, last: its first and last words; line: in the document's text
    file, from 1; ordinal: of the paragraph in the document, from 1; page: the publisher's address
    of the document or of what is said about it; link: opens the passage in an HTML page; words:
    all of them, where the service holds the document.
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

    def __str__(self) -> str:
        """As one would cite it: by its label, or else by document, sections, line."""
        line = None if self.line is None else f"line {self.line}"
        parts = (self.title or self.iri, " > ".join(self.sections), line)
        return self.label or ", ".join(part for part in parts if part)


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
