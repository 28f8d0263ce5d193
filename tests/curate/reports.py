"""Sets reports as PDF, in the layouts that inspectorates use: what tests of reading read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Spacer, Table
from reportlab.platypus import Paragraph as Block
from reportlab.platypus.flowables import Flowable

from graphsvc.curate.records import Kind, Paragraph

HEADINGS = (18, 14, 12, 11.5, 11, 11)
EDGE = 50


def set_pdf(
    path: Path, paragraphs: Iterable[Paragraph], *, columns: int = 1, size: float = 10.5,
    lead: float = 1.25, space: float = 6, ruled: bool = True, justified: bool = False,
    head: str = "Joint inspection of services in Newtown", notes: tuple[str, ...] = (),
) -> Path:
    """Set paragraphs as a PDF with running heads, page numbers and, on the first page, footnotes.

    Sizes are in points; lead: from line to line, as a part of the size; space: between paragraphs.
    """
    width = (A4[0] - 2 * EDGE - 20 * (columns - 1)) / columns
    body = ParagraphStyle("body", fontName="Helvetica", fontSize=size, leading=size * lead,
                          spaceAfter=space, alignment=4 if justified else 0)

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(EDGE, A4[1] - 30, head)
        canvas.drawRightString(A4[0] - EDGE, 25, str(document.page))
        for n, note in enumerate(reversed(notes if document.page == 1 else ())):
            canvas.drawString(EDGE, 60 + 10 * n, note)

    below = 60 + 12 * len(notes)
    document = BaseDocTemplate(str(path), pagesize=A4, invariant=1)
    document.addPageTemplates(PageTemplate(onPage=furniture, frames=[
        Frame(EDGE + n * (width + 20) - 6, below, width + 12, A4[1] - EDGE - below)
        for n in range(columns)]))
    document.build(list(_flowables(paragraphs, body, width, ruled)))
    return path


def _flowables(
    paragraphs: Iterable[Paragraph], body: ParagraphStyle, width: float, ruled: bool
) -> Iterable[Flowable]:
    rows: list[tuple[str, ...]] = []
    for paragraph in paragraphs:
        if paragraph.kind is Kind.ROW:
            rows.append(paragraph.cells)
            continue
        if rows:
            yield from _table(rows, body, width, ruled)
            rows = []
        yield _block(paragraph, body)
    if rows:
        yield from _table(rows, body, width, ruled)


def _block(paragraph: Paragraph, body: ParagraphStyle) -> Block:
    text = escape(paragraph.text).replace("[sup]", "<super size=6>").replace("[/sup]", "</super>")
    if paragraph.kind is Kind.HEADING:
        size = HEADINGS[paragraph.level - 1]
        return Block(text, ParagraphStyle(
            "heading", fontName="Helvetica-Bold", fontSize=size, leading=size * 1.2, spaceBefore=10,
            spaceAfter=6, textColor=colors.HexColor("#224466"), keepWithNext=1))
    if paragraph.kind is Kind.ITEM:
        mark, _, rest = text.partition(" ")
        left = 18 * max(paragraph.level, 1)
        style = ParagraphStyle("item", parent=body, leftIndent=left, bulletIndent=left - 18,
                               spaceAfter=3)
        return Block(rest, style, bulletText="\u2022" if mark == "-" else mark)
    return Block(text, body)


def _table(
    rows: list[tuple[str, ...]], body: ParagraphStyle, width: float, ruled: bool
) -> Iterable[Flowable]:
    most = max(map(len, rows))
    style = ParagraphStyle("cell", parent=body, alignment=0, fontSize=body.fontSize - 1,
                           leading=(body.fontSize - 1) * 1.25)
    table = Table([[*(Block(escape(cell), style) for cell in row), *[""] * (most - len(row))]
                   for row in rows], colWidths=[width / most] * most)
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"),
                    *([("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if ruled else [])])
    yield from (table, Spacer(1, 8))


def drawn(path: Path, *pages: Callable[[Canvas], None], **options: object) -> Path:
    """A PDF with pages that functions draw. options: of the canvas, such as `encrypt`."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1, **options)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path
