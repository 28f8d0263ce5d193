"""Source documents as paragraphs, the curated outlines of their sections, and passage indexes."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path

import jinja2
import pyoxigraph as ox

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.project import Project
from graphsvc.sources.turtle import read_file

_WORD = re.compile(r"\w")
_EMPHASIS = re.compile(r"[*#\[\\]+|\]\([^)]*\)")
_MARKS = re.compile(r"<[^>]*>|\S+%20\S+|[|\t]|^\W*[-\u2022]\s")
"""What the conversion to text left of emphasis, escapes and links, tags, addresses, tables, lists:
readers of the publisher's copy do not see it."""
_SENTENCE_END = re.compile(r"[^\W\d][.!?]+['\"\u2019\u201d)]*$")
_OUTER = re.compile(r"^(\W*\s)+|(\s\W*)+$")
_MOST_WORDS = 6
_NOTE = re.compile(r"<sup>|[\u00b9\u00b2\u00b3\u2070-\u2079]")
"""How a footnote begins."""
_FINISHED = re.compile(r"[.!?:;][\W\u00b9\u00b2\u00b3\u2070-\u2079]*$")
_ITEM = re.compile(r"<|\W*[-\u2022]\s|\w+[.)]\s")
_HALF_NAME = re.compile(r"[.!?]\s.*\s([A-Z]\w*|\w{1,3})$")
"""A text of several sentences that stops at a word with a capital letter, or at a short one."""


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
    def ends(self) -> tuple[str, str]:
        """The first and the last words, by which a reader of any edition finds the paragraph.

        At most six each and a third of the paragraph, and never a complete sentence of two or more
        words. Both are empty where the paragraph has fewer than three words.
        """
        words = self._plain.split()
        most = min(_MOST_WORDS, len(words) // 3)
        breaks = [n for n, word in enumerate(words, 1) if _SENTENCE_END.search(word)]
        first = min([most, *(n - 1 for n in breaks if n > 1)])
        last = max([len(words) - most, *(n + 1 for n in breaks if n < len(words) - 1)])
        return " ".join(words[:first]), " ".join(words[last:])

    @property
    def opening(self) -> str:
        """The words that it starts with, at least one: the paragraph before ends there."""
        return self.ends[0] or (self._plain or self.text).split()[0]

    def goes_on_in(self, other: Paragraph) -> bool:
        """Whether another paragraph is the rest of this one, which a new page has cut off."""
        is_item = _ITEM.match(other.text) or "\t" in other.text  # of a list, or a row of a table
        if _FINISHED.search(self._plain) or "\t" in self.text or is_item or not other._plain:
            return False
        return other._plain[0].islower() or (
            other._plain[0].isupper() and bool(_HALF_NAME.search(self._plain)))

    @property
    def is_note(self) -> bool:
        return bool(_NOTE.match(self.text))

    @property
    def _plain(self) -> str:
        return _OUTER.sub("", _MARKS.sub(" ", _EMPHASIS.sub("", self.text)))

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
    """A source document: its slug (the file's name without ending), text and paragraphs.

    pages: the page of each line, where the document was read from a file with pages.
    """

    slug: str
    path: Path
    text: str
    sha256: str
    paragraphs: list[Paragraph]
    pages: dict[int, int] = field(default_factory=dict)


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
    return Document(path.stem, path, text, hashlib.sha256(raw).hexdigest(),
                    list(_paragraphs(text)), _pages(path.with_suffix("") / "reading.json"))


def _pages(path: Path) -> dict[int, int]:
    """The page of each line of a document, if what was read of it is there."""
    try:
        found = json.loads(path.read_bytes())["paragraphs"] if path.is_file() else []
        return {one["line"]: one["page"] for one in found if one.get("page")}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise GraphsvcError("What was read of the document cannot be used.", location=str(path),
                            hint="Add the report again.") from error


def _paragraphs(text: str) -> Iterator[Paragraph]:
    offset = ordinal = 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if _WORD.search(stripped):
            ordinal += 1
            start = offset + line.index(stripped[0])
            yield Paragraph(number, ordinal, start, start + len(stripped), stripped)
        offset += len(line) + 1


def outline_slugs(project: Project) -> list[str]:
    """The slugs of the documents that the project has an outline for."""
    return sorted(path.stem for path in (project.root / "data" / "outlines").glob("*.tsv"))


def read_documents(project: Project, folder: Path, only: str | None = None) -> list[Document]:
    """Read the documents that the project has an outline for, or only one. Raises GraphsvcError."""
    slugs = outline_slugs(project)
    if only and only not in slugs:
        raise GraphsvcError(f"The project has no outline of {only!r}.", location="--id",
                            hint=f"It has those of {', '.join(slugs)}.")
    return [read_document(folder / f"{slug}.txt") for slug in ([only] if only else slugs)]


def read_outline(project: Project, slug: str) -> list[Heading]:
    """The curated headings of a document in their order. Raises InputErrors.

    Its outline has rows `line<TAB>level<TAB>kind<TAB>title`.
    """
    return parse_outline(project.root / "data" / "outlines" / f"{slug}.tsv")


def parse_outline(path: Path) -> list[Heading]:
    """The headings in a file, in their order. Raises InputErrors."""
    headings: list[Heading] = []
    errors: list[GraphsvcError] = []
    for number, row in enumerate(read_file(path).decode().splitlines(), 1):
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


def outline_text(headings: list[Heading]) -> str:
    """Headings as the file of an outline has them."""
    return "".join(f"{h.line}\t{h.level}\t{h.kind}\t{h.title}\n" for h in headings)


def section_of(headings: list[Heading], line: int) -> Heading | None:
    """The section that a line is in: the last heading at or above it."""
    return next((heading for heading in reversed(headings) if heading.line <= line), None)


def index_path(project: Project, slug: str) -> Path:
    """Where a document's passage index is."""
    return project.root / "data" / "passages" / f"{slug}.ttl"


def index_sources(project: Project, folder: Path, only: str | None = None) -> list[Path]:
    """Write the passage index of every document that has an outline, or only one; return the files.

    Raises GraphsvcError when a document or outline is missing or malformed; then no file changes.
    """
    texts = {index_path(project, document.slug): passage_index(project, document)
             for document in read_documents(project, folder, only)}
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def passage_index(
    project: Project, document: Document, outline: list[Heading] | None = None
) -> str:
    """Where the sections and paragraphs of a document are, in Turtle, with their first and last
    words. outline: its headings, where they are not yet in the project."""
    headings = read_outline(project, document.slug) if outline is None else outline
    source = f"<{project.header.document(document.slug)}>"

    def part(above: Heading | None) -> str:
        return f"section:{above.line}" if above else source

    def parent(position: int) -> Heading | None:
        above = (other for other in reversed(headings[:position])
                 if other.level < headings[position].level)
        return next(above, None)

    template = jinja2.Template(
        (files(__package__) / "passages.ttl.j2").read_text(encoding="utf-8"),
        trim_blocks=True, keep_trailing_newline=True)
    return str(template.render(
        header=project.header, document=document, source=source, literal=ox.Literal,
        sections=[(heading, part(parent(n))) for n, heading in enumerate(headings)],
        passages=[(paragraph, part(section), number, after)
                  for (paragraph, section, number), after in zip_longest(
                      _numbered(document, headings), document.paragraphs[1:])]))


def _numbered(
    document: Document, headings: list[Heading]
) -> Iterator[tuple[Paragraph, Heading | None, int | None]]:
    """Each paragraph with its section and its number there, from 1. A heading has no number; what
    goes on after the end of a page has that of its beginning."""
    numbers: Counter[Heading | None] = Counter()
    before: Paragraph | None = None
    begun: int | None = None
    for paragraph in document.paragraphs:
        section = section_of(headings, paragraph.line)
        if section and section.line == paragraph.line:
            before, number = None, None
        elif before and before.goes_on_in(paragraph):
            before, number = paragraph, begun
        else:
            numbers[section] += 1
            number = numbers[section]
            if not paragraph.is_note:  # at the foot of the page that cuts a paragraph
                before, begun = paragraph, number
        yield paragraph, section, number


class SourceText:
    """Looks up the text of passages in a folder of documents. base: the project's address space.

    Raises GraphsvcError when there is no such folder.
    """

    def __init__(self, folder: Path, base: str) -> None:
        if not folder.is_dir():
            raise GraphsvcError("There is no such folder of documents.", location=str(folder),
                                hint="Give the folder that holds the documents as text files.")
        self._folder, self._base = folder, f"{base}passage/"
        self._document = lru_cache(maxsize=64)(self._read)

    def __call__(self, passage: str) -> str | None:
        """The paragraph that a passage's IRI names; None where the document is not held."""
        slug, _, line = passage.removeprefix(self._base).partition("/")
        document = self._document(slug)
        if document is None or not line.isdigit():
            return None
        return next((p.text for p in document.paragraphs if p.line == int(line)), None)

    def _read(self, slug: str) -> Document | None:
        path = self._folder / f"{slug}.txt"
        return read_document(path) if path.is_file() and path.parent == self._folder else None
