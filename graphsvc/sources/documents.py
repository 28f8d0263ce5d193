"""Source documents as paragraphs, and the curated outline of their sections."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphsvc.errors import GraphsvcError, InputErrors

_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Paragraph:
    """One line of a document that holds a letter or digit (a rule such as `---` is none).

    line: counted from 1; ordinal: counted from 1 over paragraphs; start, end: offsets into the
    document's text in characters (Unicode code points), end excluded, without outer blanks.
    """

    line: int
    ordinal: int
    start: int
    end: int
    text: str

    @property
    def sha256(self) -> str:
        """Digest of the paragraph in NFC with every run of white space made one blank."""
        plain = " ".join(unicodedata.normalize("NFC", self.text).split())
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True)
class Heading:
    """A heading of the outline. level: 1 for the document's main parts; kind: what sort of part."""

    line: int
    level: int
    kind: str
    title: str


@dataclass(frozen=True)
class Document:
    """A source document: its slug (the file's name without ending), text and paragraphs."""

    slug: str
    path: Path
    text: str
    sha256: str
    paragraphs: list[Paragraph]


def read_document(path: Path) -> Document:
    """Read a document (UTF-8 text, one paragraph a line). Raises GraphsvcError."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        raise GraphsvcError(
            f"The document cannot be read ({error.strerror}).", location=str(path),
            hint="Give the folder that holds the documents as text files.",
        ) from error
    except UnicodeDecodeError as error:
        raise GraphsvcError(
            f"The document is not UTF-8 text (byte {error.start}).", location=str(path),
            hint="Convert it to UTF-8.",
        ) from error
    return Document(path.stem, path, text, hashlib.sha256(raw).hexdigest(), list(_paragraphs(text)))


def read_documents(folder: Path, slugs: list[str]) -> list[Document]:
    """Read the documents with the given slugs from a folder. Raises GraphsvcError."""
    return [read_document(folder / f"{slug}.txt") for slug in slugs]


def read_outline(path: Path) -> list[Heading]:
    """Read `line<TAB>level<TAB>kind<TAB>title` rows in order. Raises InputErrors."""
    headings: list[Heading] = []
    errors: list[GraphsvcError] = []
    for number, row in enumerate(_rows(path), 1):
        if not row.strip() or row.startswith("#"):
            continue
        fields = row.split("\t")
        if len(fields) != 4 or not fields[0].isdigit() or not fields[1].isdigit():
            errors.append(GraphsvcError(
                f"This is not line, level, kind and title: {row!r}.", location=f"{path}:{number}",
                hint="Write four fields with tabs between them, the first two in digits."))
        else:
            headings.append(Heading(int(fields[0]), int(fields[1]), fields[2], fields[3].strip()))
    if errors:
        raise InputErrors(errors)
    return sorted(headings, key=lambda heading: heading.line)


def _paragraphs(text: str) -> Iterator[Paragraph]:
    offset = ordinal = 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if _WORD.search(stripped):
            ordinal += 1
            start = offset + line.index(stripped[0])
            yield Paragraph(number, ordinal, start, start + len(stripped), stripped)
        offset += len(line) + 1


def _rows(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GraphsvcError(
            f"The file cannot be read ({error.strerror}).", location=str(path),
            hint="Every document needs an outline of its headings there.",
        ) from error
