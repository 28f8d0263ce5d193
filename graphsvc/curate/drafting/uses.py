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
        yield from _Uses(text, class_).drafts()


class _Uses:
    """The statements of a class. given: what the document as a whole is about; nameless, extents:
    cues of those without a name of whom it may speak, and of how many of a group."""

    def __init__(self, text: Text, class_: str) -> None:
        graph = text.graph
        self.text, self.graph, self.class_ = text, graph, class_
        self.property = graph.value(class_, CURATION.names)
        self.coded = {one: Cues(graph, one) for one in graph.values(class_, CURATION.coded)}
        self.aside = pattern(graph.values(class_, CURATION.notUnder))
        self.given = text.subject_values(class_)
        taken = {value.property for value in self.given}
        self.nameless = [(of, one, pattern(graph.values(one, CURATION.cue)))
                         for of in graph.given(class_, CURATION.subject) if of not in taken
                         for one in graph.having(CURATION.cue)
                         if graph.range(of) in graph.above(one)]
        self.extents = [
            (of, iri, pattern([f"{name} {noun}" for name in graph.called(iri)
                               for noun in graph.values(of, CURATION.counts)]))
            for of in graph.given(class_, CURATION.extent) for iri in graph.choices(of)]

    def drafts(self) -> Iterator[Draft]:
        """The drafts that are sure, and those of what has no name of which they speak."""
        for iri, sentences in self.text.naming(self.graph.range(self.property)).items():
            salient = [one for one in sentences if not any(map(self.aside.search, one.above))]
            for holder, ones in self._parted(salient, self.graph.label(iri)):
                draft = self._draft(iri, holder, ones)
                if draft.score >= _LEAST:
                    yield draft
                    yield from self._introduced(draft)

    def _parted(
        self, sentences: list[Sentence], name: str
    ) -> Iterator[tuple[list[Value], list[Sentence]]]:
        """The sentences on something by those of whom they speak. name: of the thing, by which one
        that has no name is called."""
        nameless = {one: values for one in sentences if (values := self._without_name(one, name))}
        others = [one for one in sentences if one not in nameless]
        if others:
            extents = [self.text.value(of, iri, match[0]) for one in others
                       for of, iri, cues in self.extents if (match := cues.search(one.text))]
            longest = sorted(extents, key=lambda value: -len(value.cue))[:1]
            yield [*self.given, *(longest if self.nameless else ())], others
        if nameless:
            yield next(iter(nameless.values())), [*nameless]

    def _without_name(self, sentence: Sentence, name: str) -> list[Value]:
        return [self.text.said(of, f"{self.graph.label(kind).capitalize()} ({name})", match[0])
                for of, kind, cues in self.nameless if (match := cues.search(sentence.text))][:1]

    def _introduced(self, draft: Draft) -> Iterator[Draft]:
        """Drafts of those without a name of whom a draft speaks."""
        return (self.text.draft(kind, [self.text.said(SKOS.prefLabel, value.text)],
                                draft.passages, value.cue, draft.score)
                for value in draft.values for of, kind, _ in self.nameless
                if value.property == of and value.text)

    def _draft(self, iri: str, holder: list[Value], sentences: list[Sentence]) -> Draft:
        text = self.text
        written = [one.words for sentence in sentences for one in sentence.named if one.iri == iri]
        said = text.said_of(iri, sentences)
        values = [text.value(self.property, iri, written[0]), *holder]
        values += [value for one, cues in self.coded.items()
                   for value in self._coded(one, cues, said)]
        sure = text.sureness(iri, written) + _CODED * any(value.cue for value in values[2:]) + (
            _AGAIN * min(len(sentences) - 1, _MOST))
        known, clashes = self._said_already(values)
        near = {(value.property, value.iri or value.text): value
                for value in self._near(sentences) if value.iri != iri}
        return text.draft(self.class_, (*values, *near.values()),
                          (line for one in sentences for line in one.lines), written[0],
                          min(sure, 1.0), known=known, clashes=clashes)

    def _coded(self, property_: str, cues: Cues, said: list[Said]) -> Iterator[Value]:
        """The value to which the cue words of what is said of a thing lead, and the words of the
        document for a property that takes them: a few, as a beginning for the curator."""
        best = cues.choose(said)
        if best is None:
            if cues.otherwise:
                yield self.text.value(property_, cues.otherwise)
            return
        yield self.text.value(property_, best.iri, best.words)
        wording = self.graph.value(property_, CURATION.wording)
        if wording:
            found = next(one.text[best.start:] for one in said if one.text[
                best.start:best.end] == best.words)
            words = " ".join(_CLAUSE.split(found)[0].split()[:_WORDS])
            yield self.text.said(wording, words, best.words)

    def _near(self, sentences: list[Sentence]) -> Iterator[Value]:
        """The values that some sentences give to the properties of the class that mention things,
        and that are dates: after a cue of the property, if it has any."""
        text, graph = self.text, self.graph
        for property_ in graph.values(self.class_, CURATION.mentions):
            cues = graph.values(property_, CURATION.cue)
            general, range_ = graph.values(property_, CURATION.general), graph.range(property_)
            for sentence in sentences:
                named = [one for one in sentence.named
                         if one.iri not in general and graph.is_a(one.iri, range_) and (
                             not cues or (at := find_words(one.words, sentence.text))
                             and _follows(at.start(), sentence.text, cues))]
                yield from (text.value(property_, one.iri, one.words) for one in named)
                if not named:
                    names = (_NAME.match(sentence.text, cue.end())
                             for cue in pattern(cues).finditer(sentence.text))
                    yield from (text.said(property_, match[1], match[1])
                                for match in islice(filter(None, names), 1))
        for property_ in graph.values(self.class_, CURATION.dated):
            cues = graph.values(property_, CURATION.cue)
            found = ((period, sentence.text) for sentence in sentences
                     for period in periods(sentence.text)
                     if _follows(period.at[0], sentence.text, cues))
            for period, shown in islice(found, 1):
                yield text.said(property_, period.start.text, shown[slice(*period.at)],
                                period.start.datatype)

    def _said_already(self, values: list[Value]) -> tuple[str | None, tuple[str, ...]]:
        """The statement of the project that says the same of the same, and those that say
        otherwise."""
        graph = self.graph
        given = {value.property: value.iri for value in values if value.iri}
        subjects = [one for one in graph.values(self.class_, CURATION.subject) if one in given]

        def agrees(statement: str, property_: str) -> bool:
            return given.get(property_) in graph.values(statement, property_)

        on_it = [one for one in graph.having(self.property, given[self.property])
                 if graph.is_a(one, self.class_) and any(agrees(one, of) for of in subjects)]
        same = [one for one in on_it if all(agrees(one, of) for of in self.coded)]
        return next(iter(same), None), tuple(one for one in on_it if one not in same)


def _follows(place: int, text: str, cues: list[str]) -> bool:
    """Whether a place of a text is shortly after one of some cues."""
    return any(0 <= place - cue.end() <= _AFTER and not re.search(r"[.;:]", text[cue.end():place])
               for cue in pattern(cues).finditer(text))
