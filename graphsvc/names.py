"""Names in a text: labels, other names and codes of things, also misspelt, in part or by initials.

Everything is found by comparing words with those of the release; nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from graphsvc.words import Word, stem, words

PARTLY = 0.6
"""The share of a name (by how rare its words are) that a text must hold to mention the thing."""
_LESS = 0.95
"""How alike a name is with words between or in another order, in another form, or by initials."""
_ALIKE = 0.75
"""How alike a name is with a word that begins like one of the text."""
_APART = 3
"""Words that may be between those of a name."""
_SHORT, _LONG = 5, 8
"""Letters from which on a word may be one mistake off, or two."""
_STEM, _PART = 4, 3
"""Letters of stems that may be alike, and of the parts of a compound."""
_INITIALS = range(2, 6)
_LINKING = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the",
                      "to", "with"))
"""Words that may be missing from a name of several words."""


@dataclass(frozen=True)
class Name:
    """What a thing may be called. surely: whether by a label, and not by another name; quiet:
    whether searches leave the thing out; capital: whether the name must be written in capitals."""

    iri: str
    text: str
    surely: bool
    quiet: bool
    stems: tuple[str, ...]
    folded: tuple[str, ...]
    capital: bool = False


@dataclass(frozen=True)
class Mention:
    """A thing that a text may mention.

    at: positions of the words; likeness: 1 where the text has the name as it is, above 0 else;
    part: whether the words belong to the name of something else.
    """

    iri: str
    name: str
    at: frozenset[int]
    likeness: float
    surely: bool
    quiet: bool = False
    part: bool = False


class Names:
    """The names of a release, with the words that its texts use."""

    def __init__(
        self, named: Iterable[tuple[str, str, bool, bool]], used: Mapping[str, bool]
    ) -> None:
        """named: texts with the IRI of the thing, whether it is a label, and whether searches leave
        the thing out. used: the words of the texts (folded), and whether they occur in small
        letters."""
        self._used = dict(used)
        self._names = [name for one in named if (name := self._name(*one))]
        self._holding: dict[str, list[Name]] = defaultdict(list)
        self._initials: dict[str, set[Name]] = defaultdict(set)
        for name in self._names:
            for part in dict.fromkeys(name.stems):
                self._holding[part].append(name)
            if name.surely and (letters := _initials(name.text)):
                self._initials[letters].add(name)
                if len(letters) == 2:
                    short = replace(name, stems=(letters[0].lower(), name.stems[1]))
                    for part in dict.fromkeys(short.stems):
                        self._holding[part].append(short)
        self._beginning: dict[str, list[Name]] = defaultdict(list)
        for name in self._names:
            self._beginning[name.stems[0]].append(name)
        self._most = log(1 + len(self._names))
        self._weights = {part: log(1 + len(self._names) / (1 + len(names)))
                         for part, names in self._holding.items()}
        self._sizes: dict[int, float] = defaultdict(float)
        for part, names in self._holding.items():
            for name in names:
                self._sizes[id(name)] += self._weights[part]
        self._words, self._stems = set[str](), set[str]()
        self._by_length: dict[int, list[str]] = defaultdict(list)
        own = {*self._used, *(word for name in self._names for word in name.folded)}
        self.know(Word(word, word, stem(word)) for word in sorted(own))

    def know(self, more: Iterable[Word]) -> None:
        """Add words that are not misspelt."""
        for word in more:
            if word.folded not in self._words:
                self._words.add(word.folded)
                self._stems.add(word.stem)
                if word.folded.isalpha() and len(word.folded) >= _SHORT:
                    self._by_length[len(word.folded)].append(word.folded)

    def corrected(self, text: Sequence[Word]) -> list[Word]:
        """The words, each that nothing here uses replaced by the likeliest that is meant; one with
        a capital within the text only by a word of a name."""
        return [self._correct(word) if at == 0 or word.text.islower() else
                self._named(word) for at, word in enumerate(text)]

    def mentions(self, text: Sequence[Word]) -> list[Mention]:
        """Every thing that a text may mention, the likeliest first."""
        positions: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(text):
            positions[word.stem].append(position)
        held: dict[int, float] = defaultdict(float)
        holding: dict[int, Name] = {}
        for part in positions:
            for name in self._holding.get(part, ()):
                held[id(name)] += self._weights[part]
                holding[id(name)] = name
        best: dict[tuple[str, frozenset[int]], Mention] = {}
        for name in holding.values():
            covered = held[id(name)] / self._sizes[id(name)]
            if covered < PARTLY:
                continue  # as nearly all are, which share a common word with the text
            for mention in self._mentions(name, covered, text, positions):
                key = mention.iri, mention.at
                if key not in best or _order(mention) < _order(best[key]):
                    best[key] = mention
        names = _unlinked([mention.at for mention in best.values() if mention.likeness == 1])
        proper = {mention.at for mention in best.values() if mention.likeness == 1
                  and mention.surely and _is_proper(mention.name)}
        best = {key: replace(mention, part=True) if any(
            mention.at < at and (mention.name.islower() or at in proper) or (
                mention.likeness < 1 and mention.at <= at) for at in names) else mention
            for key, mention in best.items()}
        exact = {at for name in names for at in name}
        for position, word in enumerate(text):
            if position not in exact and word.is_capital:
                for name in self._initials.get(word.text, ()):
                    at = frozenset([position])
                    best[name.iri, at] = Mention(
                        name.iri, name.text, at, _LESS, True, name.quiet)
        return sorted(best.values(), key=_order)

    def written(self, text: Sequence[Word]) -> list[Mention]:
        """The things whose names are in a text word for word, but for plurals, capitals and
        linking words; each place of a name once, without names within longer ones."""
        kept = [place for place, word in enumerate(text) if word.folded not in _LINKING]
        found: dict[tuple[str, frozenset[int]], Mention] = {}
        for start, place in enumerate(kept):
            for name in self._beginning.get(text[place].stem, ()):
                if at := _spelt(name, text, kept[start:start + len(name.folded)]):
                    mention = Mention(name.iri, name.text, at, 1.0, name.surely, name.quiet)
                    found.setdefault((name.iri, at), mention)
        longest: dict[int, frozenset[int]] = {}
        for _, at in found:
            longest |= {place: max(at, longest.get(place, at), key=len) for place in at}
        kept_at = sorted(found.items(), key=lambda one: min(one[0][1]))
        return [mention for (_, at), mention in kept_at
                if any(longest[place] == at for place in at)]

    def near(self, text: str, fits: Callable[[str], bool]) -> list[tuple[str, float]]:
        """Fitting things whose names hold all the words of a text, each as it is or nearly so, the
        likeliest first, with the share of the name that the text has."""
        wanted = [word for word in self.corrected(words(text)) if word.folded not in _LINKING]
        best: dict[str, float] = {}
        holding = [self._nearly(word) for word in wanted]
        for name, _ in holding[0].values() if holding else ():
            if not all(id(name) in one for one in holding) or not fits(name.iri):
                continue
            weight = sum(self.weight(part) for part in name.stems)
            held = sum(self.weight(word.stem) for word in wanted) / weight
            share = min(1.0, held) * min(one[id(name)][1] for one in holding)
            best[name.iri] = max(best.get(name.iri, 0), share)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def _nearly(self, word: Word) -> dict[int, tuple[Name, float]]:
        """The names that hold a word or, less surely, its parts where it is a compound or a word
        that begins alike."""
        found: dict[int, tuple[Name, float]] = {}
        if word.folded.isalpha():
            alike = [part for part in self._holding if min(len(part), len(word.stem)) >= _STEM
                     and abs(len(part) - len(word.stem)) <= 1
                     and part[:-1] == word.stem[:len(part) - 1]]
            found |= {id(name): (name, _ALIKE) for part in alike for name in self._holding[part]}
        for at in range(_PART, len(word.folded) - _PART + 1):
            one, other = stem(word.folded[:at]), stem(word.folded[at:])
            found |= {id(name): (name, 1.0) for name in self._holding.get(one, ())
                      if other in name.stems}
        return found | {id(name): (name, 1.0) for name in self._holding.get(word.stem, ())}

    def weight(self, part: str) -> float:
        """How much a word says, by how few names hold it."""
        return self._weights.get(part, self._most)

    def uses(self, word: Word) -> bool:
        """Whether texts, names or questions have the word in any form."""
        return word.folded in self._words or word.stem in self._stems

    def has(self, folded: str) -> bool:
        """Whether texts, names or questions have the word as it is."""
        return folded in self._words

    def is_common(self, word: Word) -> bool:
        """Whether a word in capitals is an ordinary word of the texts in small letters."""
        return self._used.get(word.folded, False)

    def _name(self, text: str, iri: str, surely: bool, quiet: bool) -> Name | None:
        parts = words(text)
        kept = [word for word in parts if word.folded not in _LINKING]
        kept = kept if len(kept) > 1 else parts
        if not kept or all(word.folded.isdecimal() for word in kept):
            return None
        capital = len(parts) == 1 and parts[0].is_capital and self._used.get(
            parts[0].folded, False)
        return Name(iri, text, surely, quiet, tuple(word.stem for word in kept),
                    tuple(word.folded for word in kept), capital)

    def _mentions(
        self, name: Name, covered: float, text: Sequence[Word],
        positions: Mapping[str, list[int]],
    ) -> Iterator[Mention]:
        """Where a text mentions a name. covered: the share of the name that it holds."""
        parts = list(dict.fromkeys(name.stems))
        found = [part for part in parts if part in positions]
        if len(found) < len(parts) and _LINKING.issuperset(found):
            return
        anchor = max(found, key=self.weight)
        for start in positions[anchor]:
            at = [min(positions[part], key=lambda place: abs(place - start)) for part in found]
            if max(at) - min(at) >= len(at) + _APART:
                continue
            if name.capital and not text[start].is_capital:
                continue
            likeness = covered if len(found) < len(parts) else 1.0
            between = [word for place, word in enumerate(text[min(at):max(at)], min(at))
                       if place not in at and not word.is_small]
            likeness *= _LESS ** (len(between) + (at != sorted(at)))
            if len(found) == 1 and not any(_same(text[start].folded, word) for word in name.folded):
                likeness *= _ALIKE
            yield Mention(name.iri, name.text, frozenset(at), likeness, name.surely, name.quiet)

    def _named(self, word: Word) -> Word:
        """What is meant, where it is a word of a name."""
        found = self._correct(word)
        return found if found.stem in self._holding else word

    def _correct(self, word: Word) -> Word:
        folded = word.folded
        if (not folded.isalpha() or len(folded) < _SHORT or folded in self._words
                or word.stem in self._stems or word.is_small):
            return word
        most = 2 if len(folded) >= _LONG else 1
        near = [candidate for length in range(len(folded) - most, len(folded) + most + 1)
                for candidate in self._by_length.get(length, ())]
        found = process.extractOne(folded, near, scorer=OSA.distance, score_cutoff=most)
        return Word(word.text, found[0], stem(found[0])) if found else word


def _unlinked(names: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """The places of names without those that link other names, such as `waits in Fife`."""
    return [at for at in names if max(at) - min(at) < len(at)
            or at != frozenset[int]().union(*(one for one in names if one < at))]


def _is_proper(name: str) -> bool:
    """Whether all words that say something have a capital, as in `Safe and Together`."""
    return all(word.text[0].isupper() for word in words(name) if not word.is_small)


def _same(one: str, other: str) -> bool:
    """Whether words are the same, or one is the plural of the other."""
    return one == other or any(one + end == other or other + end == one for end in ("s", "es")) or (
        one.removesuffix("y") + "ies" == other or other.removesuffix("y") + "ies" == one)


def _spelt(name: Name, text: Sequence[Word], places: Sequence[int]) -> frozenset[int]:
    """The places, all within reach, if their words are those of a name, else none."""
    if len(places) < len(name.folded) or places[-1] - places[0] > 2 * len(places):
        return frozenset()
    single = len(places) == 1 and (not name.surely or name.text.isupper())
    fits = all(_same(text[place].folded, part)
               for place, part in zip(places, name.folded, strict=True)) and not (
        single and name.text[0].isupper() and text[places[0]].text.islower())
    return frozenset(places if fits else ())


def _order(mention: Mention) -> tuple[float, int, int, bool, str]:
    return (-mention.likeness, -len(mention.at), min(mention.at), not mention.surely,
            mention.iri)


def _initials(label: str) -> str | None:
    """`SL` for `South Lanarkshire`: the initials of a name whose words all have capitals."""
    kept = [word.text for word in words(label) if not word.is_small]
    if len(kept) in _INITIALS and all(word[0].isupper() for word in kept):
        return "".join(word[0] for word in kept)
    return None
