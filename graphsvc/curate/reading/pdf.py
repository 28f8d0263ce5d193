"""Reads a PDF: the lines of its pages as paragraphs, where one ends, and what it is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from pathlib import Path

from graphsvc.curate.reading import Content
from graphsvc.curate.reading.layout import Column, Table, columns, rows
from graphsvc.curate.reading.page import Page, Span, check_text, read_pages
from graphsvc.curate.reading.text import Hyphens, is_item, kind_of, plain_bullet
from graphsvc.curate.records import Kind, Paragraph

_SENTENCE_END = re.compile(r"[.!?:;][\"'\u2019\u201d)\]]*$")
_LEADER = re.compile(r"(?:[.\u2026_]\s?){4,}\s*\d+$")
_CONTENTS = re.compile(r"(.*?)\s*(?:[.\u2026_]\s?){4,}\s*(\d+)")
_NOTE = re.compile(r"(?:\[?\d{1,3}[\]).]?|\*+|\u2020)\s*\S")
_MOST_WORDS = 25
"""A heading has at most this many words; one in the letters of the body has half as many."""
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.)?\s*[-\u2013|]?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\s*[-\u2013|]?",
    re.IGNORECASE)
_EDGE = 0.12
"""Running heads and feet are in this part of a page, above and below."""


def read(path: Path, skip: Collection[int] = ()) -> Content:
    """The content of a PDF. skip: pages to leave out. Raises GraphsvcError."""
    pages, otherwise = read_pages(path, skip)
    without_running_heads(pages)
    check_text(path, pages)
    found = blocks([columns(page) for page in pages])
    headings = [p for p in found if p.kind is Kind.HEADING and p.lines[0].page <= 2]
    largest = max(headings, key=lambda p: p.style[0]).text if headings else ""
    return Content(title=largest or otherwise, paragraphs=tuple(
        Paragraph(line=0, text=p.text, kind=p.kind, page=p.lines[0].page, level=p.level,
                  cells=p.cells) for p in found))


def without_running_heads(pages: list[Page]) -> None:
    """Remove the lines above and below the text that are there on page after page, and page
    numbers."""
    places: dict[tuple[str, int, bool], set[int]] = defaultdict(set)
    for page in pages:
        for span in page.spans:
            if _at_edge(span, page):
                places[_place(span, page)].add(page.number)
    for page in pages:
        lines = rows(page.spans)
        running: set[int] = set()
        for ordered in (lines, lines[::-1]):
            for line in ordered:
                if not all(_at_edge(p, page) and (_PAGE_NUMBER.fullmatch(p.text) or _runs(
                        places[_place(p, page)], len(pages))) for p in line):
                    break
                running |= {id(p) for p in line}
        page.spans = [p for p in page.spans if id(p) not in running]


def _at_edge(span: Span, page: Page) -> bool:
    return not _EDGE * page.height < span.base < (1 - _EDGE) * page.height


def _place(span: Span, page: Page) -> tuple[str, int, bool]:
    """The text without its figures, its height on the page, and above or below."""
    below = span.base > page.height / 2
    return re.sub(r"\d+", "#", span.text.lower()), round(span.base / 4), below


def _runs(pages: set[int], of: int) -> bool:
    """Whether a text that is on such pages is a running head: on neighbours, or on every other
    page, mostly."""
    if len(pages) < min(3, of) or len(pages) < 2:
        return False
    near = sum(b - a <= 2 for a, b in pairwise(sorted(pages)))
    return near >= 0.6 * (len(pages) - 1)


@dataclass
class Block:
    """A paragraph as it was set: its lines, or the cells of its row."""

    lines: list[Span]
    kind: Kind = Kind.BODY
    text: str = ""
    cells: tuple[str, ...] = ()
    level: int = 0

    @property
    def style(self) -> tuple[float, bool, int]:
        line = self.lines[0]
        return round(line.size * 2) / 2, line.bold, line.colour


@dataclass
class Measures:
    """What is usual in a document: size and colour of the body, and from line to line by size."""

    size: float
    colour: int
    bold: bool
    steps: dict[tuple[float, bool], float] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Iterable[Column]) -> Measures:
        """The measures of a document."""
        letters: Counter[tuple[float, int, bool]] = Counter()
        steps: dict[tuple[float, bool], Counter[float]] = defaultdict(Counter)
        for column in columns:
            before: Span | Table | None = None
            for part in column.parts:
                if isinstance(part, Span):
                    style = _half(part.size), part.bold
                    letters[style[0], part.colour, part.bold] += len(part.text)
                    if isinstance(before, Span) and not part.marked and style == (
                            _half(before.size), before.bold) and (
                            0 < part.base - before.base < 2.3 * style[0]):
                        steps[style][_half(part.base - before.base)] += 1
                before = part
        if not letters:
            return cls(10.0, 0, False)
        size, colour, bold = letters.most_common(1)[0][0]
        most = {of: _closest(count, (2.3 if of == (size, bold) else 1.5) * of[0])
                for of, count in steps.items()}
        return cls(size, colour, bold, {of: step for of, step in most.items() if step})

    def step(self, span: Span) -> float:
        """How far below a line of such letters the next line of its paragraph is."""
        return self.steps.get((_half(span.size), span.bold), 1.35 * span.size)

    def is_prominent(self, span: Span) -> bool:
        """Whether a line is larger or bolder than the body."""
        return span.size > 1.1 * self.size or span.bold and not self.bold


def _closest(count: Counter[float], most: float) -> float:
    """The most frequent of the steps up to one, which is that inside paragraphs; else 0."""
    steps = Counter({step: n for step, n in count.items() if step <= most})
    return steps.most_common(1)[0][0] if steps.total() > 2 else 0.0


def _half(value: float) -> float:
    return round(value * 2) / 2


def blocks(pages: list[list[Column]]) -> list[Block]:
    """The paragraphs of a document in reading order; one that runs over a page or column is one."""
    columns = [column for page in pages for column in page]
    measures = Measures.of(columns)
    found: list[Block] = []
    for page in pages:
        notes: list[Block] = []
        for column in page:
            for number, paragraph in enumerate(_in_column(column, measures)):
                earlier = next((p for p in reversed(found) if p.kind is not Kind.FOOTNOTE), None)
                if paragraph.kind is Kind.FOOTNOTE:
                    notes.append(paragraph)
                elif number == 0 and earlier and _runs_on(earlier, paragraph, measures):
                    earlier.lines += paragraph.lines
                    earlier.cells = tuple(f"{a}\n{b}".strip("\n") for a, b in zip(
                        earlier.cells, paragraph.cells, strict=True))
                else:
                    found.append(paragraph)
        found.extend(notes)
    _write(found)
    _name(found, measures)
    return found


def _in_column(column: Column, measures: Measures) -> Iterator[Block]:
    """The paragraphs and rows of one column, the footnotes at its end as such."""
    notes = _first_note(column, measures)
    current: list[Span] = []
    for number, part in enumerate(column.parts):
        if isinstance(part, Table):
            if current:
                yield Block(current)
                current = []
            yield from (Block([p for cell in row for p in cell], Kind.ROW,
                            cells=tuple("\n".join(p.text for p in cell) for cell in row))
                        for row in part.rows if any(row))
            continue
        begins = not current or _begins(part, current, column, measures)
        if number >= notes:
            begins = number == notes or bool(_NOTE.match(part.text)) and (
                part.x0 <= current[0].x0 + part.size)
        if begins and current:
            yield Block(current, Kind.FOOTNOTE if number > notes else Kind.BODY)
            current = []
        current = [*current, part]
    if current:
        yield Block(current, Kind.FOOTNOTE if notes < len(column.parts) else Kind.BODY)


def _first_note(column: Column, measures: Measures) -> int:
    """Where the footnotes of a column begin: small letters at its end, after a mark."""
    parts, small = column.parts, 0.93 * measures.size
    at = len(parts)
    while at and isinstance(part := parts[at - 1], Span) and part.size < small:
        at -= 1
    while at < len(parts) and not _NOTE.match(parts[at].text):  # type: ignore[union-attr]
        at += 1
    return at if at else len(parts)


def _begins(line: Span, current: list[Span], column: Column, measures: Measures) -> bool:
    """Whether a line begins a paragraph after the lines of the one above it."""
    first, before = current[0], current[-1]
    step = line.base - before.base
    if abs(line.size - before.size) > 0.08 * before.size or line.bold != before.bold and (
            _closed(before, line, current, column) or measures.is_prominent(first)):
        return True
    if step > 1.22 * measures.step(line) or step < 0:
        return True
    if line.marked or is_item(line.text) and _closed(before, line, current, column):
        return True
    if measures.is_prominent(line):
        return False
    left = min(p.x0 for p in current[1:]) if len(current) > 1 else before.x0
    if first.marked:
        outside = line.x0 < first.text_x - 0.8 * line.size
        return outside or _closed(before, line, current, column)
    if line.x0 > left + line.size and len(current) > 1:
        return True
    return _closed(before, line, current, column)


def _closed(before: Span, line: Span, current: list[Span], column: Column) -> bool:
    """Whether a line ends its paragraph: the next word would have had room on it."""
    edge = max(p.x1 for p in current) if len(current) > 2 else max(
        (p.x1 for p in column.parts if isinstance(p, Span)), default=column.x1)
    room = edge - before.x1 - line.first - 0.3 * line.size
    if _SENTENCE_END.search(before.text):
        return room > line.size and not line.text[:1].islower()
    return room > 0.25 * (edge - before.x0)


def _runs_on(before: Block, after: Block, measures: Measures) -> bool:
    """Whether a paragraph is the rest of one that a page or column had no more room for."""
    if Kind.ROW in (before.kind, after.kind):
        return (before.kind is after.kind and len(before.cells) == len(after.cells)
                and not after.cells[0] and any(cell[:1].islower() for cell in after.cells))
    last, first = before.lines[-1], after.lines[0]
    if abs(last.size - first.size) > 0.05 * last.size or last.bold != first.bold:
        return False
    if measures.is_prominent(first) and last.page == first.page and not first.marked and (
            0 < first.base - last.base <= 1.22 * measures.step(first)):
        return True  # a heading over several columns
    if first.marked or is_item(first.text) or _SENTENCE_END.search(last.text) or (
            measures.is_prominent(first)):
        return False
    return first.text[:1].islower() or last.text.endswith((",", "-"))


def _write(found: list[Block]) -> None:
    """Give each paragraph its text: lines joined, hyphens of line ends removed."""
    hyphens = Hyphens(line.text for paragraph in found for line in paragraph.lines)
    hyphens.learn((a.text, b.text) for paragraph in found if paragraph.kind is not Kind.ROW
                  for a, b in pairwise(paragraph.lines))
    for paragraph in found:
        if paragraph.kind is Kind.ROW:
            paragraph.cells = tuple(reduce(hyphens.join, cell.split("\n"))
                                    for cell in paragraph.cells)
            paragraph.text = plain_bullet("\t".join(paragraph.cells).strip())
        else:
            paragraph.text = reduce(hyphens.join, (line.text for line in paragraph.lines))
        if _LEADER.search(paragraph.text) and (
                contents := _CONTENTS.fullmatch(paragraph.text)):
            paragraph.kind, paragraph.cells = Kind.ROW, (contents[1], contents[2])
            paragraph.text = "\t".join(paragraph.cells)


def _name(found: list[Block], measures: Measures) -> None:
    """Say what each paragraph is, and at which level headings and items are."""
    indents: list[float] = []
    for paragraph in found:
        if paragraph.kind is not Kind.BODY:
            continue
        first = paragraph.lines[0]
        numbered = first.text[:1].isalnum()
        if _is_heading(paragraph, measures) and (numbered or not first.marked):
            paragraph.kind = Kind.HEADING
        elif kind_of(paragraph.text)[0] is Kind.CAPTION:
            paragraph.kind = Kind.CAPTION
        elif first.marked or is_item(paragraph.text):
            while indents and first.x0 < indents[-1] - 6:
                indents.pop()
            if not indents or first.x0 > indents[-1] + 6:
                indents.append(first.x0)
            paragraph.kind, paragraph.level = Kind.ITEM, len(indents)
            paragraph.text = plain_bullet(paragraph.text)
            continue
        indents.clear()
    _levels([p for p in found if p.kind is Kind.HEADING])


def _is_heading(paragraph: Block, measures: Measures) -> bool:
    text, words = paragraph.text, len(paragraph.text.split())
    size, bold, colour = paragraph.style
    if words > _MOST_WORDS or not re.search(r"[^\W\d_]{3}", text) or text[:1] in "\"'\u2018\u201c":
        return False
    if re.search(r"[.,;:]$", text) or "@" in text or "://" in text or "www." in text:
        return False
    if size > 1.1 * measures.size:
        return True
    if size < 0.93 * measures.size or words > _MOST_WORDS // 2 + 3:
        return False
    return bold and not measures.bold or (
        text[:1].isupper() and (text.isupper() or colour != measures.colour))


def _levels(headings: list[Block]) -> None:
    """Levels by style: the largest letters are the highest, bold before plain. What a cover has in
    larger letters than the parts of the report is of level 1, as they are."""
    inside = {h.style for h in headings if h.lines[0].page > headings[0].lines[0].page}
    largest = max((style[0] for style in inside), default=0.0)
    parts = {h.style for h in headings if h.style in inside or not h.style[0] > largest > 0}
    styles = sorted(parts, key=lambda s: (-s[0], not s[1], s[2]))
    for heading in headings:
        heading.level = 1 + styles.index(heading.style) if heading.style in styles else 1
