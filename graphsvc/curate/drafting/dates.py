"""Dates and periods in English text, and drafts of what happened when: the beginning, end and
publication of things that a document reports on, and its own publication."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from graphsvc.curate.drafting.cues import pattern
from graphsvc.curate.drafting.text import Text, is_free, plain
from graphsvc.curate.records import Draft
from graphsvc.vocabulary import CURATION, XSD
from graphsvc.words import words

MONTHS = {name.casefold(): number for names in (month_name, month_abbr)
           for number, name in enumerate(names) if name} | {"sept": 9}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:1[89]|20|21)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_MONTHLY = rf"(?:(?P<day{{0}}>{_DAY})\s+(?:of\s+)?)?(?P<month{{0}}>{_MONTH})\.?"
_PERIOD = re.compile(
    rf"(?<![\w/.-])(?:(?P<range>(?:{_MONTHLY.format(1)}(?:\s*,?\s*(?P<year1>{_YEAR}))?"
    rf"|(?P<only1>{_DAY})|(?P<alone1>{_YEAR}))\s*(?:and|to|until|through|[-–—]))\s*)?"
    rf"(?P<end>{_MONTHLY.format(2)}(?:\s+(?P<only2>{_DAY})(?=\s*,))?\s*,?\s*(?P<year2>{_YEAR})"
    rf"|(?P<alone2>{_YEAR}))(?![\w/%]|[.,]\d)", re.IGNORECASE)
_FISCAL = re.compile(rf"(?<![\w/.-])(?P<year>{_YEAR})\s*[/–-]\s*(?P<short>\d\d)(?![\w/%]|[.,]\d)")
_SLASHED = re.compile(rf"(?<![\w/.-])(?P<day>\d{{1,2}})[/.](?P<month>\d{{1,2}})[/.]"
                      rf"(?P<year>{_YEAR})(?![\w/])")


class Moment(NamedTuple):
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

    @property
    def exists(self) -> bool:
        try:
            return bool(date(self.year, self.month or 1, self.day or 1)) and (
                bool(self.month) or not self.day)
        except ValueError:
            return False


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
    for form, read in ((_SLASHED, _slashed), (_FISCAL, _fiscal), (_PERIOD, _period)):
        for match in form.finditer(text):
            one = read(match)
            if one.start.exists and one.end.exists and one.start <= one.end and is_free(
                    one.at, (other.at for other in found)):
                found.append(one)
    return sorted(found, key=lambda period: period.at)


def _period(match: re.Match[str]) -> Period:
    first, end = _moment(match, "1"), _moment(match, "2")
    start = Moment(first.year or end.year, first.month or (first.day and end.month), first.day)
    if not first.year and start > end:  # between December and February 2020
        start = start._replace(year=end.year - 1)
    is_range = match["range"] and start.exists and start <= end
    return Period(start, end, match.span()) if is_range else Period(end, end, match.span("end"))


def _moment(match: re.Match[str], place: str) -> Moment:
    """A moment of a match, with 0 for what it does not give."""
    year, month, day = (next(filter(None, (match[name + place] for name in names)), "")
                        for names in (("year", "alone"), ("month",), ("day", "only")))
    return Moment(int(year or 0), MONTHS.get(month.casefold(), 0),
                  int(re.sub(r"\D", "", day) or 0))


def _fiscal(match: re.Match[str]) -> Period:
    """A year that begins in one calendar year and ends in the next: 2018/19, 2014-16."""
    start = int(match["year"])
    return Period(Moment(start), Moment(start // 100 * 100 + int(match["short"])), match.span())


def _slashed(match: re.Match[str]) -> Period:
    moment = Moment(int(match["year"]), int(match["month"]), int(match["day"]))
    return Period(moment, moment, match.span())


# -- events ---------------------------------------------------------------------------------------

_EDGE = 40
"""Paragraphs at the beginning and end of a document among which its date is."""
_SHORT = 12
"""Words of a line that says little more than a date."""
_IMPRINTED = re.compile(r"©|\(c\)|\bcopyright|\bpublish|\bpublication|\bdate", re.IGNORECASE)
_WEEK = re.compile(r"\bweeks? (?:beginning|commencing|of|starting)\s+\S*\s*$", re.IGNORECASE)
_APART = 160
"""Characters between the words for what happened and the date."""


@dataclass(frozen=True)
class _When(Period):
    """A period that a passage gives. sure: from 0 to 1."""

    line: int
    words: str
    sure: float


def draft_events(text: Text) -> Iterator[Draft]:
    """Drafts of the classes that have a property for a beginning, an end or a publication.

    Each period of time and each date of publication that a passage gives for something of the class
    is a draft; dates on the cover, in the imprint and in lines that say little more are those of
    the document's publication.
    """
    for class_ in text.graph.having(CURATION.published):
        names, begun, published = (pattern(text.graph.values(class_, one)) for one in (
            CURATION.cue, CURATION.begunCue, CURATION.publishedCue))
        if begins := text.graph.value(class_, CURATION.begun):
            yield from _drafts(text, class_, begins, _said(text, names, begun, published),
                               text.graph.value(class_, CURATION.ended))
        if appears := text.graph.value(class_, CURATION.published):
            yield from _drafts(text, class_, appears, [
                *_said(text, names, published, begun), *(() if begins else _shown(text))])


def _said(
    text: Text, names: re.Pattern[str], happened: re.Pattern[str], others: re.Pattern[str]
) -> Iterator[_When]:
    """The periods of sentences that name something of the class and say that it happened. others:
    what says that something else of it did."""
    before = ""
    for sentence in text.sentences:
        shown, around = sentence.text, (before, *sentence.above[-1:])
        before = shown
        named = 0.9 if names.search(shown) else 0.7 if any(map(names.search, around)) else 0
        for period in periods(shown) if named else ():
            near, other = (min((max(match.start() - period.at[1], period.at[0] - match.end())
                                for match in cues.finditer(shown)), default=_APART)
                           for cues in (happened, others))
            if near < _APART and near <= other:
                yield _when(period, shown, sentence.line, named - near / 1000)


def _shown(text: Text) -> Iterator[_When]:
    """The dates of lines that say nothing else, and of short lines at the beginning and end."""
    paragraphs = text.reading.paragraphs
    for place, paragraph in enumerate(paragraphs):
        shown = plain(paragraph.text)
        found = periods(shown) if len(words(shown)) <= _SHORT else []
        if len(found) != 1 or found[0].is_range:
            continue
        start, at_end = found[0].start, min(place, len(paragraphs) - place) < _EDGE
        if start.month and len(words(shown)) <= 3 or at_end and (
                start.day or _IMPRINTED.search(shown)):
            yield _when(found[0], shown, paragraph.line,
                        0.6 + 0.2 * at_end - 0.3 * (not start.month))


def _when(period: Period, shown: str, line: int, sure: float) -> _When:
    start, end = period.start, period.end
    if _WEEK.search(shown[:period.at[0]]):
        end = Moment(start.year, start.month)  # on which day the week ended is not said
    return _When(start, end, period.at, line, shown[slice(*period.at)], round(sure, 2))


def _drafts(
    text: Text, class_: str, property_: str, found: Iterable[_When], ends: str = ""
) -> Iterator[Draft]:
    """One draft for each time, with all passages that give it, the surest first. ends: the property
    for its end, if it lasts."""
    times: dict[tuple[Moment, Moment], list[_When]] = defaultdict(list)
    for one in sorted(found, key=lambda one: -one.sure):
        times[one.start, one.end].append(one)
    for (start, end), same in times.items():
        values = [*text.subject_values(class_),
                  text.said(property_, start.text, same[0].words, start.datatype)]
        if ends:
            values.append(text.said(ends, end.text, same[0].words, end.datatype))
        yield text.draft(class_, values, (one.line for one in same), same[0].words, same[0].sure)
