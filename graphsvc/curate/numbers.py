"""Numbers in English text, in figures and in words, with what is written at them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from text_to_num import alpha2digit

from graphsvc.curate.dates import Period

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
class Number:
    """A number of a text.

    value: as a decimal number without zeros at its end that the text does not have; sort: "count",
    "percent", "money" or "rank"; of: the number that it is a part of (`six out of ten`), else None;
    at: where it is in the text, end excluded; in_words: whether it is written in words.
    """

    value: str
    sort: str
    at: tuple[int, int]
    of: int | None = None
    in_words: bool = False


def numbers(text: str, dates: list[Period]) -> list[Number]:
    """The numbers of a text in their order, without those that belong to a date.

    dates: the dates of the text. `one` alone counts only where it is a part of something.
    """
    taken = [period.at for period in dates]
    found: list[Number] = []
    for match in _OF.finditer(text):
        part, total = value(match["part"]), value(match["total"])
        of = match["link"].casefold() == "in" and part == "1" or total in _ROUND
        if part and total and of and total.isdigit() and int(total) > 1 and _free(
                match.span(), taken) and Fraction(part) <= Fraction(total):
            found.append(Number(part, "part", match.span(), int(total), True))
            taken.append(match.span())
    for match in _RANK.finditer(text):
        if _free(match.span(), taken):
            place = _ORDINALS.index(match["word"].casefold()) + 1 if match["word"] else 1
            found.append(Number(str(place), "rank", match.span(), in_words=True))
            taken.append(match.span())
    for match in _AT.finditer(text):
        written = value(match["number"], match["scale"])
        if written is not None and _free(match.span(), taken):
            sort = "money" if match["money"] else "percent" if match["share"] else "count"
            found.append(Number(written, sort, match.span(),
                                in_words=not match["number"][0].isdigit()))
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


def _free(at: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return not any(at[0] < end and start < at[1] for start, end in taken)
