"""What is countable in a sentence: its numbers and its words of quantity, without those that only
name, date or order something."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from text_to_num import alpha2digit

from graphsvc.curate.drafting.cues import Concepts, Found
from graphsvc.curate.drafting.dates import Period, periods
from graphsvc.curate.drafting.text import is_free

_WORDS_OF = re.compile(r"\w+")
_UNITS = _WORDS_OF.findall("""one two three four five six seven eight nine ten eleven twelve
    thirteen fourteen fifteen sixteen seventeen eighteen nineteen""")
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ["hundred", "thousand", "million", "billion"]
_ORDINALS = _WORDS_OF.findall(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth")
_WORD = rf"(?:{'|'.join(sorted([*_UNITS, *_TENS, *_SCALES], key=len, reverse=True))})"
_WORDS = (rf"(?:no|zero|none|an? (?:dozen|hundred|thousand)|{_WORD}(?:(?:[ -]|(?<=hundred)\sand\s"
          rf"|(?<=thousand)\sand\s|(?<=million)\sand\s){_WORD})*)")
_FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = rf"(?:{_FIGURES}|{_WORDS})"
_AT = re.compile(rf"(?<![\w.,£$€/:-])(?P<money>[£$€]\s?)?(?P<number>{_NUMBER})"
                 rf"(?:[ -](?P<scale>hundred|thousand|million|billion|m|bn)\b)?"
                 rf"(?P<share>\s?%|\s?per\s?cent(?!\w| point)|\s?percent(?!\w| point))?"
                 rf"(?![\w/:]|[.,]\d|-\d)", re.IGNORECASE)
_OF = re.compile(rf"(?<![\w.,-])(?P<part>{_NUMBER})\s+(?P<link>in|out of)\s+(?:every\s+)?"
                 rf"(?P<total>{_NUMBER})(?![\w%]|[.,]\d)", re.IGNORECASE)
_RANK = re.compile(rf"\bthe\s+(?:(?P<word>{'|'.join(_ORDINALS)})\s+)?"
                   r"(?P<most>highest|lowest|largest|smallest|biggest|greatest|oldest|youngest)\b",
                   re.IGNORECASE)
_SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "m": 10**6, "billion": 10**9,
          "bn": 10**9}
_ROUND = ("10", "100")


@dataclass(frozen=True)
class Quantity:
    """A number or a word of quantity in a text.

    at: where it is, end excluded; words: as the text has it; value: a decimal number without zeros
    at its end that the text does not have; sort: "count", "percent", "money", "rank" or "part";
    total: the number that it is a part of (`six out of ten`); in_words: whether it is written so.
    A word of quantity has none of these: of is a property, and iri the value that it leads to.
    """

    at: tuple[int, int]
    words: str
    value: str = ""
    sort: str = ""
    total: int | None = None
    in_words: bool = False
    of: str = ""
    iri: str = ""


def numbers(text: str, dates: list[Period]) -> list[Quantity]:
    """The numbers of a text in their order, without those that belong to a date.

    dates: the dates of the text. `one` alone counts only where it is a part of something.
    """
    taken = [period.at for period in dates]
    found: list[Quantity] = []

    def add(match: re.Match[str], number: str, sort: str, total: int | None, spelt: bool) -> None:
        found.append(Quantity(match.span(), match[0], number, sort, total, spelt))
        taken.append(match.span())

    for match in _OF.finditer(text):
        part, total = value(match["part"]), value(match["total"])
        of = match["link"].casefold() == "in" and part == "1" or total in _ROUND
        if part and total and of and total.isdigit() and int(total) > 1 and is_free(
                match.span(), taken) and Fraction(part) <= Fraction(total):
            add(match, part, "part", int(total), True)
    for match in _RANK.finditer(text):
        if is_free(match.span(), taken):
            place = _ORDINALS.index(match["word"].casefold()) + 1 if match["word"] else 1
            add(match, str(place), "rank", None, True)
    for match in _AT.finditer(text):
        written = value(match["number"], match["scale"])
        if written is not None and is_free(match.span(), taken):
            sort = "money" if match["money"] else "percent" if match["share"] else "count"
            add(match, written, sort, None, not match["number"][0].isdigit())
    return sorted(found, key=lambda number: number.at)


def value(written: str, scale: str | None = None) -> str | None:
    """The number that figures or words stand for, as a decimal; None where it is none."""
    folded = written.casefold().replace(",", "")
    if folded in ("no", "none", "zero"):
        return "0"
    if folded in ("a dozen", "an dozen"):
        return "12"
    folded = re.sub(r"^an? ", "one ", folded)
    if not folded[0].isdigit():
        folded = alpha2digit(folded.replace("-", " "), "en", threshold=0).replace(",", "")
    if not re.fullmatch(r"\d+(?:\.\d+)?", folded):
        return None
    if scale:
        times = Fraction(folded) * _SCALE[scale.casefold()]
        return str(int(times)) if times.denominator == 1 else str(float(times))
    return folded


_NAMED = re.compile(
    r"(?:\b(?:act|appendix|chapter|figure|grade|indicators?|item|level|line|no|number|objective|page"
    r"|paragraph|part|phase|primary|priority|question|recommendation|section|statement|step|table"
    r"|tier|version|volume|year|zone|standard|age|aged|ages|under|over the age of|theme|per|stage"
    r"|tel|telephone|phone|fax)|\bp\.?|\bpp\.|#)\s*(?:of\s*)?$", re.IGNORECASE)
"""What a number that names something follows."""
_NUMBERING = re.compile(r"^\W*(?:\d+(?:\.\d+)+|\d+[.)]|[a-z][.)])(?=\s|$)", re.IGNORECASE)
_FIRST = re.compile(r"^\s*\d{1,2}\s(?=[A-Z][^\t]{0,30}\t)")
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
_MOST = re.compile(r"\b(?:the|their|our|its|['’]s|his|her|two|three|four|five|six|seven|eight|nine"
                   r"|ten|\d+)\s+most\b|\bmost (?:recent|likely|common|"
                   r"appropriate|important|effective)\w*\b|\bat (?:the )?(?:most|all)\b",
                   re.IGNORECASE)
_LESS = re.compile(r"\b(?:(?:decreas|reduc|drop|declin|f[ae]ll)\w*\s+(?:\w+\s+){0,3}?(?:of|by)\s+"
                   r"(?:\w+\s+)?|decrease \()$", re.IGNORECASE)
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


def quantities(
    sentence: str, worded: dict[str, Concepts], first: bool
) -> tuple[list[Quantity], list[Period]]:
    """The quantities of a sentence in their order, and its dates. worded: cues of the concepts that
    stand for a quantity in words, by property; first: whether the sentence begins a paragraph."""
    dates = periods(sentence)
    names = [match.span() for pattern in (_AGES, _SHARES, _DEFINED)
             for match in pattern.finditer(sentence)]
    numbering = _NUMBERING.match(sentence) or first and _FIRST.match(sentence)
    if numbering and (first or not re.search(r"\w", sentence[numbering.end():])):
        names.append(numbering.span())
    taken = [*(one.at for one in dates), *names, *(m.span() for m in _MOST.finditer(sentence))]
    found = _in_words(sentence, worded, taken)
    taken = [one.at for one in found]
    for number in numbers(sentence, dates):
        if _counts(number, sentence, names) and is_free(number.at, taken):
            less = number.sort == "percent" and _LESS.search(sentence[:number.at[0]])
            found.append(replace(number, value=f"-{number.value}") if less else number)
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
        if is_free((cue.start, cue.end), taken):
            found.append(Quantity((cue.start, cue.end), cue.words, of=of, iri=cue.iri))
            taken.append((cue.start, cue.end))
    return found


def _counts(number: Quantity, sentence: str, names: list[tuple[int, int]]) -> bool:
    start, end = number.at
    before, after = sentence[:start], sentence[end:]
    return not (not is_free(number.at, names)
                or number.sort == "count" and (
                    _NAMED.search(before) is not None and not LIMIT.search(before) or
                    number.in_words and number.value in _SMALL
                    or _AFTER.match(after) or _SPAN.search(before) and _TIME.match(after)
                    or re.match(r"\s\d{3}", after) or re.search(r"\d\s$", before)
                    or _LAST.fullmatch(after) and not number.in_words and not _LED.search(before)
                    or "." in number.value and re.match(r"\.?\s+[A-Z]", after)))
