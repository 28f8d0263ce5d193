"""Paragraphs as headings and items, also where a text does not mark them."""

from __future__ import annotations

import re

from graphsvc.curate.records import Kind, Paragraph

_MARKS = re.compile(r"^[\s#*_>-]+|[\s*_:#]+$|<[^>]*>")
_BEFORE = re.compile(r"^(?:(?:appendix|annex|part|section|chapter)\s+\w+\s*[:.–-]\s*|"
                     r"\d+(?:\.\d+)*[.)]?\s+)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:\t|\.{3,}|\s{3,})\s*\d+\s*$")
_NUMBER = re.compile(r"\s+(\d{1,2}|[ivx]{1,4})\s*$", re.IGNORECASE)
_ITEM = re.compile(r"^\W{0,3}(?:(\d{1,2})(?:[.)]|\s*[–-])\s+|[-•●▪■◦‣*–·]\s+)(?=\S)")
_LONGEST = 120
"""Characters of a heading."""


def title(paragraph: Paragraph) -> str:
    """The text of what may be a heading, without marks and numbering; empty for a line of contents
    and for what is too long or ends as a sentence does."""
    text = plain(paragraph.text)
    if contents(paragraph) or len(text) > _LONGEST or text.endswith((".", ";", ",")):
        return ""
    return plain(_BEFORE.sub("", text))


def contents(paragraph: Paragraph) -> bool:
    """Whether it is a line of a table of contents, which ends with a page."""
    return bool(_CONTENTS.search(paragraph.text))


def numbered(text: str) -> tuple[str, str]:
    """A title without the number at its end, and the number, or an empty one: `Main point 3`."""
    match = _NUMBER.search(text)
    return (text[:match.start()], match[1]) if match else (text, "")


def item(paragraph: Paragraph) -> tuple[str, str] | None:
    """The number of an item of a list, or an empty one, and its text; None for what is no item."""
    match = _ITEM.match(paragraph.text)
    if match:
        return match[1] or "", paragraph.text[match.end():]
    return ("", paragraph.text) if paragraph.kind is Kind.ITEM else None


def plain(text: str) -> str:
    """A text without the marks of emphasis, headings and tags around it."""
    last = None
    while text != last:
        last, text = text, _MARKS.sub("", text)
    return text
