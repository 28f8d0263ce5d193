"""What begins and ends paragraphs in print: bullets, numbers, hyphens at line ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

BULLETS = ("\u2022\u25e6\u25aa\u25ab\u25cf\u25cb\u25a0\u25a1\u2023\u2043\u2219\u00b7\u27a2\u2713"
           "\u2714\u2756\u25ba\u25b6\u2666\u25c6\uf0b7\uf0a7\uf0d8\uf076\uf0fc")
"""The letters that bullets are set in, with those of fonts of symbols."""
_BULLET = rf"[{BULLETS}\u2013\u2014*-]"
_NUMBER = r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2}){1,2}\.?"
_LABEL = re.compile(rf"(?:{_BULLET}|o|{_NUMBER})", re.IGNORECASE)
_BULLETED = re.compile(rf"^(?:{_BULLET}|o)\s+(?=\S)")
_ITEM = re.compile(rf"(?:{_BULLET}|{_NUMBER})\s+\S")
_NUMBERS = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*)\.?\s")
_CAPTION = re.compile(r"(?:table|figure|fig\.|chart|graph|diagram|map|box)\s+\d+\b", re.IGNORECASE)
_HYPHEN = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


def is_label(text: str) -> bool:
    """Whether a text is only a bullet or the number of an item: `\u2022`, `3.`, `(a)`, `2.1`."""
    return bool(_LABEL.fullmatch(text))


def is_item(text: str) -> bool:
    """Whether a paragraph begins as an item of a list does."""
    return bool(_ITEM.match(text))


def looks_like_caption(text: str) -> bool:
    """Whether a short paragraph says what a table or picture shows: `Table 3: ...`."""
    return bool(_CAPTION.match(text)) and len(text.split()) <= 25


def titled(text: str) -> bool:
    """Whether a short line that is alone reads as a heading."""
    first = _NUMBERS.sub("", text)[:1]
    return (first.isupper() and bool(re.search(r"[^\W\d_]{3}", text))
            and not re.search(r"[.,;:!]$|@|://|www\.", text) and len(text) < 200)


def plain_bullet(text: str) -> str:
    """The text of an item with its bullet, whatever it is, as a hyphen; numbers stay."""
    return _BULLETED.sub("- ", text, count=1)


class Hyphens:
    """Joins lines, and knows from the document itself which hyphens at line ends belong to words.

    texts: lines of the document, whose words inside lines show how it writes them.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        inside = (word.lower().replace("\u2010", "-") for text in texts
                  for word in _WORD.findall(_HYPHEN.sub("", text)))
        self._words = set(inside)
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
            one_word = one in self._words or (self._divides and two not in self._words
                                               and found[0] not in self._words)
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
