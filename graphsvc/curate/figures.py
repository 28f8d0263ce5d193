"""Drafts of figures: numbers and words of quantity, their unit, what is counted, of whom, when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log

from graphsvc.curate.concepts import Concepts, Found
from graphsvc.curate.dates import Period
from graphsvc.curate.quantities import LIMIT, Quantity, quantities
from graphsvc.curate.records import Draft, Kind, Value
from graphsvc.curate.text import Sentence, Text
from graphsvc.vocabulary import CURATION, XSD
from graphsvc.words import words

_NEAR = 70
"""Characters after a number within which its unit is looked for."""
_NOUN, _SUBJECT = 22, 26
"""Characters after a word of quantity within which its noun is, and at the beginning of a sentence
within which its subject is."""
_PHRASE = 10
"""Words that say what is counted, at most: a label, not a sentence."""
_END = re.compile(r"[.;:()\u2022]\s|[.;:()\u2022]$|<[^>]*>|\t")
_LINKS = re.compile(r"^\W*(?:(?:of|the|all|these|those|were|was|is|are|to|and|that|which|in|by|an?)"
                    r"\s+)*|\W+$", re.IGNORECASE)
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_SAME = re.compile(r"\bsame (?:period|time|year)\b", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:compar\w+|from|to|than|average|figures?|against|and|while"
                       r"|equivalent)\W+(?:\w+\W+){0,6}$", re.IGNORECASE)
_OF_THESE = re.compile(r"\s*(?:of (?:these|those|them|which|whom)|\(|(?:is|are|was|were)\b)",
                       re.IGNORECASE)
_MARKS = re.compile(r"[*_#\[\]]+|\(#?\)")
_ALIKE, _RARE = 0.8, 5.0
"""The share of a measure's name that a clause must have, and how telling the name must be, by how
rare its words are among those of measures."""


def draft_figures(text: Text) -> Iterator[Draft]:
    """One draft for each quantity of the document, of each class that has numbers as values."""
    for class_ in text.graph.having(CURATION.number):
        figures = _Figures(text, class_)
        for sentence in text.sentences:
            if sentence.paragraph.kind is not Kind.HEADING:
                yield from figures.of(sentence)


@dataclass(frozen=True)
class _Around:
    """A quantity with the words before and after it, up to the next quantities."""

    quantity: Quantity
    before: str
    after: str


@dataclass(frozen=True)
class _Figure:
    """What is said of a quantity. unit: with the words that lead to it."""

    quantity: Quantity
    unit: tuple[str, str]
    counted: Value
    group: Found | None
    period: Period | None


@dataclass(frozen=True)
class _Carried:
    """What holds on from sentence to sentence of a paragraph."""

    group: Found | None = None
    period: Period | None = None


class _Figures:
    """How the figures of one class are drafted."""

    def __init__(self, text: Text, class_: str) -> None:
        graph = text.graph
        self.text, self.graph, self.class_ = text, graph, class_

        def of(property_: str) -> str:
            return graph.value(class_, property_) or ""

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
                         for text_ in graph.called(iri) if (name := _telling(text_))}
        often = Counter(stem for name in self.measures for stem in name)
        self.weights = {stem: log(1 + len(self.measures) / many) for stem, many in often.items()}
        self.subject = text.subject_values(class_)
        self.line, self.carried = 0, _Carried()
        self.last: _Figure | None = None

    def of(self, sentence: Sentence) -> Iterator[Draft]:
        """The figures of a sentence."""
        shown = _HYPHEN.sub(" ", _MARKS.sub(
            lambda mark: " " * len(mark[0]), sentence.text.replace("’", "'")))
        found, dates = quantities(shown, self.worded, sentence.number == 0)
        if self.line != sentence.line:
            self.line, self.last, self.carried = sentence.line, None, _Carried()
        said = next(iter(self.contexts.find(shown)), None)
        subject = self._best(self.group, shown[:_SUBJECT])
        if said or subject and subject.rank <= 1:
            self.carried = replace(self.carried, group=said or subject)
        if dates or not _SAME.search(shown):
            self.carried = replace(self.carried, period=None)
        for place, quantity in enumerate(found):
            start = found[place - 1].at[1] if place else 0
            end = found[place + 1].at[0] if place + 1 < len(found) else len(shown)
            around = _Around(quantity, shown[start:quantity.at[0]], shown[quantity.at[1]:end])
            figure = self._figure(around, shown, said, dates)
            if figure:
                self.last = figure
                yield self._draft(sentence, around, figure)
        if dates:
            self.carried = replace(self.carried, period=dates[-1])

    def _figure(
        self, around: _Around, shown: str, said: Found | None, dates: list[Period]
    ) -> _Figure | None:
        """What is to be said of a quantity; None where it counts nothing."""
        quantity, last = around.quantity, self.last
        again = _COMPARED.search(around.before) or _OF_THESE.match(around.after)
        group = self._group(around, said)
        unit = self._unit(around, shown, group)
        counted = self._counted(around)
        if again and last and quantity.number:
            group = self._best(self.group, around.after[:_NEAR // 2]) or last.group or group
            alike = last.quantity.number and last.quantity.number.sort == quantity.number.sort
            if unit and not unit[1] and alike:
                unit = last.unit
            if len(_telling(_phrase(around.after))) < 3:
                counted = last.counted
        if unit is None:
            return None
        near = min(dates, key=lambda one: min(abs(one.at[0] - quantity.at[1]),
                                              abs(quantity.at[0] - one.at[1])),
                   default=self.carried.period)
        return _Figure(quantity, unit, counted, group, near)

    def _draft(self, sentence: Sentence, around: _Around, figure: _Figure) -> Draft:
        unit, group = figure.unit, figure.group
        values = [self._amount(figure.quantity), self.text.value(self.unit, unit[0], unit[1]),
                  figure.counted]
        if group:
            values.append(self.text.value(self.group, group.iri, group.words))
        values += self._implied(group, values)
        values += self._where(around)
        values += self._when(figure.period)
        rough = self._best(self.qualifier, around.before[-25:])
        if rough and figure.quantity.number:
            values.append(self.text.value(self.qualifier, rough.iri, rough.words))
        sure = 0.5 + 0.2 * bool(unit[1]) + 0.2 * bool(group)
        return Draft(document=self.text.reading.slug, kind=self.class_,
                     kind_label=self.graph.label(self.class_), values=tuple(values),
                     passages=(sentence.line,), cue=figure.quantity.words, score=round(sure, 2))

    def _amount(self, quantity: Quantity) -> Value:
        if quantity.number is None:
            return self.text.value(quantity.of, quantity.iri, quantity.words)
        number, text = quantity.number, quantity.value
        if number.of and str(number.of) not in self.sorts:  # one in five is 20 per cent
            text = f"{100 * float(number.value) / number.of:.1f}".removesuffix(".0")
        return Value(property=self.number, property_label=self.graph.label(self.number), text=text,
                     datatype=str(XSD.decimal if "." in text else XSD.integer), label=text,
                     cue=quantity.words)

    def _group(self, around: _Around, said: Found | None) -> Found | None:
        """Of whom or of what it is a part: the group that the sentence says outright, else one that
        the clause names, else, for a word of quantity, that of the passage."""
        if around.quantity.number:
            return (self._best(self.group, around.after[:_NEAR])
                    or self._best(self.group, around.before[-_NEAR:], last=True))
        near = self._best(self.group, around.after[:_NOUN])
        if near and self._given(near, self.unit):
            return near
        return said or self.carried.group or near or self._best(
            self.group, around.before[-_NEAR:], last=True)

    def _unit(self, around: _Around, shown: str, group: Found | None) -> tuple[str, str] | None:
        """The unit with the words that lead to it; None where nothing is counted."""
        quantity, cues = around.quantity, self.cues[self.unit]
        otherwise = (cues.otherwise, "") if cues.otherwise else None
        if quantity.of == self.trend:
            near = self._best(self.unit, around.after[:_NOUN])
            return (near.iri, near.words) if near else otherwise
        if quantity.number is None:
            near = self._best(self.unit, around.after[:_NOUN])
            implied = self._given(group, self.unit)
            return ((implied, group.words) if implied and group
                    else (near.iri, near.words) if near else None)
        return self._always(quantity) or self._named(around) or self._rate(shown) or otherwise

    def _always(self, quantity: Quantity) -> tuple[str, str] | None:
        """The unit of a sort of numbers that has only one."""
        number = quantity.number
        if number is None or number.sort == "count":
            return None
        sort = str(number.of) if number.sort == "part" and str(number.of) in self.sorts else (
            "percent" if number.sort == "part" else number.sort)
        return (self.sorts[sort], quantity.words) if sort in self.sorts else None

    def _named(self, around: _Around) -> tuple[str, str] | None:
        """The unit that the words after a number name, or those before it where it is the last."""
        near = self._best(self.unit, around.after[:_NEAR // 2])
        context = next(iter(self.contexts.find(around.before)), None)
        group = context or self._best(self.group, around.after[:_NOUN])
        implied = self._given(group, self.unit)
        if implied and group and (context or near is None or (group.start, -group.end) < (
                near.start, -near.end)):
            return implied, group.words
        if near:
            return near.iri, near.words
        short = not words(_END.split(around.after)[0])[:2]
        before = self._best(self.unit, around.before if short else around.before[-25:], last=True)
        if before and (short or LIMIT.search(around.before)):
            return before.iri, before.words
        return None

    def _rate(self, shown: str) -> tuple[str, str] | None:
        """The unit of the rates that a sentence is about."""
        rate = next((cue for cue in self.cues[self.unit].find(shown) if cue.rank <= 1), None)
        return (rate.iri, rate.words) if rate else None

    def _counted(self, around: _Around) -> Value:
        """What is counted: a measure of the project, or the words that say it."""
        clause = _telling(f"{around.before[-_NEAR * 2:]} {around.after[:_NEAR * 2]}")
        best = max(self.measures, key=lambda name: self._weight(name & clause), default=None)
        if best and self._weight(best & clause) >= _ALIKE * self._weight(best) > _RARE:
            return self.text.value(self.measure, self.measures[best])
        after = _phrase(around.after, _PHRASE)
        before = _phrase(around.before, _PHRASE - min(len(after.split()), _PHRASE - 4), last=True)
        phrase = f"{before} {after}".strip()
        return Value(property=self.measure, property_label=self.graph.label(self.measure),
                     text=phrase, language="en", label=phrase, cue=phrase)

    def _weight(self, stems: frozenset[str]) -> float:
        return sum(self.weights[stem] for stem in stems)

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
        return [Value(property=self.period, property_label=self.graph.label(self.period), text=text,
                      datatype=str(XSD.string) if period.is_range else period.start.datatype,
                      label=text)]

    def _best(self, property_: str, text: str, last: bool = False) -> Found | None:
        return self.cues[property_].best(text, last)


def _telling(text: str) -> frozenset[str]:
    """The stems of the words that say what a text is about."""
    return frozenset(word.stem for word in words(text) if not word.is_small)


def _phrase(text: str, most: int = _PHRASE, last: bool = False) -> str:
    """The words next to a quantity, at most so many, up to the end of the clause."""
    parts = _END.split(text)
    found = (parts[-1] if last else parts[0]).split()
    return _LINKS.sub("", " ".join(found[-most:] if last else found[:most]))
