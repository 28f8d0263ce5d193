"""Reports are read as their readers see them: paragraphs, headings, items, rows and footnotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.curate import reading
from graphsvc.curate.records import Kind, Paragraph
from tests.curate.reports import set_pdf


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
