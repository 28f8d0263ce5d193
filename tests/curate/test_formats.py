"""Word documents and web pages are read by what their styles and elements say."""

from __future__ import annotations

from pathlib import Path

import docx
from docx.oxml import OxmlElement
from docx.oxml.parser import parse_xml

from graphsvc.curate import reading
from graphsvc.curate.records import Kind

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(path: Path) -> Path:
    """A Word document with what Word sets: styles, lists, a table, a box, changes, page breaks."""
    document = docx.Document()
    document.add_paragraph("Harbours of Newtown", style="Title")
    document.add_paragraph("Strengths\t3", style="TOC Heading")
    document.add_heading("Strengths", 1)
    document.add_paragraph("Crews knew the plan.", style="List Number")
    document.add_paragraph("The board heard from fishers.", style="List Number")
    document.add_heading("What was found", 2)
    paragraph = document.add_paragraph("Boats were ")
    paragraph.add_run("safe").bold = True
    paragraph.add_run(" in 12 of the 14 harbours.")
    for tag, text in (("w:ins", " They still are."), ("w:del", " They were not.")):
        change, run, part = OxmlElement(tag), OxmlElement("w:r"), OxmlElement("w:t")
        part.text = text
        run.append(part)
        change.append(run)
        paragraph._p.append(change)
    document.add_paragraph("steel boats", style="List Bullet")
    document.add_paragraph("wooden boats", style="List Bullet 2")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Indicator", "Grade", "1.1 Safety", "Good"), strict=True):
        cell.text = text
    box = document.add_table(1, 1)
    box.cell(0, 0).text = "A box with a paragraph that tells of one boat."
    run = document.add_paragraph().add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    document.add_paragraph().add_run("In bold letters").bold = True
    document.add_paragraph("This is on the second page.")
    document.add_paragraph()._p.append(parse_xml(
        f'<w:r xmlns:w="{WORD}"><w:pict><w:txbxContent><w:p><w:r><w:t>Words in a frame.</w:t></w:r>'
        "</w:p></w:txbxContent></w:pict></w:r>"))
    document.save(str(path))
    return path


def test_a_word_document_is_read_by_its_styles(tmp_path: Path) -> None:
    content = reading.read(word(tmp_path / "report.docx"))
    assert content.title == "Harbours of Newtown"
    assert [(p.kind.value, p.level, p.text, p.page) for p in content.paragraphs] == [
        ("heading", 1, "Harbours of Newtown", 1),
        ("row", 0, "Strengths\t3", 1),
        ("heading", 1, "Strengths", 1),
        ("item", 1, "1. Crews knew the plan.", 1),
        ("item", 1, "2. The board heard from fishers.", 1),
        ("heading", 2, "What was found", 1),
        ("body", 0, "Boats were safe in 12 of the 14 harbours. They still are.", 1),
        ("item", 1, "- steel boats", 1),
        ("item", 2, "- wooden boats", 1),
        ("row", 0, "Indicator\tGrade", 1),
        ("row", 0, "1.1 Safety\tGood", 1),
        ("body", 0, "A box with a paragraph that tells of one boat.", 1),
        ("heading", 3, "In bold letters", 2),
        ("body", 0, "This is on the second page.", 2),
        ("body", 0, "Words in a frame.", 2)]


PAGE = """<!DOCTYPE html>
<html><head><title>Harbours | The inspectors</title><style>p { color: red }</style></head><body>
<a href="#main" class="skip-link">Skip to the content</a>
<header><nav><ul><li><a href="/">Home</a></li></ul></nav></header>
<div class="cookie-banner"><p>We use cookies.</p></div>
<main id="main">
 <nav aria-label="Contents"><ol><li><a href="#s">Strengths</a></li></ol></nav>
 <header><h1>Harbours of <em>Newtown</em></h1></header>
 <h2 id="s">Strengths</h2>
 <ol start="3"><li>Crews knew the plan.</li><li><p>The board heard:</p>
   <ul><li>fishers</li><li>owners of boats</li></ul></li></ol>
 <h2>What was found</h2>
 <div>Boats were safe<sup><a href="#fn1">1</a></sup> in 12 of<br>the 14&nbsp;harbours,
   an area of 3 km<sup>2</sup>.
   <p>A paragraph   in a block.</p> And text after it.</div>
 <table><caption>Table 1: Grades</caption><thead><tr><th>Indicator</th><th>Grade</th></tr></thead>
  <tbody><tr><td>1.1 Safety</td><td>Good</td></tr></tbody></table>
 <dl><dt>Mooring</dt><dd>A place where a boat is tied.</dd></dl>
 <p hidden>Not for readers.</p><script>var x = "<p>no</p>";</script>
 <section class="footnotes"><ol><li id="fn1">As the survey says.</li></ol></section>
</main>
<footer><p>All rights reserved.</p></footer></body></html>"""
READ = [
    ("heading", 1, "Harbours of Newtown"),
    ("heading", 2, "Strengths"),
    ("item", 1, "3. Crews knew the plan."),
    ("item", 1, "4. The board heard:"),
    ("item", 2, "- fishers"),
    ("item", 2, "- owners of boats"),
    ("heading", 2, "What was found"),
    ("body", 0, "Boats were safe in 12 of the 14 harbours, an area of 3 km2."),
    ("body", 0, "A paragraph in a block."),
    ("body", 0, "And text after it."),
    ("caption", 0, "Table 1: Grades"),
    ("row", 0, "Indicator\tGrade"),
    ("row", 0, "1.1 Safety\tGood"),
    ("row", 0, "Mooring\tA place where a boat is tied."),
    ("footnote", 0, "As the survey says.")]


def test_a_web_page_is_read_without_what_sits_around_its_content(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(PAGE, encoding="utf-8")
    content = reading.read(path)
    assert content.title == "Harbours of Newtown"
    assert [(p.kind.value, p.level, p.text) for p in content.paragraphs] == READ


def test_a_page_without_a_main_part_loses_its_lists_of_links(tmp_path: Path) -> None:
    links = "".join(f'<li><a href="/{n}">Other page number {n}</a></li>' for n in range(9))
    page = PAGE.replace("<main", f"<ul>{links}</ul><div").replace("</main>", "</div>")
    path = tmp_path / "report.htm"
    path.write_bytes(page.replace("<head>", '<head><meta charset="windows-1252">')
                     .encode("cp1252"))
    assert [(p.kind.value, p.level, p.text) for p in reading.read(path).paragraphs] == READ


def test_a_text_with_broken_lines_and_pages_is_made_full(tmp_path: Path) -> None:
    lines = ["Harbours of Newtown", "", *["Boats were safe in most of the harbours, and the well-",
             "being of the crews was better than in the year before it, as they", "said.", ""] * 8,
             "\fStrengths", "", "- Crews knew the plan and acted on it in all",
             "  of the harbours", "- The board heard"]
    path = tmp_path / "report.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    content = reading.read(path)
    kinds = [p.kind for p in content.paragraphs]
    assert kinds == [Kind.HEADING, *[Kind.BODY] * 8, Kind.HEADING, Kind.ITEM, Kind.ITEM]
    assert content.paragraphs[1].text == (
        "Boats were safe in most of the harbours, and the well-being of the crews was better than"
        " in the year before it, as they said.")
    assert content.paragraphs[10].text == (
        "- Crews knew the plan and acted on it in all of the harbours")
    assert [p.page for p in content.paragraphs] == [1] * 9 + [2] * 3
    assert content.text.split("\n")[content.paragraphs[10].line - 1] == content.paragraphs[10].text
