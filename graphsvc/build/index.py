"""Writing the index of a release: one SQLite file that graphsvc.index reads.

It holds what things are called, their classes and schemes, what narrows and widens a search
(values of facet properties with all broader concepts, years, the hierarchies of classes and
concepts), where passages are, and all texts for full-text search (SQLite FTS5).
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graphsvc.fulltext import TYPE, YEAR, forms
from graphsvc.index import LESS_SURE, SURE, closure, most_special, slug
from graphsvc.names import counted
from graphsvc.vocabulary import BIBO, DCTERMS, DISPLAY, OA, OWL, PTR, RDFS, SCHEMA, SKOS, XSD
from graphsvc.words import fold

_LABEL, _SCHEME, _BROADER = str(SKOS.prefLabel), str(SKOS.inScheme), str(SKOS.broader)
_LABELS = (str(RDFS.label), str(DCTERMS.title))
_OTHER_NAMES = (str(SKOS.altLabel), str(SKOS.hiddenLabel))
_ALTERNATIVES = (*_OTHER_NAMES, str(SKOS.notation))
_NOTES = (str(SKOS.definition), str(DCTERMS.description))
_NAMED = {_LABEL, *_LABELS, *_ALTERNATIVES, TYPE, _SCHEME}
"""Properties of which a thing has at least one to be in the index."""
_NO_TEXTS = {str(RDFS.label), str(RDFS.comment)}
_NUMBERS = {str(XSD.decimal), str(XSD.integer), str(XSD.double)}
_TERMS = (str(OWL), str(RDFS))
"""Namespaces of the classes of terms of ontologies, which searches leave out."""

Facts = Mapping[str, list[Any]]
"""The values of a thing's properties."""
Row = tuple[Any, ...]


def build_index(store: ox.Store, path: Path) -> None:
    """Write the index of a store whose default graph holds everything."""
    release = _Release(store)
    with closing(sqlite3.connect(path)) as index:
        index.executescript((files(__package__) / "index.sql").read_text(encoding="utf-8"))
        for table, rows in release.rows():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                index.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        index.commit()


@dataclass
class _Thing:
    """One thing: its number in the index, and what is said of it."""

    number: int
    iri: str
    facts: Facts

    def iris(self, property_: str) -> list[str]:
        return sorted(term.value for term in self.facts.get(property_, ())
                      if isinstance(term, ox.NamedNode))

    def values(self, *properties: str) -> list[str]:
        return sorted({term.value for p in properties for term in self.facts.get(p, ())
                       if not isinstance(term, ox.BlankNode)})

    def texts(self, *properties: str) -> list[str]:
        """Values with a language."""
        return sorted({term.value for p in properties for term in self.facts.get(p, ())
                       if isinstance(term, ox.Literal) and term.language})

    @property
    def numbers(self) -> list[str]:
        """Values that are numbers, as people write them."""
        return [f"{float(term.value):.15g}" for values in self.facts.values() for term in values
                if isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS]

    @property
    def labels(self) -> list[str]:
        """The preferred ones first."""
        return [*self.values(_LABEL), *self.values(*_LABELS)]

    @property
    def classes(self) -> list[str]:
        """Without those of terms of ontologies."""
        return [iri for iri in self.iris(TYPE) if not iri.startswith(_TERMS)]


class _Release:
    """Everything that the index says of a release."""

    def __init__(self, store: ox.Store) -> None:
        facts: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._nameless: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._links: Counter[str] = Counter()
        for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            subject, value = quad.subject, quad.object
            if isinstance(value, ox.NamedNode):
                self._links[value.value] += 1
            if isinstance(subject, ox.NamedNode):
                facts[subject.value][quad.predicate.value].append(value)
            elif isinstance(subject, ox.BlankNode):
                self._nameless[subject.value][quad.predicate.value].append(value)
        self._things = [_Thing(number, iri, facts[iri])
                        for number, iri in enumerate(sorted(facts), 1)]
        self._by_iri = {thing.iri: thing for thing in self._things}
        self._sources = {iri for thing in self._things for iri in thing.iris(str(OA.hasSource))}
        self._classes = {thing.iri: set(above) for thing in self._things
                         if (above := thing.iris(str(RDFS.subClassOf)))}
        self._above = {iri: closure(iri, self._classes) for iri in self._classes}
        broader = {thing.iri: wider for thing in self._things if (wider := thing.iris(_BROADER))}
        self._broader = {iri: closure(iri, broader) for iri in broader}
        self._quiet = self._with(DISPLAY.quiet, "true")
        self._facets = {*self._with(DISPLAY.facet), _SCHEME}
        self._dates = self._with(DISPLAY.year, "true")

    def rows(self) -> Iterator[tuple[str, list[Row]]]:
        """The rows of each table, in an order that does not depend on the store's."""
        named = [thing for thing in self._things if not thing.facts.keys().isdisjoint(_NAMED)]
        searched = [thing for thing in named if thing.classes]
        numbers = {thing.iri: thing.number for thing in searched}
        yield "things", [self._row(thing) for thing in named]
        yield "names", sorted({row for thing in named for row in _names(thing)})
        yield "classes", sorted((iri, above) for iri, pairs in self._classes.items()
                                for above in pairs)
        yield "facets(property, value, thing)", sorted(
            {(*pair, thing.number) for thing in searched for pair in self._narrowing(thing)})
        yield "broader", sorted((numbers[iri], numbers[other]) for iri in self._broader
                                for other in self._broader[iri]
                                if iri in numbers and other in numbers)
        yield "places", [row for thing in self._things for row in self._places(thing)]
        texts = [row for thing in searched for row in _searchable(thing)]
        yield "texts(rowid, label, names, body, forms)", texts
        used = counted("\n".join(row[1:4]) for row in texts)
        yield "words", sorted((word, *use) for word, use in used.items())

    def _with(self, property_: str, value: str | None = None) -> list[str]:
        """The things that have a property, or a value of it."""
        return [thing.iri for thing in self._things
                if (values := thing.values(str(property_))) and (value is None or value in values)]

    def _row(self, thing: _Thing) -> Row:
        special, notes = most_special(thing.classes, self._above), thing.texts(*_NOTES)
        return (thing.number, thing.iri, next(iter(thing.labels), None),
                next(iter(special), None), next(iter(notes), None),
                bool(special) and set(special) <= set(self._quiet), self._links[thing.iri],
                "\n".join(thing.values(TYPE)), "\n".join(thing.values(_SCHEME)))

    def _narrowing(self, thing: _Thing) -> Iterator[tuple[str, str]]:
        """The facets of a thing with their values."""
        yield from ((TYPE, iri) for iri in thing.classes)
        for property_ in self._facets & thing.facts.keys():
            for value in thing.iris(property_):
                wider = self._broader.get(value, set())
                yield from ((property_, iri) for iri in {value} | wider)
        yield from ((YEAR, match[0]) for date in self._dated(thing)
                    if (match := re.match(r"\d{4}", date)))

    def _places(self, thing: _Thing) -> Iterator[Row]:
        """Where a passage or section is, and where a document can be read."""
        document, part_of = thing.iris(str(OA.hasSource)), thing.iris(str(DCTERMS.isPartOf))
        page = thing.iris(str(SCHEMA.url)) or thing.iris(str(RDFS.seeAlso))
        if document or part_of or thing.iri in self._sources:
            yield (thing.iri, _first(document), _first(part_of),
                   *(_number(thing.values(str(p)))
                     for p in (PTR.lineNumber, SCHEMA.position, BIBO.locator)),
                   self._quoted(thing, OA.hasStartSelector, OA.exact),
                   self._quoted(thing, OA.hasEndSelector, OA.prefix), _first(page),
                   "text/html" in thing.values(str(DCTERMS["format"])))

    def _quoted(self, thing: _Thing, selector: str, text: str) -> str | None:
        """The text of a selector of a passage."""
        return _first(sorted(
            text_.value for node in thing.facts.get(str(selector), ())
            for text_ in self._nameless.get(node.value, {}).get(str(text), ())))

    def _dated(self, thing: _Thing) -> list[str]:
        """The dates of a thing or, where it has none, of what dates it."""
        def own(of: _Thing) -> list[str]:
            return [term.value for p in self._dates for term in of.facts.get(p, ())
                    if isinstance(term, ox.Literal)]

        return own(thing) or [
            date for p in self._dates for iri in thing.iris(p)
            if iri in self._by_iri for date in own(self._by_iri[iri])]


def _names(thing: _Thing) -> Iterator[tuple[str, int, int, str]]:
    """What a thing may be called, and the texts among it that searches show."""
    shown, others = set(thing.texts(_LABEL)), set(thing.texts(*_OTHER_NAMES))
    for text in (*thing.labels, slug(thing.iri)):
        yield fold(text), SURE, thing.number, text if text in shown else ""
    for text in thing.values(*_ALTERNATIVES):
        yield fold(text), LESS_SURE, thing.number, text if text in others else ""


def _number(texts: Iterable[str]) -> int | None:
    return next((int(text) for text in texts if text.isdecimal()), None)


def _first(texts: Iterable[str]) -> str | None:
    return next(iter(texts), None)


def _searchable(thing: _Thing) -> Iterator[Row]:
    """The texts of a thing: labels, other names, and all others, the definition first; and what
    else it is found by: its numbers and acronyms."""
    labels, names = thing.texts(_LABEL), thing.texts(*_OTHER_NAMES)
    others = set(thing.facts) - {_LABEL, *_OTHER_NAMES, *_NOTES, *_NO_TEXTS}
    body = [*thing.texts(*_NOTES), *thing.texts(*others)]
    if labels or names or body:
        found = {form for text in (*labels, *names, *body) for form in forms(text)}
        yield (thing.number, "\n".join(labels), "\n".join(names), "\n".join(body),
               " ".join(sorted(found | set(thing.numbers))))
