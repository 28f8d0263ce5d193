"""Dates and periods in English text, and drafts of what happened when: the beginning, end and
publication of things that a document reports on, and its own publication."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

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
    for form, read in ((_SLASHED, _slashed), (_RANGE, _range), (_FISCAL, _fiscal), (_ONE, _one)):
        for match in form.finditer(text):
            if is_free(match.span(), (p.at for p in found)) and (moments := read(match)):
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


# -- events ---------------------------------------------------------------------------------------

_COVER, _IMPRINT = 40, 40
"""Paragraphs at the beginning and end of a document among which its date is."""
_SHORT = 12
"""Words of a line that says little more than a date."""
_LONGEST = 120
"""Characters of such a line."""
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
        shown = sentence.text
        above = sentence.above[-1] if sentence.above else ""
        named = 0.9 if names.search(shown) else (
            0.7 if names.search(before) or names.search(above) else 0)
        before = shown
        if not named:
            continue
        for period in periods(shown):
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
        found = periods(shown) if len(shown) < _LONGEST else []
        if len(found) != 1 or len(words(shown)) > _SHORT or found[0].is_range:
            continue
        at_end = place < _COVER or place >= len(paragraphs) - _IMPRINT
        alone = len(words(shown)) <= 3 and bool(found[0].start.month)
        if alone or at_end and (found[0].start.day or _IMPRINTED.search(shown)):
            sure = 0.6 + 0.2 * at_end - 0.3 * (not found[0].start.month)
            yield _when(found[0], shown, paragraph.line, sure)


def _when(period: Period, shown: str, line: int, sure: float) -> _When:
    start, end = period.start, period.end
    if _WEEK.search(shown[:period.at[0]]) and start == end and start.day:
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
