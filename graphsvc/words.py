"""Words of a text as they are compared: without accents and case, by their stems, numbers alike."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from text_to_num import alpha2digit

_FUNCTION_WORDS = """
a about actually all also an and any anyone anything are as at be been being between but by can
could did do does during each else ever every everything for from get give given go got had has have
having he her here his how i if in into is it its just kind know let like list made make many may me
might much must my of off on one ones or other our out over own please really say said says she
should show so some such than that the their them then there these they this those through to too up
us very want was we were what when where whether which while who whom whose why will with would you
your t d ll re ve aren couldn didn doesn don hadn hasn haven isn shouldn wasn weren won wouldn
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English words that say little of what a text is about."""

_NUMBER = (r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
           r"|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
           r"|hundred|thousand|million)")
_NUMBERS = re.compile(rf"\b{_NUMBER}\b(?:(?: and |[ -])(?:{_NUMBER}|one)\b)*", re.IGNORECASE)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|\d+|_")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")


@dataclass(frozen=True)
class Word:
    """A word of a text. text: as it is written; folded: without accents and case."""

    text: str
    folded: str
    stem: str

    @property
    def is_small(self) -> bool:
        """Whether it says little of what the text is about."""
        return self.folded in FUNCTION_WORDS

    @property
    def is_capital(self) -> bool:
        """Whether it is written in capitals, as acronyms are."""
        return len(self.text) > 1 and self.text.isupper()


def words(text: str) -> list[Word]:
    """The words of a text in their order; numbers in figures (`twenty-six` and `2,744` alike)."""
    text = _NUMBERS.sub(lambda number: alpha2digit(number[0], "en", threshold=0), text)
    found = []
    for match in _WORD.finditer(text):
        word = _word(match[0])
        is_ending = word.folded == "s" and text[:match.start()].endswith(("'", "’"))
        if word.folded != "_" and not is_ending:
            found.append(word)
    return found


@lru_cache(1 << 16)
def _word(written: str) -> Word:
    written = _THOUSANDS.sub("", written)
    folded = fold(written)
    return Word(written, folded, stem(folded))


def content_stems(text: str) -> list[str]:
    """The stems of the words that say what a text is about, in their order."""
    return [word.stem for word in words(text) if not word.is_small]


def fold(text: str) -> str:
    """The text without accents, case and superfluous blanks, as names are compared."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
        text = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def filed(text: str) -> str:
    """The text as lists from A to Z have it: folded, without the article or signs at its head."""
    return re.sub(r"^[\W_]*(?:(?:an?|the)\s+)?[\W_]*(?=\w)", "", fold(text))


def slugged(text: str) -> str:
    """The words of a text with hyphens between them, as addresses have them."""
    return "-".join(re.findall(r"[^\W_]+", fold(text)))


@lru_cache(1 << 16)
def stem(folded: str) -> str:
    """What is left of a word without its ending: `waits` and `waiting` are `wait`."""
    return snowballstemmer.stemmer("porter").stemWord(folded) or folded
