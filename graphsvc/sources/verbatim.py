"""Runs of words that a text shares with the source documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graphsvc.sources.documents import Document

_WORD = re.compile(r"[a-z0-9]+(?:['\u2019][a-z]+)?")
MOST_SHARED_WORDS = 11


@dataclass(frozen=True)
class CopiedRun:
    """A run of words that is also in a source. line: where it begins in the text, from 1."""

    line: int
    words: list[str]


class Verbatim:
    """Finds what is copied verbatim: twelve or more consecutive words, case and punctuation folded.

    Official names (titles, questions, indicators) are names and may stay.
    """

    def __init__(self, documents: Iterable[Document], names: Iterable[str]) -> None:
        self._size = MOST_SHARED_WORDS + 1
        self._names = [name for name in (" ".join(words(name)) for name in names) if name]
        self._grams: set[tuple[str, ...]] = set()
        for document in documents:
            tokens = words(document.text)
            self._grams.update(
                tuple(tokens[i:i + self._size]) for i in range(len(tokens) - self._size + 1))

    def copied(self, text: str) -> list[CopiedRun]:
        """The longest runs of the text that are also in a document, official names left out."""
        tokens = _located(text)
        plain = [word for word, _ in tokens]
        runs: list[CopiedRun] = []
        end = 0
        for start in range(len(plain) - self._size + 1):
            if start >= end and tuple(plain[start:start + self._size]) in self._grams:
                end = self._end(plain, start)
                if not self._only_names(plain[start:end]):
                    runs.append(CopiedRun(tokens[start][1], plain[start:end]))
        return runs

    def _end(self, plain: list[str], start: int) -> int:
        end = start + self._size
        while end < len(plain) and tuple(plain[end - self._size + 1:end + 1]) in self._grams:
            end += 1
        return end

    def _only_names(self, run: list[str]) -> bool:
        text = " ".join(run)
        for name in self._names:
            text = text.replace(name, " | ")
        return all(len(part.split()) < self._size for part in text.split("|"))


def words(text: str) -> list[str]:
    """The words of a text in lower case, punctuation dropped."""
    return [word for word, _ in _located(text)]


def official_names(path: Path) -> list[str]:
    """The names that may be copied, one a line; none where there is no such file."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _located(text: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for number, line in enumerate(text.lower().replace("\u2019", "'").splitlines(), 1):
        found += [(match.group(), number) for match in _WORD.finditer(line)]
    return found
