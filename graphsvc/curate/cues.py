"""Cue words: which concept the words of a passage lead to, by the project's own lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphsvc.curate.graph import CuratedGraph
from graphsvc.vocabulary import CURATION

_LAST = 1000


@dataclass(frozen=True)
class Cue:
    """Words of a text that lead to a concept. start, end: where they are in the text; rank: the
    lower, the sooner the concept is taken."""

    iri: str
    words: str
    rank: int
    start: int
    end: int


class Cues:
    """The cues of the concepts that a property can have."""

    def __init__(self, graph: CuratedGraph, property_: str) -> None:
        """Raises re.error for a cue that is no pattern; `graphsvc build` finds that first."""
        self.otherwise = graph.value(property_, CURATION.otherwise)
        self._concepts = []
        for iri in graph.things(graph.range(property_) or ""):
            cues = graph.values(iri, CURATION.cue)
            if cues:
                rank = int(graph.value(iri, CURATION.rank) or _LAST)
                never = graph.values(iri, CURATION.notCue)
                self._concepts.append((rank, iri, _pattern(cues), _pattern(never)))

    def find(self, text: str) -> list[Cue]:
        """The cues in a text, those of the first rank first, then in their order."""
        text = text.replace("’", "'")
        found = []
        for rank, iri, cues, never in self._concepts:
            without = [match.span() for match in never.finditer(text)]
            found += [Cue(iri, match[0], rank, *match.span())
                      for match in cues.finditer(text) if not any(
                          start <= match.start() and match.end() <= end for start, end in without)]
        return sorted(found, key=lambda cue: (cue.rank, cue.start))


def _pattern(cues: list[str]) -> re.Pattern[str]:
    """What finds any of some cues, the longest first; nothing where there are none."""
    if not cues:
        return re.compile(r"(?!)")
    parts = ["".join(map(_part, re.split(r"( \* |\*| )", cue)))
             for cue in sorted(cues, key=lambda cue: (-len(cue), cue))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def _part(part: str) -> str:
    """A piece of a cue: words, a blank, the end of a word (`*`), or up to five words (` * `)."""
    blank = r"[\s*_]+"
    return {"*": r"\w*", " ": blank, " * ": rf"{blank}(?:[^\s.;]+{blank}){{0,5}}"}.get(
        part, re.escape(part))
