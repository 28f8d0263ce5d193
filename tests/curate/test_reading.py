"""Reports are read as their readers see them: paragraphs, headings, items, rows and footnotes."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from graphsvc.curate import reading
from graphsvc.curate.reading.text import Hyphens
from graphsvc.curate.records import Kind, Paragraph
from tests.curate.reports import drawn, set_pdf

LEAST_ALIKE = 0.97
"""The part of paragraphs that a PDF of a document must give as its text has them."""


def body(text: str) -> Paragraph:
    return Paragraph(line=0, text=text)


def heading(text: str, level: int) -> Paragraph:
    return Paragraph(line=0, text=text, kind=Kind.HEADING, level=level)


def item(text: str, level: int = 1) -> Paragraph:
    return Paragraph(line=0, text=text, kind=Kind.ITEM, level=level)


def row(*cells: str) -> Paragraph:
    return Paragraph(line=0, text="\t".join(cells), kind=Kind.ROW, cells=cells)


LONG = ("The harbour team met every second week and kept a list of all boats, their owners and"
        " the repairs that each of them was still waiting for. ")
REPORT = [
    heading("Joint inspection of the harbours of Newtown", 1),  # as on a cover
    body("We visited 14 harbours between 3 March and 9 May 2019. " + LONG * 3),
    heading("1. How well are boats looked after?", 2),
    heading("Strengths", 3),
    item("1. Crews knew the multi-agency plan and acted on it without delay in most of the"
         " harbours that we visited during these three months."),
    item("2. The harbour board heard from fishers."),
    heading("What was found", 3),
    body(LONG * 6),
    body("A survey had 1,162 answers, which is 89% of the crews. " + LONG * 5),
    item("- boats that were checked every year, as the rules of the harbour board of the town"
         " ask for"),
    item("- wooden boats", 2),
    item("- steel boats", 2),
    item("- boats without an owner"),
    body("Well-being of the crews was better than in the year before. " + LONG * 9),
    heading("2. How good is the leading of the harbours?", 2),
    row("Indicator", "Grade"),
    row("1.1 Safety of the boats and of all those who sail in them in any season", "Good"),
    row("2.1 Trust of the crews in the people who lead the harbour", "Very good"),
    row("9.2 Leading of the work", "Adequate"),
    body(LONG * 12),
    heading("What happens next?", 2),
    body(LONG * 4),
]
LAYOUTS = {
    "plain": {},
    "two columns, justified": {"columns": 2, "justified": True, "size": 9.5},
    "wide lines, tables without rules": {"lead": 1.5, "space": 12, "ruled": False},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_pdf_is_read_as_it_was_written(layout: str, tmp_path: Path) -> None:
    content = reading.read(set_pdf(tmp_path / "report.pdf", REPORT, **LAYOUTS[layout]))
    assert [(p.kind, p.text) for p in content.paragraphs] == [
        (p.kind, p.text.strip()) for p in REPORT]
    assert [p.level for p in content.paragraphs] == [
        max(p.level - 1, 1) if p.kind is Kind.HEADING else p.level for p in REPORT]
    assert [p.cells for p in content.paragraphs] == [p.cells for p in REPORT]
    assert content.title == REPORT[0].text


def test_what_is_only_of_the_page_is_not_in_the_text(tmp_path: Path) -> None:
    report = [
        heading("Harbours of Newtown", 1),
        body("The survey[sup]1[/sup] had 1,162 answers[sup]12[/sup] from crews. " + LONG * 30),
        heading("Strengths", 2), body(LONG * 30)]
    notes = ("1 The survey was made in May 2019.", "12 As the harbour board says.")
    content = reading.read(set_pdf(tmp_path / "a.pdf", report, notes=notes, head="Page by page"))
    texts = [p.text for p in content.paragraphs]
    assert "Page by page" not in " ".join(texts) and not any(text.isdigit() for text in texts)
    assert texts[1].startswith("The survey had 1,162 answers from crews. ")
    assert [(p.kind, p.text, p.page) for p in content.paragraphs[2:4]] == [
        (Kind.FOOTNOTE, notes[0], 1), (Kind.FOOTNOTE, notes[1], 1)]
    assert texts[1].count(LONG.strip()) == 30, "the paragraph that runs over the page is full"


def test_hyphens_at_line_ends_go_only_where_they_divide_a_word() -> None:
    inside = ["The partners met often", "a well-run harbour", "harbour-masters met"]
    hyphens = Hyphens([*inside, "part-", "well-", "multi-"])
    hyphens.learn([("the part-", "ners met")])
    assert hyphens.join("the part-", "ners met") == "the partners met"
    assert hyphens.join("a well-", "run harbour") == "a well-run harbour"
    assert hyphens.join("the organi-", "sation") == "the organisation"
    assert hyphens.join("in 2018-", "19 there") == "in 2018-19 there"
    assert hyphens.join("a pause -", "and more") == "a pause - and more"
    never = Hyphens(inside)
    never.learn([("a multi-", "agency plan")])
    assert never.join("a multi-", "agency plan") == "a multi-agency plan"


def turned(canvas: Canvas) -> None:
    """A page that lies on its side, with a bullet that is drawn and words stretched to the edge."""
    canvas.setPageRotation(90)
    canvas.translate(595, 0)
    canvas.rotate(90)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(50, 550, "Harbours of Newtown")
    canvas.setFont("Helvetica", 10)
    for n, line in enumerate(("Boats were safe in all the harbours that we visited in the spring",
                              "of that year, and crews said so.")):
        canvas.drawString(50, 520 - 13 * n, line)
    canvas.circle(56, 484, 2, fill=1)
    canvas.drawString(68, 480, "steel boats")


def test_a_page_on_its_side_is_read_as_it_is_seen(tmp_path: Path) -> None:
    content = reading.read(drawn(tmp_path / "a.pdf", turned))
    assert [(p.kind.value, p.text) for p in content.paragraphs] == [
        ("heading", "Harbours of Newtown"),
        ("body", "Boats were safe in all the harbours that we visited in the spring of that year,"
                 " and crews said so."),
        ("item", "- steel boats")]


def _has_letters(text: str) -> bool:
    """Whether the font of the PDF has the letters of a text; some paragraphs are in Urdu."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.slow
def test_the_documents_set_as_pdf_are_read_as_their_texts_say(
    shared: Path, tmp_path: Path
) -> None:
    for path in sorted((shared / "sources").glob("*-20??.txt")):
        written = [p for p in reading.read(path).paragraphs if _has_letters(p.text)]
        read = reading.read(set_pdf(tmp_path / "a.pdf", written)).paragraphs
        texts, found = ([" ".join(p.text.replace("\u2022", "-").split()) for p in side]
                        for side in (written, read))
        blocks = SequenceMatcher(None, texts, found, autojunk=False).get_matching_blocks()
        share = sum(block.size for block in blocks) / len(texts)
        assert share >= LEAST_ALIKE, f"{path.stem}: {share:.1%}"
