"""Reads a text file, one paragraph a line or lines that were broken to one width; and what every
format has in common: the bullets, numbers and hyphens by which paragraphs begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from graphsvc.curate.reading import Content
from graphsvc.curate.records import Kind, Paragraph
from graphsvc.errors import GraphsvcError

_BULLETS = ("\u2022\u25e6\u25aa\u25ab\u25cf\u25cb\u25a0\u25a1\u2023\u2043\u2219\u00b7\u27a2\u2713"
            "\u2714\u2756\u25ba\u25b6\u2666\u25c6\uf0b7\uf0a7\uf0d8\uf076\uf0fc")
"""The letters that bullets are set in, with those of fonts of symbols."""
_BULLET = rf"[{_BULLETS}\u2013\u2014*-]"
_NUMBER = r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2}){1,2}\.?"
_LABEL = re.compile(rf"(?:{_BULLET}|o|{_NUMBER})", re.IGNORECASE)
_BULLETED = re.compile(rf"^(?:{_BULLET}|o)\s+(?=\S)")
_ITEM = re.compile(rf"(?:{_BULLET}|{_NUMBER})\s+\S")
_NUMBERS = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_CAPTION = re.compile(r"(?:table|figure|fig\.|chart|graph|diagram|map|box)\s+\d+\b", re.IGNORECASE)
_HYPHEN = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_SIGN = re.compile(r"\w")
_MARKDOWN = re.compile(r"(#{1,6})\s+")
_NOTE = re.compile(r"\[\^?\d+\]|<sup>\d+</sup>|[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+ ?\S")
_BROKEN_AT = 120
"""Where no line is longer than this, paragraphs are broken into lines."""
_MOST_WORDS = 25


def read(path: Path) -> Content:
    """The content of a text file. Raises GraphsvcError where it is no UTF-8 text."""
    text = _decoded(path)
    lines = text.split("\n")
    long = sorted(len(line) for line in lines if _SIGN.search(line))
    if len(long) > 20 and long[-1] <= _BROKEN_AT and long[len(long) // 2] > 40:
        lines, text = _unbroken(lines), ""
    found = _paragraphs(lines)
    first = next((p.text for p in found if p.kind is Kind.HEADING), "")
    return Content(title=_MARKDOWN.sub("", first).strip("* "), paragraphs=tuple(found),
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
        goes_on = (found and _SIGN.search(found[-1]) and _SIGN.search(line) and "\f" not in line
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
        if not _SIGN.search(line):
            continue
        alone = not any(map(_SIGN.search, (*lines[max(number - 2, 0):number - 1],
                                           *lines[number:number + 1])))
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
    if alone and titled(plain) and kind_of(plain)[0] is not Kind.CAPTION:
        number = _NUMBERS.match(plain)
        return Kind.HEADING, number[1].count(".") + 1 if number else 2 if numbered else 1
    kind, _ = kind_of(text)
    return kind, 1 + (len(line) - len(line.lstrip())) // 2 if kind is Kind.ITEM else 0


# -- what paragraphs begin and end with -----------------------------------------------------------

def is_label(text: str) -> bool:
    """Whether a text is only a bullet or the number of an item: `\u2022`, `3.`, `(a)`, `2.1`."""
    return bool(_LABEL.fullmatch(text))


def is_item(text: str) -> bool:
    """Whether a paragraph begins as an item of a list does."""
    return bool(_ITEM.match(text))


def titled(text: str) -> bool:
    """Whether a short line that is alone reads as a heading."""
    first = _NUMBERS.sub("", text)[:1]
    return (first.isupper() and bool(re.search(r"[^\W\d_]{3}", text))
            and not re.search(r"[.,;:!]$|@|://|www\.", text) and len(text) < 200)


def plain_bullet(text: str) -> str:
    """The text of an item with its bullet, whatever it is, as a hyphen; numbers stay."""
    return _BULLETED.sub("- ", text, count=1)


def kind_of(text: str) -> tuple[Kind, str]:
    """What a paragraph is by its text alone, and the text with a plain bullet: an item, a short
    line that says what a table or picture shows (`Table 3: ...`), or body."""
    plain = plain_bullet(text)
    if _CAPTION.match(text.strip("*_ ")) and len(text.split()) <= _MOST_WORDS:
        return Kind.CAPTION, text
    return (Kind.ITEM, plain) if is_item(plain) else (Kind.BODY, text)


class Hyphens:
    """Joins lines, and knows from the document itself which hyphens at line ends belong to words.

    texts: lines of the document, whose words inside lines show how it writes them.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = {word.lower().replace("\u2010", "-") for text in texts
                       for word in _WORD.findall(_HYPHEN.sub("", text))}
        self._divides = False

    def learn(self, pairs: Iterable[tuple[str, str]]) -> None:
        """See from lines that follow each other whether the document divides words at line ends."""
        self._divides = any(
            (found := self._split(before, after)) is not None
            and f"{found[0]}{found[1]}" in self._words
            and f"{found[0]}-{found[1]}" not in self._words for before, after in pairs)

    def join(self, before: str, after: str) -> str:
        """Two lines of one paragraph as one: without the hyphen where it only divided a word."""
        if not before or not after:
            return before or after
        if before.endswith("\u00ad"):
            return before[:-1] + after
        if found := self._split(before, after):
            one, two = f"{found[0]}{found[1]}", f"{found[0]}-{found[1]}"
            one_word = one in self._words or self._divides and found[0] not in self._words
            return before[:-1] + after if one_word and two not in self._words else before + after
        if before[-1] in "/-\u2010" and before[-2:-1].isalnum():
            return before + after
        return f"{before} {after}"

    @staticmethod
    def _split(before: str, after: str) -> tuple[str, str] | None:
        """The parts of a word that a line end may have divided, in small letters."""
        first, second = _HYPHEN.search(before), _WORD.match(after)
        if not first or not second or not second[0][0].islower():
            return None
        return first[1].lower(), second[0].lower()
