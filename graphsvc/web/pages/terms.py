"""What pages know of a release's terms: classes, properties, and how their values are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from graphsvc.build.search import most_special
from graphsvc.questions.names import closure
from graphsvc.questions.table import Table, fetch
from graphsvc.release import Release
from graphsvc.service import Serving
from graphsvc.sparql import own_query
from graphsvc.vocabulary import OWL, RDF, RDFS, SH

DISPLAY = "https://w3id.org/graphsvc/display#"
"""The terms by which an ontology says how its own are shown (ontology/display.ttl)."""

_LAST = 1_000
_CLASS = str(OWL.Class)


@dataclass
class Term:
    """A class or property of the ontology. values: what it says, by property."""

    iri: str
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def first(self, property_: str) -> str | None:
        found = self.values.get(property_)
        return found[0] if found else None

    @property
    def label(self) -> str:
        return self.first(str(RDFS.label)) or self.iri.replace("#", "/").rsplit("/", 1)[-1]

    @property
    def plural(self) -> str:
        """What several are called; the label where the ontology does not say."""
        return self.first(f"{DISPLAY}plural") or self.label

    @property
    def comment(self) -> str:
        return self.first(str(RDFS.comment)) or ""

    @property
    def order(self) -> int:
        """The place among those that readers are led to."""
        return int(self.first(f"{DISPLAY}order") or _LAST)

    @property
    def quiet(self) -> bool:
        return self.first(f"{DISPLAY}quiet") == "true"

    @property
    def questions(self) -> list[str]:
        """Names of the questions that belong on its pages first."""
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


class Catalogue:
    """The terms of one release.

    tones, ranks: of values that have one; tiles: of places; places: where other things lie.
    """

    def __init__(self, terms: Table, shown: Table, order: Mapping[tuple[str, str], float]) -> None:
        self.terms: dict[str, Term] = {}
        for term, property_, value in terms.rows:
            if term is not None and property_ is not None and value is not None:
                entry = self.terms.setdefault(term.value, Term(term.value))
                entry.values[property_.value].append(value.value)
        self._order = order
        general = {iri: term.values[str(RDFS.subClassOf)] for iri, term in self.terms.items()}
        self.above = {iri: closure(iri, general) for iri in self.terms}
        roles: dict[str, dict[str, str]] = defaultdict(dict)
        for role, thing, shown_ in shown.rows:
            if role is not None and thing is not None and shown_ is not None:
                roles[role.value].setdefault(thing.value, shown_.value)
        self.tones, self.places = roles["tone"], roles["place"]
        self.ranks = {iri: int(rank) for iri, rank in roles["rank"].items()}
        self.tiles = {
            place: Tile(place, int(column), int(roles["row"][place]))
            for place, column in roles["column"].items() if place in roles["row"]}
        self.facets = sorted(
            (term.iri for term in self.terms.values() if term.first(f"{DISPLAY}facet")),
            key=lambda iri: int(self.terms[iri].first(f"{DISPLAY}facet") or _LAST))

    def term(self, iri: str) -> Term:
        """What the ontology says of a term; a bare one where it says nothing."""
        return self.terms.get(iri) or Term(iri)

    def kinds(self, classes: Iterable[str]) -> list[Term]:
        """The most special of some classes, without those that the ontology does not name."""
        known = [iri for iri in classes if iri in self.terms]
        return [self.terms[iri] for iri in most_special(known, self.above)]

    def questions(self, classes: Iterable[str]) -> list[str]:
        """Names of the questions for the page of a thing of these classes; those of the most
        special class that names any, else none."""
        return self._named(classes, lambda term: term.questions)

    def comparisons(self, classes: Iterable[str]) -> list[str]:
        """Names of the questions by which things of these classes are compared, likewise."""
        return self._named(classes, lambda term: term.comparisons)

    def _named(self, classes: Iterable[str], names: Callable[[Term], list[str]]) -> list[str]:
        known = sorted((iri for iri in classes if iri in self.terms),
                       key=lambda iri: (-len(self.above[iri]), iri))
        return next((found for iri in known if (found := names(self.terms[iri]))), [])

    def order(self, property_: str, classes: Iterable[str]) -> float:
        """The place of a property on the page of a thing of these classes (sh:order)."""
        places = [place for kind in classes
                  if (place := self._order.get((kind, property_))) is not None]
        return min(places, default=self._order.get(("", property_), _LAST))

    @property
    def shown_classes(self) -> list[Term]:
        """The classes that readers are led to, in their order."""
        return sorted((term for term in self.terms.values() if term.order < _LAST),
                      key=lambda term: term.order)

    def tile(self, iri: str) -> Tile | None:
        """The tile of a place, or of the place where a thing lies."""
        return self.tiles.get(self.places.get(iri, iri))


async def read_catalogue(serving: Serving) -> Catalogue:
    """The catalogue of what is served. Raises what the engine raises."""
    terms = await fetch(serving.engine, own_query("terms"))
    shown = await fetch(serving.engine, own_query("shown"))
    return Catalogue(terms, shown, _orders(serving.release))


def _orders(release: Release) -> dict[tuple[str, str], float]:
    """sh:order by class and path; by path alone, under the class "", where only one says so."""
    target, has, path, place = (
        str(term) for term in (SH.targetClass, SH.property, SH.path, SH.order))
    of_class: dict[str, set[str]] = defaultdict(set)
    shapes: dict[str, set[str]] = defaultdict(set)
    paths: dict[str, str] = {}
    places: dict[str, float] = {}
    for file in release.shapes:
        for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE):
            subject, value = f"{file}{quad.subject}", str(getattr(quad.object, "value", ""))
            if isinstance(quad.subject, ox.NamedNode):
                subject = quad.subject.value
            linked = f"{file}{quad.object}" if isinstance(quad.object, ox.BlankNode) else value
            match quad.predicate.value:
                case iri if iri == target:
                    of_class[subject].add(value)
                case iri if iri == has:
                    shapes[subject].add(linked)
                case iri if iri == path and isinstance(quad.object, ox.NamedNode):
                    paths[subject] = value
                case iri if iri == place:
                    places[subject] = float(value)
    orders: dict[tuple[str, str], float] = {}
    for node, properties in shapes.items():
        for shape in properties & paths.keys() & places.keys():
            for kind in of_class.get(node, {""}) | {""}:
                key = (kind, paths[shape])
                orders[key] = min(places[shape], orders.get(key, _LAST))
    return orders
