"""Phrases of a sentence that may be names: in capitals, with letters in brackets, set off, or with
a word at their end that says what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphsvc.words import FUNCTION_WORDS, fold

_TOKEN = re.compile(r"[^\W_](?:[\w&+]|[’'#-](?=\w))*|[^\w\s*_]")
_LETTERS = re.compile(r"\([\W_]{0,4}([A-Z][A-Za-z0-9]{0,8}[A-Z0-9])s?[\W_]{0,4}\)")
_SET_OFF = re.compile(r"\*\*([^*]{3,60}?)[.,:;]?\*\*|[‘“]([^‘’“”]{3,60})[’”]|"
                      r"(?<!\w)'(\w[^']{2,50})'(?!\w)")
_LINKS = frozenset(("and", "of", "for", "the", "in", "to", "&", "on", "with", "at", "my", "s"))
_BEFORE_VERBS = frozenset(("to", "will", "would", "can", "could", "should", "must", "may", "might",
                           "they", "we", "who"))
_OUTSIDE_WORDS = """
about across after against along although among around because before between beyond both brought
built by came dealt despite during each either every felt following found gave held kept led left
made meant per saw set since sought spent take taken through throughout took towards under
undertook until via went were whether while within without
"""
_OUTSIDE = frozenset(_OUTSIDE_WORDS.split())
"""Words that are in no name of small letters, besides those that say little."""
_MOST, _SET_OFF_MOST = 5, 7
"""Words of a name in small letters, and of one that is set off."""


@dataclass(frozen=True)
class Phrase:
    """Words that may be a name. way: how it was found (letters, capitals, set off, end); letters:
    those in brackets after it; start: where it is in the sentence."""

    text: str
    way: str
    start: int
    letters: str = ""


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

    @property
    def is_small(self) -> bool:
        return fold(self.text) in FUNCTION_WORDS


def phrases(
    text: str, is_end: Callable[[str], bool], is_part: Callable[[str], bool]
) -> Iterator[Phrase]:
    """The phrases of a sentence that may be names.

    is_end: whether a word in small letters says what a thing is; is_part: whether a word can belong
    to a name, though it looks like a verb or an adverb.
    """
    tokens = [_Token(match[0], *match.span()) for match in _TOKEN.finditer(text)]
    for match in _LETTERS.finditer(text):
        before = [token for token in tokens if token.end <= match.start()]
        if (start := _spelt_out(before, match[1])) is not None:
            yield Phrase(_plain(text[start:before[-1].end]), "letters", start, match[1])
    for match in _SET_OFF.finditer(text):
        name = next(group for group in match.groups() if group)
        if len(name.split()) <= _SET_OFF_MOST and not name.endswith("."):
            yield Phrase(_plain(name), "set off", match.start())
    for first, last in _capitals(tokens, text, is_end):
        yield Phrase(_plain(text[tokens[first].start:tokens[last].end]), "capitals",
                     tokens[first].start)
    for place, token in enumerate(tokens):
        if is_end(token.text) and not (
                place + 1 < len(tokens) and _next(token, tokens[place + 1], text)
                and is_end(tokens[place + 1].text)):
            first = _left(tokens, place, text, is_part)
            if first < place:
                yield Phrase(_plain(text[tokens[first].start:token.end]), "end",
                             tokens[first].start)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_“”\"\[\]]|\(\W*$", " ", text).split()).strip("'’‘ ")


def _next(one: _Token, other: _Token, text: str) -> bool:
    """Whether only a blank is between two tokens."""
    return other.is_word and not text[one.end:other.start].strip(" *_")


def _left(
    tokens: list[_Token], place: int, text: str, is_part: Callable[[str], bool]
) -> int:
    """Where the words begin that belong to the one at a place: not beyond small words, signs, and
    what looks like a verb or adverb."""
    first = place
    if not place or fold(tokens[place - 1].text) in _BEFORE_VERBS:
        return place
    while first and place - first < _MOST - 1 and _next(tokens[first - 1], tokens[first], text):
        before = tokens[first - 1]
        verb = re.search(r"(?:ed|ing|ly)$", before.text) and "-" not in before.text
        led = first > 1 and fold(tokens[first - 2].text) in _BEFORE_VERBS
        if not before.is_word or before.is_small or before.text.isdigit() or led or (
                fold(before.text) in _OUTSIDE) or (
                verb and not is_part(fold(before.text))):
            break
        first -= 1
    return first


def _capitals(
    tokens: list[_Token], text: str, is_end: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    """The first and last places of runs of words in capitals, with small words between them, and
    with the words after them that end in one which says what it is."""
    place = 0
    while place < len(tokens):
        if not tokens[place].is_capital or (place == 0 and tokens[0].is_small):
            place += 1
            continue
        last = following = place
        while following + 1 < len(tokens) and following - last < 3 and _next(
                tokens[following], tokens[following + 1], text):
            following += 1
            token = tokens[following]
            if token.is_capital or token.text.isdigit() and following == last + 1:
                last = following
            elif not (token.is_word and fold(token.text) in _LINKS):
                break
        for end in range(last + 1, min(last + 4, len(tokens))):
            if not _next(tokens[end - 1], tokens[end], text) or tokens[end].is_small or (
                    fold(tokens[end].text) in _OUTSIDE):
                break
            if is_end(tokens[end].text):
                last = end
        if place > 0 or last > 0:
            yield place, last
        place = last + 1


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
        if wanted in (initials, kept) or (wanted[0] == initials[0] and _inside(wanted, initials)
                                          and len(wanted) >= len(kept)):
            return before[first].start
    return None


def _inside(wanted: list[str], initials: list[str]) -> bool:
    """Whether letters are among others in their order."""
    rest = iter(initials)
    return all(letter in rest for letter in wanted)
