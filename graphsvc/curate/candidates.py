"""Drafts of things that the project does not have: what is named, and what it may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import exp, log

from rapidfuzz import fuzz, process

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.patterns import pattern
from graphsvc.curate.phrases import Phrase, phrases
from graphsvc.curate.records import Draft, Near, Value
from graphsvc.curate.text import Sentence, Text
from graphsvc.vocabulary import CURATION, DCTERMS, SKOS
from graphsvc.words import FUNCTION_WORDS, content_stems, fold, words

_CONTENTS = re.compile(r"\w(?:[ .]+|\t)\d{1,3}$")
"""How a line of a table of contents ends."""
_EXAMPLE = re.compile(r"\b(?:such as|includ\w+|for example|for instance|e\.g|namely|called|"
                      r"known as)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"@|www\.|https?:|\b(?:19|20)\d\d\b|\b[A-Z]{1,2}\d{1,2} ?\d[A-Z]{2}\b")
_NEAR = 3
"""Existing things that are shown with a new one."""
_LIKE = 60
"""How like its name one of theirs must be, of 100."""
_TEXTS = 10
"""How many times as many texts count as names."""
_LEAST = 0.18
"""How sure a candidate must be to be drafted."""


@dataclass
class _Candidate:
    """A name that may be of something new, with all that was seen of it."""

    meaning: tuple[str, tuple[str, str] | None]
    written: dict[str, None] = field(default_factory=dict)
    letters: dict[str, None] = field(default_factory=dict)
    ways: set[str] = field(default_factory=set)
    lines: dict[int, None] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)


class Heads:
    """The words by which names end, with what they say of the thing: its class, and its kind as a
    property with a concept."""

    def __init__(self, graph: CuratedGraph) -> None:
        ranks = {class_: int(graph.value(class_, CURATION.new) or 0)
                 for class_ in graph.having(CURATION.new)}
        self.classes = sorted(ranks, key=lambda class_: ranks[class_])
        self.plain = {fold(word) for class_ in self.classes
                      for word in graph.values(class_, CURATION.plain)}
        self.never = {frozenset(content_stems(name)) for class_ in self.classes
                      for name in graph.values(class_, CURATION.notName)}
        self.never |= {frozenset(content_stems(graph.label(thing)))
                       for thing in graph.having(SKOS.prefLabel)}
        self._aside = pattern([title for class_ in self.classes
                                   for title in graph.values(class_, CURATION.notUnder)])
        self._meaning: dict[str, tuple[str, tuple[str, str] | None]] = {}
        for class_ in self.classes:
            for word in graph.values(class_, CURATION.headWord):
                self._meaning.setdefault(fold(word), (class_, None))
            for property_ in graph.values(class_, CURATION.kind):
                for concept in graph.things(graph.range(property_) or ""):
                    for word in graph.values(concept, CURATION.headWord):
                        self._meaning.setdefault(fold(word), (class_, (property_, concept)))

    def is_aside(self, above: tuple[str, ...]) -> bool:
        """Whether one of the headings over a sentence is of a part that introduces nothing."""
        return any(self._aside.search(title.replace("’", "'")) for title in above)

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
        if _CONTENTS.search(sentence.text) or heads.is_aside(sentence.above):
            continue
        for phrase in phrases(sentence.text, heads.knows, graph.names.has):
            name = _stripped(phrase.text, heads)
            stems = frozenset(content_stems(name))
            if not stems or stems in heads.never or _is_known(name, sentence, heads) or (
                    _is_ordinary(name, phrase, small)):
                continue
            meaning = heads.of(name) or (heads.classes[0], None)
            one = found.setdefault(stems, _Candidate(meaning))
            one.written[name] = None
            one.ways.add(phrase.way)
            one.lines |= dict.fromkeys(sentence.lines)
            one.signs |= _signs(name, phrase, sentence.text)
            if phrase.letters:
                one.letters[phrase.letters] = None
    texts = _counted(graph.values(thing, DCTERMS.description)
                     for thing in graph.having(DCTERMS.description))
    likeness = {class_: _Likeness(graph, class_, texts) for class_ in heads.classes}
    for stems, one in found.items():
        if (score := _score(one, stems, likeness[one.meaning[0]].of(stems))) >= _LEAST:
            yield _draft(text, one, score)


def _stripped(name: str, heads: Heads) -> str:
    """A name without plain words at its beginning."""
    parts = name.split()
    while len(parts) > 1 and (fold(parts[0]) in heads.plain or fold(parts[0]) in FUNCTION_WORDS):
        parts = parts[1:]
    return " ".join(parts)


def _is_known(name: str, sentence: Sentence, heads: Heads) -> bool:
    """Whether the things that the sentence names have all the words, but for one at the end that
    only says what it is."""
    known = {stem for one in sentence.named for stem in content_stems(one.words)}
    *others, last = words(name)
    return {*content_stems(name)} <= known or bool(others) and heads.knows(last.text) and (
        {word.stem for word in others} <= known)


def _is_ordinary(name: str, phrase: Phrase, small: set[str]) -> bool:
    """Whether a name is only a number, or one word that the document has in small letters too."""
    parts = [part for part in fold(name).split() if part not in FUNCTION_WORDS]
    if len(name) < 3 or _ADDRESS.search(name) or all(part[0].isdigit() for part in parts):
        return True
    return len(parts) == 1 and (phrase.way == "end" or {*re.split(r"\W", parts[0])} <= small)


def _signs(name: str, phrase: Phrase, text: str) -> set[str]:
    """What is around a name that makes it likelier one: it is in a list of examples, is known
    to the reader, or does something."""
    start = max(text.find(name, phrase.start), 0)
    before, after = text[:start], text[start + len(name):]
    signs = {"example": _EXAMPLE.search(before), "the": re.search(r"\bthe\W+$", before, re.I),
             "acts": re.match(r"\W*(?:was|were|is|are|had|has|which|helped|provided)\b", after)}
    return {sign for sign, found in signs.items() if found}


class _Likeness:
    """How much the words of a name are like those of names of a class, and not of other texts."""

    def __init__(self, graph: CuratedGraph, class_: str, texts: Counter[str]) -> None:
        self._names = _counted(map(graph.called, graph.things(class_)))
        self._texts = texts

    def of(self, stems: Iterable[str]) -> float:
        """The mean over the words of the logarithm of how much likelier each is in a name."""
        found = [log((self._names[stem] + 0.5) / (self._texts[stem] / _TEXTS + 0.5))
                 for stem in stems]
        return sum(found) / len(found)


def _counted(things: Iterable[list[str]]) -> Counter[str]:
    """In how many things, each with some texts, the words are."""
    return Counter(stem for texts in things for stem in {
        stem for text in texts for stem in content_stems(text)})


_SIGNS = {"letters": 1.4, "set off": 1.3, "capitals": 0.6, "example": 1.6, "acts": 0.9, "the": 0.2}
_SIZES = {1: 0.0, 2: -1.0, 3: -0.5, 4: -0.5, 5: -0.5}
"""Weights of a logistic regression over the candidates of documents that are curated: of how a name
was found and what is around it, and of how many words it has."""


def _score(one: _Candidate, stems: frozenset[str], likeness: float) -> float:
    """How sure it is that a candidate is a name, by its words and where they are."""
    capital = all(part[0].isupper() for part in next(iter(one.written)).split())
    found = (-1.6 + 1.2 * likeness + sum(_SIGNS.get(sign, 0) for sign in one.ways | one.signs)
             + _SIZES.get(len(stems), 0) + 0.7 * capital + 0.5 * (one.meaning[1] is not None))
    return 1 / (1 + exp(-found))


def _draft(text: Text, one: _Candidate, score: float) -> Draft:
    graph, (class_, kind) = text.graph, one.meaning
    label, *others = [*one.written, *one.letters]
    values = [_name(graph, str(SKOS.prefLabel), label)]
    values += [_name(graph, str(SKOS.altLabel), other) for other in others]
    if kind:
        values.append(text.value(*kind, label.split()[-1]))
    return Draft(
        document=text.reading.slug, kind=class_, kind_label=graph.label(class_),
        values=tuple(values), passages=tuple(one.lines), cue=label, score=round(score, 2),
        near=_near(graph, one, class_))


def _near(graph: CuratedGraph, one: _Candidate, class_: str) -> tuple[Near, ...]:
    """The things of the class whose names are most like that of a candidate."""
    names = {(iri, name): fold(name) for iri in graph.things(class_) for name in graph.called(iri)}
    found: dict[str, float] = {}
    for written in one.written:
        for _, share, (iri, _) in process.extract(
                fold(written), names, scorer=fuzz.token_sort_ratio, score_cutoff=_LIKE,
                limit=_NEAR):
            found[iri] = max(share / 100, found.get(iri, 0))
    likest = sorted(found, key=lambda iri: (-found[iri], iri))[:_NEAR]
    return tuple(Near(iri=iri, label=graph.label(iri), likeness=round(found[iri], 2))
                 for iri in likest)


def _name(graph: CuratedGraph, property_: str, name: str) -> Value:
    return Value(property=property_, property_label=graph.label(property_), text=name,
                 language="en", label=name, cue=name)
