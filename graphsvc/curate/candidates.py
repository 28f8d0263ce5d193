"""Drafts of things that the project does not have: what is named, and what it may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import exp, log

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.phrases import Phrase, phrases
from graphsvc.curate.records import Draft, Near, Value
from graphsvc.curate.text import Sentence, Text
from graphsvc.vocabulary import CURATION, DCTERMS, SKOS
from graphsvc.words import FUNCTION_WORDS, fold, words

_CONTENTS = re.compile(r"\w(?:[ .]+|\t)\d{1,3}$")
"""How a line of a table of contents ends."""
_ADDRESS = re.compile(r"@|www\.|https?:|\d{4}")
_NEAR = 3
"""Existing things that are shown with a new one."""
_TEXTS = 10
"""How many times as many texts count as names."""
_LEAST = 0.2
"""How sure a candidate must be to be drafted."""


@dataclass
class _Candidate:
    """A name that may be of something new, with all that was seen of it."""

    meaning: tuple[str, tuple[str, str] | None]
    written: dict[str, None] = field(default_factory=dict)
    letters: dict[str, None] = field(default_factory=dict)
    ways: set[str] = field(default_factory=set)
    lines: dict[int, None] = field(default_factory=dict)


class Heads:
    """The words by which names end, with what they say of the thing: its class, and its kind as a
    property with a concept."""

    def __init__(self, graph: CuratedGraph) -> None:
        ranks = {class_: int(graph.value(class_, CURATION.new) or 0)
                 for class_ in graph.having(CURATION.new)}
        self.classes = sorted(ranks, key=lambda class_: ranks[class_])
        self.plain = {fold(word) for class_ in self.classes
                      for word in graph.values(class_, CURATION.plain)}
        self.never = {frozenset(_stems(name)) for class_ in self.classes
                      for name in graph.values(class_, CURATION.notName)}
        self._meaning: dict[str, tuple[str, tuple[str, str] | None]] = {}
        for class_ in self.classes:
            for word in graph.values(class_, CURATION.headWord):
                self._meaning.setdefault(fold(word), (class_, None))
            for property_ in graph.values(class_, CURATION.kind):
                for concept in graph.things(graph.range(property_) or ""):
                    for word in graph.values(concept, CURATION.headWord):
                        self._meaning.setdefault(fold(word), (class_, (property_, concept)))

    def knows(self, word: str) -> bool:
        """Whether a word says what a thing is."""
        return self._singular(fold(word)) is not None

    def of(self, name: str) -> tuple[str, tuple[str, str] | None] | None:
        """What the end of a name says of the thing."""
        parts = fold(name.replace("-", " ")).split()
        for start in range(len(parts)):
            if (found := self._singular(" ".join(parts[start:]))) is not None:
                return self._meaning[found]
        return None

    def _singular(self, folded: str) -> str | None:
        forms = (folded, folded.removesuffix("s"), folded.removesuffix("es"),
                 folded.removesuffix("ies") + "y")
        return next((form for form in forms if form in self._meaning), None)


def draft_candidates(text: Text) -> Iterator[Draft]:
    """One draft for each name in a document that no thing of the project has."""
    graph, heads = text.graph, Heads(text.graph)
    if not heads.classes:
        return
    small = {word.folded for sentence in text.sentences for word in words(sentence.text)
             if word.text == word.folded}
    found: dict[frozenset[str], _Candidate] = {}
    for sentence in text.sentences:
        if _CONTENTS.search(sentence.text):
            continue
        for phrase in phrases(sentence.text, heads.knows, graph.names.has):
            name = _stripped(phrase.text, heads)
            stems = frozenset(_stems(name))
            if not stems or stems in heads.never or _is_known(stems, sentence) or _is_ordinary(name, phrase, small):
                continue
            meaning = heads.of(name) or (heads.classes[0], None)
            one = found.setdefault(stems, _Candidate(meaning))
            one.written[name] = None
            one.ways.add(phrase.way)
            one.lines |= dict.fromkeys(sentence.lines)
            if phrase.letters:
                one.letters[phrase.letters] = None
    likeness = {class_: _Likeness(graph, class_) for class_ in heads.classes}
    for stems, one in found.items():
        if (score := _score(one, likeness[one.meaning[0]].of(stems))) >= _LEAST:
            yield _draft(text, one, score)


def _stripped(name: str, heads: Heads) -> str:
    """A name without plain words at its beginning."""
    parts = name.split()
    while len(parts) > 1 and (fold(parts[0]) in heads.plain or fold(parts[0]) in FUNCTION_WORDS):
        parts = parts[1:]
    return " ".join(parts)


def _stems(name: str) -> list[str]:
    return [word.stem for word in words(name) if not word.is_small]


def _is_known(stems: frozenset[str], sentence: Sentence) -> bool:
    """Whether the things that the sentence names have all the words."""
    return stems <= {stem for one in sentence.named for stem in _stems(one.words)}


def _is_ordinary(name: str, phrase: Phrase, small: set[str]) -> bool:
    """Whether a name is only a number, or one word that the document has in small letters too."""
    parts = [part for part in fold(name).split() if part not in FUNCTION_WORDS]
    return len(name) < 3 or bool(_ADDRESS.search(name)) or all(part[0].isdigit() for part in parts) or len(parts) == 1 and (
        phrase.way == "end" or {*re.split(r"\W", parts[0])} <= small)


class _Likeness:
    """How much the words of a name are like those of names of a class, and not of other texts."""

    def __init__(self, graph: CuratedGraph, class_: str) -> None:
        self._names = Counter(stem for thing in graph.things(class_) for stem in {
            stem for name in graph.called(thing) for stem in _stems(name)})
        self._texts = Counter(stem for thing in graph.having(DCTERMS.description) for stem in {
            stem for text in graph.values(thing, DCTERMS.description) for stem in _stems(text)})

    def of(self, stems: Iterable[str]) -> float:
        """The mean over the words of the logarithm of how much likelier each is in a name."""
        found = [log((self._names[stem] + 0.5) / (self._texts[stem] / _TEXTS + 0.5))
                 for stem in stems]
        return sum(found) / len(found)


def _score(one: _Candidate, likeness: float) -> float:
    """How sure it is that a candidate is a name: by its words and the ways in which it was found.
    The weights are those of a logistic regression over candidates of documents that are curated."""
    ways = {"letters": 1.4, "set off": 1.5, "capitals": 0.4}
    found = (-2.0 + 1.2 * likeness + sum(ways.get(way, 0) for way in one.ways)
             + 0.4 * (len(one.lines) > 1) + 0.6 * (one.meaning[1] is not None))
    return 1 / (1 + exp(-found))


def _draft(text: Text, one: _Candidate, score: float) -> Draft:
    graph, (class_, kind) = text.graph, one.meaning
    label, *others = [*one.written, *one.letters]
    values = [_name(graph, str(SKOS.prefLabel), label)]
    values += [_name(graph, str(SKOS.altLabel), other) for other in others]
    if kind:
        values.append(text.value(*kind, label.split()[-1]))
    near = graph.names.near(label, lambda iri: graph.is_a(iri, class_))[:_NEAR]
    return Draft(
        document=text.reading.slug, kind=class_, kind_label=graph.label(class_),
        values=tuple(values), passages=tuple(one.lines), cue=label, score=round(score, 2),
        near=tuple(Near(iri=iri, label=graph.label(iri), likeness=round(min(1.0, share), 2))
                   for iri, share in near))


def _name(graph: CuratedGraph, property_: str, name: str) -> Value:
    return Value(property=property_, property_label=graph.label(property_), text=name,
                 language="en", label=name, cue=name)
