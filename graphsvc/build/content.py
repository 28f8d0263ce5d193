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

Facts = Mapping[str, list[ox.NamedNode | ox.Literal]]
"""The values of properties that have a name or are texts, in the order of these."""


@dataclass(frozen=True)
class Thing:
    """One thing: its number in the index, and what is said of it."""

    number: int
    iri: str
    facts: Facts

    def iris(self, property_: str) -> list[str]:
        """The things among the values."""
        return [term.value for term in self.facts.get(property_, ())
                if isinstance(term, ox.NamedNode)]

    def values(self, *properties: str) -> list[str]:
        """The values of properties as texts."""
        return sorted({term.value for p in properties for term in self.facts.get(p, ())})

    def texts(self, *properties: str) -> list[str]:
        """Values with a language."""
        return sorted({term.value for p in properties for term in self.facts.get(p, ())
                       if isinstance(term, ox.Literal) and term.language})

    @cached_property
    def labels(self) -> list[str]:
        """What it is called, the preferred labels first."""
        return [text for property_ in LABELS for text in self.values(property_)]


class Content:
    """Everything that a store says in its default graph.

    things: those that have a name, by IRI in alphabetical order; parts: the facts of the blank
    nodes that each has by a property; links: how often things are values; above: all classes above
    each class.
    """

    def __init__(self, store: ox.Store) -> None:
        facts: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.parts: dict[tuple[str, str], list[Facts]] = defaultdict(list)
        self.links: Counter[str] = Counter()
        for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            subject, property_, value = quad.subject, quad.predicate.value, quad.object
            values = facts[subject][property_]
            if isinstance(value, ox.BlankNode):
                self.parts[str(subject), property_].append(facts[value])
                continue
            values.append(value)
            if isinstance(value, ox.NamedNode):
                self.links[value.value] += 1
        for said in facts.values():
            for values in said.values():
                values.sort(key=lambda term: term.value)
        named = {node.value: facts[node] for node in facts if isinstance(node, ox.NamedNode)}
        self.things = {iri: Thing(number, iri, named[iri])
                       for number, iri in enumerate(sorted(named), 1)}
        self.above = self.closures(RDFS.subClassOf)

    def closures(self, property_: str) -> dict[str, set[str]]:
        """For each thing with a property, all things that can be reached by it."""
        steps = {iri: found for iri, thing in self.things.items()
                 if (found := thing.iris(property_))}
        return {iri: closure(iri, steps) for iri in steps}
