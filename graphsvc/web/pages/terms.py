"""The terms of a release: its classes and properties, and how pages show their values."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from graphsvc.index import closure, most_special, slug
from graphsvc.questions.table import Row, fetch
from graphsvc.questions.template import own
from graphsvc.service import Serving
from graphsvc.vocabulary import DISPLAY, OWL, RDF, RDFS

_LAST = 1_000


@dataclass
class Term:
    """A class or property of the ontology. values: what the ontology says of it, by property."""

    iri: str
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def first(self, property_: str) -> str | None:
        """One of the values of a property, if it has any."""
        return next(iter(self.values.get(str(property_), ())), None)

    @cached_property
    def label(self) -> str:
        """What one is called."""
        return self.first(RDFS.label) or slug(self.iri)

    @property
    def plural(self) -> str:
        """What several are called; a regular plural where the ontology does not say."""
        return self.first(DISPLAY.plural) or re.sub(r"(?= of )|$", "s", self.label, count=1)

    @property
    def comment(self) -> str:
        """What it means."""
        return self.first(RDFS.comment) or ""

    @cached_property
    def order(self) -> int:
        """The position among the classes that pages lead readers to."""
        return int(self.first(DISPLAY.order) or _LAST)

    @cached_property
    def quiet(self) -> bool:
        """Whether pages leave it out."""
        return self.first(DISPLAY.quiet) == "true"

    @property
    def is_class(self) -> bool:
        """Whether it is a class, not a property."""
        return str(OWL.Class) in self.values[str(RDF.type)]

    def parts(self, property_: str) -> list[tuple[str, list[str]]]:
        """The questions that a property gives, line by line: the title of each line (before a
        colon, else empty), and its questions, each with what it is asked with, as in an address."""
        lines = (self.first(property_) or "").strip().splitlines()
        split = [line.rpartition(": ") for line in filter(str.strip, lines)]
        return [(title.strip(), asked.split()) for title, _, asked in split]

    def names(self, property_: str) -> list[str]:
        """The names of questions that a property gives."""
        return [asked.partition("?")[0] for _, part in self.parts(property_) for asked in part]


class Terms:
    """The terms of one release.

    above: the classes above each class; tones, symbols, ranks: of values that have one, symbols by
    how far values go, ranks from 0 to 1; shorts: names of places where there is little room; quiet:
    what pages need not say; opens: the part at which a document is opened; tiles: columns and rows
    of places, from the first row on, counted from 1; facets: properties that narrow a search.
    """

    def __init__(self, terms: Iterable[Row], shown: Iterable[Row], shapes: Sequence[Path]) -> None:
        self.terms: dict[str, Term] = {}
        for term, property_, value in terms:
            if term and property_ and value:
                entry = self.terms.setdefault(term.value, Term(term.value))
                entry.values[property_.value].append(value.value)
        general = {iri: term.values[str(RDFS.subClassOf)] for iri, term in self.terms.items()}
        self.above = {iri: closure(iri, general) for iri in self.terms}
        roles: dict[str, dict[str, str]] = defaultdict(dict)
        for role, thing, value in shown:
            if role and thing and value:
                roles[role.value].setdefault(thing.value, value.value)
        self.tones = roles["tone"]
        self.symbols = dict(sorted(roles["symbol"].items(), key=lambda item: (
            int(roles["order"].get(item[0], "0")), item[0])))
        self._places, self.shorts, self.quiet = roles["place"], roles["short"], roles["quiet"]
        self.opens = roles["opensAt"]
        ranks = {iri: int(rank) for iri, rank in roles["rank"].items()}
        low, high = min(ranks.values(), default=0), max(ranks.values(), default=0)
        self.ranks = {iri: (rank - low) / (high - low) if high > low else 1.0
                      for iri, rank in ranks.items()}
        tiles = {place: (int(column), int(roles["row"][place]))
                 for place, column in roles["column"].items() if place in roles["row"]}
        self.tiles = dict(sorted(tiles.items(), key=lambda tile: tile[1][::-1]))
        facets = {iri: int(place) for iri, term in self.terms.items()
                  if (place := term.first(DISPLAY.facet))}
        self.facets = sorted(facets, key=facets.__getitem__)
        self._order = _orders(shapes)

    @classmethod
    async def read(cls, serving: Serving) -> Terms:
        """The terms of what is served. Raises what the engine raises."""
        terms, shown = await asyncio.gather(
            fetch(serving.engine, own("terms")), fetch(serving.engine, own("shown")))
        return cls(terms.rows, shown.rows, serving.release.shapes)

    def term(self, iri: str) -> Term:
        """What the ontology says of a term; a bare one where it says nothing."""
        return self.terms.get(iri) or Term(iri)

    def with_above(self, iri: str) -> set[str]:
        """A class and all above it."""
        return {iri, *self.above.get(iri, ())}

    def most_special(self, classes: Iterable[str]) -> list[Term]:
        """The most special of some classes, without those that the ontology does not name."""
        known = [iri for iri in classes if iri in self.terms]
        return [self.terms[iri] for iri in most_special(known, self.above)]

    def parts(self, classes: Iterable[str], property_: str) -> dict[str, list[str]]:
        """The questions that a property gives for things of these classes, by the titles of its
        lines (see Term.parts): those of each class that has any, unless a class below it has."""
        found = {iri: lines for iri in classes if (lines := self.term(iri).parts(property_))}
        parts: dict[str, list[str]] = defaultdict(list)
        for iri in sorted(found, key=lambda iri: (-len(self.above[iri]), iri)):
            if not any(iri in self.above[below] for below in found if below != iri):
                for title, asked in found[iri]:
                    parts[title] += [it for it in asked if it not in parts[title]]
        return parts

    def names(self, classes: Iterable[str], property_: str) -> list[str]:
        """The names of the questions of all these parts."""
        return [*dict.fromkeys(asked.partition("?")[0] for part in self.parts(
            classes, property_).values() for asked in part)]

    def order(self, property_: str, classes: Iterable[str]) -> float:
        """The position of a property on the page of a thing of these classes (sh:order)."""
        general = self._order.get(("", property_), _LAST)
        return min((place for class_ in classes if (
            place := self._order.get((class_, property_))) is not None), default=general)

    def near(self, place: str, like: str) -> str:
        """The thing at a place whose IRI is of the kind of another one; the place without one."""
        kind = like.removesuffix(slug(like))
        return next((thing for thing, its in sorted(self._places.items())
                     if its == place and thing.removesuffix(slug(thing)) == kind), place)

    def tile_of(self, iri: str) -> str | None:
        """The place with a tile that a thing is, or where it is."""
        place = self._places.get(iri, iri)
        return place if place in self.tiles else None


def _orders(shapes: Sequence[Path]) -> dict[tuple[str, str], float]:
    """The lowest sh:order by class and path, and by path alone, under the class ""."""
    store = ox.Store()
    for file in shapes:
        store.load(path=file, format=ox.RdfFormat.TURTLE)
    orders: dict[tuple[str, str], float] = {}
    solutions = store.query(own("orders"))
    assert isinstance(solutions, ox.QuerySolutions)
    for class_, path, place in solutions:
        for key in ((class_.value if class_ else "", path.value), ("", path.value)):
            orders[key] = min(float(place.value), orders.get(key, _LAST))
    return orders
