"""What the project says around one thing: enough of the graph to check the thing by itself.

Checking a statement against all of the graph takes seconds. What rules and shapes ask about a
statement is near it: the things it points at, theirs, what points at them, and the ontology. A test
compares what is found so with what is found in all of it; a build looks at everything anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import pyoxigraph as ox

from graphsvc.build.check import BUILT_IN, DEFINING
from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.curate.graph import CuratedGraph, accept
from graphsvc.curate.statement import TYPE
from graphsvc.sources.turtle import Triple
from graphsvc.vocabulary import LABELS

_MOST_STEPS = 8
"""So far from the thing its surroundings go: two steps, and on where a link repeats itself, such as
from a section to the section that it is part of."""
_MOST_REFERRERS = 100
"""A thing that more point at is one that everything points at: a place, a theme."""
_NAMING = [*map(ox.NamedNode, LABELS)]
_HERE = ox.NamedNode("urn:graphsvc:here")
_AROUND = ox.NamedNode("urn:graphsvc:around")


class Surroundings:
    """The project's files with what follows from them, and what was accepted since."""

    def __init__(self, graph: CuratedGraph, further: Iterable[Triple] = ()) -> None:
        """further: triples that are taken as if they were in a file of the project."""
        project = graph.project
        self._rules = read_rules(project)
        self._store = ox.Store()
        for path in (*project.ontology_files, *project.data_files):
            self._store.extend(graph.quads_of(path))
        self._store.extend(ox.Quad(*triple, _HERE) for triple in further)
        for rule in self._rules:
            apply_rule(self._store, rule)
        self._ontology = [_around(quad) for path in project.ontology_files
                          for quad in graph.quads_of(path)]

    def accept(self, triples: Iterable[Triple]) -> None:
        """Take triples in place of all that were accepted before."""
        accept(self._store, triples)

    def describes(self, iri: str) -> bool:
        """Whether something says what a thing is."""
        return any(self._store.quads_for_pattern(ox.NamedNode(iri), TYPE, None))

    def defines(self, term: str) -> bool:
        """Whether the ontology has a class or property, or RDF, RDFS or OWL does."""
        return term.startswith(BUILT_IN) or any(
            str(quad.object)[1:-1] in DEFINING
            for quad in self._store.quads_for_pattern(ox.NamedNode(term), TYPE, None))

    def label(self, term: str) -> str:
        """A thing's name, or what a literal says. term: in N-Triples form, or empty."""
        if not term.startswith("<"):
            return term[1:].rpartition('"')[0]
        node = ox.NamedNode(term[1:-1])
        names = (quad.object.value for link in _NAMING
                 for quad in self._store.quads_for_pattern(node, link, None)
                 if isinstance(quad.object, ox.Literal))
        return next(names, node.value)

    def named_like(self, iri: str) -> list[str]:
        """The things that are called as one is, but for the end of their address."""
        start = f"<{iri.rpartition('/')[0]}/"
        subjects = {str(quad.subject) for quad in self._store.quads_for_pattern(None, TYPE, None)}
        return sorted(subject[1:-1] for subject in subjects if subject.startswith(start))

    def of(self, triples: list[Triple]) -> ox.Store:
        """The statement that triples make, its surroundings, and what follows from both.

        What was said of the same thing before is left out.
        """
        around, subject = ox.Store(), triples[0][0]
        around.extend(self._ontology)
        around.extend(ox.Quad(*triple, _HERE) for triple in triples)
        self._referring(subject, around)
        seen = {subject}
        edge: list[tuple[ox.NamedNode, object]] = [(link, value) for _, link, value in triples]
        for step in range(1, _MOST_STEPS):
            things = [(link, node) for link, node in dict.fromkeys(edge)
                      if isinstance(node, ox.NamedNode | ox.BlankNode) and node not in seen]
            seen.update(node for _, node in things)
            edge = [(quad.predicate, quad.object) for link, node in things
                    for quad in self._step(node, around)
                    if step == 1 or quad.predicate == link]
        for quad in around.quads_for_pattern(subject, None, None, _AROUND):
            around.remove(quad)
        for rule in self._rules:
            apply_rule(around, rule)
        return around

    def _step(self, node: ox.NamedNode | ox.BlankNode, around: ox.Store) -> list[ox.Quad]:
        """Add what is said of a node, which is returned, and what points at it."""
        said = [*self._store.quads_for_pattern(node, None, None)]
        around.extend(map(_around, said))
        self._referring(node, around)
        return said

    def _referring(self, node: ox.NamedNode | ox.BlankNode, around: ox.Store) -> None:
        """Add what points at a node, and of which class that is, unless it is too much."""
        found = [*islice(self._store.quads_for_pattern(None, None, node), _MOST_REFERRERS + 1)]
        if len(found) <= _MOST_REFERRERS:
            for subject in {quad.subject for quad in found}:
                around.extend(ox.Quad(subject, TYPE, quad.object, _AROUND)
                              for quad in self._store.quads_for_pattern(subject, TYPE, None))
            around.extend(map(_around, found))


def _around(quad: ox.Quad) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, quad.object, _AROUND)
