"""A report that cannot be read is a sentence that says what to do, and nothing has changed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from graphsvc.cli.main import main
from graphsvc.curate import reading
from graphsvc.curate.shelf import Shelf
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from tests.curate.reports import drawn, set_pdf
from tests.curate.test_formats import word
from tests.curate.test_reading import LONG, REPORT


def written(canvas: Canvas) -> None:
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(50, 780, "Harbours of Newtown")
    canvas.setFont("Helvetica", 10)
    for n in range(30):
        canvas.drawString(50, 740 - 13 * n, f"Boats were safe in harbour number {n} of the town.")


def scanned(canvas: Canvas) -> None:
    picture = io.BytesIO()
    Image.new("L", (60, 80), 200).save(picture, "PNG")
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)


def blank(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 10)


def archive(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return path


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:300])
    return path


def holding(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def swollen(path: Path) -> Path:
    """A PDF of a few kilobytes whose page unpacks to a gigabyte, in two steps."""
    packed = zlib.compressobj(9)
    inner = b"".join(packed.compress(b" " * 2**20) for _ in range(2**10)) + packed.flush()
    stream = zlib.compress(inner, 9)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (
            len(stream), stream))
    body = b"".join(b"%d 0 obj%s endobj\n" % numbered for numbered in enumerate(objects, 1))
    return holding(path, b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF")


Make = Callable[[Path], Path]
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(90)
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
DOCUMENT = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
BAD: dict[str, tuple[Make, str]] = {
    "encrypted PDF": (lambda f: drawn(f / "a.pdf", written, encrypt="secret"),
                      "encrypted and opens only with a password"),
    "empty PDF": (lambda f: holding(f / "a.pdf", b""), "The file is empty."),
    "PDF of blank pages": (lambda f: drawn(f / "a.pdf", blank, blank), "The report has no text."),
    "one scanned page": (lambda f: drawn(f / "a.pdf", written, scanned, written),
                         "Page 2 of the PDF is a picture without text."),
    "scanned pages": (lambda f: drawn(f / "a.pdf", scanned, written, scanned),
                      "Pages 1, 3 of the PDF are pictures without text."),
    "broken PDF": (lambda f: cut(drawn(f / "a.pdf", written)), "The PDF is broken"),
    "PDF of junk": (lambda f: holding(f / "a.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 9),
                    "The PDF is broken"),
    "PDF with very many pages": (lambda f: drawn(f / "a.pdf", *[blank] * 501), "501 pages"),
    "JPEG named PDF": (lambda f: holding(f / "a.pdf", JPEG), "named .pdf but is no PDF file"),
    "spreadsheet": (lambda f: archive(f / "a.xlsx", xl__workbook_xml=b"<x/>"), "not as .xlsx"),
    "file without ending": (lambda f: holding(f / "report", b"Words"), "files without ending"),
    "spreadsheet named Word": (lambda f: archive(f / "a.docx", xl__workbook_xml=b"<x/>"),
                               "is broken, or it is another kind of file"),
    "Word document without parts": (lambda f: archive(f / "a.docx", word__document_xml=DOCUMENT),
                                    "is broken, or it is another kind of file"),
    "broken Word document": (lambda f: cut(word(f / "a.docx")), "Word document is broken"),
    "encrypted Word document": (lambda f: holding(f / "a.docx", OLD_WORD), "is encrypted, or"),
    "web page without content": (
        lambda f: holding(f / "a.html", b"<html><body><nav>Home</nav></body></html>"),
        "The report has no text."),
    "no web page": (lambda f: holding(f / "a.html", JPEG), "web page"),
    "text that is not UTF-8": (lambda f: holding(f / "a.txt", b"Caf\xe9s\n\nwere open.\n"),
                               "not UTF-8 text (byte 3)"),
    "bytes named text": (lambda f: holding(f / "a.txt", bytes(900)), "The file is not text"),
    "prose without structure": (lambda f: holding(f / "a.txt", (LONG + "\n").encode() * 20),
                                "no report: no headings, lists or tables"),
    "no such file": (lambda f: f / "none.pdf", "No such file"),
    "folder": (lambda f: f, "This is not a file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_report_is_a_sentence(name: str, tmp_path: Path) -> None:
    make, words = BAD[name]
    folder = tmp_path / "reports.pdf"
    folder.mkdir()
    report = make(folder)
    with pytest.raises(GraphsvcError) as refused:
        reading.read(report)
    assert words in str(refused.value) and str(report) in str(refused.value)
    assert "\n" not in str(refused.value) and refused.value.hint


def test_the_command_prints_the_sentence_and_keeps_nothing(
    books: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = drawn(tmp_path / "a.pdf", written, scanned)
    assert main(["curate", "add", str(report), "--id", "a", "--project", str(books)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err == (
        f"{report}: Page 2 of the PDF is a picture without text. Run text recognition over it (such"
        " as ocrmypdf), or leave out pages that say nothing: --skip 2\n")
    assert not (books / "documents").exists()


@pytest.mark.slow
def test_a_small_file_that_unpacks_to_very_much_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(GraphsvcError, match="broken|no text|memory"):
        reading.read_apart(swollen(tmp_path / "a.pdf"), memory=2**29)
    with pytest.raises(GraphsvcError, match="unpacks to more than 200 MB"):
        reading.read_apart(archive(tmp_path / "a.docx", word__document_xml=b" " * (201 * 2**20)))


@pytest.mark.parametrize("slug", ["", "Stirling", "stirling 2019", "../out", "a/b", "-a", "a--b",
                                  "stirl\u00efng", "a" * 81, ".hidden", "a.txt"])
def test_a_bad_name_is_a_sentence(
    slug: str, books: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = drawn(tmp_path / "a.pdf", written)
    assert main(["curate", "add", str(report), f"--id={slug}", "--project", str(books)]) == 1
    assert "cannot be the name of a document. Use small letters" in capsys.readouterr().err
    assert not (books / "documents").exists()


def test_scanned_pages_that_say_nothing_can_be_left_out(books: Path, tmp_path: Path) -> None:
    report = drawn(tmp_path / "a.pdf", scanned, written, blank, scanned)
    read = Shelf(Project(books)).add(report, "a", skip=(1, 4))
    assert {p.page for p in read.paragraphs} == {2}


def test_the_same_report_or_name_twice_is_a_sentence(books: Path, tmp_path: Path) -> None:
    shelf = Shelf(Project(books))
    report = drawn(tmp_path / "a.pdf", written)
    first = shelf.add(report, "a")
    with pytest.raises(GraphsvcError, match="is there already: a"):
        shelf.add(report, "b")
    with pytest.raises(GraphsvcError, match="is there already: a"):
        shelf.add(report, "a")
    with pytest.raises(GraphsvcError, match="Another report has the name a"):
        shelf.add(set_pdf(tmp_path / "b.pdf", REPORT), "a")
    (shelf.folder / "c.txt").write_text("The text of a document that was curated before.")
    with pytest.raises(GraphsvcError, match="A text of that name is there already"):
        shelf.add(set_pdf(tmp_path / "b.pdf", REPORT), "c")
    assert shelf.slugs() == ["a"] and shelf.open("a") == first


def test_a_report_that_takes_too_long_is_a_sentence(tmp_path: Path) -> None:
    report = set_pdf(tmp_path / "a.pdf", REPORT)
    with pytest.raises(GraphsvcError, match="more than 0 seconds to read. Save its pages"):
        reading.read_apart(report, seconds=0.01)


@pytest.mark.slow
def test_a_killed_process_leaves_nothing_half_written(books: Path, tmp_path: Path) -> None:
    shelf = Shelf(Project(books))
    report = holding(tmp_path / "a.txt", f"Harbours\n\n{(LONG * 200 + chr(10)) * 60}".encode())
    call = [sys.executable, "-m", "graphsvc", "curate", "add", str(report), "--id", "a",
            "--project", str(books)]
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL)
    while process.poll() is None and not list(shelf.folder.glob(".adding-*")):
        os.sched_yield()
    process.kill()
    process.wait()
    if process.returncode:  # it was killed before its end
        assert shelf.slugs() == [] or shelf.open("a")
    else:
        assert shelf.open("a")
    if not shelf.slugs():
        shelf.add(report, "a")
    assert (shelf.folder / "a.txt").read_bytes() == report.read_bytes()


def test_what_killed_processes_left_is_removed(books: Path, tmp_path: Path) -> None:
    shelf = Shelf(Project(books))
    for name in (".adding-old", ".adding-new"):
        (shelf.folder / name / "a").mkdir(parents=True)
    os.utime(shelf.folder / ".adding-old", (0, 0))
    shelf.add(drawn(tmp_path / "a.pdf", written), "a")
    assert [path.name for path in shelf.folder.glob(".*")] == [".adding-new"]
    assert shelf.slugs() == ["a"]
