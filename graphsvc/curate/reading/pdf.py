"""Reads a PDF: text with pages, without running heads, feet and page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

import pypdfium2 as pdfium

from graphsvc.curate.reading import Content
from graphsvc.curate.reading.layout import columns, rows
from graphsvc.curate.reading.page import Page, Span, read_page
from graphsvc.curate.reading.paragraphs import Block, as_records, blocks
from graphsvc.curate.records import Kind
from graphsvc.errors import GraphsvcError

_PAGE_NUMBER = re.compile(
    r"(?:page|p\.)?\s*[-\u2013|]?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\s*[-\u2013|]?",
    re.IGNORECASE)
_STRANGE = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_MOST_PAGES = 500
_MOST_LETTERS = 100_000
"""Of one page: twenty times those of a full one."""
_EDGE = 0.12
"""Running heads and feet are in this part of a page, above and below."""
_PICTURED = 0.3
"""A page without text is scanned where pictures cover so much of it."""


def read(path: Path, skip: Collection[int] = ()) -> Content:
    """The content of a PDF. skip: pages to leave out. Raises GraphsvcError."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.raw.FPDF_ERR_PASSWORD
        raise GraphsvcError(
            "The PDF is encrypted and opens only with a password." if locked
            else "The PDF is broken: it cannot be opened.", location=str(path),
            hint="Save a copy without a password." if locked
            else "Download it again, or print it to a new PDF.") from error
    try:
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
        title = document.get_metadata_dict().get("Title", "")
    finally:
        document.close()
    without_running_heads(pages)
    _check_text(path, pages)
    found = blocks([columns(page) for page in pages])
    return Content(title=_title(found) or title or path.stem, paragraphs=as_records(found))


def _page(document: pdfium.PdfDocument, number: int) -> Page:
    try:
        page = document[number - 1]
        text = page.get_textpage()
        letters = text.count_chars()
        text.close()
    except pdfium.PdfiumError as error:
        raise GraphsvcError(f"Page {number} of the PDF is broken.",
                            hint=f"Download it again, or leave the page out: --skip {number}"
                            ) from error
    if letters > _MOST_LETTERS:
        raise GraphsvcError(
            f"Page {number} of the PDF has {letters} letters, which is no page of a report.",
            hint=f"Leave the page out: --skip {number}")
    try:
        return read_page(page, number)
    finally:
        page.close()


def _check_text(path: Path, pages: list[Page]) -> None:
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


def _title(found: list[Block]) -> str:
    """The heading in the largest letters of the first two pages."""
    headings = [p for p in found if p.kind is Kind.HEADING and p.lines[0].page <= 2]
    return max(headings, key=lambda p: p.style[0]).text if headings else ""
