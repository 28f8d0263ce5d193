"""Reads a text file: one paragraph a line, or lines that were broken to one width."""

from __future__ import annotations

import re
from pathlib import Path

from graphsvc.curate.reading import Content
from graphsvc.curate.reading.marks import Hyphens, is_item, looks_like_caption, plain_bullet, titled
from graphsvc.curate.records import Kind, Paragraph
from graphsvc.errors import GraphsvcError

_WORD = re.compile(r"\w")
_MARKDOWN = re.compile(r"(#{1,6})\s+")
_NOTE = re.compile(r"\[\^?\d+\]|<sup>\d+</sup>|[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+ ?\S")
_NUMBERS = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_BROKEN_AT = 120
"""Where no line is longer than this, paragraphs are broken into lines."""
_MOST_WORDS = 25


def read(path: Path) -> Content:
    """The content of a text file. Raises GraphsvcError where it is no UTF-8 text."""
    text = _decoded(path)
    lines = text.split("\n")
    long = sorted(len(line) for line in lines if _WORD.search(line))
    if len(long) > 20 and long[-1] <= _BROKEN_AT and long[len(long) // 2] > 40:
        lines, text = _unbroken(lines), ""
    paragraphs = _paragraphs(lines)
    first = next((p.text for p in paragraphs if p.kind is Kind.HEADING), path.stem)
    return Content(title=_MARKDOWN.sub("", first).strip("* "), paragraphs=tuple(paragraphs),
                   text=text.replace("\f", ""))


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GraphsvcError(f"The file is not UTF-8 text (byte {error.start}).",
                            location=str(path), hint="Convert it to UTF-8.") from error
    if "\0" in text:
        raise GraphsvcError("The file is not text: it holds bytes of value 0.", location=str(path),
                            hint="Give the report as PDF, Word, web page or UTF-8 text.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unbroken(lines: list[str]) -> list[str]:
    """The lines with those of one paragraph joined: up to a blank line, an item or a table row."""
    hyphens = Hyphens(lines)
    found: list[str] = []
    for line in lines:
        goes_on = (found and _WORD.search(found[-1]) and _WORD.search(line) and "\f" not in line
                   and not is_item(line.strip()) and "\t" not in line + found[-1])
        if goes_on:
            found[-1] = hyphens.join(found[-1].rstrip(), line.strip())
        else:
            found.append(line.rstrip())
    return found


def _paragraphs(lines: list[str]) -> list[Paragraph]:
    paged = any("\f" in line for line in lines)
    page, found = 1, list[Paragraph]()
    numbered = False
    for number, raw in enumerate(lines, 1):
        page += raw.count("\f")
        line = raw.replace("\f", "")
        if not _WORD.search(line):
            continue
        alone = all(not _WORD.search(other) for other in lines[max(number - 2, 0):number - 1]
                    + lines[number:number + 1])
        short = len(line.split()) <= _MOST_WORDS or not found  # the title may be long
        kind, level = _kind(line, alone and short, numbered)
        numbered |= kind is Kind.HEADING and bool(_NUMBERS.match(line.strip()))
        cells = tuple(cell.strip() for cell in line.split("\t")) if kind is Kind.ROW else ()
        found.append(Paragraph(line=number, text=line.strip(), kind=kind, level=level, cells=cells,
                               page=page if paged else None))
    return found


def _kind(line: str, alone: bool, numbered: bool) -> tuple[Kind, int]:
    """What a line is, and the level of a heading or item. numbered: headings so far have one."""
    text = line.strip()
    plain = text.strip("*_ ")
    if marked := _MARKDOWN.match(text):
        return Kind.HEADING, len(marked[1])
    if "\t" in text:
        return Kind.ROW, 0
    if _NOTE.match(text):
        return Kind.FOOTNOTE, 0
    if looks_like_caption(plain):
        return Kind.CAPTION, 0
    if alone and titled(plain):
        number = _NUMBERS.match(plain)
        return Kind.HEADING, number[1].count(".") + 1 if number else 2 if numbered else 1
    if is_item(plain_bullet(text)):
        return Kind.ITEM, 1 + (len(line) - len(line.lstrip())) // 2
    return Kind.BODY, 0
