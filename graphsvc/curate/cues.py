"""Cue words: which concept the words of a passage lead to, by the project's own lists."""

from __future__ import annotations

import re
from collections import Counter

from graphsvc.curate.concepts import Concepts, Found
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.patterns import pattern
from graphsvc.curate.text import Said
from graphsvc.vocabulary import CURATION

_SHARE = 4
_BEFORE = 60
"""Characters before a cue in which words may be that undo it."""


class Cues:
    """The cues of the concepts that a property can have. otherwise: its value without any."""

    def __init__(self, graph: CuratedGraph, property_: str) -> None:
        self._concepts = Concepts(graph, property_)
        self.otherwise = self._concepts.otherwise
        self._apart = pattern(graph.values(property_, CURATION.notAcross))
        within = graph.value(property_, CURATION.within)
        self._within = int(within) if within else None
        self._undone = {iri: pattern(graph.values(iri, CURATION.notAfter))
                        for iri in graph.choices(property_)}
        self._together = {iri: frozenset(graph.values(iri, CURATION.whenAll))
                          for iri in graph.choices(property_)}

    def find(self, said: Said) -> list[Found]:
        """The cues in what is said, those of the first rank first, then in their order."""
        text = said.text.replace("’", "'")
        return [cue for cue in self._concepts.find(text)
                if self._reaches(cue, text, said.at) and not self._undone[cue.iri].search(
                    re.split(r"[.;:]", text[max(0, cue.start - _BEFORE):cue.start])[-1])]

    def choose(self, said: list[Said]) -> Found | None:
        """The cue by which a thing is coded: of the concept that all cues lead to together, or else
        of the one that is taken first."""
        in_each = [self.find(one) for one in said]
        often = Counter(iri for cues in in_each for iri in {cue.iri for cue in cues})
        places = len(in_each) if self._within is not None else sum(map(bool, in_each))
        found = [cue for cues in in_each for cue in cues if often[cue.iri] * _SHARE >= places]
        first = {cue.iri: cue for cue in reversed(found)}
        for iri, rank in self._concepts.ranks.items():
            if self._together[iri] and self._together[iri] <= first.keys():
                one = min((first[other] for other in self._together[iri]), key=found.index)
                return Found(iri, one.words, rank, one.start, one.end)
            if iri in first:
                return first[iri]
        return None

    def _reaches(self, cue: Found, text: str, at: int | None) -> bool:
        """Whether a cue is said of the name that is there in the text."""
        if at is None:
            return self._within is None
        between = text[cue.end:at] if cue.end <= at else text[at:cue.start]
        return (self._within is None or len(between.split()) <= self._within) and not (
            cue.end <= at and self._apart.search(between))
