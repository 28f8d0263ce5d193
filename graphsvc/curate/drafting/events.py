"""Drafts of what happened when: the beginning, end and publication of things that a document
reports on, and its own publication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphsvc.curate.drafting.cues import pattern
from graphsvc.curate.drafting.dates import Moment, Period, periods
from graphsvc.curate.drafting.headings import plain
from graphsvc.curate.drafting.text import Text
from graphsvc.curate.records import Draft
from graphsvc.vocabulary import CURATION
from graphsvc.words import words

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
class _When:
    """A period that a passage gives. sure: from 0 to 1."""

    start: Moment
    end: Moment
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
            yield from _drafts(text, class_, begins, True, _said(text, names, begun, published))
        if appears := text.graph.value(class_, CURATION.published):
            yield from _drafts(text, class_, appears, False, [
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
    return _When(start, end, line, shown[slice(*period.at)], round(sure, 2))


def _drafts(
    text: Text, class_: str, property_: str, lasts: bool, found: Iterable[_When]
) -> Iterator[Draft]:
    """One draft for each time, with all passages that give it, the surest first."""
    times: dict[tuple[Moment, Moment], list[_When]] = {}
    for one in sorted(found, key=lambda one: -one.sure):
        times.setdefault((one.start, one.end), []).append(one)
    ends = text.graph.value(class_, CURATION.ended) if lasts else None
    for (start, end), same in times.items():
        values = [*text.subject_values(class_),
                  text.said(property_, start.text, same[0].words, start.datatype)]
        if ends:
            values.append(text.said(ends, end.text, same[0].words, end.datatype))
        yield text.draft(class_, values, (one.line for one in same), same[0].words, same[0].sure)
