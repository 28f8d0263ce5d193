"""Drafts of how grades are spread over a group: so many got this grade, so many that or better."""

from __future__ import annotations

from collections.abc import Iterator

from graphsvc.curate.drafting.cues import Concepts, Found, pattern
from graphsvc.curate.drafting.indicators import Indicators
from graphsvc.curate.drafting.quantities import Quantity, quantities
from graphsvc.curate.drafting.text import Sentence, Text
from graphsvc.curate.records import Draft, Value
from graphsvc.vocabulary import CURATION, XSD

_NEXT = 2
"""Words between an amount and its grade where what is counted was said before."""


def draft_distributions(text: Text) -> Iterator[Draft]:
    """Drafts of the parts that sentences give, and one of all of them, of each class with parts."""
    for class_ in text.graph.having(CURATION.parts):
        distributions = _Distributions(text, class_)
        for sentence in text.sentences:
            yield from distributions.of(sentence)


class _Distributions:
    def __init__(self, text: Text, class_: str) -> None:
        self.text, self.graph, self.class_ = text, text.graph, class_
        of = self.graph.value
        self.parts, self.indicator = of(class_, CURATION.parts), of(class_, CURATION.indicator)
        self.part = self.graph.range(self.parts)
        self.grade, self.number, self.worded = (
            of(self.part, one) for one in (CURATION.graded, CURATION.size, CURATION.worded))
        self.order = of(self.grade, CURATION.order)
        self.counted = pattern(self.graph.values(self.part, CURATION.counts))
        self.above, self.below, self.under = (
            pattern(self.graph.values(self.grade, one))
            for one in (CURATION.andAbove, CURATION.andBelow, CURATION.under))
        self.grades = Concepts(self.graph, self.grade, named=True)
        self.words = {self.worded: Concepts(self.graph, self.worded, named=True)}
        self.indicators = Indicators(text, self.indicator)

    def of(self, sentence: Sentence) -> Iterator[Draft]:
        """The parts that a sentence gives, and what they are parts of."""
        shown = sentence.text
        grades = self.grades.longest(shown)
        if not grades or not self.counted.search(shown):
            return
        amounts, _ = quantities(shown, self.words, False)
        parts = [self.text.draft(self.part, [self._amount(amount), *self._graded(grade, shown)],
                                 sentence.lines, shown[amount.at[0]:grade.end], 0.7)
                 for amount, grade in self._pairs(amounts, grades, shown)]
        yield from parts
        if parts:
            named = [found for title in (shown, *reversed(sentence.above))
                     for found in self.indicators.find(title)][:1]
            of = [self.text.value(self.indicator, one.iri, one.words) for one in named if one.iri]
            yield self.text.draft(self.class_, [
                *self.text.subject_values(self.class_), *of,
                *(self.text.said(self.parts, part.cue) for part in parts)],
                sentence.lines, parts[0].cue, 0.6)

    def _pairs(
        self, amounts: list[Quantity], grades: list[Found], shown: str
    ) -> Iterator[tuple[Quantity, Found]]:
        """Each grade with the last amount before it, if that counts those who are graded."""
        for place, grade in enumerate(grades):
            start = grades[place - 1].end if place else 0
            before = [one for one in amounts if start <= one.at[0] and one.at[1] <= grade.start]
            if before:
                between = shown[before[-1].at[1]:grade.start]
                if self.counted.search(between) or len(between.split()) <= _NEXT:
                    yield before[-1], grade

    def _graded(self, grade: Found, shown: str) -> list[Value]:
        """The grade that is meant, with those above or below it where the words say so."""
        def points(iri: str) -> int:
            return int(self.graph.value(iri, self.order) or 0)

        least = most = points(grade.iri)
        if self.above.match(shown[grade.end:].lstrip()):
            most = 1000
        elif self.below.match(shown[grade.end:].lstrip()):
            least = 0
        elif any(match.end() == len(shown[:grade.start].rstrip())
                 for match in self.under.finditer(shown[:grade.start])):
            least, most = 0, least - 1
        return [self.text.value(self.grade, iri, grade.words)
                for iri in self.graph.choices(self.grade) if least <= points(iri) <= most]

    def _amount(self, amount: Quantity) -> Value:
        if amount.number is None:
            return self.text.value(amount.of, amount.iri, amount.words)
        return self.text.said(self.number, amount.value, amount.words, XSD.integer)
