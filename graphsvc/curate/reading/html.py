"""Reads a web page: its main content, without navigation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from graphsvc.curate.reading import Content
from graphsvc.curate.reading.text import kind_of
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
_BLOCKS = _NO_TEXT | {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul"}
_SINGLE = {"h1", "h2", "h3", "h4", "h5", "h6", "caption", "figcaption", "tr", "dt", "dd"}
"""Elements that are one paragraph, or none, whatever they hold."""


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
    return Content(otherwise=_plain(root.findtext(".//title") or ""),
                   paragraphs=tuple(_Page(root).paragraphs))


class _Page:
    """Goes through the main content of a page. paragraphs: what it found."""

    def __init__(self, root: Any) -> None:
        main, self._sure = _main(root)
        self.paragraphs: list[Paragraph] = []
        self._text = ""
        self._begun: set[Any] = set()  # items of lists that have their mark
        walk = etree.iterwalk(main, events=("start", "end"))
        for event, element in walk:
            begins = event == "start"
            if element.tag in _BLOCKS:
                self._flush(element.getparent() if begins else element)
            if not begins:
                self._text += element.tail or ""
            elif self._is_navigation(element) or _is_mark(element) or self._is_single(element):
                walk.skip_subtree()
            else:
                self._text += " " if element.tag == "br" else element.text or ""

    def _flush(self, within: Any) -> None:
        """Add the text so far as a paragraph of an element, with the kind that it has there."""
        text, self._text = _plain(self._text), ""
        around = [within, *within.iterancestors()]
        items = [one for one in around if one.tag == "li"]
        if not re.search(r"\w", text):
            return
        if any(_NOTE.search(f"{one.get('class', '')} {one.get('role', '')}") for one in around):
            self._add(text, Kind.FOOTNOTE)
        elif items:
            mark = "" if items[0] in self._begun else _mark(items[0])
            self._begun.add(items[0])
            self._add(f"{mark}{text}", Kind.ITEM, len(items))
        else:
            kind, text = kind_of(text)
            self._add(text, kind, kind is Kind.ITEM)

    def _is_single(self, element: Any) -> bool:
        """Whether an element is a paragraph as it is: then it is added."""
        tag = element.tag
        if tag not in _SINGLE:
            return False
        if tag in ("caption", "figcaption"):
            self._add(self._inline(element), Kind.CAPTION)
        elif tag == "dd":
            term = next(element.itersiblings("dt", preceding=True), None)
            self._add_row("" if term is None else self._inline(term), self._inline(element))
        elif tag == "tr":
            rows = [[cell for cell in row if cell.tag in ("td", "th")]
                    for row in next(element.iterancestors("table"), element).iter("tr")]
            if all(len(row) < 2 for row in rows) or element.find(".//table") is not None:
                return False  # a table that only lays the page out
            self._add_row(*(self._inline(cell) for cell in element if cell.tag in ("td", "th")))
        elif tag != "dt":
            self._add(self._inline(element), Kind.HEADING, int(tag[1]))
        return True

    def _add(self, text: str, kind: Kind, level: int = 0, cells: tuple[str, ...] = ()) -> None:
        self.paragraphs.append(Paragraph(line=0, text=text, kind=kind, level=level, cells=cells))

    def _add_row(self, *cells: str) -> None:
        self._add("\t".join(cells).strip(), Kind.ROW, cells=cells)

    def _inline(self, element: Any) -> str:
        """The text of an element on one line, without the marks of footnotes."""
        def parts(one: Any) -> str:
            if self._is_navigation(one) or _is_mark(one):
                return ""
            text = (one.text or "") + "".join(parts(child) + (child.tail or "") for child in one)
            return f" {text} " if one.tag in _BLOCKS or one.tag == "br" else text
        return _plain(parts(element))

    def _is_navigation(self, element: Any) -> bool:
        if (element.tag in _NO_TEXT or element.get("role") in _ROLES
                or element.get("hidden") is not None or element.get("aria-hidden") == "true"
                or "display:none" in element.get("style", "").replace(" ", "")):
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


def _is_mark(element: Any) -> bool:
    """Whether an element is only the mark of a footnote."""
    return element.tag == "sup" and (
        element.find(".//a") is not None or bool(_NOTE.search(element.get("class", ""))))


def _mark(item: Any) -> str:
    """What a page shows before an item of a list: a hyphen, or its number."""
    parent = item.getparent()
    if parent.tag != "ol":
        return "- "
    number = int(parent.get("start")) - 1 if parent.get("start", "").isdigit() else 0
    for one in (*reversed([*item.itersiblings("li", preceding=True)]), item):
        number = int(one.get("value")) if one.get("value", "").isdigit() else number + 1
    return f"{number}. "


def _plain(text: str) -> str:
    return " ".join(text.replace("\xad", "").split())
