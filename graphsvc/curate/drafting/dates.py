"""Dates and periods in English text: days, months, years, and from when to when."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from dataclasses import dataclass
from datetime import date

from graphsvc.vocabulary import XSD

MONTHS = {name.casefold(): number for names in (month_name, month_abbr)
           for number, name in enumerate(names) if name} | {"sept": 9}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:1[89]|20|21)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_POINT = (rf"(?:(?P<day{{0}}>{_DAY})\s+(?:of\s+)?)?(?P<month{{0}}>{_MONTH})\.?"
          rf"(?:\s+(?P<late{{0}}>{_DAY})(?=\s*,))?(?:\s*,?\s*(?P<year{{0}}>{_YEAR}))?"
          rf"|(?P<only{{0}}>{_DAY})|(?P<alone{{0}}>{_YEAR})")
_RANGE = re.compile(
    rf"(?<![\w/.-])(?:{_POINT.format(1)})\s*(?:and|to|until|through|[-–—])\s*"
    rf"(?:{_POINT.format(2)})(?![\w/%])", re.IGNORECASE)
_ONE = re.compile(rf"(?<![\w/.-])(?:{_POINT.format(1)})(?![\w/%]|[.,]\d)", re.IGNORECASE)
_FISCAL = re.compile(rf"(?<![\w/.-])(?P<year>{_YEAR})\s*[/–-]\s*(?P<short>\d\d)(?![\w/%]|[.,]\d)")
_SLASHED = re.compile(rf"(?<![\w/.-])(?P<day>\d{{1,2}})[/.](?P<month>\d{{1,2}})[/.]"
                      rf"(?P<year>{_YEAR})(?![\w/])")


@dataclass(frozen=True)
class Moment:
    """A day, a month or a year. month and day are 0 where the text does not give them."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def text(self) -> str:
        """As XML Schema writes it."""
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)]
        return "-".join(parts)

    @property
    def datatype(self) -> str:
        return str(XSD.date if self.day else XSD.gYearMonth if self.month else XSD.gYear)


@dataclass(frozen=True)
class Period:
    """A time that a text gives. end: the same as start where it is one day, month or year; at:
    where it is in the text, end excluded."""

    start: Moment
    end: Moment
    at: tuple[int, int]

    @property
    def is_range(self) -> bool:
        return self.start != self.end


def periods(text: str) -> list[Period]:
    """The dates and periods of a text in their order. A part of a longer one is not listed again.

    What the beginning of a range leaves out is taken from its end: `between 3 and 13 March 2020`.
    """
    found: list[Period] = []
    for pattern, read in ((_SLASHED, _slashed), (_RANGE, _range), (_FISCAL, _fiscal), (_ONE, _one)):
        for match in pattern.finditer(text):
            if not any(p.at[0] < match.end() and match.start() < p.at[1] for p in found):
                moments = read(match)
                if moments:
                    found.append(Period(*moments, match.span()))
    return sorted(found, key=lambda period: period.at)


def _range(match: re.Match[str]) -> tuple[Moment, Moment] | None:
    start, end = _parts(match, "1"), _parts(match, "2")
    if not end[0] or (start[2] and not start[1] and not end[1]):
        return None
    year = start[0] or end[0]
    first = Moment(year, start[1] or (end[1] if start[2] else 0), start[2])
    last = Moment(*end)
    if not start[0] and first.text > last.text:  # between December and February 2020
        first = Moment(year - 1, first.month, first.day)
    if (start[2] or end[2]) and not (start[0] or start[1] or start[2]):
        return None
    return (first, last) if _exists(first) and _exists(last) and first.text <= last.text else None


def _one(match: re.Match[str]) -> tuple[Moment, Moment] | None:
    year, month, day = _parts(match, "1")
    moment = Moment(year, month, day)
    return (moment, moment) if year and _exists(moment) and (month or not day) else None


def _fiscal(match: re.Match[str]) -> tuple[Moment, Moment] | None:
    """A year that begins in one calendar year and ends in the next: 2018/19, 2014-16."""
    start, short = int(match["year"]), int(match["short"])
    end = start // 100 * 100 + short
    return (Moment(start), Moment(end)) if start < end else None


def _slashed(match: re.Match[str]) -> tuple[Moment, Moment] | None:
    moment = Moment(int(match["year"]), int(match["month"]), int(match["day"]))
    return (moment, moment) if _exists(moment) else None


def _parts(match: re.Match[str], place: str) -> tuple[int, int, int]:
    """Year, month and day, each 0 where it is not given."""
    named = {name: match[name + place]
             for name in ("day", "month", "late", "year", "only", "alone")}
    day = named["day"] or named["late"] or named["only"]
    return (int(named["year"] or named["alone"] or 0),
            MONTHS[named["month"].casefold()] if named["month"] else 0,
            int(re.sub(r"\D", "", day)) if day else 0)


def _exists(moment: Moment) -> bool:
    try:
        date(moment.year, moment.month or 1, moment.day or 1)
    except ValueError:
        return False
    return True
