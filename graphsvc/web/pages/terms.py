"""The terms of a release: its classes and properties, and how pages show their values."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from graphsvc.index import closure, most_special
from graphsvc.questions.table import Table, fetch
from graphsvc.service import Serving
from graphsvc.sparql import own_query
from graphsvc.vocabulary import OWL, RDF, RDFS

DISPLAY = "https://w3id.org/graphsvc/display#"
"""The terms by which an ontology says how pages show its own."""

_LAST = 1_000
_CLASS = str(OWL.Class)


@dataclass
class Term:
    """A class or property of the ontology. values: what the ontology says of it, by property."""

    iri: str
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def first(self, property_: str) -> str | None:
        found = self.values.get(property_)
        return found[0] if found else None

    @cached_property
    def label(self) -> str:
        return self.first(str(RDFS.label)) or self.iri.replace("#", "/").rsplit("/", 1)[-1]

    @cached_property
    def plural(self) -> str:
        """What several are called; the label where the ontology does not say."""
        return self.first(f"{DISPLAY}plural") or self.label

    @property
    def comment(self) -> str:
        return self.first(str(RDFS.comment)) or ""

    @cached_property
    def order(self) -> int:
        """The position among the classes that pages lead readers to."""
        return int(self.first(f"{DISPLAY}order") or _LAST)

    @cached_property
    def quiet(self) -> bool:
        return self.first(f"{DISPLAY}quiet") == "true"

    @property
    def questions(self) -> list[str]:
        """Names of the questions that its pages show first."""
        return (self.first(f"{DISPLAY}questions") or "").split()

    @property
    def comparisons(self) -> list[str]:
        """Names of the questions by which its things are compared."""
        return (self.first(f"{DISPLAY}comparisons") or "").split()

    @property
    def is_class(self) -> bool:
        return _CLASS in self.values[str(RDF.type)]


@dataclass(frozen=True)
class Tile:
    """A place on the tile map; column and row count from 1."""

    place: str
    column: int
    row: int


class Terms:
    """The terms of one release.

    above: the classes above each class; tones, ranks: of values that have one; tiles: of places;
    places: where other things are; facets: properties by which a search can be narrowed.
    """

    def __init__(
        self, terms: Table, shown: Table, order: Mapping[tuple[str, str], float]
    ) -> None:
        self.terms: dict[str, Term] = {}
        for term, property_, value in terms.rows:
            if term is not None and property_ is not None and value is not None:
                entry = self.terms.setdefault(term.value, Term(term.value))
                entry.values[property_.value].append(value.value)
        self._order = order
        general = {iri: term.values[str(RDFS.subClassOf)] for iri, term in self.terms.items()}
        self.above = {iri: closure(iri, general) for iri in self.terms}
        roles: dict[str, dict[str, str]] = defaultdict(dict)
        for role, thing, value in shown.rows:
            if role is not None and thing is not None and value is not None:
                roles[role.value].setdefault(thing.value, value.value)
        self.tones, self.places = roles["tone"], roles["place"]
        self.ranks = _shares({iri: int(rank) for iri, rank in roles["rank"].items()})
        self.tiles = {
            place: Tile(place, int(column), int(roles["row"][place]))
            for place, column in roles["column"].items() if place in roles["row"]}
        self.facets = sorted(
            (term.iri for term in self.terms.values() if term.first(f"{DISPLAY}facet")),
            key=lambda iri: int(self.terms[iri].first(f"{DISPLAY}facet") or _LAST))

    @classmethod
    async def read(cls, serving: Serving) -> Terms:
        """The terms of what is served. Raises what the engine raises."""
        terms, shown = await asyncio.gather(
            fetch(serving.engine, own_query("terms")), fetch(serving.engine, own_query("shown")))
        return cls(terms, shown, _orders(serving))

    def term(self, iri: str) -> Term:
        """What the ontology says of a term; a bare one where it says nothing."""
        return self.terms.get(iri) or Term(iri)

    def most_special(self, classes: Iterable[str]) -> list[Term]:
        """The most special of some classes, without those that the ontology does not name."""
        known = [iri for iri in classes if iri in self.terms]
        return [self.terms[iri] for iri in most_special(known, self.above)]

    def questions(self, classes: Iterable[str]) -> list[str]:
        """Names of the questions for the page of a thing of these classes: those of the most
        special class that names any."""
        return self._named(classes, lambda term: term.questions)

    def comparisons(self, classes: Iterable[str]) -> list[str]:
        """Names of the questions by which things of these classes are compared, likewise."""
        return self._named(classes, lambda term: term.comparisons)

    def _named(self, classes: Iterable[str], names: Callable[[Term], list[str]]) -> list[str]:
        known = sorted((iri for iri in classes if iri in self.terms),
                       key=lambda iri: (-len(self.above[iri]), iri))
        return next((found for iri in known if (found := names(self.terms[iri]))), [])

    def order(self, property_: str, classes: Iterable[str]) -> float:
        """The position of a property on the page of a thing of these classes (sh:order)."""
        return min((self._order[class_, property_] for class_ in classes
                    if (class_, property_) in self._order),
                   default=self._order.get(("", property_), _LAST))

    @property
    def shown_classes(self) -> list[Term]:
        """The classes that pages lead readers to, in their order."""
        return sorted((term for term in self.terms.values() if term.order < _LAST),
                      key=lambda term: term.order)

    def tile(self, iri: str) -> Tile | None:
        """The tile of a place, or of the place where a thing is."""
        return self.tiles.get(self.places.get(iri, iri))


def _shares(ranks: Mapping[str, int]) -> dict[str, float]:
    """Ranks as positions between the lowest (0) and the highest (1)."""
    low, high = min(ranks.values(), default=0), max(ranks.values(), default=0)
    return {iri: (rank - low) / (high - low) if high > low else 1.0 for iri, rank in ranks.items()}


def _orders(serving: Serving) -> dict[tuple[str, str], float]:
    """The lowest sh:order by class and path, and by path alone, under the class ""."""
    shapes = ox.Store()
    for file in serving.release.shapes:
        shapes.load(path=file, format=ox.RdfFormat.TURTLE)
    orders: dict[tuple[str, str], float] = {}
    solutions = shapes.query(own_query("orders"))
    assert isinstance(solutions, ox.QuerySolutions)
    for class_, path, place in solutions:
        for key in ((class_.value if class_ else "", path.value), ("", path.value)):
            orders[key] = min(float(place.value), orders.get(key, _LAST))
    return orders
