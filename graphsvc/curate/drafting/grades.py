"""Drafts of grades: what was graded, and how, or that it was not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphsvc.curate.drafting.cues import Concepts, Found, pattern
from graphsvc.curate.drafting.headings import contents, plain
from graphsvc.curate.drafting.indicators import Indicator, Indicators
from graphsvc.curate.drafting.text import Sentence, Text
from graphsvc.curate.records import Draft, Kind, Paragraph
from graphsvc.vocabulary import CURATION

_SHORT = 200
"""Characters of a line that does no more than give a grade or name what is graded."""
_NEAR = (1, 2, -1, -2)
"""Where from a grade that has a line of its own the line is with what was graded."""
_ALONE = re.compile(r"^(?:(?:overall )?(?:evaluation|grade|rating|score)\s*[:–-]?\s*(?:of\s+)?)?",
                    re.IGNORECASE)
_QUOTED = re.compile(r"['\"‘“][^'\"’”]{3,20}['\"’”]")


@dataclass(frozen=True)
class _Graded:
    """What was graded with its grade, or without, and where a document says it."""

    indicator: Indicator
    grade: Found | None
    lines: tuple[int, ...]
    words: str
    score: float


def draft_grades(text: Text) -> Iterator[Draft]:
    """One draft for each thing graded and grade, of the classes that have a property for grades."""
    for class_ in text.graph.having(CURATION.ungraded):
        found = _Grades(text, class_).find()
        same: dict[tuple[str, str], list[_Graded]] = {}
        for one in found:
            key = (one.indicator.iri or one.indicator.number or one.indicator.words,
                   one.grade.iri if one.grade else "")
            same.setdefault(key, []).append(one)
        for ones in same.values():
            yield _draft(text, class_, sorted(ones, key=lambda one: -one.score))


class _Grades:
    def __init__(self, text: Text, class_: str) -> None:
        graph = text.graph
        self.text = text
        self.grades = Concepts(graph, graph.value(class_, CURATION.graded), named=True)
        self.indicators = Indicators(text, graph.value(class_, CURATION.indicator))
        self.evaluated = pattern(graph.values(class_, CURATION.cue))
        self.before: tuple[int, list[Indicator]] = 0, []
        self.ungraded = pattern(graph.values(class_, CURATION.ungradedCue))

    def find(self) -> Iterator[_Graded]:
        """The grades of lines and tables, then those of sentences."""
        yield from self._lines()
        for sentence in self.text.sentences:
            yield from self._sentence(sentence)

    def _lines(self) -> Iterator[_Graded]:
        paragraphs = self.text.reading.paragraphs
        for place, paragraph in enumerate(paragraphs):
            shown = plain(paragraph.text)
            if len(shown) > _SHORT and paragraph.kind is not Kind.ROW:
                continue
            alone = self._alone(shown)
            if alone:
                near = (paragraphs[place + step] for step in _NEAR
                        if 0 <= place + step < len(paragraphs))
                for other in near:
                    named = self._named(other)
                    if named:
                        yield _Graded(named, alone, (paragraph.line, other.line), alone.words, 0.95)
                        break
            else:
                yield from self._row(paragraph, shown)

    def _alone(self, shown: str) -> Found | None:
        """The grade that is all that a line says."""
        bare = plain(_ALONE.sub("", shown))
        return next((one for one in self.grades.find(bare)
                     if one.start == 0 and one.end >= len(bare)), None)

    def _named(self, paragraph: Paragraph) -> Indicator | None:
        """What is graded, if a line does no more than name it."""
        shown = plain(paragraph.text)
        found = self.indicators.find(shown, first=True) if len(shown) < _SHORT else []
        return found[0] if found else None

    def _row(self, paragraph: Paragraph, shown: str) -> Iterator[_Graded]:
        """The pairs of a line or row that names what is graded and the grades."""
        if shown.endswith((".", "?")) or contents(paragraph):
            return
        named = self.indicators.find(shown, first=True)
        grades = self.grades.longest(shown)
        unknown = plain(paragraph.cells[0]) if len(paragraph.cells) > 1 and not named else ""
        if len(unknown.split()) > 1 and any(map(self._alone, paragraph.cells[1:])):
            named = [Indicator(None, "", " ".join(unknown.split()[:10]), 0)]
        if named and len(named) == len(grades):
            for indicator, grade in zip(named, grades, strict=True):
                yield _Graded(indicator, grade, (paragraph.line,), grade.words, 0.9)

    def _sentence(self, sentence: Sentence) -> Iterator[_Graded]:
        shown, quoted = sentence.text, [*_QUOTED.finditer(sentence.text)]
        named = self.indicators.find(shown)
        before = self.before[1] if self.before[0] == sentence.line else []
        self.before = sentence.line, named or before
        if named and (match := self.ungraded.search(shown)):
            yield _Graded(min(named, key=lambda one: abs(one.start - match.end())), None,
                          sentence.lines, match[0], 0.85)
            return
        for grade in self.grades.longest(shown) if self.evaluated.search(shown) else ():
            marked = any(match.start() < grade.start < match.end() for match in quoted)
            indicator, score = self._meant(sentence, shown, named or before, grade, marked)
            if indicator:
                yield _Graded(indicator, grade, sentence.lines, grade.words, score)

    def _meant(
        self, sentence: Sentence, shown: str, named: list[Indicator], grade: Found, marked: bool
    ) -> tuple[Indicator | None, float]:
        """What a sentence gives a grade to, and how sure that is."""
        if named:
            return min(named, key=lambda one: abs(one.start - grade.start)), 0.8
        if not marked:
            return None, 0
        for title in reversed(sentence.above):
            found = self.indicators.find(title)
            if found:
                return found[0], 0.4
        return self.indicators.like(shown), 0.3


def _draft(text: Text, class_: str, same: list[_Graded]) -> Draft:
    """The draft of what several passages say alike, the surest first."""
    graph, best = text.graph, same[0]
    of = graph.value(class_, CURATION.indicator)
    graded = graph.value(class_, CURATION.graded)
    ungraded = graph.value(class_, CURATION.ungraded)
    values = text.subject_values(class_)
    if best.indicator.iri:
        values.append(text.value(of, best.indicator.iri, best.indicator.words))
    else:
        values.append(text.said(of, best.indicator.words, best.indicator.words))
    if best.grade:
        values.append(text.value(graded, best.grade.iri, best.grade.words))
    else:
        values.append(text.said(ungraded, best.words, best.words))
    return text.draft(class_, values, (line for one in same for line in one.lines), best.words,
                      best.score)
