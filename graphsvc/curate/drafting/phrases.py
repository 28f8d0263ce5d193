"""Phrases of a sentence that may be names: in capitals, with letters in brackets, set off, with a
word at their end that says what they are, or in a list of examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphsvc.words import FUNCTION_WORDS, fold

EXAMPLE = re.compile(r"\b(?:such as|includ\w+|for example|for instance|e\.g|namely|called|"
                     r"known as)\b", re.IGNORECASE)
"""What leads to examples."""
_TOKEN = re.compile(r"[^\W_](?:[\w&+]|[’'#-](?=\w))*|[^\w\s*_]|\t")
_LETTERS = re.compile(r"\([\W_]{0,4}([A-Z][A-Za-z0-9]{0,8}[A-Z0-9])s?[\W_]{0,4}\)")
_SET_OFF = re.compile(r"\*\*([^*]{3,60}?)[.,:;]?\*\*|[‘“]([^‘’“”]{3,60})[’”]|"
                      r"(?<!\w)'(\w[^']{2,50})'(?!\w)")
_LINKS = frozenset(("and", "of", "for", "the", "in", "to", "&", "on", "with", "at", "my", "s"))
_VERBS_AND_LINKS = """
about across after against along although among around because before between beyond both brought
built by came dealt despite during each either every felt following found gave held kept led left
less meant more most not per saw set since sought spent take taken through throughout took towards
under undertook until via went were whether while within without accessing allowing attending being
delivering developing enabling ensuring giving having helping identifying implementing improving
including increasing leading making meaning offering promoting providing receiving reducing
responding resulting showing taking using
"""
_OUTSIDE = FUNCTION_WORDS | frozenset(_VERBS_AND_LINKS.split())
"""Words that are in no name of small letters."""
_BEFORE_VERBS = frozenset(("to", "will", "would", "can", "could", "should", "must", "may", "might",
                           "they", "we", "who"))
_MOST, _SET_OFF_MOST, _LIST = 5, 7, 120
"""Words of a name in small letters, and of one that is set off; characters of a list."""


@dataclass(frozen=True)
class Phrase:
    """Words that may be a name. way: how it was found (letters, capitals, set off, end,
    listed); letters: those in brackets after it; start: where it is in the sentence."""

    text: str
    way: str
    start: int
    letters: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper() or any(c.isupper() for c in self.text[1:]) or (
            self.text[0].isdigit() and not self.text.isdigit())


class Phrases:
    """Finds phrases that may be names.

    is_end: whether a word in small letters says what a thing is; is_part: whether a word can belong
    to a name, though it looks like a verb or an adverb.
    """

    def __init__(self, is_end: Callable[[str], bool], is_part: Callable[[str], bool]) -> None:
        self._is_end, self._is_part = is_end, is_part

    def of(self, text: str) -> list[Phrase]:
        """The phrases of a sentence, without those within longer ones."""
        found = list(self._of(text))
        return [one for one in found if not any(
            one.start >= other.start and one.end <= other.end and one.text != other.text
            and other.way != "set off" for other in found)]

    def _of(self, text: str) -> Iterator[Phrase]:
        tokens = [_Token(match[0], *match.span()) for match in _TOKEN.finditer(text)]
        for match in _LETTERS.finditer(text):
            before = [token for token in tokens if token.end <= match.start()]
            if (start := _spelt_out(before, match[1])) is not None:
                yield Phrase(_plain(text[start:before[-1].end]), "letters", start, match[1])
        for match in _SET_OFF.finditer(text):
            name = next(group for group in match.groups() if group)
            if len(name.split()) <= _SET_OFF_MOST and not name.endswith("."):
                yield Phrase(_plain(name), "set off", match.start())
        for way, first, last in (*self._capitals(tokens), *self._small(tokens, text)):
            yield Phrase(_plain(text[tokens[first].start:tokens[last].end]), way,
                         tokens[first].start)

    def _small(self, tokens: list[_Token], text: str) -> Iterator[tuple[str, int, int]]:
        """Runs of words that a name in small letters may have: those with an end, and those in a
        list of examples."""
        leads = [match.end() for match in EXAMPLE.finditer(text)]
        for first, last in self._runs(tokens):
            ends = [place for place in range(first + 1, last + 1)
                    if self._is_end(tokens[place].text)]
            if ends:
                yield "end", max(first, ends[-1] - _MOST + 1), ends[-1]
            elif 0 < last - first < _MOST and any(place <= tokens[first].start and _lists(
                    text[place:tokens[first].start]) for place in leads):
                yield "listed", first, last

    def _runs(self, tokens: list[_Token]) -> Iterator[tuple[int, int]]:
        """The first and last places of words next to one another, without what no name has."""
        first: int | None = None
        for place in range(len(tokens)):
            if first is not None and not self._belongs(tokens, place, first):
                yield first, place - 1
                first = None
            if first is None and self._belongs(tokens, place, None):
                first = place
        if first is not None:
            yield first, len(tokens) - 1

    def _belongs(self, tokens: list[_Token], place: int, first: int | None) -> bool:
        """Whether a word may be in a name of small letters: it is not small, and does not look like
        a verb or an adverb."""
        token, folded = tokens[place], fold(tokens[place].text)
        if not token.is_word or folded in _OUTSIDE or token.text.isdigit():
            return False
        if first is None and place and fold(tokens[place - 1].text) in _BEFORE_VERBS:
            return False
        looks = "-" not in folded and re.search(
            r"(?:ed|ly)$" if first is not None else r"(?:ed|ing|ly)$", folded)
        return not looks or self._is_part(folded) or self._is_end(folded)

    def _capitals(self, tokens: list[_Token]) -> Iterator[tuple[str, int, int]]:
        """Runs of words in capitals, with small words between them, and with the words after them
        that end in one which says what it is."""
        place = start = next((n for n, one in enumerate(tokens) if one.is_word), 0)
        while place < len(tokens):
            if not tokens[place].is_capital or (
                    place == start and fold(tokens[place].text) in FUNCTION_WORDS):
                place += 1
                continue
            last = following = place
            while following + 1 < len(tokens) and following - last < 3 and (
                    tokens[following + 1].is_word):
                following += 1
                token = tokens[following]
                if token.is_capital or token.text.isdigit() and following == last + 1:
                    last = following
                elif fold(token.text) not in _LINKS:
                    break
            for end in range(last + 1, min(last + 4, len(tokens))):
                if not self._belongs(tokens, end, place):
                    break
                if self._is_end(tokens[end].text):
                    last = end
            if last > start and (last > place or tokens[place - 1].text not in "“‘\"'"):
                yield "capitals", place, last
            place = last + 1


def _lists(between: str) -> bool:
    """Whether a text can be the beginning of a list of examples."""
    return len(between) < _LIST and not re.search(r"[.;:]|\b(?:which|that|was|were|had|is|are)\b",
                                                  between)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_“”\"\[\]]|\(\W*$", " ", text).split()).strip("'’‘ ")


def _spelt_out(before: list[_Token], letters: str) -> int | None:
    """Where the words begin whose initials are some letters."""
    wanted = [letter for letter in fold(letters) if letter.isalpha()]
    for first in range(len(before) - 1, max(-1, len(before) - 2 * len(wanted) - 3), -1):
        if not before[first].is_word:
            return None
        parts = [part for token in before[first:] for part in re.split(r"[-’']", fold(token.text))
                 if part]
        initials = [part[0] for part in parts]
        kept = [part[0] for part in parts if part not in _LINKS]
        if wanted in (initials, kept):
            return before[first].start
    return None
