"""What shapes read of a graph, so that it can be validated part by part.

A shape reads little: the values of its paths, their classes, what the shapes of those values read
(SHACL, section 4), and what the patterns of its queries lead to (section 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath

from graphsvc.build.shacl.fragment import Node, State, begin
from graphsvc.vocabulary import RDF, SH


def sh(*names: str) -> list[ox.NamedNode]:
    """Terms of SHACL."""
    return [ox.NamedNode(str(SH[name])) for name in names]


TYPE, REST, FIRST = (ox.NamedNode(str(iri)) for iri in (RDF.type, RDF.rest, RDF.first))
PATH, PROPERTY, QUALIFIED, SIBLINGS, CLOSED, CLASS = sh(
    "path", "property", "qualifiedValueShape", "qualifiedValueShapesDisjoint", "closed", "class")
INVERSE, ALTERNATIVE = sh("inversePath", "alternativePath")
OPTIONAL, ANY, SOME = sh("zeroOrOnePath", "zeroOrMorePath", "oneOrMorePath")
REPEATED: dict[ox.NamedNode, Literal["?", "*", "+"]] = {OPTIONAL: "?", ANY: "*", SOME: "+"}
SPARQL, SELECT, PREFIXES, DECLARE, PREFIX, NAMESPACE = sh(
    "sparql", "select", "prefixes", "declare", "prefix", "namespace")
ASK, PARAMETER, *VALIDATORS = sh(
    "ask", "parameter", "validator", "nodeValidator", "propertyValidator")
COMPARED = sh("equals", "disjoint", "lessThan", "lessThanOrEquals")
SHAPES = [PROPERTY, QUALIFIED, *sh("node", "not")]
LISTS = sh("and", "or", "xone")
UNDERSTOOD = {
    PATH, SIBLINGS, CLOSED, CLASS, INVERSE, ALTERNATIVE, *REPEATED, SPARQL, SELECT,
    PREFIXES, DECLARE, PREFIX, NAMESPACE, *COMPARED, *SHAPES, *LISTS, *sh(
        "datatype", "deactivated", "defaultValue", "description", "flags", "group", "hasValue",
        "ignoredProperties", "in", "languageIn", "maxCount", "maxExclusive", "maxInclusive",
        "maxLength", "message", "minCount", "minExclusive", "minInclusive", "minLength", "name",
        "nodeKind", "order", "pattern", "qualifiedMaxCount", "qualifiedMinCount", "severity",
        "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "uniqueLang")}
"""The terms of SHACL of which it is known here what they read."""


class Reading:
    """What the shapes of a shapes graph read.

    everything: whether some shape may read anything, by a term that is not understood or by a
    query whose patterns do not all lead from `$this`.
    """

    def __init__(self, shapes: ox.Store) -> None:
        self._shapes = shapes
        self._states: dict[Node, State] = {}
        self.everything = any(quad.predicate.value.startswith(str(SH))
                              and quad.predicate not in UNDERSTOOD for quad in shapes)

    def state(self, shape: Node) -> State:
        """The state that is entered at the nodes which a shape validates."""
        if shape in self._states:
            return self._states[shape]
        start = at = self._states[shape] = State()
        for path in self.values(shape, PATH):
            at = State()
            start.also |= begin(self._path(path), {at})
        for compared in COMPARED:
            for property_ in self.values(shape, compared):
                start.also |= begin(self._path(property_), set())
        for given in self.values(shape, SPARQL):
            start.also.add(self._asked(shape, given))
        at.also.update(self.state(other) for other in self._of_values(shape))
        if self.values(shape, CLOSED):
            at.forward[None] = set()
        if self.values(shape, CLASS):
            at.forward[TYPE] = set()
        return start

    def values(self, node: Node, property_: ox.NamedNode) -> list[Node]:
        """The values of a property in the shapes graph."""
        if isinstance(node, ox.Literal):
            return []
        return [quad.object for quad in self._shapes.quads_for_pattern(node, property_, None)]

    def members(self, node: Node) -> list[Node]:
        """The members of an RDF list."""
        return [*self.values(node, FIRST),
                *(member for rest in self.values(node, REST) for member in self.members(rest))]

    def _of_values(self, shape: Node) -> Iterator[Node]:
        """The shapes that the values of a shape are held to."""
        for property_ in SHAPES:
            yield from self.values(shape, property_)
        for property_ in LISTS:
            for listed in self.values(shape, property_):
                yield from self.members(listed)
        if self.values(shape, SIBLINGS):
            for parent in self._shapes.quads_for_pattern(None, PROPERTY, shape):
                for sibling in self.values(parent.subject, PROPERTY):
                    yield from self.values(sibling, QUALIFIED)

    def _path(self, node: Node) -> URIRef | Path:
        """A path as a shapes graph writes it (SHACL, section 2.3.1)."""
        if isinstance(node, ox.NamedNode):
            return URIRef(node.value)
        for inner in self.values(node, INVERSE):
            return InvPath(self._path(inner))
        for listed in self.values(node, ALTERNATIVE):
            return AlternativePath(*map(self._path, self.members(listed)))
        for repeated, modifier in REPEATED.items():
            for inner in self.values(node, repeated):
                return MulPath(self._path(inner), modifier)
        return SequencePath(*map(self._path, self.members(node)))

    def _asked(self, shape: Node, given: Node) -> State:
        """The state in which the query of a constraint begins: that of `$this`."""
        from graphsvc.build.shacl.patterns import reads  # whose parser takes long to import

        select = self._text(given, SELECT)
        paths = [self._path(path) for path in self.values(shape, PATH)]
        start = reads(select, self._prefixes(given), *paths)
        self.everything |= start is None
        return start or State()

    def _prefixes(self, given: Node) -> dict[str, str]:
        """The prefixes of a constraint's query (SHACL, section 5.2.1)."""
        declared = [declared for ontology in self.values(given, PREFIXES)
                    for declared in self.values(ontology, DECLARE)]
        return {self._text(one, PREFIX): self._text(one, NAMESPACE) for one in declared}

    def misuses(self) -> Iterator[tuple[Node, str]]:
        """Shapes and validators with queries that are not to be answered, and what is wrong."""
        for property_ in (SELECT, ASK):
            for asked in self._shapes.quads_for_pattern(None, property_, None):
                from graphsvc.build.shacl.patterns import (
                    misuses,  # whose parser takes long to import
                )

                bound = {"this", "PATH", "currentShape", "shapesGraph",
                         *self._parameters(asked.subject)}
                bound |= {"value"} if property_ == ASK else set()
                wrong = misuses(self._text(asked.subject, property_), bound)
                if wrong:
                    yield asked.subject, wrong

    def _parameters(self, validator: Node) -> Iterator[str]:
        """The variables of a validator that have values before (SHACL, section 6.2.1)."""
        for property_ in VALIDATORS:
            for used in self._shapes.quads_for_pattern(None, property_, validator):
                for parameter in self.values(used.subject, PARAMETER):
                    for path in self.values(parameter, PATH):
                        yield re.split("[/#:]", str(path).strip("<>"))[-1]

    def _text(self, node: Node, property_: ox.NamedNode) -> str:
        return next((value.value for value in self.values(node, property_)
                     if isinstance(value, ox.Literal)), "")
