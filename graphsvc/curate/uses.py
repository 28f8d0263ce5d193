"""Drafts of statements about one thing that passages name, with what cue words say of it."""

from __future__ import annotations

from collections.abc import Iterator

from graphsvc.curate.cues import Cues
from graphsvc.curate.nearby import said_already, values_near
from graphsvc.curate.patterns import pattern
from graphsvc.curate.records import Draft, Value
from graphsvc.curate.text import Said, Sentence, Text, is_proper
from graphsvc.vocabulary import CURATION

_LEAST = 0.65
"""How sure it must be that the document says something of the thing."""
_CODED, _PROPER, _AGAIN, _MOST = 0.1, 0.05, 0.05, 4
"""What makes it surer: cue words near its name, capitals, and that it is named again, so often."""


def draft_uses(text: Text) -> Iterator[Draft]:
    """One draft for each class of statements that names a thing, and each such thing."""
    for class_ in text.graph.having(CURATION.names):
        property_ = text.graph.value(class_, CURATION.names) or ""
        coded = {one: Cues(text.graph, one) for one in text.graph.values(class_, CURATION.coded)}
        aside = pattern(text.graph.values(class_, CURATION.notUnder))
        for iri, sentences in text.naming(text.graph.range(property_)).items():
            salient = [one for one in sentences if not any(map(aside.search, one.above))]
            if salient:
                draft = _draft(text, class_, property_, iri, salient, coded)
                if draft.score >= _LEAST:
                    yield draft


def _draft(
    text: Text, class_: str, property_: str, iri: str, sentences: list[Sentence],
    coded: dict[str, Cues],
) -> Draft:
    graph, written = text.graph, _written(iri, sentences)
    values = [text.value(property_, iri, written[0]), *text.subject_values(class_)]
    said = text.said_of(iri, sentences)
    values += [value for one, cues in coded.items() if (value := _coded(text, one, cues, said))]
    sure = text.sureness(iri, written) + _CODED * any(value.cue for value in values[1:]) + (
        _AGAIN * min(len(sentences) - 1, _MOST)) + _PROPER * any(map(is_proper, written))
    known, clashes = said_already(text, class_, property_, values)
    near = {(value.property, value.iri or value.text): value
            for value in values_near(text, class_, sentences) if value.iri != iri}
    return Draft(
        document=text.reading.slug, kind=class_, kind_label=graph.label(class_),
        values=(*values, *near.values()), known=known, clashes=clashes, cue=written[0],
        score=round(min(sure, 1.0), 2),
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
