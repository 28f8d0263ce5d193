"""Writing the index of a release: one SQLite file that graphsvc.index reads.

It holds what things are called, their classes and schemes, what narrows and widens a search
(values of facet properties with all broader concepts, years, the hierarchies of classes and
concepts), where passages are, and all texts for full-text search (SQLite FTS5).
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graphsvc.build.content import Content, Thing
from graphsvc.fulltext import TYPE, YEAR, forms
from graphsvc.index import LESS_SURE, SURE, most_special, slug
from graphsvc.vocabulary import (
    BIBO,
    DCTERMS,
    DISPLAY,
    EVIDENCE,
    LABELS,
    MEANINGS,
    OA,
    OTHER_NAMES,
    OWL,
    PTR,
    RDFS,
    SCHEMA,
    SKOS,
    XSD,
)
from graphsvc.words import fold, words

_NAMED = {*LABELS, *OTHER_NAMES, SKOS.notation, TYPE, SKOS.inScheme}
"""Properties of which a thing has at least one to be in the index."""
_NO_TEXTS = {RDFS.label, RDFS.comment}
_NUMBERS = {XSD.decimal, XSD.integer, XSD.double}
_TERMS = (str(OWL), str(RDFS))
"""Namespaces of the classes of terms of ontologies, which searches leave out."""

Row = tuple[Any, ...]


def build_index(content: Content, path: Path) -> None:
    """Write the index of what a release says."""
    with closing(sqlite3.connect(path)) as index:
        index.executescript((files(__package__) / "index.sql").read_text(encoding="utf-8"))
        for table, rows in _Tables(content).rows():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                index.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        index.commit()


class _Tables:
    """Everything that the index says of a release."""

    def __init__(self, content: Content) -> None:
        self._content, self._things = content, content.things.values()
        self._sources = {iri for thing in self._things for iri in thing.iris(OA.hasSource)}
        self._asides = {kind for thing in self._things for kind in thing.values(DISPLAY.aside)}
        self._bears = Counter(iri for thing in self._things for iri in thing.iris(EVIDENCE))
        self._broader = content.closures(SKOS.broader)
        self._quiet = self._with(DISPLAY.quiet, "true")
        self._facets = {*self._with(DISPLAY.facet), SKOS.inScheme}
        self._dates = self._with(DISPLAY.year, "true")

    def rows(self) -> Iterator[tuple[str, list[Row]]]:
        """The rows of each table, in an order that does not depend on the store's."""
        named = [thing for thing in self._things if not thing.facts.keys().isdisjoint(_NAMED)]
        searched = [thing for thing in named if _classes(thing)]
        numbers = {thing.iri: thing.number for thing in searched}
        yield "things", [self._row(thing) for thing in named]
        yield "names", sorted({row for thing in named for row in _names(thing)})
        yield "classes", sorted((thing.iri, above) for thing in self._things
                                for above in thing.iris(RDFS.subClassOf))
        yield "facets(property, value, thing)", sorted(
            {(*pair, thing.number) for thing in searched for pair in self._narrowing(thing)})
        yield "broader", sorted((numbers[iri], numbers[other]) for iri in self._broader
                                for other in self._broader[iri]
                                if iri in numbers and other in numbers)
        yield "places", [row for thing in self._things for row in self._places(thing)]
        texts, used = _searchable(searched)
        yield "texts(rowid, label, names, body, forms)", texts
        yield "words", used

    def _with(self, property_: str, value: str | None = None) -> set[str]:
        """The things that have a property, or a value of it."""
        return {thing.iri for thing in self._things
                if (values := thing.values(property_)) and (value is None or value in values)}

    def _row(self, thing: Thing) -> Row:
        special, notes = most_special(_classes(thing), self._content.above), thing.texts(*MEANINGS)
        return (thing.number, thing.iri, _first(thing.labels), _first(special), _first(notes),
                bool(special) and self._quiet.issuperset(special), self._content.links[thing.iri],
                "\n".join(thing.values(TYPE)), "\n".join(thing.values(SKOS.inScheme)))

    def _narrowing(self, thing: Thing) -> Iterator[tuple[str, str]]:
        """The facets of a thing with their values."""
        yield from ((TYPE, iri) for iri in _classes(thing))
        for property_ in self._facets & thing.facts.keys():
            for value in thing.iris(property_):
                wider = self._broader.get(value, set())
                yield from ((property_, iri) for iri in {value} | wider)
        yield from ((YEAR, match[0]) for date in self._dated(thing)
                    if (match := re.match(r"\d{4}", date)))

    def _places(self, thing: Thing) -> Iterator[Row]:
        """Where a passage or section is, and where it or a document can be read."""
        document, part_of = thing.iris(OA.hasSource), thing.iris(DCTERMS.isPartOf)
        if document or part_of or thing.iri in self._sources:
            yield (thing.iri, _first(document), _first(part_of),
                   *(_number(thing.values(p))
                     for p in (PTR.lineNumber, SCHEMA.position, BIBO.locator)),
                   self._quoted(thing, OA.hasStartSelector, OA.exact),
                   self._quoted(thing, OA.hasEndSelector, OA.prefix),
                   _number(thing.values(BIBO.pageStart)),
                   _first(thing.iris(SCHEMA.url)), _first(thing.iris(RDFS.seeAlso)),
                   "text/html" in thing.values(DCTERMS["format"]), self._is_aside(part_of),
                   self._bears[thing.iri])

    def _is_aside(self, sections: Iterable[str]) -> bool:
        """Whether one of these sections is outside the matter, as a cover is."""
        found = (self._content.things.get(iri) for iri in sections)
        return any(section and self._asides.intersection(section.values(DCTERMS["type"]))
                   for section in found)

    def _quoted(self, thing: Thing, selector: str, text: str) -> str | None:
        """The text of a selector of a passage."""
        parts = self._content.parts.get((f"<{thing.iri}>", selector), ())
        return _first(sorted(term.value for part in parts for term in part.get(text, ())))

    def _dated(self, thing: Thing) -> list[str]:
        """The dates of a thing or, where it has none, of what dates it."""
        def own(of: Thing) -> list[str]:
            return [term.value for p in self._dates for term in of.facts.get(p, ())
                    if isinstance(term, ox.Literal)]

        things = self._content.things
        return own(thing) or [date for p in self._dates for iri in thing.iris(p)
                              if iri in things for date in own(things[iri])]


def _classes(thing: Thing) -> list[str]:
    """The classes of a thing, without those of terms of ontologies."""
    return [iri for iri in thing.iris(TYPE) if not iri.startswith(_TERMS)]


def _names(thing: Thing) -> Iterator[tuple[str, int, int, str]]:
    """What a thing may be called, and the texts among it that searches show."""
    shown, others = set(thing.texts(SKOS.prefLabel)), set(thing.texts(*OTHER_NAMES))
    for text in (*thing.labels, slug(thing.iri)):
        yield fold(text), SURE, thing.number, text if text in shown else ""
    for text in thing.values(*OTHER_NAMES, SKOS.notation):
        yield fold(text), LESS_SURE, thing.number, text if text in others else ""


def _number(texts: Iterable[str]) -> int | None:
    return next((int(text) for text in texts if text.isdecimal()), None)


def _first(texts: Iterable[str]) -> str | None:
    return next(iter(texts), None)


def _searchable(things: Iterable[Thing]) -> tuple[list[Row], list[Row]]:
    """The texts of things, and the words in them.

    The texts: labels, other names, and all others, the definition first; and what else a thing is
    found by: its numbers and acronyms. The words: how often each is used, and whether in small
    letters.
    """
    rows: list[Row] = []
    often: Counter[str] = Counter()
    small: set[str] = set()
    for thing in things:
        labels, names = thing.texts(SKOS.prefLabel), thing.texts(*OTHER_NAMES)
        others = thing.facts.keys() - {SKOS.prefLabel, *OTHER_NAMES, *MEANINGS, *_NO_TEXTS}
        body = [*thing.texts(*MEANINGS), *thing.texts(*others)]
        texts = ["\n".join(part) for part in (labels, names, body)]
        if any(texts):
            found = words("\n".join(texts))
            rows.append((thing.number, *texts, " ".join(sorted({*forms(found), *_numbers(thing)}))))
            often.update(word.folded for word in found)
            small.update(word.folded for word in found if word.text == word.folded)
    return rows, sorted((word, times, word in small) for word, times in often.items())


def _numbers(thing: Thing) -> Iterator[str]:
    """The values that are numbers, as people write them."""
    return (f"{float(term.value):.15g}" for values in thing.facts.values() for term in values
            if isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS)
