"""What is countable in a sentence: its numbers and its words of quantity, without those that only
name, date or order something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphsvc.curate.concepts import Concepts, Found
from graphsvc.curate.dates import Period, periods
from graphsvc.curate.numbers import Number, numbers

_NAMED = re.compile(
    r"(?:\b(?:act|appendix|chapter|figure|grade|indicators?|item|level|line|no|number|objective|page"
    r"|paragraph|part|phase|primary|priority|question|recommendation|section|statement|step|table"
    r"|tier|version|volume|year|zone|standard|age|aged|ages|under|over the age of|theme|per|stage"
    r"|tel|telephone|phone|fax)|\bp\.?|\bpp\.|#)\s*(?:of\s*)?$", re.IGNORECASE)
"""What a number that names something follows."""
_NUMBERING = re.compile(r"^\W*(?:\d+(?:\.\d+)+|\d+[.)]|[a-z][.)])(?=\s|$)", re.IGNORECASE)
_SCALE = re.compile(r"^\s*\d{1,2}\s(?=[A-Z][^\t]{0,30}\t)")
"""A number in front of a row of a table."""
_AGES = re.compile(
    r"(?<!up to )(?<!up to the )\b(?:aged?|ages|between the ages of|from the age of"
    r"|(?:under|over|(?<!up )to|until|at|beyond) the age of)\s+"
    r"(?:(?:the ages? of|over|under|between)\s+)?\d{1,2}(?!\d)"
    r"(?:\s*(?:-|–|to|and)\s*\d{1,2}(?!\d))?(?!\s*%)"
    r"(?:\s+(?:years?(?: old)?|and (?:over|above|under|below)))?"
    r"|\b(?:under|over)\s+(?:the age of\s+)?\d{1,2}s?(?=\s*(?:[.,;)](?!\d)|$|years?\b|and\b|who\b))"
    r"|\b\d+\s*(?:-|–|to)\s*\d+\s*[- ]?(?:age group|(?:years?|yrs?)[- ]?(?:olds?)?"
    r"(?: of age)?(?!\w))"
    r"|\b\d+\+?\s*[- ]?years?[- ](?:olds?|of age)\b", re.IGNORECASE)
LIMIT = re.compile(r"\bup to (?:the )?age (?:of )?$", re.IGNORECASE)
_SHARES = re.compile(r"\b(?:the|top|bottom)\s+(?:\w+\s+)?\d+(?:\.\d+)?\s*(?:%|per cent)\s+"
                     r"(?:most|least)\b", re.IGNORECASE)
_MOST = re.compile(r"\b(?:the|their|our|its|'s|his|her|two|three|four|five|six|seven|eight|nine|ten"
                   r"|\d+)\s+most\b|\bmost (?:recent|likely|common|"
                   r"appropriate|important|effective)\w*\b|\bat (?:the )?(?:most|all)\b",
                   re.IGNORECASE)
_LESS = re.compile(r"\b(?:(?:decreas|reduc|drop|declin|f[ae]ll)\w*\s+(?:\w+\s+){0,3}?(?:of|by)\s+"
                   r"(?:\w+\s+)?|decrease \()$", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:\t|\.{3,})\s*\d+\s*$")
_DEFINED = re.compile(r"['\"‘“][^'\"’”]{3,25}['\"’”]\s+(?:means?|is|refers to|=)\b[^;.]*")
_AFTER = re.compile(r"\s*years?\s+(?:of age|old)\b|\s[A-Z][\w ]+ (?:Drive|Street|Road|Avenue|Place"
                    r"|Square|Lane|Way|Terrace|Crescent)\b")
"""What follows an age, or the number of a house."""
_LAST = re.compile(r"\W*")
_LED = re.compile(r"(?:\b(?:of|was|were|is|are|to|at|from|than|by|with|and|only|over|about|around"
                  r"|nearly|almost|reached|totall?ed|total|approximately)|:|\()\s*$", re.IGNORECASE)
"""What leads to a number that ends a sentence; else it is that of the next item."""
_SPAN = re.compile(r"\b(?:past|last|previous|next|following|recent|coming)\s+$", re.IGNORECASE)
_TIME = re.compile(r"\s*(?:-\s*)?(?:years?|months?|weeks?|days?)\b")
_SMALL = frozenset(("0", "1"))


@dataclass(frozen=True)
class Quantity:
    """A number or a word of quantity in a sentence.

    number: or None where it is in words; then of is a property and iri the value that the words
    lead to; at: where it is, end excluded; words: as the sentence has it.
    """

    at: tuple[int, int]
    words: str
    number: Number | None = None
    of: str = ""
    iri: str = ""
    less: bool = False

    @property
    def value(self) -> str:
        """The number, with a minus where it is a decrease."""
        assert self.number is not None
        return f"-{self.number.value}" if self.less else self.number.value


def quantities(
    sentence: str, worded: dict[str, Concepts], first: bool
) -> tuple[list[Quantity], list[Period]]:
    """The quantities of a sentence in their order, and its dates. worded: cues of the concepts that
    stand for a quantity in words, by property; first: whether the sentence begins a paragraph."""
    dates = periods(sentence)
    names = [match.span() for pattern in (_AGES, _SHARES, _CONTENTS, _DEFINED)
             for match in pattern.finditer(sentence)]
    if not re.search(r"[^\W\d_]{2}", sentence):
        return [], dates
    numbering = _NUMBERING.match(sentence) or first and _SCALE.match(sentence)
    if numbering and (first or not re.search(r"\w", sentence[numbering.end():])):
        names.append(numbering.span())
    taken = [*(one.at for one in dates), *names, *(m.span() for m in _MOST.finditer(sentence))]
    found = _in_words(sentence, worded, taken)
    taken = [one.at for one in found]
    found += [Quantity(number.at, sentence[slice(*number.at)], number, less=bool(
                  number.sort == "percent" and _LESS.search(sentence[:number.at[0]])))
              for number in _inherit(numbers(sentence, dates), sentence)
              if _counts(number, sentence, names)
              and not any(number.at[0] < end and start < number.at[1] for start, end in taken)]
    return sorted(found, key=lambda one: one.at), dates


def _in_words(
    sentence: str, worded: dict[str, Concepts], taken: list[tuple[int, int]]
) -> list[Quantity]:
    """The words of quantity outside of what is taken; of those that overlap the first, then the
    longest."""
    found: list[Quantity] = []
    cues: list[tuple[str, Found]] = [(of, cue) for of, one in worded.items()
                                   for cue in one.find(sentence)]
    for of, cue in sorted(cues, key=lambda one: (one[1].start, -one[1].end)):
        if not any(cue.start < end and start < cue.end for start, end in taken):
            found.append(Quantity((cue.start, cue.end), cue.words, None, of, cue.iri))
            taken.append((cue.start, cue.end))
    return found


def _inherit(found: list[Number], sentence: str) -> list[Number]:
    """The numbers, the first of a range with what only the last is written with."""
    for place, (one, other) in enumerate(zip(found, found[1:], strict=False)):
        between = sentence[one.at[1]:other.at[0]]
        if one.sort == "count" and other.sort in ("percent", "money") and re.fullmatch(
                r"\s*(?:-|–|to|and)\s*", between):
            found[place] = Number(one.value, other.sort, one.at, one.of, one.in_words)
    return found


def _counts(number: Number, sentence: str, names: list[tuple[int, int]]) -> bool:
    start, end = number.at
    before, after = sentence[:start], sentence[end:]
    return not (any(start < stop and begin < end for begin, stop in names)
                or number.sort == "count" and (
                    _NAMED.search(before) is not None and not LIMIT.search(before) or
                    number.in_words and number.value in _SMALL
                    or number.value.startswith("0") and number.value != "0"
                    or _AFTER.match(after) or _SPAN.search(before) and _TIME.match(after)
                    or re.match(r"\s\d{3}", after) or re.search(r"\d\s$", before)
                    or _LAST.fullmatch(after) and not number.in_words and not _LED.search(before)
                    or "." in number.value and re.match(r"\.?\s+[A-Z]", after)
                    or re.match(r"-(?!year|month|week|day|hour|point)\w", after)))
