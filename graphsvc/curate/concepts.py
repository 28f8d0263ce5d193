"""The concepts that a property can have, found in a text by their cues or their names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.patterns import pattern
from graphsvc.vocabulary import CURATION

_LAST = 1000
_POSSESSIVE = re.compile(r"'s\b|(?<=s)'(?= \w)")


@dataclass(frozen=True)
class Found:
    """Words of a text that lead to a concept. rank: the lower, the sooner the concept is taken;
    start, end: where they are in the text, end excluded."""

    iri: str
    words: str
    rank: int
    start: int
    end: int


class Concepts:
    """The concepts that a property can have. otherwise: the one that it has without words; ranks:
    of those that are found by words, the first rank first."""

    def __init__(
        self, graph: CuratedGraph, property_: str, by: str = CURATION.cue, named: bool = False
    ) -> None:
        """by: the property that gives the cues; named: whether the names of a concept that has no
        cues are its cues."""
        self.otherwise = graph.value(property_, CURATION.otherwise)
        self._concepts = []
        for iri in graph.choices(property_):
            cues = graph.values(iri, by) or (graph.called(iri) if named else [])
            if cues:
                rank = int(graph.value(iri, CURATION.rank) or _LAST)
                never = graph.values(iri, CURATION.notCue)
                self._concepts.append((rank, iri, pattern(cues), pattern(never)))
        self.ranks = {iri: rank for rank, iri, *_ in sorted(
            self._concepts, key=lambda one: one[:2])}

    def find(self, text: str) -> list[Found]:
        """The concepts in a text, those of the first rank first, then in their order."""
        found = []
        for rank, iri, cues, never in self._concepts:
            without = [match.span() for match in never.finditer(text)]
            found += [Found(iri, match[0], rank, *match.span())
                      for match in cues.finditer(text)
                      if not _POSSESSIVE.match(text, match.end()) and not any(
                          start <= match.start() and match.end() <= end for start, end in without)]
        return sorted(found, key=lambda one: (one.rank, one.start))

    def best(self, text: str, last: bool = False) -> Found | None:
        """The concept of the first rank that is nearest to the beginning, or to the end; of those
        that begin there the one with the most words."""
        return min(self.find(text), key=lambda one: (
            one.rank, -one.end if last else one.start, one.start - one.end), default=None)
