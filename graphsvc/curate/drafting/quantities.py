"""What is countable in a sentence: its numbers and its words of quantity, without those that only
name, date or order something."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from text_to_num import alpha2digit

from graphsvc.curate.drafting.cues import Concepts
from graphsvc.curate.drafting.dates import Period, periods
from graphsvc.curate.drafting.text import is_free

_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
             "tenth"]
_WORD = ("(?:seventeen|thirteen|fourteen|eighteen|nineteen|thousand|fifteen|sixteen|seventy|hundred"
         "|million|billion|eleven|twelve|twenty|thirty|eighty|ninety|three|seven|eight|forty|fifty"
         "|sixty|four|five|nine|one|two|six|ten)")
_WORDS = (rf"(?:an? (?:dozen|hundred|thousand)|{_WORD}(?:(?:[ -]|(?<=hundred)\sand\s"
          rf"|(?<=thousand)\sand\s|(?<=million)\sand\s){_WORD})*)")
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|{_WORDS})"
_AT = re.compile(rf"(?<![\w.,£$€/:-])(?P<money>[£$€]\s?)?(?P<number>{_NUMBER})"
                 rf"(?:[ -](?P<scale>hundred|thousand|million|billion|m|bn)\b)?"
                 rf"(?P<share>\s?%|\s?per\s?cent(?!\w| point)|\s?percent(?!\w| point))?"
                 rf"(?![\w/:]|[.,]\d|-\d)", re.IGNORECASE)
_OF = re.compile(rf"(?<![\w.,-])(?:(?P<one>one|1) in (?:every )?(?P<some>{_NUMBER})|(?P<part>"
                 rf"{_NUMBER}) (?:in|out of) (?:every )?(?P<total>ten|10|a hundred|100))"
                 r"(?![\w%]|[.,]\d)", re.IGNORECASE)
_RANK = re.compile(rf"\bthe\s+(?:(?P<word>{'|'.join(_ORDINALS)})\s+)?"
                   r"(?:highest|lowest|largest|smallest|biggest|greatest|oldest|youngest)\b",
                   re.IGNORECASE)
_SCALE = {"hundred": 2, "thousand": 3, "million": 6, "m": 6, "billion": 9, "bn": 9}
"""How many zeros a word stands for."""


@dataclass(frozen=True)
class Quantity:
    """A number or a word of quantity in a text.

    at: where it is, end excluded; words: as the text has it; value: a decimal number; sort:
    "count", "percent", "money", "rank" or "part"; total: the number that it is a part of (`six out
    of ten`). A word of quantity has none of these: of is a property, and iri the value that it
    leads to.
    """

    at: tuple[int, int]
    words: str
    value: str = ""
    sort: str = ""
    total: int | None = None
    of: str = ""
    iri: str = ""


def numbers(text: str, dates: list[Period]) -> list[Quantity]:
    """The numbers of a text in their order, without those that belong to a date.

    dates: the dates of the text. `one` alone counts only where it is a part of something.
    """
    found: list[Quantity] = []
    for form, sort in ((_OF, "part"), (_RANK, "rank"), (_AT, "count")):
        for match in form.finditer(text):
            taken = [*(one.at for one in dates), *(one.at for one in found)]
            if not is_free(match.span(), taken):
                continue
            said, total = match.groupdict(), None
            if sort == "part":
                number = _value(said["one"] or said["part"])
                total = int(Decimal(_value(said["some"] or said["total"])))
            elif sort == "rank":
                number = str(_ORDINALS.index((said["word"] or "first").casefold()) + 1)
            else:
                number = _value(said["number"], said["scale"])
            kind = "money" if said.get("money") else "percent" if said.get("share") else sort
            found.append(Quantity(match.span(), match[0], number, kind, total))
    return sorted(found, key=lambda number: number.at)


def _value(written: str, scale: str | None = None) -> str:
    """The number that figures or words stand for, as a decimal."""
    folded = re.sub("^an? ", "one ", written.casefold()).replace("one dozen", "twelve")
    plain = str(alpha2digit(folded.replace("-", " "), "en", threshold=0)).replace(",", "")
    if scale:
        return f"{Decimal(plain).scaleb(_SCALE[scale.casefold()]).normalize():f}"
    return plain


_NAMED = re.compile(
    r"(?:\b(?:act|appendix|chapter|figure|grade|indicators?|item|level|line|no|number|objective|page"
    r"|paragraph|part|phase|primary|priority|question|recommendation|section|statement|step|table"
    r"|tier|version|volume|year|zone|standard|age|aged|ages|under|over the age of|theme|per|stage"
    r"|tel|telephone|phone|fax)|\bp\.?|\bpp\.|#)\s*(?:of\s*)?$", re.IGNORECASE)
"""What a number that names something follows."""
_NUMBERING = re.compile(r"\W*(?:\d+(?:\.\d+)+|\d+[.)]|[a-z][.)])(?=\s|$)"
                        r"|\s*\d{1,2}\s(?=[A-Z][^\t]{0,30}\t)", re.IGNORECASE)
"""A number in front of a paragraph, or of a row of a table."""
_NAMES = [re.compile(form, re.IGNORECASE) for form in (
    r"(?<!up to )(?<!up to the )\b(?:aged?|ages|between the ages of|from the age of"
    r"|(?:under|over|(?<!up )to|until|at|beyond) the age of)\s+"
    r"(?:(?:the ages? of|over|under|between)\s+)?\d{1,2}(?!\d)"
    r"(?:\s*(?:-|–|to|and)\s*\d{1,2}(?!\d))?(?!\s*%)"
    r"(?:\s+(?:years?(?: old)?|and (?:over|above|under|below)))?"
    r"|\b(?:under|over)\s+(?:the age of\s+)?\d{1,2}s?(?=\s*(?:[.,;)](?!\d)|$|years?\b|and\b|who\b))"
    r"|\b\d+\s*(?:-|–|to)\s*\d+\s*[- ]?(?:age group|(?:years?|yrs?)[- ]?(?:olds?)?"
    r"(?: of age)?(?!\w))"
    r"|\b\d+\+?\s*[- ]?years?[- ](?:olds?|of age)\b",
    r"\b(?:the|top|bottom)\s+(?:\w+\s+)?\d+(?:\.\d+)?\s*(?:%|per cent)\s+(?:most|least)\b",
    r"['\"‘“][^'\"’”]{3,25}['\"’”]\s+(?:means?|is|refers to|=)\b[^;.]*",
    r"\b\d{3,5}(?: \d{3,})+\b", r"\b\d+\.\d+\.?\s+(?=(?-i:[A-Z]))")]
"""Ages, parts of a ranking, definitions, telephone numbers and numbers of headings."""
_MOST = re.compile(r"\b(?:the|their|our|its|['’]s|his|her|two|three|four|five|six|seven|eight|nine"
                   r"|ten|\d+)\s+most\b|\bmost (?:recent|likely|common|"
                   r"appropriate|important|effective)\w*\b|\bat (?:the )?(?:most|all)\b",
                   re.IGNORECASE)
UP_TO = re.compile(r"\bup to (?:the )?age (?:of )?$", re.IGNORECASE)
_LESS = re.compile(r"\b(?:(?:decreas|reduc|drop|declin|f[ae]ll)\w*\s+(?:\w+\s+){0,3}?(?:of|by)\s+"
                   r"(?:\w+\s+)?|decrease \()$", re.IGNORECASE)
_AFTER = re.compile(r"\s*years?\s+(?:of age|old)\b|\s[A-Z][\w ]+ (?:Drive|Street|Road|Avenue|Place"
                    r"|Square|Lane|Way|Terrace|Crescent)\b")
"""What follows an age, or the number of a house."""
_LED = re.compile(r"(?:\b(?:of|was|were|is|are|to|at|from|than|by|with|and|only|over|about|around"
                  r"|nearly|almost|reached|totall?ed|total|approximately)|:|\()\s*$", re.IGNORECASE)
"""What leads to a number that ends a sentence; else it is that of the next item."""
_SPAN = re.compile(r"\b(?:past|last|previous|next|following|recent|coming)\s+$", re.IGNORECASE)


def quantities(
    sentence: str, worded: dict[str, Concepts], first: bool
) -> tuple[list[Quantity], list[Period]]:
    """The quantities of a sentence in their order, and its dates. worded: cues of the concepts that
    stand for a quantity in words, by property; first: whether the sentence begins a paragraph."""
    dates = periods(sentence)
    names = [match.span() for form in _NAMES for match in form.finditer(sentence)]
    if first and (numbering := _NUMBERING.match(sentence)):
        names.append(numbering.span())
    found = _in_words(sentence, worded, [
        *names, *(one.at for one in dates), *(match.span() for match in _MOST.finditer(sentence))])
    taken = [*names, *(one.at for one in found)]
    for number in numbers(sentence, dates):
        if is_free(number.at, taken) and _counts(number, sentence):
            less = _LESS.search(sentence[:number.at[0]]) and number.sort == "percent"
            found.append(replace(number, value=f"-{number.value}") if less else number)
    return sorted(found, key=lambda one: one.at), dates


def _in_words(
    sentence: str, worded: dict[str, Concepts], taken: Iterable[tuple[int, int]]
) -> list[Quantity]:
    """The words of quantity outside of what is taken; of those that overlap the first, then the
    longest."""
    found: list[Quantity] = []
    cues = [Quantity((cue.start, cue.end), cue.words, of=of, iri=cue.iri)
            for of, one in worded.items() for cue in one.find(sentence)]
    for cue in sorted(cues, key=lambda one: (one.at[0], -one.at[1])):
        if is_free(cue.at, (*taken, *(one.at for one in found))):
            found.append(cue)
    return found


def _counts(number: Quantity, sentence: str) -> bool:
    """Whether a number says how many: it neither names something nor is an age or a span."""
    before, after = sentence[:number.at[0]], sentence[number.at[1]:]
    return number.sort != "count" or not (
        _NAMED.search(before) and not UP_TO.search(before)
        or number.value in ("0", "1") and number.words[0].isalpha()
        or _AFTER.match(after) or _SPAN.search(before)
        or not re.search(r"\w", after) and number.words[0].isdigit() and not _LED.search(before))
