"""Drafts of things that the project does not have: names in capitals, with letters in brackets, set
off, with a word at the end that says what they are, or in a list of examples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from math import exp, log

from rapidfuzz import fuzz, process

from graphsvc.curate.drafting.cues import pattern
from graphsvc.curate.drafting.text import Sentence, Text
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Kind, Near
from graphsvc.vocabulary import CURATION, DCTERMS, SKOS
from graphsvc.words import FUNCTION_WORDS, content_stems, fold, words

_LEADS = r"\b(?:such as|includ\w+|for example|for instance|e\.g|namely|called|known as)\b"
_EXAMPLE = re.compile(_LEADS, re.IGNORECASE)
_LISTED = re.compile(rf"{_LEADS}(?:(?!\b(?:which|that|was|were|had|is|are)\b)[^.;:]){{0,120}}$",
                     re.IGNORECASE)
"""What leads to examples, and a text that ends within a list of them."""
_TOKEN = re.compile(r"[^\W_](?:[\w&+]|[’'#-](?=\w))*|[^\w\s*_]|\t")
_LETTERS = re.compile(r"\([\W_]{0,4}([A-Z][A-Za-z0-9]{0,8}[A-Z0-9])s?[\W_]{0,4}\)")
_SET_OFF = re.compile(r"\*\*([^*]{3,60}?)[.,:;]?\*\*|[‘“]([^‘’“”]{3,60})[’”]|"
                      r"(?<!\w)'(\w[^']{2,50})'(?!\w)")
_LINKS = frozenset(("and", "of", "for", "the", "in", "to", "&", "on", "with", "at", "my", "s"))
_VERBS_AND_LINKS = """
about across after against along although among around because before between beyond both brought
built by came dealt despite during each either every felt following found gave held kept led left
less meant more most not per saw set since sought spent take taken through throughout took towards
under undertook until via went were whether while within without accessing allowing attending being
delivering developing enabling ensuring giving having helping identifying implementing improving
including increasing leading making meaning offering promoting providing receiving reducing
responding resulting showing taking using
"""
_OUTSIDE = FUNCTION_WORDS | frozenset(_VERBS_AND_LINKS.split())
"""Words that are in no name of small letters."""
_BEFORE_VERBS = frozenset(("to", "will", "would", "can", "could", "should", "must", "may", "might",
                           "they", "we", "who"))
_SPEAKER = re.compile(r",[^.;:“\"]*\bs(?:aid|ays):?\s*[“\"]")
"""What comes after the name of somebody who is quoted."""
_ADDRESS = re.compile(r"@|www\.|https?:|\b(?:19|20)\d\d\b|\b[A-Z]{1,2}\d{1,2} ?\d[A-Z]{2}\b")
_BRACKETS = re.compile(r"\s*\([^()]*\)?")
_NEAR, _LIKE = 3, 60
"""Existing things that are shown with a new one, and how like its name one of theirs must be."""
_TEXTS = 10
"""How many times as many texts count as names."""
_LEAST, _SHORT, _MOST = 0.25, 7, 5
"""How sure a candidate must be; words of a line that says little, and of a name in small letters.
"""
_BEFORE = {"the": re.compile(r"\bthe\W+$", re.IGNORECASE),
           "a": re.compile(r"\ban?\W+$", re.IGNORECASE)}
_AFTER = {"acts": re.compile(r"\W*(?:was|were|is|are|had|has|which|helped|provided)\b"),
          "last": re.compile(r"\s*[.;]?$"),
          "goes on": re.compile(r"\s*(?!(?:and|for|to|of|in|was|were|is|are|had|has|which|that|with"
                                r"|by|on|at|from|as|or|but|who|helped|provided)\b)[a-z]")}


@dataclass(frozen=True)
class _Phrase:
    """Words that may be a name. way: how it was found (letters, capitals, set off, end, listed);
    letters: those in brackets after it; start, end: where it is in the sentence."""

    text: str
    way: str
    start: int
    end: int
    letters: str = ""


_Meaning = tuple[str, tuple[str, str] | None]
"""The class of a thing, and its kind as a property with a concept."""


@dataclass
class _Candidate:
    """A name that may be of something new, with all that was seen of it."""

    meaning: _Meaning
    written: dict[str, None] = field(default_factory=dict)
    lines: dict[int, None] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)


class Heads:
    """The words by which names end, with what they say of the thing."""

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
        self.aside = pattern(given(CURATION.notUnder))
        self._meaning: dict[str, _Meaning] = {}
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

    def have(self, iri: str) -> bool:
        """Whether a thing is of the classes that have new ones."""
        return not self._classes.isdisjoint(self._graph.classes(iri))

    def is_known(self, name: str, known: set[str]) -> bool:
        """Whether all words of a name are known, but for those at its end that only say what it
        is."""
        parts = [word for word in words(name) if not word.is_small]
        while len(parts) > 1 and parts[-1].stem not in known and self.knows(parts[-1].text):
            parts.pop()
        return {word.stem for word in parts} <= known

    def is_vague(self, name: str) -> bool:
        """Whether a name has no word but those that go with anything, and what it is."""
        return all(part in self._vague | FUNCTION_WORDS or self.knows(part)
                   for part in fold(name).split())

    def stripped(self, name: str) -> str:
        """A name without plain words at its beginning."""
        parts = _BRACKETS.sub("", name).split()
        while len(parts) > 1 and fold(parts[0]) in self._plain | FUNCTION_WORDS:
            parts = parts[1:]
        return " ".join(parts)

    def knows(self, word: str) -> bool:
        """Whether a word says what a thing is."""
        return self._meant(fold(word)) is not None

    def of(self, name: str) -> _Meaning | None:
        """What the end of a name says of the thing."""
        parts = fold(name.replace("-", " ")).split()
        ends = (self._meant(" ".join(parts[start:])) for start in range(len(parts)))
        return next(filter(None, ends), None)

    def _meant(self, folded: str) -> _Meaning | None:
        forms = (folded, folded.removesuffix("s"), folded.removesuffix("es"),
                 folded.removesuffix("ies") + "y")
        return next((self._meaning[form] for form in forms if form in self._meaning), None)

    def phrases(self, text: str) -> list[_Phrase]:
        """The phrases of a sentence that may be names, without those within longer ones."""
        tokens = [*_TOKEN.finditer(text)]
        found = [*_initialled(tokens, text)]
        found += [_Phrase(_plain(match[0].strip("*.,:;‘“'")), "set off", *match.span())
                  for match in _SET_OFF.finditer(text)]
        found += [_Phrase(_plain(text[tokens[first].start():tokens[last].end()]), way,
                          tokens[first].start(), tokens[last].end())
                  for way, first, last in (*self._capitals(tokens), *self._small(tokens, text))]
        return [one for one in found if not any(
            one.start >= other.start and one.end <= other.end and one.text != other.text
            and other.way != "set off" for other in found)]

    def _small(self, tokens: list[re.Match[str]], text: str) -> Iterator[tuple[str, int, int]]:
        """Runs of words that a name in small letters may have: those with an end, and those in a
        list of examples."""
        for belongs, run in groupby(range(len(tokens)), lambda n: self._belongs(tokens[n][0])):
            places = [*run] if belongs else []
            while places and self._is_verb(tokens, places[0]):
                places.pop(0)
            ends = [place for place in places[1:] if self.knows(tokens[place][0])]
            if ends:
                yield "end", max(places[0], ends[-1] - _MOST + 1), ends[-1]
            elif 1 < len(places) <= _MOST and _LISTED.search(text[:tokens[places[0]].start()]):
                yield "listed", places[0], places[-1]

    def _belongs(self, word: str) -> bool:
        """Whether a word may be in a name of small letters: it is not small, and does not look like
        a verb or an adverb."""
        folded = fold(word)
        if not word[0].isalnum() or folded in _OUTSIDE or word.isdigit():
            return False
        return "-" in folded or not folded.endswith(("ed", "ly")) or (
            self._graph.names.has(folded) or self.knows(folded))

    def _is_verb(self, tokens: list[re.Match[str]], place: int) -> bool:
        """Whether the first of some words is a verb, by its ending or by the word before it."""
        word = fold(tokens[place][0])
        return word.endswith("ing") and "-" not in word and not (
            self._graph.names.has(word) or self.knows(word)) or (
            place > 0 and fold(tokens[place - 1][0]) in _BEFORE_VERBS)

    def _capitals(self, tokens: list[re.Match[str]]) -> Iterator[tuple[str, int, int]]:
        """Runs of words in capitals, with small words between them, and with the words after them
        that end in one which says what it is."""
        place = start = next((n for n, one in enumerate(tokens) if one[0][0].isalnum()), 0)
        while place < len(tokens):
            if not _is_capital(tokens[place][0]) or (
                    place == start and fold(tokens[place][0]) in FUNCTION_WORDS):
                place += 1
                continue
            last = place
            for end in range(place + 1, len(tokens)):
                if _is_capital(tokens[end][0]) or tokens[end][0].isdigit() and end == last + 1:
                    last = end
                elif fold(tokens[end][0]) not in _LINKS:
                    break
            for end in range(last + 1, min(last + 4, len(tokens))):
                if not self._belongs(tokens[end][0]):
                    break
                if self.knows(tokens[end][0]):
                    last = end
            if last > start and (last > place or tokens[place - 1][0] not in "“‘\"'"):
                yield "capitals", place, last
            place = last + 1


def draft_candidates(text: Text) -> Iterator[Draft]:
    """One draft for each name in a document that no thing of the project has."""
    graph, heads = text.graph, Heads(text.graph)
    said = _counted(graph.values(thing, DCTERMS.description)
                    for thing in graph.having(DCTERMS.description))
    named = {class_: _counted(map(graph.called, graph.things(class_))) for class_ in heads.classes}
    for stems, one in _found(text, heads).items():
        score = _score(one, stems, named[one.meaning[0]], said)
        if score >= _LEAST:
            yield _draft(text, one, score)


def _found(text: Text, heads: Heads) -> dict[frozenset[str], _Candidate]:
    """The names, each with what was seen of it, by the words that say what it is about."""
    small = {word.folded for sentence in text.sentences for word in words(sentence.text)
             if word.text == word.folded}
    found: dict[frozenset[str], _Candidate] = {}
    for sentence in text.sentences if heads.classes else ():
        if any(map(heads.aside.search, sentence.above)):
            continue  # a part that introduces nothing
        known = {stem for one in sentence.named if heads.have(one.iri)
                 for stem in content_stems(one.words)}
        for phrase in heads.phrases(sentence.text):
            name = heads.stripped(phrase.text)
            stems = frozenset(content_stems(name))
            if not stems or stems in heads.never or heads.is_known(name, known) or (
                    _SPEAKER.match(sentence.text, phrase.end)
                    or heads.is_vague(name) or _is_ordinary(name, small)):
                continue
            led = heads.led(sentence.text[:phrase.start])
            one = found.setdefault(stems, _Candidate(
                heads.of(name) or (led or heads.classes[0], None)))
            one.written |= dict.fromkeys(filter(None, (name, phrase.letters)))
            one.lines |= dict.fromkeys(sentence.lines)
            one.signs |= _signs(name, phrase, sentence) | ({"led"} if led else set())
    return found


def _is_ordinary(name: str, small: set[str]) -> bool:
    """Whether a name is an address, or one word that the document has in small letters too."""
    parts = [part for part in fold(name).split() if part not in FUNCTION_WORDS]
    return bool(_ADDRESS.search(name)) or len(parts) == 1 and (
        len(name) < 3 or {*re.split(r"\W", parts[0])} <= small)


def _signs(name: str, phrase: _Phrase, sentence: Sentence) -> set[str]:
    """How a name was found and what is around it: each makes it likelier or less likely to be one.
    """
    start = max(sentence.text.find(name, phrase.start), 0)
    before, after = sentence.text[:start], sentence.text[start + len(name):]
    signs = {phrase.way: True, "item": sentence.kind is Kind.ITEM, "row": sentence.kind is Kind.ROW,
             "short": len(sentence.text.split()) < _SHORT, "example": _EXAMPLE.search(before)}
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
    label = next(iter(one.written))
    values = [text.said(SKOS.prefLabel if name == label else SKOS.altLabel, name, name)
              for name in one.written]
    if kind:
        values.append(text.value(*kind, label.split()[-1]))
    return text.draft(class_, values, one.lines, label, score, near=_near(graph, label, class_))


def _near(graph: CuratedGraph, name: str, class_: str) -> tuple[Near, ...]:
    """The things of the class whose names are most like a name."""
    names = {(iri, other): fold(other) for iri in graph.things(class_)
             for other in graph.called(iri)}
    found = process.extract(fold(name), names, scorer=fuzz.token_sort_ratio, score_cutoff=_LIKE,
                            limit=2 * _NEAR)
    likest = {iri: share / 100 for _, share, (iri, _) in reversed(found)}
    return tuple(Near(iri=iri, label=graph.label(iri), likeness=round(likest[iri], 2))
                 for iri in sorted(likest, key=lambda iri: (-likest[iri], iri))[:_NEAR])


def _is_capital(word: str) -> bool:
    return word != word.lower() or word[0].isdigit() and not word.isdigit()


def _plain(text: str) -> str:
    """A phrase without marks around it."""
    return " ".join(re.sub(r"[*_“”\"\[\]]|\(\W*$", " ", text).split()).strip("'’‘ ")


def _initialled(tokens: list[re.Match[str]], text: str) -> Iterator[_Phrase]:
    """The phrases whose initials are the letters in brackets after them."""
    for match in _LETTERS.finditer(text):
        wanted = [letter for letter in fold(match[1]) if letter.isalpha()]
        before = [token for token in tokens if token.end() <= match.start()]
        for first in range(1, min(len(before), 2 * len(wanted) + 2) + 1):
            parts = [part for token in before[-first:]
                     for part in re.split(r"[-’']", fold(token[0])) if part]
            if wanted in ([part[0] for part in parts],
                          [part[0] for part in parts if part not in _LINKS]):
                start, end = before[-first].start(), before[-1].end()
                yield _Phrase(_plain(text[start:end]), "letters", start, end, match[1])
                break
