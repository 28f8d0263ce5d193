"""The folder of documents: a report is added full or not at all, once, under a plain name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.cli.main import main
from graphsvc.curate.records import Kind
from graphsvc.curate.shelf import Shelf
from graphsvc.project import Project
from graphsvc.sources.documents import index_sources, read_document
from graphsvc.sources.verify import verify
from tests.curate.reports import set_pdf
from tests.curate.test_reading import REPORT


@pytest.fixture
def shelf(books: Path) -> Shelf:
    return Shelf(Project(books))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return set_pdf(tmp_path_factory.mktemp("reports") / "report.pdf", REPORT)


def test_a_report_is_kept_with_its_text_pages_and_outline(shelf: Shelf, report: Path) -> None:
    added = shelf.add(report, "newtown-2019")
    assert shelf.slugs() == ["newtown-2019"]
    assert shelf.open("newtown-2019") == added
    text = read_document(shelf.folder / "newtown-2019.txt")
    assert [(p.line, p.text) for p in text.paragraphs] == [
        (p.line, p.text) for p in added.paragraphs]
    assert added.paragraphs[0].page == 1 and added.paragraphs[-1].page == 2
    place = shelf.place("newtown-2019")
    assert (place / "original.pdf").read_bytes() == report.read_bytes()
    outline = (place / "outline.tsv").read_text(encoding="utf-8").splitlines()
    assert [row.split("\t")[3] for row in outline] == [
        p.text for p in REPORT if p.kind is Kind.HEADING]
    assert list(shelf.folder.glob(".*")) == []


def test_the_passage_index_has_the_pages(shelf: Shelf, report: Path, books: Path) -> None:
    shelf.add(report, "newtown-2019")
    outlines = books / "data" / "outlines"
    outlines.mkdir()
    shutil.copy(shelf.place("newtown-2019") / "outline.tsv", outlines / "newtown-2019.tsv")
    project = Project(books)
    (index,) = index_sources(project, shelf.folder)
    pages = {quad.subject.value.rpartition("/")[2]: int(quad.object.value) for quad in ox.parse(
        path=str(index), format=ox.RdfFormat.TURTLE) if quad.predicate.value.endswith("pageStart")}
    assert pages == {str(p.line): p.page for p in shelf.open("newtown-2019").paragraphs}
    assert verify(project, shelf.folder).discrepancies == []


def test_the_command_says_what_was_read_and_what_to_do_next(
    books: Path, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["curate", "add", str(report), "--project", str(books)]
    assert main([*call, "--id", "newtown-2019"]) == 0
    assert capsys.readouterr().out == (
        "newtown-2019: Joint inspection of the harbours of Newtown\n"
        "  2 pages, 22 paragraphs, 6 headings, 6 items, 4 rows\n\n"
        "Go on with:\n  graphsvc curate drafts newtown-2019\n")
    assert main([*call, "--id", "another", "--format", "json"]) == 1
    assert "is there already: newtown-2019" in capsys.readouterr().err


def test_a_text_with_a_paragraph_a_line_is_kept_to_the_letter(
    shelf: Shelf, tmp_path: Path, books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n\n# Harbours\n\nBoats were safe.\n- one\n- two\n---\nIndicator\tGrade\n"
    (tmp_path / "report.txt").write_text(text, encoding="utf-8")
    call = ["curate", "add", str(tmp_path / "report.txt"), "--id", "a", "--project", str(books)]
    assert main([*call, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "document": "a", "title": "Harbours", "pages": 0, "paragraphs": 5, "headings": 1,
        "items": 2, "rows": 1, "footnotes": 0}
    assert (shelf.folder / "a.txt").read_text(encoding="utf-8") == text
    assert [p.line for p in shelf.open("a").paragraphs] == [3, 5, 6, 7, 9]
