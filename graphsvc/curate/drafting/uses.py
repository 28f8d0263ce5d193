"""Drafts of statements about one thing that passages name, with what cue words say of it, of whom
it is said, and what else is near."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from graphsvc.curate.drafting.cues import Cues, pattern
from graphsvc.curate.drafting.dates import periods
from graphsvc.curate.drafting.text import Said, Sentence, Text, find_words
from graphsvc.curate.records import Draft, Value
from graphsvc.vocabulary import CURATION, SKOS

_LEAST = 0.65
"""How sure it must be that the document says something of the thing."""
_CLAUSE = re.compile(r"[.,;:()–]| (?:and|but|which|while|although) ")
_WORDS = 8
"""Words of the document that may be given as they are."""
_CODED, _AGAIN, _MOST = 0.1, 0.05, 4
"""What makes it surer: cue words near its name, and that it is named again, so often."""
_NAME = re.compile(r"\W{1,4}(?:the )?([A-Z][\w’'&-]*(?: (?:(?:of|for|and|the|in) )?"
                     r"[A-Z][\w’'&-]*)*)")
"""A name in capitals."""
_AFTER = 40
"""Characters after a cue in which what it leads to begins."""


def draft_uses(text: Text) -> Iterator[Draft]:
    """One draft for each class of statements that names a thing, each such thing, and those of whom
    the document says it."""
    for class_ in text.graph.having(CURATION.names):
        property_ = text.graph.value(class_, CURATION.names)
        coded = {one: Cues(text.graph, one) for one in text.graph.values(class_, CURATION.coded)}
        aside = pattern(text.graph.values(class_, CURATION.notUnder))
        holders = Holders(text, class_)
        found = []
        for iri, sentences in text.naming(text.graph.range(property_)).items():
            salient = [one for one in sentences if not any(map(aside.search, one.above))]
            found += [_draft(text, class_, text.value(property_, iri), of, ones, coded)
                      for of, ones in holders.parted(salient, text.graph.label(iri))]
        sure = [one for one in found if one.score >= _LEAST]
        yield from (*sure, *holders.introduced(sure))


def _draft(
    text: Text, class_: str, named: Value, holder: list[Value], sentences: list[Sentence],
    coded: dict[str, Cues],
) -> Draft:
    iri = named.iri or ""
    written = [one.words for sentence in sentences for one in sentence.named if one.iri == iri]
    values = [named.model_copy(update={"cue": written[0]}), *holder]
    said = text.said_of(iri, sentences)
    values += [value for one, cues in coded.items() for value in _coded(text, one, cues, said)]
    sure = text.sureness(iri, written) + _CODED * any(value.cue for value in values[2:]) + (
        _AGAIN * min(len(sentences) - 1, _MOST))
    known, clashes = said_already(text, class_, named.property, values)
    near = {(value.property, value.iri or value.text): value
            for value in values_near(text, class_, sentences) if value.iri != iri}
    return text.draft(class_, (*values, *near.values()),
                      (line for one in sentences for line in one.lines), written[0],
                      min(sure, 1.0), known=known, clashes=clashes)


def _coded(text: Text, property_: str, cues: Cues, said: list[Said]) -> Iterator[Value]:
    """The value to which the cue words of what is said of a thing lead, and the words of the
    document for a property that takes them: a few, as a beginning for the curator."""
    best = cues.choose(said)
    if best is None:
        if cues.otherwise:
            yield text.value(property_, cues.otherwise)
        return
    yield text.value(property_, best.iri, best.words)
    wording = text.graph.value(property_, CURATION.wording)
    if wording:
        found = next(one.text[best.start:] for one in said if one.text[
            best.start:best.end] == best.words)
        words = " ".join(_CLAUSE.split(found)[0].split()[:_WORDS])
        yield text.said(wording, words, best.words)


class Holders:
    """Of whom the statements of a class hold. given: what the document as a whole is about."""

    def __init__(self, text: Text, class_: str) -> None:
        graph = text.graph
        self._text, self.given = text, text.subject_values(class_)
        taken = {value.property for value in self.given}
        self._nameless = [(of, one, pattern(graph.values(one, CURATION.cue)))
                          for of in graph.given(class_, CURATION.subject) if of not in taken
                          for one in graph.having(CURATION.cue)
                          if graph.range(of) in graph.above(one)]
        self._extents = [
            (of, iri, pattern([f"{name} {noun}" for name in graph.called(iri)
                               for noun in graph.values(of, CURATION.counts)]))
            for of in graph.given(class_, CURATION.extent) for iri in graph.choices(of)]

    def parted(
        self, sentences: list[Sentence], name: str
    ) -> Iterator[tuple[list[Value], list[Sentence]]]:
        """The sentences on something by those of whom they speak. name: of the thing, by which one
        that has no name is called."""
        nameless = {one: values for one in sentences if (values := self._without_name(one, name))}
        others = [one for one in sentences if one not in nameless]
        if others:
            extents = [self._text.value(of, iri, match[0]) for one in others
                       for of, iri, cues in self._extents if (match := cues.search(one.text))]
            longest = sorted(extents, key=lambda value: -len(value.cue))[:1]
            yield [*self.given, *(longest if self._nameless else ())], others
        if nameless:
            yield next(iter(nameless.values())), [*nameless]

    def _without_name(self, sentence: Sentence, name: str) -> list[Value]:
        graph = self._text.graph
        return [self._text.said(of, f"{graph.label(class_).capitalize()} ({name})", match[0])
                for of, class_, cues in self._nameless if (match := cues.search(sentence.text))][:1]

    def introduced(self, drafts: list[Draft]) -> list[Draft]:
        """Drafts of those without a name of whom some drafts speak."""
        return [self._text.draft(class_, [self._text.said(SKOS.prefLabel, value.text)],
                                 one.passages, value.cue, one.score)
                for one in drafts for value in one.values for of, class_, _ in self._nameless
                if value.property == of and value.text]


def values_near(text: Text, class_: str, sentences: list[Sentence]) -> Iterator[Value]:
    """The values that some sentences give to the properties of a class that mention things, and
    that are dates: after a cue of the property, if it has any."""
    graph = text.graph
    for property_ in graph.values(class_, CURATION.mentions):
        cues = graph.values(property_, CURATION.cue)
        general = graph.values(property_, CURATION.general)
        class_of_value = graph.range(property_)
        for sentence in sentences:
            named = [one for one in sentence.named
                     if one.iri not in general and graph.is_a(one.iri, class_of_value) and (
                         not cues or (at := find_words(one.words, sentence.text))
                         and _follows(at.start(), sentence.text, cues))]
            yield from (text.value(property_, one.iri, one.words) for one in named)
            if cues and not named:
                yield from (text.said(property_, name, name)
                            for name in _names_after(sentence.text, cues)[:1])
    for property_ in graph.values(class_, CURATION.dated):
        cues = graph.values(property_, CURATION.cue)
        found = ((period, sentence.text) for sentence in sentences
                 for period in periods(sentence.text)
                 if _follows(period.at[0], sentence.text, cues))
        for period, shown in islice(found, 1):
            yield text.said(property_, period.start.text, shown[slice(*period.at)],
                            period.start.datatype)


def _names_after(text: str, cues: list[str]) -> list[str]:
    """The names in capitals right after some cues."""
    return [match[1] for cue in pattern(cues).finditer(text)
            if (match := _NAME.match(text[cue.end():]))]


def _follows(place: int, text: str, cues: list[str]) -> bool:
    """Whether a place of a text is shortly after one of some cues."""
    return any(0 <= place - cue.end() <= _AFTER and not re.search(r"[.;:]", text[cue.end():place])
               for cue in pattern(cues).finditer(text))


def said_already(
    text: Text, class_: str, property_: str, values: list[Value]
) -> tuple[str | None, tuple[str, ...]]:
    """The statement of the project that says the same of the same, and those that say otherwise."""
    graph, coded = text.graph, text.graph.values(class_, CURATION.coded)
    subjects = graph.values(class_, CURATION.subject)
    given = {value.property: value.iri for value in values if value.iri}
    same: list[str] = []
    other: list[str] = []
    for statement in graph.having(property_, given[property_]):
        if graph.is_a(statement, class_) and any(
                given.get(one) in graph.values(statement, one) for one in subjects if one in given):
            agrees = all(given.get(one) in graph.values(statement, one) for one in coded)
            (same if agrees else other).append(statement)
    return next(iter(same), None), tuple(other)
