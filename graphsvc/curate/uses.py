"""Drafts of statements about one thing that passages name, with what cue words say of it."""

from __future__ import annotations

from collections.abc import Iterator

from graphsvc.curate.cues import Cues
from graphsvc.curate.records import Draft, Value
from graphsvc.curate.text import Said, Text
from graphsvc.vocabulary import CURATION


def draft_uses(text: Text) -> Iterator[Draft]:
    """One draft for each class of statements that names a thing, and each such thing."""
    graph = text.graph
    for class_ in graph.having(CURATION.names):
        property_ = graph.value(class_, CURATION.names) or ""
        coded = {one: Cues(graph, one) for one in graph.values(class_, CURATION.coded)}
        for iri, sentences in text.naming(graph.range(property_)).items():
            first = next(one for one in sentences[0].named if one.iri == iri)
            values = [text.value(property_, iri, first.words), *text.subject_values(class_)]
            for one, cues in coded.items():
                if value := _coded(text, one, cues, text.said_of(iri, sentences)):
                    values.append(value)
            yield Draft(
                document=text.reading.slug, kind=class_, kind_label=graph.label(class_),
                values=tuple(values),
                passages=tuple(dict.fromkeys(
                    line for sentence in sentences for line in sentence.lines)),
                cue=first.words, score=text.sureness(iri, {one.words for sentence in sentences
                                         for one in sentence.named if one.iri == iri}))


def _coded(text: Text, property_: str, cues: Cues, said: list[Said]) -> Value | None:
    """The value to which the cue words of what is said of a thing lead."""
    best = cues.choose(said)
    if best:
        return text.value(property_, best.iri, best.words)
    return text.value(property_, cues.otherwise) if cues.otherwise else None
