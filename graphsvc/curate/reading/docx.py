"""Reads a Word document: its styles say what is a heading, an item or a table."""

from __future__ import annotations

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import docx
import docx.text.paragraph
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from graphsvc.curate.reading import Content
from graphsvc.curate.reading.text import kind_of, plain_bullet, titled
from graphsvc.curate.records import Kind, Paragraph
from graphsvc.errors import GraphsvcError

_HIDDEN = {qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:instrText"),
           "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
"""What a reader of the page does not see here; boxes come after their paragraph."""
_LETTERS = {qn("w:tab"): "\t", qn("w:br"): " ", qn("w:cr"): " ", qn("w:noBreakHyphen"): "-"}
_BREAK = qn("w:lastRenderedPageBreak")
_SHORT = 15
_MOST_UNPACKED = 200 * 2**20


def read(path: Path) -> Content:
    """The content of a Word document. Raises GraphsvcError."""
    _check_size(path)
    try:
        document = docx.Document(str(path))
        reader = _Reader(document)
    except (KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise _broken(path) from error
    return Content(otherwise=document.core_properties.title, paragraphs=tuple(reader.paragraphs))


def _broken(path: Path) -> GraphsvcError:
    return GraphsvcError("The Word document is broken, or it is another kind of file.",
                         location=str(path), hint="Open it in a word processor and save it again.")


def _check_size(path: Path) -> None:
    """Refuse what is no Word document, and one that unpacks to more than is read."""
    with path.open("rb") as file:
        if file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise GraphsvcError(
                "The Word document is encrypted, or it is of the old format .doc.",
                location=str(path), hint="Save it without a password, as .docx.")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise _broken(path) from error
    if "word/document.xml" not in {part.filename for part in parts}:
        raise _broken(path)
    if sum(part.file_size for part in parts) > _MOST_UNPACKED or len(parts) > 10_000:
        raise GraphsvcError(
            f"The Word document unpacks to more than {_MOST_UNPACKED // 2**20} MB.",
            location=str(path), hint="Save it without its pictures, or in parts.")


class _Reader:
    """Goes through the body of a document. paragraphs: what it found."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._formats = dict(_list_formats(_part(document, "numbering")))
        self._counts: dict[str, Counter[int]] = defaultdict(Counter)
        self._notes = {note.get(qn("w:id")): " ".join(_text(note).split())
                       for note in _part(document, "footnotes").iter(qn("w:footnote"))
                       if note.get(qn("w:type")) is None}
        body = document.element.body
        self._paged = next(body.iter(_BREAK), None) is not None
        self._page = 1
        self._level = 1
        self.paragraphs: list[Paragraph] = []
        self._walk(body)

    def _walk(self, parent: Any) -> None:
        for child in parent:
            if child.tag == qn("w:p"):
                self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:tc")):
                self._walk(child)

    def _paragraph(self, element: Any) -> None:
        text, style = _text(element).strip(), self._style(element)
        if style.startswith("toc") and "\t" in text:
            self._add_row(text.split("\t"))
        else:
            text = " ".join(text.split())
            kind, level = self._kind(element, style, text)
            if kind is Kind.ITEM:
                text = self._mark(element, style) + plain_bullet(text)
            self._add(text, kind, level)
        for reference in element.iter(qn("w:footnoteReference")):
            self._add(self._notes.get(reference.get(qn("w:id")), ""), Kind.FOOTNOTE)
        for box in element.iter(qn("w:txbxContent")):
            if not any(parent.tag in _HIDDEN for parent in box.iterancestors()):
                self._walk(box)
        self._page += len([*element.iter(_BREAK)])

    def _table(self, element: Any) -> None:
        """The rows of a table; one with a single column is a box, and its content is read."""
        rows = [[*row.iterchildren(qn("w:tc"), qn("w:sdt"))]
                for row in element.iterchildren(qn("w:tr"))]
        for row in rows:
            if all(len(other) < 2 for other in rows):
                for cell in row:
                    self._walk(cell)
            else:
                self._add_row(" ".join(_text(p) for p in cell.iter(qn("w:p"))) for cell in row)
                self._page += any(next(cell.iter(_BREAK), None) is not None for cell in row[:1])

    def _add(self, text: str, kind: Kind, level: int = 0, cells: tuple[str, ...] = ()) -> None:
        self.paragraphs.append(Paragraph(line=0, text=text, kind=kind, level=level, cells=cells,
                                         page=self._page if self._paged else None))

    def _add_row(self, texts: Iterable[str]) -> None:
        cells = tuple(" ".join(text.split()) for text in texts)
        self._add("\t".join(cells).strip(), Kind.ROW, cells=cells)

    def _style(self, element: Any) -> str:
        """The name of a paragraph's style, in small letters."""
        style = docx.text.paragraph.Paragraph(element, self._document).style
        return (style and style.name or "").lower()

    def _kind(self, element: Any, style: str, text: str) -> tuple[Kind, int]:
        outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if heading := re.match(r"heading (\d)", style):
            self._level = int(heading[1])
            return Kind.HEADING, self._level
        if style in ("title", "subtitle") or outline is not None:
            level = int(outline.get(qn("w:val"))) + 1 if outline is not None else 1
            return (Kind.HEADING, level) if level < 10 else (Kind.BODY, 0)
        kind, _ = (Kind.CAPTION, text) if style == "caption" else kind_of(text)
        if kind is not Kind.CAPTION and (number := self._number(element, style)) is not None:
            return Kind.ITEM, number[1] + 1
        if kind is Kind.BODY and len(text.split()) <= _SHORT and titled(text) and (
                _all_bold(element)):
            return Kind.HEADING, self._level + 1
        return kind, int(kind is Kind.ITEM)

    def _number(self, element: Any, style: str) -> tuple[str, int] | None:
        """The list and the depth, from 0, of an item; None where the paragraph is none."""
        found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if found is None:
            deep = re.fullmatch(r"list (?:bullet|number)(?: (\d))?", style)
            return (style, int(deep[1] or 1) - 1) if deep else None
        number, depth = (_value(found.find(qn(tag))) for tag in ("w:numId", "w:ilvl"))
        return None if number == "0" else (number, int(depth or 0))

    def _mark(self, element: Any, style: str) -> str:
        """What Word sets before an item: a bullet, or its number in the list."""
        name, depth = self._number(element, style) or ("", -1)
        if depth < 0:
            return ""
        form = self._formats.get((name, depth), "decimal" if "number" in style else "bullet")
        if form in ("bullet", "none"):
            return "- "
        counts = self._counts[name]
        counts[depth] += 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        number = counts[depth]
        return f"{chr(96 + min(number, 26))}) " if form.endswith("Letter") else f"{number}. "


def _text(element: Any) -> str:
    """The text of a paragraph as a reader sees it, without what was deleted."""
    return "".join(
        part.text or "" if part.tag == qn("w:t") else _LETTERS.get(part.tag) or _text(part)
        for part in element if part.tag not in _HIDDEN)


def _all_bold(element: Any) -> bool:
    runs = [run for run in element.iter(qn("w:r")) if _text(run).strip()]
    return bool(runs) and all(
        (bold := run.find(f"{qn('w:rPr')}/{qn('w:b')}")) is not None
        and _value(bold) not in ("0", "false") for run in runs)


def _part(document: Document, name: str) -> Any:
    """The root of a part of the file; an empty one where the file has none."""
    part = next((rel.target_part for rel in document.part.rels.values()
                 if rel.reltype.endswith(f"/{name}") and not rel.is_external), None)
    return etree.fromstring(part.blob if part else b"<none/>",
                            etree.XMLParser(resolve_entities=False))


def _list_formats(numbering: Any) -> Iterator[tuple[tuple[str, int], str]]:
    """The form of the numbers of each list at each depth: `bullet`, `decimal`, ..."""
    kinds = {kind.get(qn("w:abstractNumId")): kind for kind in numbering.iter(qn("w:abstractNum"))}
    for number in numbering.iter(qn("w:num")):
        kind = kinds.get(_value(number.find(qn("w:abstractNumId"))))
        for level in kind.iter(qn("w:lvl")) if kind is not None else ():
            if form := _value(level.find(qn("w:numFmt"))):
                yield (number.get(qn("w:numId"), ""), int(level.get(qn("w:ilvl"), 0))), form


def _value(element: Any) -> str:
    """The value of a setting; empty where there is none."""
    return str(element.get(qn("w:val"), "")) if element is not None else ""
