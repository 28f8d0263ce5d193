"""Reads a web page: its main content, without navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from graphsvc.curate.reading import Content
from graphsvc.curate.reading.marks import is_item, looks_like_caption, plain_bullet
from graphsvc.curate.records import Kind, Paragraph
from graphsvc.errors import GraphsvcError

_NO_TEXT = {"script", "style", "noscript", "template", "nav", "form", "button", "select", "svg",
            "iframe", "object", "head", "video", "audio", "input", "textarea"}
_AROUND = {"header", "footer", "aside"}
_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary", "dialog"}
_NAVIGATION = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|breadcrumbs?|cookies?|skip|share|social|pagination"
    r"|pager|related|sidebar|site-footer|site-header|feedback)(?:$|[-_ ])", re.IGNORECASE)
_NOTE = re.compile(r"(?:^|[-_ ])(?:footnotes?|endnotes?|fn\d*)(?:$|[-_ :])", re.IGNORECASE)
_BLOCKS = {"address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
           "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
           "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table",
           "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "aside", "caption"}


def read(path: Path) -> Content:
    """The content of a web page. Raises GraphsvcError where it is none."""
    raw = path.read_bytes()
    try:
        raw.decode("utf-8")
        encoding: str | None = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # as the page says
    parser = lxml_html.HTMLParser(encoding=encoding, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(raw, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise GraphsvcError("The web page is broken: no content was found in it.",
                            location=str(path), hint="Save the page again.") from error
    if b"<" not in raw or root.find(".//body") is None:
        raise GraphsvcError("This is no web page.", location=str(path),
                            hint="Save the page as HTML, or give its text the ending .txt.")
    page = _Page(root)
    title = next((p.text for p in page.paragraphs if p.kind is Kind.HEADING), "")
    return Content(title=title or _plain(root.findtext(".//title") or path.stem),
                   paragraphs=tuple(page.paragraphs))


class _Page:
    """Goes through the main content of a page. paragraphs: what it found."""

    def __init__(self, root: Any) -> None:
        main, self._sure = _main(root)
        self.paragraphs: list[Paragraph] = []
        self._block(main, Kind.BODY, 0, "")

    def _block(self, element: Any, kind: Kind, level: int, mark: str) -> None:
        """Add what a block holds: its own text as one paragraph between the blocks in it."""
        text = element.text or ""
        for child in element:
            if _is_block(child):
                mark = self._add(text, kind, level, mark)
                self._within(child, kind, level, mark)
                mark = "" if kind is Kind.ITEM and child.tag == "p" else mark
                text = child.tail or ""
            elif self._is_navigation(child):
                text += child.tail or ""
            else:
                text += _inline(child) + (child.tail or "")
        self._add(text, kind, level, mark)

    def _within(self, element: Any, kind: Kind, level: int, mark: str) -> None:
        """Add a block that lies in another, whose kind it has unless it has its own."""
        tag = element.tag
        if self._is_navigation(element):
            return
        if _NOTE.search(f"{element.get('class', '')} {element.get('role', '')}"):
            kind = Kind.FOOTNOTE
        if re.fullmatch(r"h[1-6]", tag):
            self._add(_inline(element), Kind.HEADING, int(tag[1]), "")
        elif tag in ("ul", "ol"):
            self._list(element, kind, level if kind is Kind.ITEM else 0)
        elif tag == "table":
            self._table(element)
        elif tag == "dl":
            self._terms(element)
        elif tag in ("figcaption", "caption"):
            self._add(_inline(element), Kind.CAPTION, 0, "")
        else:
            self._block(element, kind, level, mark)

    def _list(self, element: Any, kind: Kind, level: int) -> None:
        start = element.get("start", "1")
        number = int(start) if start.isdigit() else 1
        note = kind is Kind.FOOTNOTE
        for child in element:
            if child.tag != "li":
                continue
            value = child.get("value", "")
            number = int(value) if value.isdigit() else number
            mark = "" if note else f"{number}. " if element.tag == "ol" else "- "
            self._block(child, kind if note else Kind.ITEM, 0 if note else level + 1, mark)
            number += 1

    def _table(self, element: Any) -> None:
        if (caption := element.find("caption")) is not None:
            self._add(_inline(caption), Kind.CAPTION, 0, "")
        rows = [row for row in element.iter("tr") if next(row.iterancestors("table")) is element]
        single = all(sum(cell.tag in ("td", "th") for cell in row) < 2 for row in rows)
        for row in rows:
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            if single or any(cell.find(".//table") is not None for cell in cells):
                for cell in cells:  # a table that only lays the page out
                    self._block(cell, Kind.BODY, 0, "")
            elif texts := tuple(_plain(_inline(cell)) for cell in cells):
                self._append("\t".join(texts).strip(), Kind.ROW, 0, texts)

    def _terms(self, element: Any) -> None:
        """Terms with their descriptions, as rows of two cells."""
        term = ""
        for child in element.iter("dt", "dd"):
            text = _plain(_inline(child))
            if child.tag == "dt":
                term = text
            else:
                self._append(f"{term}\t{text}".strip(), Kind.ROW, 0, (term, text))

    def _add(self, text: str, kind: Kind, level: int, mark: str) -> str:
        """Add a paragraph unless it is blank; return the mark that is still to be set."""
        text = _plain(text)
        if not re.search(r"\w", text):
            return mark
        if kind is Kind.BODY and looks_like_caption(text):
            kind = Kind.CAPTION
        elif kind is Kind.BODY and is_item(text):
            kind, level, text = Kind.ITEM, 1, plain_bullet(text)
        self._append(f"{mark}{text}", kind, level)
        return ""

    def _append(self, text: str, kind: Kind, level: int, cells: tuple[str, ...] = ()) -> None:
        if re.search(r"\w", text):
            self.paragraphs.append(
                Paragraph(line=0, text=text, kind=kind, level=level, cells=cells))

    def _is_navigation(self, element: Any) -> bool:
        if _unseen(element):
            return True
        around = element.tag in _AROUND and element.find(".//h1") is None and not (
            self._sure and element.tag == "header")
        if around or _NAVIGATION.search(f"{element.get('class', '')} {element.get('id', '')}"):
            return True
        if self._sure or element.tag not in ("ul", "ol", "div", "p"):
            return False
        links = [len(_plain(link.text_content())) for link in element.iter("a")]
        return len(links) > 3 and sum(links) > 0.7 * len(_plain(element.text_content()))


def _main(root: Any) -> tuple[Any, bool]:
    """The part of a page that holds its content, and whether the page itself says so."""
    for path in ("//main", "//*[@role='main']", "//article"):
        found = root.xpath(path)
        if len(found) == 1 or found and path != "//article":
            return max(found, key=lambda e: len(e.text_content())), True
    return root.find(".//body"), False


def _unseen(element: Any) -> bool:
    return (element.tag in _NO_TEXT or element.get("role") in _ROLES
            or element.get("hidden") is not None or element.get("aria-hidden") == "true"
            or "display:none" in element.get("style", "").replace(" ", ""))


def _is_block(element: Any) -> bool:
    return element.tag in _BLOCKS or element.tag in _NO_TEXT or any(
        child.tag in _BLOCKS for child in element)


def _inline(element: Any) -> str:
    """The text of an element on one line, without the marks of footnotes."""
    if _unseen(element):
        return ""
    if element.tag == "br":
        return " "
    if element.tag == "sup" and (element.find(".//a") is not None
                                 or _NOTE.search(element.get("class", ""))):
        return ""
    return "".join(_parts(element))


def _parts(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield f" {_inline(child)} " if child.tag in _BLOCKS else _inline(child)
        yield child.tail or ""


def _plain(text: str) -> str:
    return " ".join(text.replace("\xad", "").split())
