"""What a passage is about, by the words of what the project says already on each subject."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import log

from graphsvc.curate.graph import CuratedGraph
from graphsvc.vocabulary import DCTERMS, SKOS
from graphsvc.words import words

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
        every = sum(often.values())
        self._size = {value: log(1 + sum(found.values()) / _DOUBT)
                      for value, found in counts.items()}
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
