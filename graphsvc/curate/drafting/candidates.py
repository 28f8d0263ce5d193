"""Drafts of things that the project does not have: what is named, and what it may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import exp, log

from rapidfuzz import fuzz, process

from graphsvc.curate.drafting.cues import pattern
from graphsvc.curate.drafting.phrases import EXAMPLE, Phrase, Phrases
from graphsvc.curate.drafting.text import Sentence, Text
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Kind, Near
from graphsvc.vocabulary import CURATION, DCTERMS, SKOS
from graphsvc.words import FUNCTION_WORDS, content_stems, fold, words

_SPEAKER = re.compile(r",[^.;:“\"]*\bs(?:aid|ays):?\s*[“\"]")
"""What comes after the name of somebody who is quoted."""
_ADDRESS = re.compile(r"@|www\.|https?:|\b(?:19|20)\d\d\b|\b[A-Z]{1,2}\d{1,2} ?\d[A-Z]{2}\b")
_BRACKETS = re.compile(r"\s*\([^()]*\)?")
_NEAR = 3
"""Existing things that are shown with a new one."""
_LIKE = 60
"""How like its name one of theirs must be, of 100."""
_TEXTS = 10
"""How many times as many texts count as names."""
_LEAST = 0.25
"""How sure a candidate must be to be drafted."""
_SHORT = 7
"""Words of a line that says little."""
_BEFORE = {"the": re.compile(r"\bthe\W+$", re.IGNORECASE),
           "a": re.compile(r"\ban?\W+$", re.IGNORECASE)}
_AFTER = {"acts": re.compile(r"\W*(?:was|were|is|are|had|has|which|helped|provided)\b"),
          "last": re.compile(r"\s*[.;]?$"),
          "goes on": re.compile(r"\s*(?!(?:and|for|to|of|in|was|were|is|are|had|has|which|that|with"
                                r"|by|on|at|from|as|or|but|who|helped|provided)\b)[a-z]")}


@dataclass
class _Candidate:
    """A name that may be of something new, with all that was seen of it."""

    meaning: tuple[str, tuple[str, str] | None]
    written: dict[str, None] = field(default_factory=dict)
    letters: dict[str, None] = field(default_factory=dict)
    lines: dict[int, None] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)


class Heads:
    """The words by which names end, with what they say of the thing: its class, and its kind as a
    property with a concept."""

    def __init__(self, graph: CuratedGraph) -> None:
        self.classes = sorted(graph.having(CURATION.new),
                              key=lambda class_: int(graph.value(class_, CURATION.new)))

        def given(property_: str) -> list[str]:
            """What is said of any of the classes."""
            return [text for class_ in self.classes for text in graph.values(class_, property_)]

        self._graph, self._classes = graph, frozenset(self.classes)
        self._led = {class_: pattern(graph.values(class_, CURATION.begunCue))
                     for class_ in self.classes}
        self._plain = {*map(fold, given(CURATION.plain))}
        self._vague = self._plain | {*map(fold, given(CURATION.vague))}
        self.never = {frozenset(content_stems(name)) for name in (
            *given(CURATION.notName), *map(graph.label, graph.having(SKOS.prefLabel)))}
        self._aside = pattern(given(CURATION.notUnder))
        self._meaning: dict[str, tuple[str, tuple[str, str] | None]] = {}
        for class_ in self.classes:
            concepts = [(property_, concept) for property_ in graph.values(class_, CURATION.kind)
                        for concept in graph.things(graph.range(property_))]
            for kind in (None, *concepts):
                for word in graph.values(kind[1] if kind else class_, CURATION.headWord):
                    self._meaning.setdefault(fold(word), (class_, kind))

    def led(self, before: str) -> str | None:
        """The class of what is named after a text, if its end leads to one."""
        return next((class_ for class_, cues in self._led.items() for cue in cues.finditer(before)
                     if re.fullmatch(r"\W*(?:the\W+)?", before[cue.end():])), None)

    def known(self, sentence: Sentence) -> set[str]:
        """The words of the things that a sentence names, of the classes that have new ones."""
        return {stem for one in sentence.named if self._classes & self._graph.classes(one.iri)
                for stem in content_stems(one.words)}

    def is_known(self, name: str, known: set[str]) -> bool:
        """Whether all words of a name are known, but for those at its end that only say what it
        is."""
        parts = [word for word in words(name) if not word.is_small]
        while len(parts) > 1 and parts[-1].stem not in known and self.knows(parts[-1].text):
            parts.pop()
        return {word.stem for word in parts} <= known

    def is_vague(self, name: str) -> bool:
        """Whether a name has no word but those that go with anything, and what it is."""
        parts = [part for part in fold(name).split() if part not in FUNCTION_WORDS]
        return all(part in self._vague or self.knows(part) for part in parts)

    def stripped(self, name: str) -> str:
        """A name without plain words at its beginning."""
        parts = _BRACKETS.sub("", name).split()
        while len(parts) > 1 and fold(parts[0]) in self._plain | FUNCTION_WORDS:
            parts = parts[1:]
        return " ".join(parts)

    def is_aside(self, above: tuple[str, ...]) -> bool:
        """Whether one of the headings over a sentence is of a part that introduces nothing."""
        return any(self._aside.search(title) for title in above)

    def knows(self, word: str) -> bool:
        """Whether a word says what a thing is."""
        return self._singular(fold(word)) is not None

    def of(self, name: str) -> tuple[str, tuple[str, str] | None] | None:
        """What the end of a name says of the thing."""
        parts = fold(name.replace("-", " ")).split()
        ends = (self._singular(" ".join(parts[start:])) for start in range(len(parts)))
        return next((self._meaning[found] for found in ends if found is not None), None)

    def _singular(self, folded: str) -> str | None:
        forms = (folded, folded.removesuffix("s"), folded.removesuffix("es"),
                 folded.removesuffix("ies") + "y")
        return next((form for form in forms if form in self._meaning), None)


def draft_candidates(text: Text) -> Iterator[Draft]:
    """One draft for each name in a document that no thing of the project has."""
    graph, heads = text.graph, Heads(text.graph)
    if not heads.classes:
        return
    said = _counted(graph.values(thing, DCTERMS.description)
                    for thing in graph.having(DCTERMS.description))
    named = {class_: _counted(map(graph.called, graph.things(class_))) for class_ in heads.classes}
    for stems, one in _found(text, heads).items():
        score = _score(one, stems, named[one.meaning[0]], said)
        if score >= _LEAST:
            yield _draft(text, one, score)


def _found(text: Text, heads: Heads) -> dict[frozenset[str], _Candidate]:
    """The names, each with what was seen of it, by the words that say what it is about."""
    finder = Phrases(heads.knows, text.graph.names.has)
    small = {word.folded for sentence in text.sentences for word in words(sentence.text)
             if word.text == word.folded}
    found: dict[frozenset[str], _Candidate] = {}
    for sentence in text.sentences:
        if heads.is_aside(sentence.above):
            continue
        known = heads.known(sentence)
        for phrase in finder.of(sentence.text):
            name = heads.stripped(phrase.text)
            stems = frozenset(content_stems(name))
            if not stems or stems in heads.never or heads.is_known(name, known) or (
                    _SPEAKER.match(sentence.text, phrase.end)
                    or heads.is_vague(name) or _is_ordinary(name, phrase, small)):
                continue
            led = heads.led(sentence.text[:phrase.start])
            one = found.setdefault(stems, _Candidate(
                heads.of(name) or (led or heads.classes[0], None)))
            one.written[name] = None
            one.lines |= dict.fromkeys(sentence.lines)
            one.signs |= _signs(name, phrase, sentence) | ({"led"} if led else set())
            if phrase.letters:
                one.letters[phrase.letters] = None
    return found


def _is_ordinary(name: str, phrase: Phrase, small: set[str]) -> bool:
    """Whether a name is only a number, or one word that the document has in small letters too."""
    parts = [part for part in fold(name).split() if part not in FUNCTION_WORDS]
    if len(name) < 3 or _ADDRESS.search(name) or all(part[0].isdigit() for part in parts):
        return True
    return len(parts) == 1 and (phrase.way not in ("letters", "set off", "capitals") or {
        *re.split(r"\W", parts[0])} <= small)


def _signs(name: str, phrase: Phrase, sentence: Sentence) -> set[str]:
    """How a name was found and what is around it: each makes it likelier or less likely to be one.
    """
    start = max(sentence.text.find(name, phrase.start), 0)
    before, after = sentence.text[:start], sentence.text[start + len(name):]
    signs = {phrase.way: True, "item": sentence.kind is Kind.ITEM, "row": sentence.kind is Kind.ROW,
             "short": len(sentence.text.split()) < _SHORT, "example": EXAMPLE.search(before)}
    signs |= {sign: pattern.search(before) for sign, pattern in _BEFORE.items()}
    signs |= {sign: pattern.match(after) for sign, pattern in _AFTER.items()}
    return {sign for sign, found in signs.items() if found}


def _counted(things: Iterable[list[str]]) -> Counter[str]:
    """In how many things, each with some texts, the words are."""
    return Counter(stem for texts in things for stem in {
        stem for text in texts for stem in content_stems(text)})


_WEIGHTS = {"set off": 1.3, "capitals": 0.85, "listed": -0.7, "example": 1.35, "acts": 0.7,
            "led": 1.0, "a": 0.85, "the": 0.55, "goes on": -0.4, "last": -0.6, "item": -1.25,
            "row": -0.9, "short": -0.8}
"""Of a logistic regression over the candidates of documents that are curated; "led" is a guess."""


def _score(
    one: _Candidate, stems: frozenset[str], names: Counter[str], texts: Counter[str]
) -> float:
    """How sure it is that a candidate is a name, by where its words are, and by how much likelier
    they are in names of its class than in texts."""
    like = [log((names[stem] + 0.5) / (texts[stem] / _TEXTS + 0.5)) for stem in stems]
    found = (-1.5 + 0.8 * sum(like) / len(like) + 0.3 * min(like) + 0.6 * bool(one.meaning[1])
             + sum(_WEIGHTS.get(sign, 0) for sign in one.signs))
    return 1 / (1 + exp(-found))


def _draft(text: Text, one: _Candidate, score: float) -> Draft:
    graph, (class_, kind) = text.graph, one.meaning
    label, *others = [*one.written, *one.letters]
    values = [text.said(SKOS.prefLabel, label, label),
              *(text.said(SKOS.altLabel, other, other) for other in others)]
    if kind:
        values.append(text.value(*kind, label.split()[-1]))
    return text.draft(class_, values, one.lines, label, score, near=_near(graph, one, class_))


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
