"""Drafts of statements about one thing that passages name, with what cue words say of it."""

from __future__ import annotations

from collections.abc import Iterator

from graphsvc.curate.cues import Cues
from graphsvc.curate.nearby import said_already, values_near
from graphsvc.curate.patterns import pattern
from graphsvc.curate.records import Draft, Value
from graphsvc.curate.text import Said, Sentence, Text
from graphsvc.vocabulary import CURATION

_LEAST, _OFTEN_LEAST, _OFTEN = 0.65, 0.5, 5
"""How sure it must be that the document means the thing, also where so many sentences name it."""


def draft_uses(text: Text) -> Iterator[Draft]:
    """One draft for each class of statements that names a thing, and each such thing."""
    for class_ in text.graph.having(CURATION.names):
        property_ = text.graph.value(class_, CURATION.names) or ""
        coded = {one: Cues(text.graph, one) for one in text.graph.values(class_, CURATION.coded)}
        aside = pattern(text.graph.values(class_, CURATION.notUnder))
        for iri, sentences in text.naming(text.graph.range(property_)).items():
            salient = [one for one in sentences if not any(map(aside.search, one.above))]
            sure = text.sureness(iri, _written(iri, salient)) if salient else 0
            if sure >= (_LEAST if len(salient) < _OFTEN else _OFTEN_LEAST):
                yield _draft(text, class_, property_, iri, salient, coded)


def _draft(
    text: Text, class_: str, property_: str, iri: str, sentences: list[Sentence],
    coded: dict[str, Cues],
) -> Draft:
    graph, written = text.graph, _written(iri, sentences)
    values = [text.value(property_, iri, written[0]), *text.subject_values(class_)]
    said = text.said_of(iri, sentences)
    values += [value for one, cues in coded.items() if (value := _coded(text, one, cues, said))]
    known, clashes = said_already(text, class_, property_, values)
    near = {(value.property, value.iri or value.text): value
            for value in values_near(text, class_, sentences) if value.iri != iri}
    return Draft(
        document=text.reading.slug, kind=class_, kind_label=graph.label(class_),
        values=(*values, *near.values()), known=known, clashes=clashes, cue=written[0],
        score=round(text.sureness(iri, written), 2),
        passages=tuple(dict.fromkeys(line for one in sentences for line in one.lines)))


def _written(iri: str, sentences: list[Sentence]) -> list[str]:
    """How sentences name a thing."""
    return [one.words for sentence in sentences for one in sentence.named if one.iri == iri]


def _coded(text: Text, property_: str, cues: Cues, said: list[Said]) -> Value | None:
    """The value to which the cue words of what is said of a thing lead."""
    best = cues.choose(said)
    if best:
        return text.value(property_, best.iri, best.words)
    return text.value(property_, cues.otherwise) if cues.otherwise else None
