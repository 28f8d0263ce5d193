"""Drafts of the items of lists whose heading says what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphsvc.curate.drafting.cues import pattern
from graphsvc.curate.drafting.headings import item, numbered, title
from graphsvc.curate.drafting.narrative import headline
from graphsvc.curate.drafting.subjects import Subjects
from graphsvc.curate.drafting.text import Text
from graphsvc.curate.records import Draft, Kind, Paragraph
from graphsvc.vocabulary import CURATION, DCTERMS, XSD
from graphsvc.words import words

_MOST = 25
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
        about = text.graph.gives(class_, CURATION.about)
        yield from (_draft(text, class_, one, text.about(about), about) for one in found)


def _items(paragraphs: tuple[Paragraph, ...], heading: re.Pattern[str]) -> Iterator[_Item]:
    for place, paragraph in enumerate(paragraphs):
        after = paragraphs[place + 1:place + 1 + 2 * _MOST]
        name, number = numbered(title(paragraph))
        if not name or not heading.fullmatch(name):
            if after and item(after[0]) and _leads(paragraph.text, heading):
                yield from _listed(after, paragraph.text)
            continue
        if number and after:  # each item has a heading of its own
            yield _Item(number, after[0].text, paragraph.text, 0.8, [after[0].line])
        else:
            yield from _listed(after, paragraph.text)


def _leads(text: str, heading: re.Pattern[str]) -> bool:
    """Whether a sentence leads to a list: `We found the following strengths:`."""
    return (len(text) < _LEADING and bool(heading.search(text)) and (
        text.rstrip(" *_").endswith(":") or "following" in text.casefold()))


def _listed(paragraphs: tuple[Paragraph, ...], of: str) -> Iterator[_Item]:
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
    yield from found


def _goes_on(text: str, paragraph: Paragraph) -> bool:
    """Whether an item that was broken, as by the end of a page, goes on in a paragraph."""
    return (not text.rstrip().endswith((".", "!", "?", ";", ":")) and paragraph.text[:1].islower()
            and paragraph.kind is not Kind.HEADING)


def _same(one: _Item, other: _Item) -> bool:
    these, those = ({word.stem for word in words(found.text)} for found in (one, other))
    return len(these & those) > _ALIKE * max(len(these), len(those))


def _draft(text: Text, class_: str, one: _Item, subjects: Subjects, about: str) -> Draft:
    graph = text.graph
    number = graph.gives(class_, CURATION.numbered) or DCTERMS.identifier
    values = [*text.subject_values(class_), text.said(number, one.number, "", XSD.string)]
    for iri, _ in subjects.likeliest(one.text)[:1]:
        values.append(text.value(about, iri))
        values.append(headline(text, graph.label(iri), f"{graph.label(class_)} {one.number}"))
    values += [text.value(coded, iri) for coded in graph.given(class_, CURATION.coded)
               for iri in graph.values(class_, CURATION.implies) if iri in graph.choices(coded)]
    return text.draft(class_, values, one.lines, numbered(one.of)[0], one.score)
