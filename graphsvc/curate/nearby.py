"""What is near a thing in the sentences that name it: other things, and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphsvc.curate.dates import periods
from graphsvc.curate.patterns import pattern
from graphsvc.curate.records import Value
from graphsvc.curate.text import Sentence, Text, find_words
from graphsvc.vocabulary import CURATION

_PROPER = re.compile(r"\W{1,4}(?:the )?([A-Z][\w’'&-]*(?: (?:(?:of|for|and|the|in) )?"
                     r"[A-Z][\w’'&-]*)*)")
"""A name in capitals."""
_AFTER = 40
"""Characters after a cue in which what it leads to begins."""


def values_near(text: Text, class_: str, sentences: list[Sentence]) -> Iterator[Value]:
    """The values that some sentences give to the properties of a class that mention things, and
    that are dates: after a cue of the property, if it has any."""
    graph = text.graph
    for property_ in graph.values(class_, CURATION.mentions):
        cues = graph.values(property_, CURATION.cue)
        general = graph.values(property_, CURATION.general)
        class_of_value = graph.range(property_) or ""
        for sentence in sentences:
            named = [one for one in sentence.named
                     if one.iri not in general and graph.is_a(one.iri, class_of_value) and (
                         not cues or _follows(one.words, sentence.text, cues))]
            yield from (text.value(property_, one.iri, one.words) for one in named)
            if cues and not named:
                yield from (text.said(property_, name, name)
                            for name in _names_after(sentence.text, cues)[:1])
    for property_ in graph.values(class_, CURATION.dated):
        yield from _dates(text, property_, sentences)


def _names_after(text: str, cues: list[str]) -> list[str]:
    """The names in capitals right after some cues."""
    return [match[1] for cue in pattern(cues).finditer(text)
            if (match := _PROPER.match(text[cue.end():]))]


def _follows(name: str, text: str, cues: list[str]) -> bool:
    """Whether a name is shortly after one of some cues."""
    found = find_words(name, text)
    return found is not None and any(
        0 <= found.start() - cue.end() <= _AFTER and not re.search(r"[.;:]", text[
            cue.end():found.start()]) for cue in pattern(cues).finditer(text))


def _dates(text: Text, property_: str, sentences: list[Sentence]) -> Iterator[Value]:
    """The first date that is after a cue of the property."""
    cues = pattern(text.graph.values(property_, CURATION.cue))
    for sentence in sentences:
        for cue in cues.finditer(sentence.text):
            for period in periods(sentence.text):
                if 0 <= period.at[0] - cue.end() <= _AFTER // 2:
                    moment = period.start
                    yield text.said(property_, moment.text,
                                    sentence.text[cue.start():period.at[1]], moment.datatype)
                    return


def said_already(
    text: Text, class_: str, property_: str, values: list[Value]
) -> tuple[str | None, tuple[str, ...]]:
    """The statement of the project that says the same of the same, and those that say otherwise."""
    graph, coded = text.graph, text.graph.values(class_, CURATION.coded)
    subjects = graph.values(class_, CURATION.subject)
    given = {value.property: value.iri for value in values if value.iri}
    same: list[str] = []
    other: list[str] = []
    for statement in graph.pointing(property_, given[property_]):
        if graph.is_a(statement, class_) and any(
                given.get(one) in graph.values(statement, one) for one in subjects if one in given):
            agrees = all(given.get(one) in graph.values(statement, one) for one in coded)
            (same if agrees else other).append(statement)
    return next(iter(same), None), tuple(other)
