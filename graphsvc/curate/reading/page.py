"""The pages of a PDF: spans of text with place and style, and ruled lines."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from graphsvc.errors import GraphsvcError

T = TypeVar("T")
_WIDE = 1.2
"""A gap of so many letter heights is no blank between words: a column or cell begins."""
_THIN = 2.0
_MOST_RULINGS = 3000
"""A page with more straight edges has a map or drawing, whose edges are no rulings."""
_RAISED = 0.88
"""The size of a raised mark, as a part of the letters next to it, is less."""
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
              "\xa0": " ", "\u200b": "", "\ufeff": ""}
_FIGURE = re.compile(r"\b[cdkm]?m$|^\d*$")
"""What a raised figure belongs to: a unit (`km` and 2), or other raised ones at the beginning."""
_FINE = 1000
"""Places on a page are read in parts of a point."""
_DOT = (1.5, 8.0)
"""How wide and high a bullet is that was drawn, in points."""


@dataclass
class Span:
    """Text on one line without a wide gap. Lengths are in points, y grows downwards.

    x0, x1: left and right; base: the base line; size: of the letters; bold, colour: of most of
    them; marked: begins with a bullet or number that has a gap behind it; text_x: where the text
    after that begins; first: width of the first word; order: among the spans of the page as they
    were set.
    """

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool = False
    colour: int = 0
    marked: bool = False
    text_x: float = 0.0
    first: float = 0.0
    page: int = 0
    order: int = 0


@dataclass(frozen=True)
class Ruling:
    """A ruled line, across or down."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def down(self) -> bool:
        return self.y1 - self.y0 > self.x1 - self.x0


@dataclass
class Page:
    """A page: its number from 1, size, spans in the order in which they were set, and rulings.

    dots: where bullets were drawn; pictured: how much of the page pictures cover, from 0 to 1.
    """

    number: int
    width: float
    height: float
    spans: list[Span] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    pictured: float = 0.0


def _read_page(page: pdfium.PdfPage, text: pdfium.PdfTextPage, number: int) -> Page:
    place = _Place(page)
    found = Page(number, place.width, place.height)
    for thing in page.get_objects(max_depth=4):
        if thing.type not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
            continue
        x0, y0, x1, y1 = place.box(*thing.get_bounds())
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            found.pictured += max(0, x1 - x0) * max(0, y1 - y0) / (place.width * place.height)
            continue
        found.rulings.extend(_rulings(thing, place))
        if all(_DOT[0] < length < _DOT[1] for length in (x1 - x0, y1 - y0)):
            found.dots.append((x1, (y0 + y1) / 2))
    if len(found.rulings) + len(found.dots) > _MOST_RULINGS:
        found.rulings, found.dots = [], []
    found.spans = _spans(_letters(text, place), found)
    return found


class _Place:
    """Where a point of a page is when the page is seen upright, from its upper left corner."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self.width, self.height = page.get_size()
        self._size = [round(length * _FINE) for length in (self.width, self.height)]
        self._turn = math.radians(page.get_rotation())

    def turned(self, angle: float) -> bool:
        """Whether a letter with such an angle, in radians, is not upright when the page is."""
        return 0.2 < (angle + self._turn) % math.tau < math.tau - 0.2

    def point(self, x: float, y: float) -> tuple[float, float]:
        left, top = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page, 0, 0, *self._size, 0, x, y, left, top)
        return left.value / _FINE, top.value / _FINE

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        (ax, ay), (bx, by) = self.point(x0, y0), self.point(x1, y1)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _letters(text: pdfium.PdfTextPage, place: _Place) -> Iterator[Span]:
    """The upright letters in the order in which they were set; blanks that pdfium added have no
    width, and a letter of two units of UTF-16 is two."""
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    style: tuple[float, bool, int] = (0.0, False, 0)
    last = None
    for n in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, n)
        if code in (0, 10, 13):
            continue
        raw.FPDFText_GetLooseCharBox(text, n, box)
        raw.FPDFText_GetCharOrigin(text, n, x, y)
        thing = raw.FPDFText_GetTextObject(text, n)
        key = ctypes.cast(thing, ctypes.c_void_p).value
        if key != last and key:
            style, last = _style(text, n, thing), key
        x0, _, x1, _ = place.box(box.left, box.bottom, box.right, box.top)
        _, base = place.point(x.value, y.value)
        if not place.turned(raw.FPDFText_GetCharAngle(text, n)) and -5 < base < place.height + 5:
            yield Span("-" if code == 2 else chr(code), x0, x1, base, *style)


def _style(text: pdfium.PdfTextPage, n: int, thing: object) -> tuple[float, bool, int]:
    """Size in points, whether bold, and colour of a letter."""
    matrix = raw.FS_MATRIX()
    scale = 1.0
    if raw.FPDFText_GetMatrix(text, n, matrix):
        scale = (matrix.c ** 2 + matrix.d ** 2) ** 0.5 or 1.0
    size = raw.FPDFText_GetFontSize(text, n) * scale
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, n, name, 128, flags)
    bold = raw.FPDFText_GetFontWeight(text, n) >= 600 or any(
        word in name.value.lower() for word in (b"bold", b"black", b"heavy"))
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha)
    return size, bold, red.value << 16 | green.value << 8 | blue.value


def _rulings(thing: pdfium.PdfObject, place: _Place) -> Iterator[Ruling]:
    """The straight edges of a path that run across or down."""
    matrix = thing.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = before = None
    for n in range(min(raw.FPDFPath_CountSegments(thing), 2000)):
        segment = raw.FPDFPath_GetPathSegment(thing, n)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = place.point(*matrix.on_point(x.value, y.value))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO and before:
            yield from _edge(before, point)
        if raw.FPDFPathSegment_GetClose(segment) and start:
            yield from _edge(point, start)
        before = point


def _edge(a: tuple[float, float], b: tuple[float, float]) -> Iterator[Ruling]:
    wide, high = abs(a[0] - b[0]), abs(a[1] - b[1])
    if min(wide, high) < _THIN < max(wide, high):
        yield Ruling(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))


@dataclass
class _Run:
    """Letters that are side by side: the largest of them, and the last that is no blank."""

    letters: list[Span]
    main: Span
    last: Span

    def add(self, letter: Span) -> None:
        self.letters.append(letter)
        if not letter.text.isspace():
            self.last = letter
            if letter.size > self.main.size:
                self.main = letter

    def goes_on(self, letter: Span, page: Page) -> bool:
        """Whether a letter belongs to these, also as a raised mark or after one."""
        if letter.text.isspace():
            return True
        size, gap = max(self.main.size, letter.size), letter.x0 - self.last.x1
        rise = abs(letter.base - self.main.base)
        if rise > 0.25 * size:
            return rise < 0.6 * size and -0.3 * size < gap < 0.5 * size and (
                min(letter.size, self.main.size) < _RAISED * size)
        if gap <= 0.1 * size:
            return gap > -0.6 * size
        return gap < _WIDE * size and not any(
            ruling.down and self.last.x1 - 1 <= ruling.x0 <= letter.x0 + 1
            and ruling.y0 <= letter.base - 0.2 * size <= ruling.y1 for ruling in page.rulings)


def _spans(letters: Iterator[Span], page: Page) -> list[Span]:
    """Letters that are side by side, as spans."""
    runs: list[_Run] = []
    for letter in letters:
        if runs and runs[-1].goes_on(letter, page):
            runs[-1].add(letter)
        elif not letter.text.isspace():
            runs.append(_Run([letter], letter, letter))
    return [_span(run.letters, page.number, order) for order, run in enumerate(runs)]


def _span(letters: list[Span], page: int, order: int) -> Span:
    seen = [g for g in letters if not g.text.isspace()]
    size = _most([g.size for g in seen])
    base = next(g.base for g in seen if g.size == size)
    raised = [g.size < _RAISED * size and base - g.base > 0.15 * size for g in letters]
    text = ""
    for n, g in enumerate(letters):
        if raised[n] and g.text.isdigit() and text.strip() and not _FIGURE.search(text):
            continue  # the mark of a footnote, which a reader would take for a figure
        after = letters[max(n - 1, 0)]
        if g.x0 - after.x1 > 0.2 * size or raised[n - 1] and not raised[n] and text.isdigit():
            text += " "
        text += _LIGATURES.get(g.text, g.text)
    words = [n for n, g in enumerate(letters[1:], 1)
             if letters[n - 1].text.isspace() and not g.text.isspace()]
    first = letters[words[0] - 1] if words else letters[-1]
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Span(" ".join(text.split()), seen[0].x0, seen[-1].x1, base, size,
                 bold=sum(g.bold for g in seen) > 0.8 * len(seen),
                 colour=_most([g.colour for g in seen]),
                 text_x=letters[words[0]].x0 if words else seen[0].x0,
                 first=first.x0 - seen[0].x0, page=page, order=order)


def _most(values: list[T]) -> T:
    return max(set(values), key=values.count)


# -- pages ------------------------------------------------------------------------------------

_STRANGE = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_MOST_PAGES = 500
_MOST_LETTERS = 100_000
"""Of one page: twenty times those of a full one."""
_PICTURED = 0.3
"""A page without text is scanned where pictures cover so much of it."""


def read_pages(path: Path, skip: Collection[int] = ()) -> tuple[list[Page], str]:
    """The pages of a PDF and the title that it gives. skip: pages to leave out.

    Raises GraphsvcError.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise GraphsvcError(
            "The PDF is encrypted and opens only with a password." if locked
            else "The PDF is broken: it cannot be opened.", location=str(path),
            hint="Save a copy without a password." if locked
            else "Download it again, or print it to a new PDF.") from error
    with closing(document):
        if len(document) > _MOST_PAGES:
            raise GraphsvcError(
                f"The PDF has {len(document)} pages, and {_MOST_PAGES} are the most that are read.",
                location=str(path), hint="Save the pages of the report as a PDF of its own.")
        if not len(document):
            raise GraphsvcError("The PDF is broken: it has no pages.", location=str(path),
                                hint="Download it again, or print it to a new PDF.")
        if wrong := [n for n in skip if not 0 < n <= len(document)]:
            raise GraphsvcError(f"The PDF has no page {wrong[0]}.", location="--skip",
                                hint=f"Its pages are 1 to {len(document)}.")
        pages = [_page(document, n) for n in range(1, len(document) + 1) if n not in skip]
        return pages, document.get_metadata_dict().get("Title", "")


def _page(document: pdfium.PdfDocument, number: int) -> Page:
    try:
        with closing(document[number - 1]) as page, closing(page.get_textpage()) as text:
            if text.count_chars() <= _MOST_LETTERS:
                return _read_page(page, text, number)
            letters = text.count_chars()
    except pdfium.PdfiumError as error:
        raise GraphsvcError(f"Page {number} of the PDF is broken.",
                            hint=f"Download it again, or leave the page out: --skip {number}"
                            ) from error
    raise GraphsvcError(
        f"Page {number} of the PDF has {letters} letters, which is no page of a report.",
        hint=f"Leave the page out: --skip {number}")


def check_text(path: Path, pages: list[Page]) -> None:
    """Refuse pages that are pictures of text, and fonts that do not say which letters they have."""
    scanned = [str(page.number) for page in pages
               if page.pictured > _PICTURED and not any(p.text for p in page.spans)]
    if scanned:
        numbers = ", ".join(scanned)
        said = f"Pages {numbers} of the PDF are pictures" if len(scanned) > 1 else (
            f"Page {numbers} of the PDF is a picture")
        raise GraphsvcError(
            f"{said} without text.", location=str(path),
            hint="Run text recognition over it (such as ocrmypdf), or leave out pages that say"
                 f" nothing: --skip {','.join(scanned)}")
    for page in pages:
        text = "".join(p.text for p in page.spans)
        strange = len(_STRANGE.findall(text))
        if len(text) > 20 and strange > 0.3 * len(text):
            raise GraphsvcError(
                f"The text of page {page.number} cannot be read: its fonts do not say which letters"
                " they have.", location=str(path),
                hint="Run text recognition over the PDF (such as ocrmypdf --force-ocr).")


