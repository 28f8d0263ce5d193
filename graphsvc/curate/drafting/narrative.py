"""Drafts of what the narrative says: sentences on one subject, with a judgement by cue words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from graphsvc.curate.drafting.cues import Cues
from graphsvc.curate.drafting.subjects import Subjects
from graphsvc.curate.drafting.text import Said, Sentence, Text
from graphsvc.curate.records import Draft, Kind, Value
from graphsvc.vocabulary import CURATION, SKOS
from graphsvc.words import words

_FEWEST = 8
"""Words of a sentence that can be a statement."""
_MOST = 2
"""Subjects of a statement that its words lead to, besides those that it names."""
_NEARLY = 0.7
"""How likely a second subject must be, measured by the first."""
_SURE, _LIKELY = 12.0, 0.08
"""How likely a subject must be for a statement to be surely on it, and how sure a statement must be
of which no cue words are."""


def draft_narrative(text: Text) -> Iterator[Draft]:
    """One draft for each run of sentences of a paragraph that are on one subject, for each class
    that has a property by which its statements differ. A run without cue words counts
    only where it is surely on its subject."""
    graph = text.graph
    for class_ in graph.having(CURATION.about):
        about = graph.value(class_, CURATION.about)
        subjects = text.about(about)
        coded = {one: Cues(graph, one) for one in graph.values(class_, CURATION.coded)}
        drafts = (_draft(text, class_, about, run, subjects, coded)
                  for _, paragraph in groupby(text.sentences, lambda sentence: sentence.line)
                  for run in _runs(list(paragraph), subjects))
        yield from (one for one in drafts if one.cue or one.score >= _LIKELY)


def _runs(sentences: list[Sentence], subjects: Subjects) -> Iterator[list[Sentence]]:
    """The sentences of a paragraph, those next to one another on one subject together."""
    long = [one for one in sentences
            if len(words(one.text)) >= _FEWEST and one.kind is not Kind.CAPTION]
    yield from (list(run) for _, run in groupby(long, lambda one: _first(one, subjects)))


def _first(sentence: Sentence, subjects: Subjects) -> str | None:
    return next((value for value, _ in subjects.likeliest(_context(sentence, sentence.text))), None)


def _context(sentence: Sentence, text: str) -> str:
    """A text with the heading that it is under."""
    return f"{sentence.above[-1]} {text}" if sentence.above else text


def _draft(
    text: Text, class_: str, about: str, run: list[Sentence], subjects: Subjects,
    coded: dict[str, Cues],
) -> Draft:
    graph, joined = text.graph, " ".join(sentence.text for sentence in run)
    likely = subjects.likeliest(_context(run[0], joined))[:_MOST]
    values = [*text.subject_values(class_), *(
        text.value(about, value) for value, score in likely if score >= likely[0][1] * _NEARLY)]
    best = None
    for property_, cues in coded.items():
        best = cues.choose([Said(sentence.text, None) for sentence in run])
        iri = best.iri if best else cues.otherwise
        if iri:
            values.append(text.value(property_, iri, best.words if best else ""))
    if likely and best:
        values.insert(0, headline(text, graph.label(likely[0][0]), graph.label(best.iri)))
    named = {one.iri: one.words for sentence in run for one in sentence.named
             if text.is_here(one)}
    for property_ in graph.values(class_, CURATION.mentions):
        range_ = graph.range(property_)
        general = graph.values(property_, CURATION.general)
        values += [text.value(property_, iri, written) for iri, written in named.items()
                   if graph.is_a(iri, range_) and iri not in general]
    score = min(1.0, (likely[0][1] if likely else 0) / _SURE) * (0.9 if best else 0.5)
    return text.draft(class_, _each_once(values), (line for one in run for line in one.lines),
                      best.words if best else "", score)


def headline(text: Text, subject: str, judged: str) -> Value:
    """A name to begin with, of a statement: what it is about, and how that is judged."""
    return text.said(SKOS.prefLabel, f"{subject[:1].upper()}{subject[1:]}: {judged}")


def _each_once(values: list[Value]) -> list[Value]:
    """The values, each of a property once, with the cue if one has it."""
    found = {(value.property, value.iri): value for value in values}
    return list((found | {key: value for value in values if value.cue and (
        key := (value.property, value.iri))}).values())
