"""A document as drafting sees it: sentences, what each names, and what all of it is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Kind, Paragraph, Reading, Value
from graphsvc.names import Mention
from graphsvc.vocabulary import CURATION
from graphsvc.words import FUNCTION_WORDS, Word, content_stems, fold, words

_BACK = re.compile(r"\W*(?:this|these|those|they|it|its|their|such|as a (?:result|consequence)|"
                   r"through (?:this|these)|.*\b(?:(?:found|thought|felt|said|used|using|valued|"
                   r"liked) (?:that )?(?:it|them)|thanks to this))\b", re.IGNORECASE)
"""What a sentence has that refers to the one before: mostly at its beginning."""
_MANY = 2
"""Documents that know a thing, from which on it is surely known."""
_SENTENCE = re.compile(r"\S.*?(?:[.!?][\"'”’)\]*_]*(?=\s+[\"'“‘(\[*_•-]*[A-Z0-9])|$)")
_END = re.compile(r"[.!?] ")
_WORD_BEFORE = re.compile(r"([^\W\d_][\w’'-]*) $")
_WORD_AFTER = re.compile(r" ([^\W\d_][\w’'-]*)")
_LINKS = frozenset(("a", "and", "by", "for", "in", "of", "on", "the", "with"))
"""Small words that may be between the words of a name."""
_NEARLY, _LONG = 0.9, 3
"""How like a name must be whose words are in another order, and how many words it must have."""
_UNFINISHED = re.compile(r"[\w,;–-][*_)\]]*$")


@dataclass(frozen=True)
class Named:
    """A thing that a sentence names. words: as the sentence has them; place, end: those of the
    first word and after the last, among the words of the paragraph; name: as the project has it."""

    iri: str
    words: str
    place: int
    end: int
    name: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of a paragraph. lines: of the text file, two where a page break cuts it; number:
    in its paragraph, from 0; above: the headings over it, the highest first; named: the things that
    it names, in order; kind: of the paragraph."""

    lines: tuple[int, ...]
    number: int
    text: str
    above: tuple[str, ...]
    named: tuple[Named, ...]
    kind: Kind

    @property
    def line(self) -> int:
        return self.lines[0]


@dataclass(frozen=True)
class Said:
    """What is said of a thing: a sentence in which its name is a dash. at: where that is; None for
    a sentence that refers back to it."""

    text: str
    at: int | None


class Text:
    """A document that was read, with the names that the project knows.

    sentences: in the order of the document, without headings and contents.
    """

    def __init__(self, reading: Reading, graph: CuratedGraph) -> None:
        self.reading, self.graph = reading, graph
        self._used = {graph.range(graph.value(class_, CURATION.names))
                      for class_ in graph.having(CURATION.names)}
        self.sentences = list(self._sentences())
        self._at = {(sentence.line, sentence.number): sentence for sentence in self.sentences}

    def naming(self, class_: str) -> dict[str, list[Sentence]]:
        """The things of a class, each with the sentences that name it."""
        found: dict[str, list[Sentence]] = defaultdict(list)
        for sentence in self.sentences:
            for iri in dict.fromkeys(one.iri for one in sentence.named):
                if self.graph.is_a(iri, class_):
                    found[iri].append(sentence)
        return found

    def said_of(self, iri: str, sentences: list[Sentence]) -> list[Said]:
        """The sentences that name a thing, each with the one after it where that refers back."""
        found = {(one.line, one.number): _said(iri, one) for one in sentences}
        for line, number in list(found):
            after = self._at.get((line, number + 1))
            if after and _BACK.match(after.text):
                found.setdefault((line, number + 1), Said(after.text, None))
        return list(found.values())

    def subject_values(self, class_: str) -> list[Value]:
        """What a statement of a class is about where the document as a whole is: at most one."""
        found = ((property_, self.subject(self.graph.range(property_)))
                 for property_ in self.graph.given(class_, CURATION.subject))
        return [self.value(name, iri) for name, iri in found if iri][:1]

    @cache  # noqa: B019 - one text lives as long as its drafts are made
    def subject(self, class_: str) -> str | None:
        """What the document as a whole is about, of a class: the thing that its title names, or the
        one that it names most, and in at least half of the places; None where there is none."""
        title = {*content_stems(self.reading.title)}
        titled = {iri: len(name) for iri in self.graph.things(class_)
                  for name in self.graph.called(iri) if title.issuperset(content_stems(name))}
        often = {iri: len(sentences) for iri, sentences in self.naming(class_).items()}
        most = max(titled or often, key=(titled or often).__getitem__, default=None)
        return most if titled or most and often[most] * 2 >= sum(often.values()) else None

    def is_here(self, one: Named) -> bool:
        """Whether a thing is where the document is about, or is named with where it is."""
        classes = self.graph.having(CURATION.subject)
        places = {place for class_ in classes for link in self.graph.values(
            class_, CURATION.subject) for place in self.graph.values(one.iri, link)}
        here = {value.iri for class_ in classes for value in self.subject_values(class_)}
        return not places or any(place in here or find_words(self.graph.label(place), one.words)
                                 for place in places)

    def value(self, property_: str, iri: str, cue: str = "") -> Value:
        """A thing as the value of a property."""
        return Value(property=property_, property_label=self.graph.label(property_), iri=iri,
                     label=self.graph.label(iri), cue=cue)

    def said(self, property_: str, text: str, cue: str = "", datatype: str | None = None) -> Value:
        """A text as the value of a property, in English where it has no other type."""
        return Value(property=property_, property_label=self.graph.label(property_), text=text,
                     datatype=datatype, language=None if datatype else "en", label=text, cue=cue)

    def draft(
        self, class_: str, values: Iterable[Value], lines: Iterable[int], cue: str, score: float,
        **more: Any,
    ) -> Draft:
        """A draft of a class. lines: of its passages, in their order; more: its other fields."""
        return Draft(document=self.reading.slug, kind=class_, kind_label=self.graph.label(class_),
                     values=tuple(values), passages=tuple(dict.fromkeys(lines)), cue=cue,
                     score=round(score, 2), **more)

    def sureness(self, iri: str, written: Iterable[str]) -> float:
        """How sure it is that a text means a thing: several documents know it, and what is written
        is its own name, and not only a part of it in ordinary words."""
        known = max(1, min(len(self.graph.documents(iri)), _MANY)) / _MANY
        return (known + max(self._share(iri, name) for name in written)) / 2

    def _share(self, iri: str, name: str) -> float:
        """How much of a thing's label a name is; a name with capitals inside is all of it."""
        if is_proper(name):
            return 1.0
        weigh, parts = self.graph.names.weight, words(name)
        label = content_stems(self.graph.label(iri))
        has = {word.stem for word in parts}
        return sum(weigh(one) for one in label if one in has) / sum(map(weigh, label))

    def _sentences(self) -> Iterator[Sentence]:
        above: list[tuple[int, str]] = []
        for paragraphs in filter(None, _runs(self.reading.paragraphs)):
            first = paragraphs[0]
            if first.kind is Kind.HEADING:
                above = [one for one in above if one[0] < first.level]
                if self.reading.title not in first.text:  # which says nothing of a part
                    above.append((first.level, first.text))
            elif not contents(first):
                yield from self._parts(paragraphs, tuple(title for _, title in above))

    def _parts(self, paragraphs: list[Paragraph], above: tuple[str, ...]) -> Iterator[Sentence]:
        """The sentences of a paragraph, or of the parts into which a page break cuts it."""
        joined = " ".join(paragraph.text for paragraph in paragraphs)
        parts = words(joined)
        named = [_mentioned(one, parts) for one in self.graph.names.written(parts)]
        spans = [match.span() for match in _SENTENCE.finditer(joined)]
        places = [*accumulate((len(words(joined[slice(*span)])) for span in spans), initial=0)]
        ends = [n for n, place in enumerate(places) if n and not any(  # a name holds no end
            one.place < place < one.end for one in named if _END.search(one.name))]
        paragraph_ends = [*accumulate(len(paragraph.text) + 1 for paragraph in paragraphs)]
        for number, (first, last) in enumerate(pairwise([0, *ends])):
            start, end = spans[first][0], spans[last - 1][1]
            text = joined[start:end]
            lines = [one.line for one, stop in zip(paragraphs, paragraph_ends, strict=True)
                     if start < stop and stop - len(one.text) - 1 < end]
            exact = [one for one in named if places[first] <= one.place and (
                one.end <= places[last]) and not _is_part(one, text)]
            yield Sentence(tuple(lines), number, text, above, (*exact, *self._nearly(text)),
                           paragraphs[0].kind)

    def _nearly(self, text: str) -> Iterator[Named]:
        """The things that a text names with the words of a longer name in another order."""
        parts = words(text)
        for one in self.graph.names.mentions(parts):
            if _NEARLY <= one.likeness < 1 and len(one.at) >= _LONG and (
                    self._used & self.graph.classes(one.iri)):
                named = _mentioned(one, parts)
                if not any(word.is_small and word.folded not in _LINKS
                           for word in parts[named.place:named.end]):
                    yield named


def _mentioned(one: Mention, text: list[Word]) -> Named:
    first, last = min(one.at), max(one.at)
    written = " ".join(word.text for word in text[first:last + 1])
    return Named(one.iri, written, first, last + 1, one.name)


def _is_part(one: Named, text: str) -> bool:
    """Whether the words are part of a longer name: those of a name in small letters have capitals,
    and so has the word before or after; or one small word goes with another before or after it."""
    found = find_words(one.words, text)
    if found is None or not one.name[1:].islower():
        return False
    before, after = _WORD_BEFORE.search(text[:found.start()]), _WORD_AFTER.match(text[found.end():])
    around = [match[1] for match in (before, after) if match]
    if any(word[0].isupper() for word in found[0].split()[-1:]):
        return any(word[0].isupper() for word in around)
    return len(found[0].split()) == 1 and any(
        fold(word) not in FUNCTION_WORDS and not word.endswith(("ed", "ing", "ly"))
        for word in around)


def _runs(paragraphs: Iterable[Paragraph]) -> Iterator[list[Paragraph]]:
    """The paragraphs, with those together that a page break cuts in a sentence."""
    run: list[Paragraph] = []
    for paragraph in paragraphs:
        if run and not (paragraph.kind is run[-1].kind is Kind.BODY and (
                _is_unfinished(run[-1].text, paragraph.text))):
            yield run
            run = []
        run.append(paragraph)
    yield run


def _is_unfinished(text: str, after: str) -> bool:
    """Whether a sentence goes on after the end of a paragraph."""
    last = words(text[-20:])[-1:]
    return bool(_UNFINISHED.search(text)) and (
        after[0].islower() or any(word.is_small and word.text.islower() for word in last))


def _said(iri: str, sentence: Sentence) -> Said:
    text = sentence.text
    found = find_words(next(one.words for one in sentence.named if one.iri == iri), text)
    start, end = found.span() if found else (0, 0)
    return Said(f"{text[:start]}–{text[end:]}", start)


def is_free(at: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    """Whether a part of a text overlaps with none of those that are taken."""
    return not any(at[0] < end and start < at[1] for start, end in taken)


def is_proper(name: str) -> bool:
    """Whether a name as it is written has capitals that do not only begin a sentence."""
    return any(word[0].isupper() for word in name.split()[1:]) or name.isupper()


def find_words(name: str, text: str) -> re.Match[str] | None:
    """Where the words of a name are in a text."""
    return re.search(r"\W+(?:s\W+)?".join(map(re.escape, name.split())), text)


_MARKS = re.compile(r"^[\s#*_>-]+|[\s*_:#]+$|<[^>]*>")
_BEFORE = re.compile(r"^(?:(?:appendix|annex|part|section|chapter)\s+\w+\s*[:.–-]\s*|"
                     r"\d+(?:\.\d+)*[.)]?\s+)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:\t|\.{3,}|\s{3,})\s*\d+\s*$")
_NUMBER = re.compile(r"\s+(\d{1,2}|[ivx]{1,4})\s*$", re.IGNORECASE)
_ITEM = re.compile(r"^\W{0,3}(?:(\d{1,2})(?:[.)]|\s*[–-])\s+|[-•●▪■◦‣*–·]\s+)(?=\S)")
_LONGEST = 120
"""Characters of a heading."""


def title(paragraph: Paragraph) -> str:
    """The text of what may be a heading, without marks and numbering; empty for a line of contents
    and for what is too long or ends as a sentence does."""
    text = plain(paragraph.text)
    if contents(paragraph) or len(text) > _LONGEST or text.endswith((".", ";", ",")):
        return ""
    return plain(_BEFORE.sub("", text))


def contents(paragraph: Paragraph) -> bool:
    """Whether it is a line of a table of contents, which ends with a page."""
    return bool(_CONTENTS.search(paragraph.text))


def numbered(text: str) -> tuple[str, str]:
    """A title without the number at its end, and the number, or an empty one: `Main point 3`."""
    match = _NUMBER.search(text)
    return (text[:match.start()], match[1]) if match else (text, "")


def item(paragraph: Paragraph) -> tuple[str, str] | None:
    """The number of an item of a list, or an empty one, and its text; None for what is no item."""
    match = _ITEM.match(paragraph.text)
    if match:
        return match[1] or "", paragraph.text[match.end():]
    return ("", paragraph.text) if paragraph.kind is Kind.ITEM else None


def plain(text: str) -> str:
    """A text without the marks of emphasis, headings and tags around it."""
    last = None
    while text != last:
        last, text = text, _MARKS.sub("", text)
    return text
