"""Ranking the named questions by how well their wordings and parameters fit what was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import log

from graphsvc.ask.fit import Asked, Bound, Fit
from graphsvc.ask.wordings import Phrase, Reader, Wording, Wordings
from graphsvc.index import Index
from graphsvc.names import Mention
from graphsvc.questions.library import Library
from graphsvc.questions.question import Parameter, Question
from graphsvc.vocabulary import SKOS
from graphsvc.words import FUNCTION_WORDS, Word, stem

_SMALL_WORD = 0.08
"""The weight of a word that says little; that of a word no question uses is 1."""
_PLACE = 0.9
_NOT_PLACED = 0.8
"""How much a mention counts that a question can take, though the wording does not provide it."""
_HALF = 0.45
"""The share of a wording that must be there for the rest to be a text to look for."""
_PLACED_TEXT, _HELD_TEXT = 0.35, 0.6
"""How much words count that a question takes as a text to look for, and those that something holds
together."""
_LEFT_OUT = 2
"""Words of a text to look for that may be left out."""
_ELSEWHERE = 0.6
"""How much a word counts that is not in the wording, but elsewhere in the question's header."""
_ASKED = 0.65
"""The part of a score that is the share of the asker's words which are used; the rest is the share
of the wording which was asked."""
_CLOSE = 0.7
"""How alike a name must be to narrow a question whose wording does not provide it."""
_ANYTHING = (None, str(SKOS.Concept))
"""Classes that say nothing of what a thing is."""
_SAME = 0.95
"""How alike a name must be for a thing of any kind to be taken."""
_LEAST = 0.35
"""The weight from which on a mention narrows a question whose wording does not provide it."""
_LIBRARY = 0.02
"""The part of a score that all wordings of a question have, next to the one that fits best."""
_SMALL_TERM, _SMALL_PAIR = 0.15, 0.1
"""How much words that say little, and pairs of them, count there."""
_OFTEN = 1.2
"""How many wordings with a word make it say half as much as it can."""
_SMALL_STEMS = frozenset(map(stem, FUNCTION_WORDS))


@dataclass(frozen=True)
class _Form:
    """A wording with the weights of its words. content: those that say what it is about; total: the
    weight of all that it mentions."""

    wording: Wording
    weights: Mapping[str, float]
    content: frozenset[str]
    total: float


@dataclass(frozen=True)
class _Asked:
    """What was written, as it is compared: the stems and weights of its words."""

    words: Sequence[Word]
    parts: Sequence[str]
    weights: Sequence[float]
    searched: frozenset[int]
    """Positions of words that a text to look for may hold."""


class Ranking:
    """The questions of a release, ready to be compared with what people write."""

    def __init__(self, library: Library, wordings: Wordings, index: Index) -> None:
        self._index, self.reader = index, Reader(wordings)
        self._fits = lru_cache(1 << 16)(index.fits)
        worded = [(question, self._worded(question, wordings.phrases.get(question.name, ())))
                  for question in library]
        self._all = {question.name: self.reader.parts(self.reader.words(_head(question))).union(
            *(wording.parts for wording in ones)) for question, ones in worded}
        counts = Counter(part for parts in self._all.values() for part in parts)
        self._weights = {part: log(1 + len(counts) / count) / log(1 + len(counts))
                         for part, count in counts.items()}
        self._questions = [(question, list(map(self._form, ones))) for question, ones in worded]
        self._often = {question.name: Counter(
            term for one in ones for term in _terms(one.sequence)) for question, ones in worded}
        for question, _ in worded:
            self._often[question.name].update(
                dict.fromkeys(self._all[question.name], 1))
        spread = Counter(term for terms in self._often.values() for term in terms)
        self._rare = {term: _says(term) * log(1 + len(worded) / count)
                      for term, count in spread.items()}
        texts = [text for question, ones in worded
                 for text in (_head(question), *(one.text for one in ones))]
        texts += [" ".join(group) for group in wordings.same]
        index.names.know(word for text in texts for word in self.reader.words(text))

    def rank(self, asked: Asked) -> list[Fit]:
        """The best fit of each question that can be asked, the best first."""
        parts = list(map(self.reader.part, asked.words))
        compared = _Asked(
            asked.words, parts, list(map(self._weight, parts)), frozenset(
                at for at, word in enumerate(asked.words)
                if not word.is_small and self._index.names.uses(word)))
        fits = []
        for question, forms in self._questions:
            bound: dict[frozenset[str], list[Bound]] = {}
            found = []
            for form in forms:
                places = frozenset(form.wording.places)
                if places not in bound:
                    bound[places] = list(self._bind(question, asked, places))
                given = {one.parameter.name for one in bound[places]}
                if (not form.content.isdisjoint(parts) or given & places) and (
                        fit := self._fit(question, form, bound[places], compared)):
                    found.append(fit)
            if found:
                best = max(found, key=lambda fit: (fit.fit, len(fit.bound)))
                fits.append(replace(best, score=best.fit + _LIBRARY * self._bm25(
                    question, _sequence(parts, {at: one.parameter.name for one in best.bound
                                                for at in one.at}))))
        return sorted(fits, key=lambda fit: (-fit.score, fit.question.name))

    def about(self, text: str) -> list[Question]:
        """The questions that share words with a text, those that are most about them first."""
        parts = [self.reader.part(word) for word in self.reader.words(text) if not word.is_small]
        scores = {question.name: self._bm25(question, parts) for question, _ in self._questions}
        return sorted((question for question, _ in self._questions if scores[question.name]),
                      key=lambda question: -scores[question.name])

    def shares(self, wording: Wording, written: Sequence[Word]) -> bool:
        """Whether a wording has words that say something in common with what was written, if it has
        any."""
        content = wording.parts - _SMALL_STEMS
        return not content or not content.isdisjoint(map(self.reader.part, written))

    def weight(self, word: Word) -> float:
        """How much a word says of which question is asked: most where no question uses it."""
        return 0.0 if word.is_small else self._weight(self.reader.part(word))

    def _bm25(self, question: Question, sequence: Iterable[str]) -> float:
        """How much the words are those that a question is asked with: BM25 without lengths."""
        often = self._often[question.name]
        return sum(self._rare[term] * often[term] * (_OFTEN + 1) / (often[term] + _OFTEN)
                   for term in set(_terms(list(sequence))) if often[term])

    def _weight(self, part: str) -> float:
        return _SMALL_WORD if part in _SMALL_STEMS else self._weights.get(part, 1.0)

    def _form(self, wording: Wording) -> _Form:
        weights = {part: self._weight(part) for part in wording.parts}
        return _Form(wording, weights, wording.parts - _SMALL_STEMS,
                     sum(weights.values()) + _PLACE * len(wording.places))

    def _worded(self, question: Question, phrases: Sequence[Phrase]) -> list[Wording]:
        return list(map(self.reader.wording, (*phrases, Phrase(ask=question.title))))

    def _takes(self, parameter: Parameter, mention: Mention) -> bool:
        if parameter.type != "iri" or (mention.part and not parameter.required):
            return False
        if parameter.of_class in _ANYTHING and parameter.scheme is None:
            return parameter.required and mention.likeness >= _SAME and not mention.quiet
        return self._fits(mention.iri, parameter.of_class, parameter.scheme)

    def _bind(
        self, question: Question, asked: Asked, places: frozenset[str]
    ) -> Iterator[Bound]:
        """Values for the parameters of a question, each word used once, the likeliest first;
        places: the parameters that the wording provides for, which go first."""
        taken: set[int] = set()
        filled: dict[str, list[Bound]] = {}
        parameters = sorted(question.parameters, key=lambda p: not p.required)
        for mention, parameter in sorted(
                ((mention, parameter) for mention in asked.mentions for parameter in parameters
                 if self._takes(parameter, mention)),
                key=lambda pair: (-pair[0].likeness, -len(pair[0].at), min(pair[0].at),
                                  pair[1].name not in places, parameters.index(pair[1]),
                                  not pair[0].surely)):
            had = filled.setdefault(parameter.name, [])
            if mention.at & taken or (had and not parameter.many) or any(
                    mention.iri == one.iri for others in filled.values() for one in others):
                continue
            at = mention.at.union(*(other.at for other in asked.mentions if other.iri == mention.iri
                                    and (other.likeness == 1 or other.at & mention.at))) - taken
            taken |= at
            had.append(Bound(parameter, mention.name, at, mention.iri, mention.likeness,
                             mention.quiet, mention.surely,
                             any(asked.words[at].text[0].isupper() for at in mention.at if at),
                             tuple(self._others(parameter, mention, asked))))
        yield from _in_order([one for ones in filled.values() for one in ones])
        for value in asked.values:
            if value.at & taken or value.question not in (None, question.name):
                continue
            for parameter in parameters:
                if parameter.name in value.texts and not filled.get(parameter.name):
                    taken |= value.at
                    filled[parameter.name] = [
                        Bound(parameter, value.texts[parameter.name], value.at)]
                    yield filled[parameter.name][0]

    def _others(self, parameter: Parameter, mention: Mention, asked: Asked) -> Iterator[str]:
        """What else the words of a mention may name: of a name as it is, things of that name."""
        for other in asked.mentions:
            same = other.at == mention.at and other.likeness == mention.likeness
            alike = mention.likeness < 1 and other.likeness < 1 and mention.at & other.at
            if other.iri != mention.iri and (same or alike) and self._takes(parameter, other):
                yield other.iri

    def _fit(
        self, question: Question, form: _Form, bound: Sequence[Bound], asked: _Asked
    ) -> Fit | None:
        """How well a wording fits, if all that it must have is given."""
        wording = form.wording
        literal = {at for at, part in enumerate(asked.parts) if part in form.weights}
        kept = [one for one in bound if one.parameter.required or one.likeness >= _CLOSE and (
            one.parameter.name in wording.places or not one.at <= literal
            and not one.quiet and sum(asked.weights[at] for at in one.at) >= _LEAST)]
        kept = [one for one in kept
                if one.parameter.name not in wording.implied or not one.at <= literal]
        used: dict[int, float] = dict.fromkeys(literal, 1.0)
        for one in kept:
            placed = one.parameter.name in wording.places or one.parameter.required
            factor = one.likeness * (1 if placed else _NOT_PLACED)
            used |= {at: max(used.get(at, 0), factor) for at in one.at}
        kept += list(self._text(
            question, form, asked, literal, used, {one.parameter.name for one in kept}))
        given = {one.parameter.name for one in kept}
        if any(parameter.required and parameter.name not in given | wording.implied.keys()
               for parameter in question.parameters):
            return None
        own = self._all[question.name]
        used = {at: _ELSEWHERE for at, part in enumerate(asked.parts) if part in own} | used
        of_asker = sum(weight * used.get(at, 0) for at, weight in enumerate(asked.weights))
        of_wording = sum(form.weights[part] for part in {asked.parts[at] for at in literal})
        of_wording += _PLACE * sum(place in given for place in wording.places)
        score = _ASKED * of_asker / sum(asked.weights) + (1 - _ASKED) * of_wording / form.total
        return Fit(question, wording, tuple(kept), frozenset(used), score)

    def _text(
        self, question: Question, form: _Form, asked: _Asked, literal: set[int],
        used: dict[int, float], given: Collection[str],
    ) -> Iterator[Bound]:
        """The words that are left, where the wording has a place for a text to look for. given:
        the parameters that have a value; next to one, only words that something holds."""
        found = {asked.parts[at] for at in literal} & form.content
        if sum(form.weights[part] for part in found) <= _HALF * sum(
                form.weights[part] for part in form.content):
            return
        for parameter in question.parameters:
            if (parameter.type not in ("text", "words") or parameter.name in given
                    or parameter.name not in form.wording.places):
                continue
            left = sorted(asked.searched - used.keys())
            held = self._together(parameter, asked, left)
            kept = held or left * (not given)
            text = " ".join(asked.words[at].text for at in kept)
            if len(text) >= int(parameter.min or 1) and kept:
                used |= dict.fromkeys(kept, _HELD_TEXT if held else _PLACED_TEXT)
                yield Bound(parameter, text, frozenset(kept), likeness=len(kept) / len(left))

    def _together(
        self, parameter: Parameter, asked: _Asked, left: Sequence[int]
    ) -> Sequence[int]:
        """The places of the words that something holds together: all of them, or all but one or
        two, those that say most; none where nothing does."""
        if parameter.type != "words" or not left:
            return ()
        near = self._index.nearest(
            " ".join(asked.words[at].text for at in left), parameter.of_class)
        best = max(near, key=lambda one: one.share, default=None)
        kept = [at for at in left if best and asked.words[at].stem in best.held]
        return kept if len(kept) >= max(len(left) - _LEFT_OUT, min(len(left), 2)) else ()


def _sequence(parts: Sequence[str], places: Mapping[int, str]) -> Iterator[str]:
    """The words of a text, with `<name>` once where words are the value of a parameter."""
    for at, part in enumerate(parts):
        name = places.get(at)
        if name is None:
            yield part
        elif places.get(at - 1) != name:
            yield f"<{name}>"


def _terms(sequence: Sequence[str]) -> Iterator[str]:
    """What wordings are compared by: words, and pairs of them that follow each other."""
    yield from sequence
    yield from (f"{one} {other}" for one, other in pairwise(sequence))


def _in_order(bound: Sequence[Bound]) -> Iterator[Bound]:
    """Values in the order of the text, also over parameters that take the same kind of thing."""
    kinds: dict[tuple[str | None, str | None], list[Bound]] = {}
    for one in bound:
        kinds.setdefault((one.parameter.of_class, one.parameter.scheme), []).append(one)
    for ones in kinds.values():
        parameters = [one.parameter for one in ones]
        for one, parameter in zip(sorted(ones, key=lambda b: min(b.at)), sorted(
                parameters, key=lambda p: not p.required), strict=True):
            yield replace(one, parameter=parameter)


def _says(term: str) -> float:
    """How much a word or a pair says: little where the words do."""
    small = [part in _SMALL_STEMS or part.startswith("<") for part in term.split()]
    if len(small) == 1:
        return _SMALL_TERM if term in _SMALL_STEMS else 1.0
    return _SMALL_PAIR if all(small) else 1.0


def _head(question: Question) -> str:
    """All that a question's header says of it."""
    texts = [question.name.replace("-", " "), question.title, question.description, *question.tags]
    texts += [text for parameter in question.parameters
              for text in (parameter.label, *parameter.choices.values())]
    return "\n".join([*texts, *(column.label for column in question.columns)])
