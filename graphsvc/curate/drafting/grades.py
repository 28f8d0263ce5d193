"""Drafts of grades: what was graded, and how, or that it was not; and how grades are spread over a
group: so many got this grade, so many that or better."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from graphsvc.curate.drafting.cues import Concepts, Found, pattern
from graphsvc.curate.drafting.quantities import Quantity, quantities
from graphsvc.curate.drafting.text import Sentence, Text, contents, is_free, plain
from graphsvc.curate.records import Draft, Kind, Paragraph, Value
from graphsvc.vocabulary import CURATION, XSD
from graphsvc.words import content_stems

_NUMBER = r"(\d{1,2}(?:\.\d{1,2})?)"
_BEFORE = re.compile(rf"^{_NUMBER}[.:)]?\s+")
_START = re.compile(rf"^\W*{_NUMBER}[.:)]?\s*[–:-]?\s+(?=\w)")
_REST = re.compile(r"[.;\t]|:\s*\w+(?: \w+)?\W*$")
_ENOUGH = 0.5
"""The share of a name's salient words that a text must have."""


@dataclass(frozen=True)
class Indicator:
    """What a text names of what is graded. iri: None where the project does not have it; number:
    with which the document names it, or empty; words: as the text has it; start: where; rank: the
    lower, the more of its set the document names; stems: of its name."""

    iri: str | None
    number: str
    words: str
    start: int = 0
    rank: int = 0
    stems: frozenset[str] = frozenset()


class Indicators:
    """The values that a property can have, as a document names them.

    text: of the document, by which the set is chosen whose names it has most.
    """

    def __init__(self, text: Text, property_: str) -> None:
        graph, everything = text.graph, "\n".join(
            paragraph.text.casefold() for paragraph in text.reading.paragraphs)
        numbered, in_set = (graph.value(property_, one)
                            for one in (CURATION.numbered, CURATION.set))
        known = [(iri, graph.value(iri, in_set), name)
                 for iri in reversed(graph.choices(property_))  # of equal ones the newest
                 for name in dict.fromkeys(_BEFORE.sub("", name) for name in graph.called(iri))
                 if not any(sign.isdigit() for sign in name)]
        given = Counter(set_ for _, set_, name in known if name.casefold() in everything)
        ranks = {set_: rank for rank, (set_, _) in enumerate(given.most_common())}
        self._known = sorted(
            (Indicator(iri, graph.value(iri, numbered), name, 0, ranks.get(set_, len(ranks)),
                       frozenset(content_stems(name))) for iri, set_, name in known),
            key=lambda one: (one.rank, -len(one.words)))
        cues = pattern(graph.values(graph.range(property_), CURATION.cue)).pattern
        self._said = re.compile(rf"{cues}[\s*_-]+{_NUMBER}(?![\w%])", re.IGNORECASE)

    def find(self, text: str, first: bool = False) -> list[Indicator]:
        """What a text names, in its order. first: whether a number at its beginning is one too."""
        found: list[Indicator] = []
        taken: list[tuple[int, int]] = []
        start = _START.match(text) if first else None
        for match in (*self._said.finditer(text), *([start] if start else [])):
            rest = plain(_REST.split(text[match.end():])[0].lstrip(" :–-"))
            named = self._numbered(match[1], rest, match.start())
            if is_free(match.span(), taken) and (
                    named.iri or "." in named.number or match is not start):
                found.append(named)
                taken.append((match.start(), match.end() + len(rest) + 1))
        folded = text.casefold().replace("’", "'")
        for one in self._known:
            at = folded.find(one.words.casefold())
            end = at + len(one.words)
            alone = " " in one.words or re.fullmatch(r"\W*", re.split(r"[\t:]", folded[end:])[0])
            if at >= 0 and alone and is_free((at, end), taken):
                found.append(replace(one, words=text[at:end], start=at))
                taken.append((at, end))
        return sorted(found, key=lambda one: one.start)

    def like(self, text: str) -> Indicator | None:
        """What a text paraphrases: the one of whose name it has most salient words."""
        said = {*content_stems(text)}
        near = [one for one in self._known if len(one.stems & said) > 1]
        best = max(near, key=lambda one: len(one.stems & said) / len(one.stems), default=None)
        return best if best and len(best.stems & said) >= _ENOUGH * len(best.stems) else None

    def _numbered(self, number: str, rest: str, start: int) -> Indicator:
        said = {*content_stems(rest)}
        best = max((one for one in self._known
                    if one.number == number and ("." in number or one.stems & said)),
                   key=lambda one: (len(one.stems & said), -one.rank), default=None)
        return Indicator(best.iri if best else None, number,
                         " ".join(f"{number} {rest}".split()[:10]), start)


# -- grades ---------------------------------------------------------------------------------------

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
        yield from _Grades(text, class_).drafts()


class _Grades:
    """The grades that a document gives."""

    def __init__(self, text: Text, class_: str) -> None:
        graph = text.graph
        self.text, self.class_ = text, class_
        self.indicator, self.graded, self.ungraded = (graph.value(class_, one) for one in (
            CURATION.indicator, CURATION.graded, CURATION.ungraded))
        self.grades = Concepts(graph, self.graded, named=True)
        self.indicators = Indicators(text, self.indicator)
        self.evaluated = pattern(graph.values(class_, CURATION.cue))
        self.not_evaluated = pattern(graph.values(class_, CURATION.ungradedCue))
        self.before: tuple[int, list[Indicator]] = 0, []

    def drafts(self) -> Iterator[Draft]:
        """One draft of what several passages say alike, the surest first."""
        text, same = self.text, defaultdict[tuple[str, str], list[_Graded]](list)
        for one in self.find():
            what = one.indicator.iri or one.indicator.number or one.indicator.words
            same[what, one.grade.iri if one.grade else ""].append(one)
        for ones in same.values():
            best = max(ones, key=lambda one: one.score)
            of, grade = best.indicator, best.grade
            yield text.draft(self.class_, [
                *text.subject_values(self.class_),
                text.value(self.indicator, of.iri, of.words) if of.iri
                else text.said(self.indicator, of.words, of.words),
                text.value(self.graded, grade.iri, grade.words) if grade
                else text.said(self.ungraded, best.words, best.words)],
                (line for one in sorted(ones, key=lambda one: -one.score) for line in one.lines),
                best.words, best.score)

    def find(self) -> Iterator[_Graded]:
        """The grades of lines and tables, then those of sentences."""
        paragraphs = self.text.reading.paragraphs
        for place, paragraph in enumerate(paragraphs):
            shown = plain(paragraph.text)
            if len(shown) > _SHORT and paragraph.kind is not Kind.ROW:
                continue
            if alone := self._alone(shown):
                near = (paragraphs[place + step] for step in _NEAR
                        if 0 <= place + step < len(paragraphs))
                named = ((one, other.line) for other in near if len(other.text) < _SHORT
                         for one in self.indicators.find(plain(other.text), first=True))
                for one, line in islice(named, 1):
                    yield _Graded(one, alone, (paragraph.line, line), alone.words, 0.95)
            elif not shown.endswith((".", "?")) and not contents(paragraph):
                yield from self._row(paragraph, shown)
        for sentence in self.text.sentences:
            yield from self._sentence(sentence)

    def _alone(self, shown: str) -> Found | None:
        """The grade that is all that a line says."""
        bare = plain(_ALONE.sub("", shown))
        return next((one for one in self.grades.find(bare)
                     if one.start == 0 and one.end >= len(bare)), None)

    def _row(self, paragraph: Paragraph, shown: str) -> Iterator[_Graded]:
        """The pairs of a line or row that names what is graded and the grades."""
        named = self.indicators.find(shown, first=True)
        grades = self.grades.longest(shown)
        unknown = "" if named else plain("".join(paragraph.cells[:1]))
        if len(unknown.split()) > 1 and any(map(self._alone, paragraph.cells[1:])):
            named = [Indicator(None, "", " ".join(unknown.split()[:10]))]
        pairs = zip(named, grades, strict=True) if len(named) == len(grades) else ()
        for indicator, grade in pairs:
            yield _Graded(indicator, grade, (paragraph.line,), grade.words, 0.9)

    def _sentence(self, sentence: Sentence) -> Iterator[_Graded]:
        shown = sentence.text
        named = self.indicators.find(shown)
        before = self.before[1] if self.before[0] == sentence.line else []
        self.before = sentence.line, named or before
        if named and (match := self.not_evaluated.search(shown)):
            yield _Graded(min(named, key=lambda one: abs(one.start - match.end())), None,
                          sentence.lines, match[0], 0.85)
            return
        for grade in self.grades.longest(shown) if self.evaluated.search(shown) else ():
            indicator, score = self._meant(sentence, named or before, grade)
            if indicator:
                yield _Graded(indicator, grade, sentence.lines, grade.words, score)

    def _meant(
        self, sentence: Sentence, named: list[Indicator], grade: Found
    ) -> tuple[Indicator | None, float]:
        """What a sentence gives a grade to, and how sure that is."""
        if named:
            return min(named, key=lambda one: abs(one.start - grade.start)), 0.8
        if not any(match.start() < grade.start < match.end()
                   for match in _QUOTED.finditer(sentence.text)):
            return None, 0
        above = (found for title in reversed(sentence.above)
                 for found in self.indicators.find(title))
        if of := next(above, None):
            return of, 0.4
        return self.indicators.like(sentence.text), 0.3


# -- distributions --------------------------------------------------------------------------------

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
        value, values = self.graph.value, self.graph.values
        self.parts, self.indicator = (value(class_, one)
                                      for one in (CURATION.parts, CURATION.indicator))
        self.part = self.graph.range(self.parts)
        self.grade, self.number, worded = (value(self.part, one) for one in (
            CURATION.graded, CURATION.size, CURATION.worded))
        self.order = value(self.grade, CURATION.order)
        self.counted = pattern(values(self.part, CURATION.counts))
        self.above, self.below, self.under = (pattern(values(self.grade, one)) for one in (
            CURATION.andAbove, CURATION.andBelow, CURATION.under))
        self.grades = Concepts(self.graph, self.grade, named=True)
        self.words = {worded: Concepts(self.graph, worded, named=True)}
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
        after = shown[grade.end:].lstrip()
        if self.above.match(after):
            most = 1000
        elif self.below.match(after):
            least = 0
        elif any(match.end() == len(shown[:grade.start].rstrip())
                 for match in self.under.finditer(shown[:grade.start])):
            least, most = 0, least - 1
        return [self.text.value(self.grade, iri, grade.words)
                for iri in self.graph.choices(self.grade) if least <= points(iri) <= most]

    def _amount(self, amount: Quantity) -> Value:
        if not amount.sort:
            return self.text.value(amount.of, amount.iri, amount.words)
        return self.text.said(self.number, amount.value, amount.words, XSD.integer)
