"""Drafts of figures: numbers and words of quantity, their unit, what is counted, of whom, when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import fsum, log

from graphsvc.curate.drafting.cues import Concepts, Found
from graphsvc.curate.drafting.dates import Period
from graphsvc.curate.drafting.quantities import UP_TO, Quantity, quantities
from graphsvc.curate.drafting.text import Sentence, Text
from graphsvc.curate.records import Draft, Value
from graphsvc.vocabulary import CURATION, XSD
from graphsvc.words import content_stems, words

_NEAR, _UNIT = 70, 42
"""Characters around a number within which those are named of whom it is, and after it its unit."""
_NOUN = 22
"""Characters after a word of quantity within which its noun is."""
_MOST = 6
"""Words before and after a quantity that say what is counted: key words, not a sentence."""
_END = re.compile(r"[.;:()\u2022]\s|[.;:()\u2022]$|<[^>]*>|\t")
_COMPARED = re.compile(r"\b(?:compar\w+|from|to|than|average|figures?|against|and|while"
                       r"|equivalent|then)\W+(?:\w+\W+){0,6}$", re.IGNORECASE)
_ELLIPSIS = re.compile(r"\s*(?:of (?:these|those|them|which|whom)|from|in|is|are|was|were|had"
                       r"|more (?:in|to|were|are|by))\b", re.IGNORECASE)
_PART = re.compile(r"\s*\)?\s*(?:\(|(?:out )?of(?:\s+\S+){0,3})\s*")
_AGAIN = re.compile(r"\W*(?:this|these|it|that|they)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)")
_MARKS = re.compile(r"[*_#\[\]]+|\(#?\)|<[^>]*>|\S*(?:www\.|://|%20|@)\S*")
_ALIKE, _RARE = 0.9, 6.0
"""The share of a measure's name that a clause must have, and how salient the name must be, by how
rare its words are among those of measures."""


def draft_figures(text: Text) -> Iterator[Draft]:
    """One draft for each quantity of the document, of each class that has numbers as values."""
    for class_ in text.graph.having(CURATION.number):
        figures = _Figures(text, class_)
        for sentence in text.sentences:
            yield from figures.of(sentence)


@dataclass(frozen=True)
class _Around:
    """A quantity with the words before and after it, up to the next quantities. inside: whether it
    is in brackets after another: `52 (28%)`."""

    quantity: Quantity
    before: str
    after: str
    inside: bool


@dataclass(frozen=True)
class _Figure:
    """What is said of a quantity. unit: with the words that lead to it."""

    quantity: Quantity
    unit: Found
    counted: Value
    group: Found | None
    period: Period | None


class _Figures:
    """How the figures of one class are drafted."""

    def __init__(self, text: Text, class_: str) -> None:
        graph = text.graph
        self.text, self.graph, self.class_ = text, graph, class_
        of = partial(graph.value, class_)
        self.number, self.unit, self.measure = map(
            of, (CURATION.number, CURATION.unit, CURATION.measure))
        self.group, self.period, self.area, self.qualifier = map(
            of, (CURATION.group, CURATION.period, CURATION.area, CURATION.qualifier))
        self.trend = of(CURATION.trend)
        self.worded = {one: Concepts(graph, one, named=True)
                       for one in (of(CURATION.worded), self.trend) if one}
        self.cues = {one: Concepts(graph, one, named=True)
                     for one in (self.unit, self.group, self.qualifier)}
        self.cues[self.area] = Concepts(graph, self.area)
        self.contexts = Concepts(graph, self.group, CURATION.context)
        self.sorts = {sort: iri for iri in graph.choices(self.unit)
                      for sort in graph.values(iri, CURATION.sort)}
        self.measures = {name: iri for iri in graph.choices(self.measure)
                         for text_ in graph.called(iri)
                         if (name := frozenset(content_stems(text_)))}
        often = Counter(stem for name in self.measures for stem in name)
        self.weights = {stem: log(1 + len(self.measures) / many) for stem, many in often.items()}
        self.subject = text.subject_values(class_)
        self.line = 0
        self.carried: Found | None = None
        self.last: dict[str, _Figure] = {}
        self.latest: _Figure | None = None

    def of(self, sentence: Sentence) -> Iterator[Draft]:
        """The figures of a sentence."""
        shown = _MARKS.sub(lambda mark: " " * len(mark[0]), sentence.text)
        found, dates = quantities(shown, self.worded, sentence.number == 0)
        if self.line != sentence.line:
            self.line, self.carried, self.last, self.latest = sentence.line, None, {}, None
        said = next(iter(self.contexts.find(shown)), None)
        self.carried = said or self.carried
        for around in _split(shown, found):
            figure = self._figure(around, shown, said, dates)
            if figure:
                self.last[around.quantity.sort or around.quantity.of] = figure
                self.latest = figure if around.quantity.of != self.trend else self.latest
                yield self._draft(sentence, around, figure)

    def _figure(
        self, around: _Around, shown: str, said: Found | None, dates: list[Period]
    ) -> _Figure | None:
        """What is to be said of a quantity; None where it counts nothing."""
        quantity, compared = around.quantity, _COMPARED.search(around.before)
        group, counted = self._group(around, said), self._counted(around)
        unit = self._unit(around, shown, group)
        last, known = self.last.get(quantity.sort), self.latest
        if last and unit and (compared and not unit.words or _ELLIPSIS.match(around.after)):
            unit = last.unit
        if known and quantity.sort and (compared or _AGAIN.match(shown) or around.inside):
            group = self._best(self.group, around.after[:_NOUN]) or known.group or group
            if around.inside or len(_keywords(around.after)) < 3:
                counted = known.counted
        if unit is None or not counted.label or "." in quantity.words and not unit.words:
            return None
        near = min(dates, key=lambda one: min(abs(one.at[0] - quantity.at[1]),
                                              abs(quantity.at[0] - one.at[1])),
                   default=None)
        return _Figure(quantity, unit, counted, group, near)

    def _draft(self, sentence: Sentence, around: _Around, figure: _Figure) -> Draft:
        unit, group = figure.unit, figure.group
        values = [self._amount(figure.quantity), self.text.value(self.unit, unit.iri, unit.words),
                  figure.counted]
        if group:
            values.append(self.text.value(self.group, group.iri, group.words))
        elif otherwise := self.cues[self.group].otherwise:
            values.append(self.text.value(self.group, otherwise))
        values += self._implied(group, values)
        values += self._where(around)
        values += self._when(figure.period)
        rough = self._best(self.qualifier, around.before[-25:])
        if rough and figure.quantity.sort:
            values.append(self.text.value(self.qualifier, rough.iri, rough.words))
        sure = 0.5 + 0.2 * bool(unit.words) + 0.2 * bool(group)
        return self.text.draft(self.class_, values, sentence.lines, figure.quantity.words, sure)

    def _amount(self, quantity: Quantity) -> Value:
        if not quantity.sort:
            return self.text.value(quantity.of, quantity.iri, quantity.words)
        text, total = quantity.value, quantity.total
        if total and str(total) not in self.sorts:  # one in five is 20 per cent
            text = f"{100 * float(text) / total:.1f}".removesuffix(".0")
        return self.text.said(self.number, text, quantity.words,
                              str(XSD.decimal if "." in text else XSD.integer))

    def _group(self, around: _Around, said: Found | None) -> Found | None:
        """Of whom or of what it is a part: for a word of quantity the group that it is next to
        where that has a unit of its own, unless the sentence says another before it, or else that
        of the passage."""
        before = self._best(self.group, around.before[-_NEAR:], last=True)
        if around.quantity.sort:
            return self._best(self.group, around.after[:_NEAR]) or before
        near = self._noun(self.group, around.after)
        unit, other = (self._given(one, self.unit) for one in (near, said))
        if unit and (said is None or said.start > around.quantity.at[0] or other == unit):
            return near
        return self.carried or near or before

    def _noun(self, property_: str, after: str) -> Found | None:
        """What the words right after a quantity name."""
        near = self._best(property_, after[:_NEAR])
        return near if near and near.start < _NOUN else None

    def _unit(self, around: _Around, shown: str, group: Found | None) -> Found | None:
        """The unit, without words where none lead to it; None where nothing is counted."""
        quantity, usual = around.quantity, self.cues[self.unit].otherwise
        otherwise = Found(usual, "", 0, 0, 0) if usual else None
        near = self._best(self.unit, around.after[:_UNIT])
        if quantity.of == self.trend:
            return near or otherwise
        if not quantity.sort:
            return self._implied_unit(group) or self._noun(self.unit, around.after)
        sort, total = quantity.sort, str(quantity.total)
        if sort == "part":
            sort = total if total in self.sorts else "percent"
        if sort in self.sorts:  # which has only one unit
            return Found(self.sorts[sort], quantity.words, 0, 0, 0)
        rates = [one for one in self.cues[self.unit].find(shown) if one.rank <= 1]
        if rates and "." in quantity.words:
            return rates[0]
        context = next(iter(self.contexts.find(around.before)), None)
        implied = self._implied_unit(context or self._noun(self.group, around.after))
        if implied and (context or near is None or (implied.start, -implied.end) < (
                near.start, -near.end)):
            return implied
        if near is None and (not words(_END.split(around.after)[0])[:2]
                             or UP_TO.search(around.before)):
            near = self._best(self.unit, around.before, last=True)
        return near or otherwise

    def _implied_unit(self, group: Found | None) -> Found | None:
        """The unit that follows from the group, if one does."""
        implied = self._given(group, self.unit)
        return replace(group, iri=implied) if group and implied else None

    def _counted(self, around: _Around) -> Value:
        """What is counted: a measure of the project, or the words that say it."""
        clause = {*content_stems(f"{around.before[-_NEAR * 2:]} {around.after[:_NEAR * 2]}")}
        best = max(self.measures, key=lambda name: self._weight(name & clause), default=None)
        if best and self._weight(best & clause) >= _ALIKE * self._weight(best) > _RARE:
            return self.text.value(self.measure, self.measures[best])
        phrase = " ".join((*_keywords(around.before)[-_MOST:], *_keywords(around.after)[:_MOST]))
        return self.text.said(self.measure, phrase, phrase)

    def _weight(self, stems: frozenset[str]) -> float:
        return fsum(self.weights[stem] for stem in stems)

    def _implied(self, group: Found | None, values: list[Value]) -> list[Value]:
        """The values that follow from the group, of properties that have none yet."""
        taken = {value.property for value in values}
        given = self.graph.values(group.iri, CURATION.implies) if group else []
        found = [self.text.value(need.property, iri) for need in self.graph.needs(self.class_)
                 for iri in given if need.of_class and need.property not in taken
                 and self.graph.is_a(iri, need.of_class)]
        return found[:1]

    def _given(self, group: Found | None, property_: str) -> str | None:
        """The value of a property that follows from the group."""
        if group is None:
            return None
        choices = self.graph.choices(property_)
        return next((iri for iri in self.graph.values(group.iri, CURATION.implies)
                     if iri in choices), None)

    def _where(self, around: _Around) -> list[Value]:
        near = self._best(self.area, around.after) or self._best(
            self.area, around.before, last=True)
        if near:
            return [self.text.value(self.area, near.iri, near.words)]
        return [self.text.value(self.area, value.iri) for value in self.subject if value.iri]

    def _when(self, period: Period | None) -> list[Value]:
        if period is None:
            otherwise = self.graph.value(self.period, CURATION.otherwise)
            return [self.text.value(self.period, otherwise)] if otherwise else []
        text = f"{period.start.text}/{period.end.text}" if period.is_range else period.start.text
        return [self.text.said(self.period, text, "", XSD.string if period.is_range
                               else period.start.datatype)]

    def _best(self, property_: str, text: str, last: bool = False) -> Found | None:
        return self.cues[property_].best(text, last)


def _split(shown: str, found: list[Quantity]) -> Iterator[_Around]:
    """The quantities of a sentence with what is around them."""
    for place, quantity in enumerate(found):
        start = found[place - 1].at[1] if place else 0
        others = [other for other in found[place + 1:]
                  if not _PART.fullmatch(_BRACKETS.sub("", shown[quantity.at[1]:other.at[0]]))
                  and not shown[:other.at[0]].endswith("(")]
        end = others[0].at[0] if others else len(shown)
        yield _Around(quantity, shown[start:quantity.at[0]], shown[quantity.at[1]:end],
                      shown[:quantity.at[0]].endswith("("))


def _keywords(text: str) -> list[str]:
    """The words of a text that say what it is about, in their order."""
    return [word.text for word in words(_BRACKETS.sub(" ", text))
            if not word.is_small and not word.text[0].isdigit()]
