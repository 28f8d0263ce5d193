"""What is graded: things with a number and names, of which each document uses one set."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from graphsvc.curate.drafting.cues import pattern
from graphsvc.curate.drafting.headings import plain
from graphsvc.curate.drafting.text import Text
from graphsvc.vocabulary import CURATION
from graphsvc.words import content_stems

_NUMBER = r"(\d{1,2}(?:\.\d{1,2})?)"
_BEFORE = re.compile(rf"^{_NUMBER}[.:)]?\s+")
_START = re.compile(rf"^\W*{_NUMBER}[.:)]?\s*[–:-]?\s+(?=\w)")
_REST = re.compile(r"[.;\t]|:\s*\w+(?: \w+)?\W*$")
_ENOUGH = 0.5
"""The share of a name's salient words that a text must have."""


@dataclass(frozen=True)
class Indicator:
    """What a text names of what is graded. iri: None where the project does not have it; number:
    with which the document names it, or empty; words: as the text has it; start: where."""

    iri: str | None
    number: str
    words: str
    start: int


@dataclass(frozen=True)
class _Known:
    iri: str
    number: str
    set: str
    name: str
    stems: frozenset[str]


class Indicators:
    """The values that a property can have, as a document names them.

    text: of the document, by which the set is chosen whose names it has most.
    """

    def __init__(self, text: Text, property_: str) -> None:
        graph, everything = text.graph, "\n".join(
            paragraph.text.casefold() for paragraph in text.reading.paragraphs)
        numbered, in_set = (graph.value(property_, one)
                            for one in (CURATION.numbered, CURATION.set))
        known = [_Known(iri, graph.value(iri, numbered), graph.value(iri, in_set), name,
                        frozenset(content_stems(name)))
                 for iri in reversed(graph.choices(property_))  # of equal ones the newest
                 for name in dict.fromkeys(_BEFORE.sub("", name) for name in graph.called(iri))
                 if not any(sign.isdigit() for sign in name)]
        given = Counter(one.set for one in known if one.name.casefold() in everything)
        self._sets = [one for one, _ in given.most_common()]
        self._known = sorted(known, key=lambda one: (self._rank(one), -len(one.name)))
        cues = pattern(graph.values(graph.range(property_), CURATION.cue)).pattern
        self._said = re.compile(rf"{cues}[\s*_-]+{_NUMBER}(?![\w%])", re.IGNORECASE)

    def find(self, text: str, first: bool = False) -> list[Indicator]:
        """What a text names, in its order. first: whether a number at its beginning is one too."""
        found: list[Indicator] = []
        taken: list[tuple[int, int]] = []
        numbers = [*self._said.finditer(text), *([_START.match(text)] if first else [])]
        for match in numbers:
            if match and not any(start < match.end() and match.start() < end
                                 for start, end in taken):
                rest = plain(_REST.split(text[match.end():])[0].lstrip(" :–-"))
                named = self._numbered(match[1], rest, match.start())
                if named.iri or "." in named.number or match.re is self._said:
                    found.append(named)
                    taken.append((match.start(), match.end() + len(rest) + 1))
        folded = text.casefold().replace("’", "'")
        for one in self._known:
            at = folded.find(one.name.casefold())
            alone = " " in one.name or re.fullmatch(r"\W*", re.split(
                r"[\t:]", folded[at + len(one.name):])[0])
            if at >= 0 and alone and not any(
                    start < at + len(one.name) and at < end for start, end in taken):
                found.append(Indicator(one.iri, one.number, text[at:at + len(one.name)], at))
                taken.append((at, at + len(one.name)))
        return sorted(found, key=lambda one: one.start)

    def like(self, text: str) -> Indicator | None:
        """What a text paraphrases: the one of whose name it has most salient words."""
        said = frozenset(content_stems(text))
        shares = {one: len(one.stems & said) / len(one.stems)
                  for one in self._known if len(one.stems & said) > 1}
        best = max(shares, key=lambda one: (shares[one], -self._rank(one)), default=None)
        if best is None or shares[best] < _ENOUGH:
            return None
        return Indicator(best.iri, best.number, best.name, 0)

    def _numbered(self, number: str, rest: str, start: int) -> Indicator:
        same = [one for one in self._known if one.number == number]
        said = frozenset(content_stems(rest))
        best = max((one for one in same if "." in number or one.stems & said),
                   key=lambda one: (len(one.stems & said), -self._rank(one)), default=None)
        name = " ".join(f"{number} {rest}".split()[:10])
        return Indicator(best.iri if best else None, number, name, start)

    def _rank(self, one: _Known) -> int:
        return self._sets.index(one.set) if one.set in self._sets else len(self._sets)
