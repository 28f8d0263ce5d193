"""Cue words: which concept the words of a passage lead to, by the project's own lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.patterns import pattern
from graphsvc.curate.text import Said
from graphsvc.vocabulary import CURATION

_LAST = 1000
_SHARE = 4
_BEFORE = 60
"""Characters before a cue in which words may be that undo it."""


@dataclass(frozen=True)
class Cue:
    """Words of a text that lead to a concept. start, end: where they are in the text."""

    iri: str
    words: str
    start: int
    end: int


@dataclass(frozen=True)
class _Concept:
    """A concept with what finds its cues. rank: the lower, the sooner it is taken; together: the
    concepts whose cues together lead to it."""

    iri: str
    rank: int
    cues: re.Pattern[str]
    never: re.Pattern[str]
    undone: re.Pattern[str]
    together: frozenset[str]


class Cues:
    """The cues of the concepts that a property can have. otherwise: its value without any."""

    def __init__(self, graph: CuratedGraph, property_: str) -> None:
        self.otherwise = graph.value(property_, CURATION.otherwise)
        self._apart = pattern(graph.values(property_, CURATION.notAcross))
        within = graph.value(property_, CURATION.within)
        self._within = int(within) if within else None
        self._concepts = [
            _Concept(iri, int(graph.value(iri, CURATION.rank) or _LAST),
                     pattern(graph.values(iri, CURATION.cue)),
                     pattern(graph.values(iri, CURATION.notCue)),
                     pattern(graph.values(iri, CURATION.notAfter)),
                     frozenset(graph.values(iri, CURATION.whenAll)))
            for iri in graph.things(graph.range(property_) or "")]
        self._concepts.sort(key=lambda concept: concept.rank)

    def find(self, said: Said) -> list[Cue]:
        """The cues in what is said, those of the first rank first, then in their order."""
        text = said.text.replace("’", "'")
        return [cue for concept in self._concepts for cue in _find(concept, text)
                if self._reaches(cue, text, said.at)]

    def choose(self, said: list[Said]) -> Cue | None:
        """The cue by which a thing is coded: of the concept that all cues lead to together, or else
        of the one that is taken first."""
        in_each = [self.find(one) for one in said]
        found = [cue for cues in in_each for cue in cues]
        often = Counter(iri for cues in in_each for iri in {cue.iri for cue in cues})
        places = len(in_each) if self._within is not None else sum(map(bool, in_each))
        found = [cue for cue in found if often[cue.iri] * _SHARE >= places]
        first = {cue.iri: cue for cue in reversed(found)}
        for concept in self._concepts:
            if concept.together and concept.together <= first.keys():
                one = min((first[iri] for iri in concept.together), key=found.index)
                return Cue(concept.iri, one.words, one.start, one.end)
            if concept.iri in first:
                return first[concept.iri]
        return None

    def _reaches(self, cue: Cue, text: str, at: int | None) -> bool:
        """Whether a cue is said of the name that is there in the text."""
        if at is None:
            return self._within is None
        between = text[cue.end:at] if cue.end <= at else text[at:cue.start]
        return (self._within is None or len(between.split()) <= self._within) and not (
            cue.end <= at and self._apart.search(between))


def _find(concept: _Concept, text: str) -> Iterable[Cue]:
    never = [match.span() for match in concept.never.finditer(text)]
    for match in concept.cues.finditer(text):
        start, end = match.span()
        before = re.split(r"[.;:]", text[max(0, start - _BEFORE):start])[-1]
        if not concept.undone.search(before) and not any(
                first <= start and end <= last for first, last in never):
            yield Cue(concept.iri, match[0], start, end)
