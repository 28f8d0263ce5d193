"""Drafts of statements: on a thing that passages name, with what cue words say of it and of whom;
on the items of lists whose heading says what they are; and on what the narrative judges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from graphsvc.curate.drafting.cues import Cues, pattern, subjects_of
from graphsvc.curate.drafting.dates import periods
from graphsvc.curate.drafting.text import (
    Said,
    Sentence,
    Text,
    find_words,
    item,
    numbered,
    title,
)
from graphsvc.curate.records import Draft, Kind, Paragraph, Value
from graphsvc.vocabulary import CURATION, DCTERMS, SKOS, XSD
from graphsvc.words import words

# -- uses ---------------------------------------------------------------------------------------

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
    return any(0 <= place - cue.end() <= _AFTER for cue in pattern(cues).finditer(text))


# -- lists --------------------------------------------------------------------------------------

_LONGEST = 25
"""Items of a list."""
_LEADS = re.compile(r"(?!.{250}).*(?::[ *_]*$|\bfollowing\b)", re.IGNORECASE)
"""A sentence that leads to a list: `We found these strengths:`."""
_ALIKE = 0.6
"""The share of words that make two items the same."""


@dataclass
class _Item:
    """An item with the lines that it is on. of: the words of its heading."""

    number: str
    text: str
    of: str
    score: float
    lines: list[int] = field(default_factory=list)


def draft_lists(text: Text) -> Iterator[Draft]:
    """One draft for each item of a list of a class that has `curation:listedUnder`.

    An item that the document repeats in another list of the class, as in a summary, is one draft
    with all its passages.
    """
    for class_ in text.graph.having(CURATION.listedUnder):
        heading = pattern(text.graph.values(class_, CURATION.listedUnder))
        found: list[_Item] = []
        for one in _items(text.reading.paragraphs, heading):
            same = next((other for other in found if _same(one, other)), None)
            if same:
                same.lines += one.lines
            else:
                found.append(one)
        yield from (_of_list(text, class_, one) for one in found)


def _items(paragraphs: tuple[Paragraph, ...], heading: re.Pattern[str]) -> Iterator[_Item]:
    for place, paragraph in enumerate(paragraphs):
        after = paragraphs[place + 1:place + 1 + 2 * _LONGEST]
        name, number = numbered(title(paragraph))
        headed = bool(heading.fullmatch(name))
        if headed and number and after:  # each item has a heading of its own
            yield _Item(number, after[0].text, paragraph.text, 0.8, [after[0].line])
        elif headed or _LEADS.match(paragraph.text) and heading.search(paragraph.text) and (
                any(map(item, after[:1]))):
            yield from _listed(after, paragraph.text)


def _listed(paragraphs: tuple[Paragraph, ...], of: str) -> list[_Item]:
    """The items below a heading or a sentence that leads to them, up to what is none."""
    found: list[_Item] = []
    for place, paragraph in enumerate(paragraphs):
        listed = item(paragraph)
        if listed and paragraph.kind is not Kind.HEADING:
            found.append(_Item(listed[0] or str(len(found) + 1), listed[1], of, 0.9,
                               [paragraph.line]))
        elif found and paragraph.kind is Kind.BODY and paragraph.text[:1].islower():
            found[-1].text += f" {paragraph.text}"  # as where a page ends
            found[-1].lines.append(paragraph.line)
        elif found or title(paragraph) or place > 1:
            break
    return found


def _same(one: _Item, other: _Item) -> bool:
    these, those = ({word.stem for word in words(found.text)} for found in (one, other))
    return len(these & those) > _ALIKE * max(len(these), len(those))


def _of_list(text: Text, class_: str, one: _Item) -> Draft:
    graph = text.graph
    about = graph.gives(class_, CURATION.about)
    number = graph.gives(class_, CURATION.numbered) or DCTERMS.identifier
    values = [*text.subject_values(class_), text.said(number, one.number, "", XSD.string)]
    for iri, _ in subjects_of(graph, about).likeliest(one.text)[:1]:
        values.append(text.value(about, iri))
        values.append(_headline(text, graph.label(iri), f"{graph.label(class_)} {one.number}"))
    values += [text.value(coded, iri) for coded in graph.given(class_, CURATION.coded)
               for iri in graph.values(class_, CURATION.implies) if iri in graph.choices(coded)]
    return text.draft(class_, values, one.lines, numbered(one.of)[0], one.score)


# -- narrative ----------------------------------------------------------------------------------

_FEWEST = 8
"""Words of a sentence that can be a statement."""
_SUBJECTS, _NEARLY = 2, 0.7
"""Subjects of a statement that its words lead to, besides those that it names; how likely a second
must be, measured by the first."""
_SURE, _LIKELY = 12.0, 0.08
"""How likely a subject must be for a statement to be surely on it, and how sure a statement must be
of which no cue words are."""


def draft_narrative(text: Text) -> Iterator[Draft]:
    """One draft for each run of sentences of a paragraph that are on one subject, for each class
    that has a property by which its statements differ. A run without cue words counts
    only where it is surely on its subject."""
    graph = text.graph
    long = [one for one in text.sentences
            if len(words(one.text)) >= _FEWEST and one.kind is not Kind.CAPTION]
    for class_ in graph.having(CURATION.about):
        about = graph.value(class_, CURATION.about)
        coded = {one: Cues(graph, one) for one in graph.values(class_, CURATION.coded)}

        def likely(run: list[Sentence], about: str = about) -> list[tuple[str, float]]:
            """The likeliest subjects of some sentences with the heading that they are under."""
            return subjects_of(graph, about).likeliest(
                " ".join((*run[0].above[-1:], *(one.text for one in run))))[:_SUBJECTS]

        for _, same in groupby(long, lambda one: (
                one.line, [value for value, _ in likely([one])[:1]])):
            run = [*same]
            draft = _of_narrative(text, class_, about, run, likely(run), coded)
            if draft.cue or draft.score >= _LIKELY:
                yield draft


def _headline(text: Text, subject: str, judged: str) -> Value:
    """A name to begin with, of a statement: what it is about, and how that is judged."""
    return text.said(SKOS.prefLabel, f"{subject[:1].upper()}{subject[1:]}: {judged}")


def _of_narrative(
    text: Text, class_: str, about: str, run: list[Sentence], likely: list[tuple[str, float]],
    coded: dict[str, Cues],
) -> Draft:
    graph, best = text.graph, None
    values = [*text.subject_values(class_), *(
        text.value(about, value) for value, score in likely if score >= likely[0][1] * _NEARLY)]
    for property_, cues in coded.items():
        best = cues.choose([Said(sentence.text, None) for sentence in run])
        if iri := best.iri if best else cues.otherwise:
            values.append(text.value(property_, iri, best.words if best else ""))
    if likely and best:
        values.insert(0, _headline(text, graph.label(likely[0][0]), graph.label(best.iri)))
    named = {one.iri: one.words for sentence in run for one in sentence.named
             if text.is_here(one)}
    for property_ in graph.values(class_, CURATION.mentions):
        range_, general = graph.range(property_), graph.values(property_, CURATION.general)
        values += [text.value(property_, iri, written) for iri, written in named.items()
                   if graph.is_a(iri, range_) and iri not in general]
    each = {(value.property, value.iri or value.text): value for value in values}  # with its cue
    score = min(1.0, (likely[0][1] if likely else 0) / _SURE) * (0.9 if best else 0.5)
    return text.draft(class_, each.values(), (line for one in run for line in one.lines),
                      best.words if best else "", score)
