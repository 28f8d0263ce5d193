"""What a release says, thing by thing: read once, for its tables and for its index."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from graphsvc.index import closure
from graphsvc.vocabulary import LABELS, RDFS

Facts = Mapping[str, list[Any]]
"""The values of a thing's properties."""


@dataclass(frozen=True)
class Thing:
    """One thing: its number in the index, and what is said of it."""

    number: int
    iri: str
    facts: Facts

    def terms(self, property_: str) -> list[ox.NamedNode | ox.Literal]:
        """The values that have a name or are texts, in the order of these."""
        if property_ not in self.facts:  # as in most cells of most tables
            return []
        return sorted((term for term in self.facts[property_]
                       if not isinstance(term, ox.BlankNode)), key=lambda term: term.value)

    def iris(self, property_: str) -> list[str]:
        """The things among the values."""
        return [term.value for term in self.terms(property_) if isinstance(term, ox.NamedNode)]

    def values(self, *properties: str) -> list[str]:
        """The values of properties as texts."""
        return sorted({term.value for p in properties for term in self.facts.get(p, ())
                       if not isinstance(term, ox.BlankNode)})

    def texts(self, *properties: str) -> list[str]:
        """Values with a language."""
        return sorted({term.value for p in properties for term in self.facts.get(p, ())
                       if isinstance(term, ox.Literal) and term.language})

    @cached_property
    def labels(self) -> list[str]:
        """The preferred ones first."""
        return [text for property_ in LABELS for text in self.values(property_)]

    @property
    def label(self) -> str | None:
        """What it is called, if anything."""
        return next(iter(self.labels), None)


class Content:
    """Everything that a store says in its default graph.

    things: those that have a name, by IRI in alphabetical order; nameless: the facts of blank
    nodes; links: how often things are values; above: all classes above each class.
    """

    def __init__(self, store: ox.Store) -> None:
        facts: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.nameless: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.links: Counter[str] = Counter()
        for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            subject, value = quad.subject, quad.object
            if isinstance(value, ox.NamedNode):
                self.links[value.value] += 1
            if isinstance(subject, ox.NamedNode):
                facts[subject.value][quad.predicate.value].append(value)
            elif isinstance(subject, ox.BlankNode):
                self.nameless[subject.value][quad.predicate.value].append(value)
        self.things = {iri: Thing(number, iri, facts[iri])
                       for number, iri in enumerate(sorted(facts), 1)}
        self.above = self.closures(RDFS.subClassOf)

    def closures(self, property_: str) -> dict[str, set[str]]:
        """For each thing with a property, all things that can be reached by it."""
        steps = {iri: found for iri, thing in self.things.items()
                 if (found := thing.iris(property_))}
        return {iri: closure(iri, steps) for iri in steps}
