"""Drafts of statements about one thing that passages name, with what cue words say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphsvc.curate.cues import Cues
from graphsvc.curate.holders import Holders
from graphsvc.curate.nearby import said_already, values_near
from graphsvc.curate.patterns import pattern
from graphsvc.curate.records import Draft, Value
from graphsvc.curate.text import Said, Sentence, Text, is_proper
from graphsvc.vocabulary import CURATION

_LEAST = 0.65
"""How sure it must be that the document says something of the thing."""
_CLAUSE = re.compile(r"[.,;:()–]| (?:and|but|which|while|although) ")
_WORDS = 8
"""Words of the document that may be given as they are."""
_CODED, _PROPER, _AGAIN, _MOST = 0.1, 0.05, 0.05, 4
"""What makes it surer: cue words near its name, capitals, and that it is named again, so often."""


def draft_uses(text: Text) -> Iterator[Draft]:
    """One draft for each class of statements that names a thing, each such thing, and those of whom
    the document says it."""
    for class_ in text.graph.having(CURATION.names):
        property_ = text.graph.value(class_, CURATION.names) or ""
        coded = {one: Cues(text.graph, one) for one in text.graph.values(class_, CURATION.coded)}
        aside = pattern(text.graph.values(class_, CURATION.notUnder))
        holders = Holders(text, class_)
        found = []
        for iri, sentences in text.naming(text.graph.range(property_) or "").items():
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
        _AGAIN * min(len(sentences) - 1, _MOST)) + _PROPER * any(map(is_proper, written))
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
        found = next(one.text[best.start:] for one in said if one.text.replace("’", "'")[
            best.start:best.end] == best.words)
        words = " ".join(_CLAUSE.split(found)[0].split()[:_WORDS])
        yield text.said(wording, words, best.words)
