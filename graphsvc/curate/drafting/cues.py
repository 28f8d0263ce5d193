"""Which concept the words of a passage lead to: by the project's own lists of cue words, or by
likeness to the words of what has the concept."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log

from graphsvc.curate.drafting.text import Said
from graphsvc.curate.graph import CuratedGraph
from graphsvc.vocabulary import CURATION, DCTERMS, SKOS
from graphsvc.words import words

_BLANK = r"[\s*_-]+"


def pattern(cues: list[str]) -> re.Pattern[str]:
    """What finds any of some cues, the longest first; nothing where there are none."""
    if not cues:
        return re.compile(r"(?!)")
    parts = ["".join(map(_part, re.split(r"( \* |\*| )", cue)))
             for cue in sorted(cues, key=lambda cue: (-len(cue), cue))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def _part(part: str) -> str:
    """A piece of a cue: words, a blank, the end of a word (`*`), or up to five words (` * `)."""
    return {"*": r"\w*", " ": _BLANK, " * ": rf"{_BLANK}(?:[^\s.;]+{_BLANK}){{0,5}}"}.get(
        part, re.sub("['’]", "['’]", re.escape(part)))


_LAST = 1000
_POSSESSIVE = re.compile(r"['’]s\b|(?<=s)['’](?= \w)")


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
    """The concepts that a property can have, those of the first rank first. otherwise: the one that
    it has without words."""

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
        self._concepts.sort(key=lambda one: one[:2])

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

    def longest(self, text: str) -> list[Found]:
        """The concepts in a text in their order, without those within the words of others."""
        found = self.find(text)
        return sorted((one for one in found if not any(
            other.start <= one.start and one.end <= other.end and other != one for other in found)),
            key=lambda one: one.start)

    def best(self, text: str, last: bool = False) -> Found | None:
        """The concept of the first rank that is nearest to the beginning, or to the end; of those
        that begin there the one with the most words."""
        return min(self.find(text), key=lambda one: (
            one.rank, -one.end if last else one.start, one.start - one.end), default=None)


_SHARE = 4
_BEFORE = 60
"""Characters before a cue in which words may be that undo it."""


class Cues(Concepts):
    """The cues by which a property of a thing that is named is coded."""

    def __init__(self, graph: CuratedGraph, property_: str) -> None:
        super().__init__(graph, property_)
        self._apart = pattern(graph.values(property_, CURATION.notAcross))
        within = graph.value(property_, CURATION.within)
        self._within = int(within) if within else None
        self._undone = {iri: pattern(graph.values(iri, CURATION.notAfter))
                        for iri in graph.choices(property_)}
        self._together = {iri: frozenset(graph.values(iri, CURATION.whenAll))
                          for iri in graph.choices(property_)}

    def choose(self, said: list[Said]) -> Found | None:
        """The cue by which a thing is coded: of the concept that all cues lead to together, or else
        of the one that is taken first."""
        in_each = [[cue for cue in self.find(one.text) if self._reaches(cue, one.text, one.at)]
                   for one in said]
        often = Counter(iri for cues in in_each for iri in {cue.iri for cue in cues})
        places = len(in_each) if self._within is not None else sum(map(bool, in_each))
        found = [cue for cues in in_each for cue in cues if often[cue.iri] * _SHARE >= places]
        first = {cue.iri: cue for cue in reversed(found)}
        for rank, iri, *_ in self._concepts:
            if self._together[iri] and self._together[iri] <= first.keys():
                one = min((first[other] for other in self._together[iri]), key=found.index)
                return replace(one, iri=iri, rank=rank)
            if iri in first:
                return first[iri]
        return None

    def _reaches(self, cue: Found, text: str, at: int | None) -> bool:
        """Whether a cue is said of the name that is there in the text, and nothing undoes it."""
        before = re.split(r"[.;:]", text[max(0, cue.start - _BEFORE):cue.start])[-1]
        if self._undone[cue.iri].search(before):
            return False
        if at is None:
            return self._within is None
        between = text[cue.end:at] if cue.end <= at else text[at:cue.start]
        return (self._within is None or len(between.split()) <= self._within) and not (
            cue.end <= at and self._apart.search(between))


# -- likeness --------------------------------------------------------------------------------------

_TEXTS = (SKOS.prefLabel, SKOS.altLabel, SKOS.definition, DCTERMS.description)
_OWN = 3
"""How many times the names and definition of a subject itself count."""
_DOUBT = 3000
"""How many words of any text are added to those of each subject: with few of its own, its words say
little (naive Bayes with the words of all as prior)."""


class Subjects:
    """The values of a property, with the words of the things that have each."""

    def __init__(self, graph: CuratedGraph, property_: str) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        often: Counter[str] = Counter()
        for thing in graph.having(property_):
            said = _stems(text for name in _TEXTS for text in graph.values(thing, name))
            often.update(said)
            for value in graph.values(thing, property_):
                counts[value].update(said)
        for value in graph.things(graph.range(property_)):
            own = _stems(text for name in _TEXTS for text in graph.values(value, name))
            often.update(own)
            counts[value].update({stem: _OWN for stem in own})
        every = often.total()
        self._size = {value: log(1 + found.total() / _DOUBT) for value, found in counts.items()}
        self._says: dict[str, dict[str, float]] = {stem: {} for stem in often}
        for value, found in counts.items():
            for stem, times in found.items():
                self._says[stem][value] = log(1 + times * every / (_DOUBT * often[stem]))

    def likeliest(self, text: str) -> list[tuple[str, float]]:
        """The values that a text may be about, the likeliest first, each with how much likelier its
        words are there than anywhere (logarithm, above 0)."""
        known = [self._says[stem] for stem in _stems([text]) if stem in self._says]
        scores: dict[str, float] = defaultdict(float)
        for says in known:
            for value, weight in says.items():
                scores[value] += weight
        found = {value: score - len(known) * self._size[value] for value, score in scores.items()}
        return sorted(((value, score) for value, score in found.items() if score > 0),
                      key=lambda pair: (-pair[1], pair[0]))


def _stems(texts: Iterable[str]) -> set[str]:
    return {word.stem for text in texts for word in words(text)
            if not word.is_small and not word.folded.isdecimal()}


subjects_of = lru_cache(maxsize=8)(Subjects)
"""The subjects of a graph by property: lists and narrative have the same."""
