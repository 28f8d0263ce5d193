"""Drafts of statements on a subject: the items of lists whose heading says what they are, and what
the narrative says, with a judgement by cue words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from math import log

from graphsvc.curate.drafting.cues import Cues, pattern
from graphsvc.curate.drafting.text import Said, Sentence, Text, item, numbered, title
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Kind, Paragraph, Value
from graphsvc.vocabulary import CURATION, DCTERMS, SKOS, XSD
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


_subjects = lru_cache(maxsize=8)(Subjects)
"""The subjects of a graph by property: lists and narrative have the same."""


def _headline(text: Text, subject: str, judged: str) -> Value:
    """A name to begin with, of a statement: what it is about, and how that is judged."""
    return text.said(SKOS.prefLabel, f"{subject[:1].upper()}{subject[1:]}: {judged}")


# -- lists --------------------------------------------------------------------------------------

_LONGEST = 25
"""Items of a list."""
_LEADING = 250
"""Characters of a sentence that leads to a list."""
_ALIKE = 0.6
"""The share of words that make two items the same."""


@dataclass
class _Item:
    """An item with the lines that it is on. of: the words of its heading."""

    number: str
    text: str
    of: str
    score: float
    lines: list[int] = field(default_factory=list)


def draft_lists(text: Text) -> Iterator[Draft]:
    """One draft for each item of a list of a class that has `curation:listedUnder`.

    An item that the document repeats in another list of the class, as in a summary, is one draft
    with all its passages.
    """
    for class_ in text.graph.having(CURATION.listedUnder):
        heading = pattern(text.graph.values(class_, CURATION.listedUnder))
        found: list[_Item] = []
        for one in _items(text.reading.paragraphs, heading):
            same = next((other for other in found if _same(one, other)), None)
            if same:
                same.lines += one.lines
            else:
                found.append(one)
        yield from (_of_list(text, class_, one) for one in found)


def _items(paragraphs: tuple[Paragraph, ...], heading: re.Pattern[str]) -> Iterator[_Item]:
    for place, paragraph in enumerate(paragraphs):
        after = paragraphs[place + 1:place + 1 + 2 * _LONGEST]
        name, number = numbered(title(paragraph))
        if not name or not heading.fullmatch(name):
            if after and item(after[0]) and _leads(paragraph.text, heading):
                yield from _listed(after, paragraph.text)
        elif number and after:  # each item has a heading of its own
            yield _Item(number, after[0].text, paragraph.text, 0.8, [after[0].line])
        else:
            yield from _listed(after, paragraph.text)


def _leads(text: str, heading: re.Pattern[str]) -> bool:
    """Whether a sentence leads to a list: `We found the following strengths:`."""
    return (len(text) < _LEADING and bool(heading.search(text)) and (
        text.rstrip(" *_").endswith(":") or "following" in text.casefold()))


def _listed(paragraphs: tuple[Paragraph, ...], of: str) -> list[_Item]:
    """The items below a heading, each with the lines that it goes on, up to the next heading."""
    found: list[_Item] = []
    for place, paragraph in enumerate(paragraphs):
        listed = item(paragraph)
        if listed and paragraph.kind is not Kind.HEADING:
            found.append(_Item(listed[0] or str(len(found) + 1), listed[1], of, 0.9,
                               [paragraph.line]))
        elif found and _goes_on(found[-1].text, paragraph):
            found[-1].text += f" {paragraph.text}"
            found[-1].lines.append(paragraph.line)
        elif found or title(paragraph) or place > 1:
            break
    return found


def _goes_on(text: str, paragraph: Paragraph) -> bool:
    """Whether an item that was broken, as by the end of a page, goes on in a paragraph."""
    return (not text.rstrip().endswith((".", "!", "?", ";", ":")) and paragraph.text[:1].islower()
            and paragraph.kind is not Kind.HEADING)


def _same(one: _Item, other: _Item) -> bool:
    these, those = ({word.stem for word in words(found.text)} for found in (one, other))
    return len(these & those) > _ALIKE * max(len(these), len(those))


def _of_list(text: Text, class_: str, one: _Item) -> Draft:
    graph = text.graph
    about = graph.gives(class_, CURATION.about)
    number = graph.gives(class_, CURATION.numbered) or DCTERMS.identifier
    values = [*text.subject_values(class_), text.said(number, one.number, "", XSD.string)]
    for iri, _ in _subjects(graph, about).likeliest(one.text)[:1]:
        values.append(text.value(about, iri))
        values.append(_headline(text, graph.label(iri), f"{graph.label(class_)} {one.number}"))
    values += [text.value(coded, iri) for coded in graph.given(class_, CURATION.coded)
               for iri in graph.values(class_, CURATION.implies) if iri in graph.choices(coded)]
    return text.draft(class_, values, one.lines, numbered(one.of)[0], one.score)


# -- narrative ----------------------------------------------------------------------------------

_FEWEST = 8
"""Words of a sentence that can be a statement."""
_MOST = 2
"""Subjects of a statement that its words lead to, besides those that it names."""
_NEARLY = 0.7
"""How likely a second subject must be, measured by the first."""
_SURE, _LIKELY = 12.0, 0.08
"""How likely a subject must be for a statement to be surely on it, and how sure a statement must be
of which no cue words are."""


def draft_narrative(text: Text) -> Iterator[Draft]:
    """One draft for each run of sentences of a paragraph that are on one subject, for each class
    that has a property by which its statements differ. A run without cue words counts
    only where it is surely on its subject."""
    graph = text.graph
    long = [one for one in text.sentences
            if len(words(one.text)) >= _FEWEST and one.kind is not Kind.CAPTION]
    for class_ in graph.having(CURATION.about):
        about = graph.value(class_, CURATION.about)
        subjects = _subjects(graph, about)
        coded = {one: Cues(graph, one) for one in graph.values(class_, CURATION.coded)}
        for run in _runs(long, subjects):
            draft = _of_narrative(text, class_, about, run, subjects, coded)
            if draft.cue or draft.score >= _LIKELY:
                yield draft


def _runs(sentences: list[Sentence], subjects: Subjects) -> Iterator[list[Sentence]]:
    """The sentences of each paragraph, those next to one another on one subject together."""
    def about(one: Sentence) -> tuple[int, list[str]]:
        return one.line, [value for value, _ in _likely(subjects, [one])[:1]]

    return (list(run) for _, run in groupby(sentences, about))


def _likely(subjects: Subjects, run: list[Sentence]) -> list[tuple[str, float]]:
    """The likeliest subjects of some sentences with the heading that they are under."""
    return subjects.likeliest(" ".join((*run[0].above[-1:], *(one.text for one in run))))


def _of_narrative(
    text: Text, class_: str, about: str, run: list[Sentence], subjects: Subjects,
    coded: dict[str, Cues],
) -> Draft:
    graph, likely = text.graph, _likely(subjects, run)[:_MOST]
    values = [*text.subject_values(class_), *(
        text.value(about, value) for value, score in likely if score >= likely[0][1] * _NEARLY)]
    best = None
    for property_, cues in coded.items():
        best = cues.choose([Said(sentence.text, None) for sentence in run])
        iri = best.iri if best else cues.otherwise
        if iri:
            values.append(text.value(property_, iri, best.words if best else ""))
    if likely and best:
        values.insert(0, _headline(text, graph.label(likely[0][0]), graph.label(best.iri)))
    named = {one.iri: one.words for sentence in run for one in sentence.named
             if text.is_here(one)}
    for property_ in graph.values(class_, CURATION.mentions):
        range_ = graph.range(property_)
        general = graph.values(property_, CURATION.general)
        values += [text.value(property_, iri, written) for iri, written in named.items()
                   if graph.is_a(iri, range_) and iri not in general]
    score = min(1.0, (likely[0][1] if likely else 0) / _SURE) * (0.9 if best else 0.5)
    return text.draft(class_, _each_once(values), (line for one in run for line in one.lines),
                      best.words if best else "", score)


def _each_once(values: list[Value]) -> Iterable[Value]:
    """The values, each of a property once, with the cue if one has it."""
    found: dict[tuple[str, str | None], Value] = {}
    for value in values:
        if value.cue or (value.property, value.iri) not in found:
            found[value.property, value.iri] = value
    return found.values()
