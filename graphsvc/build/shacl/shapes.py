"""Shapes: which nodes they are about, and what is read of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.shacl.fragment import Node, Subject
from graphsvc.build.shacl.reading import PATH, SPARQL, TYPE, Reading, sh
from graphsvc.errors import GraphsvcError
from graphsvc.vocabulary import RDFS

TARGET_NODE, TARGET_CLASS, SUBJECTS_OF, OBJECTS_OF = TARGETS = sh(
    "targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
_DEACTIVATED, *_KINDS = sh("deactivated", "NodeShape", "PropertyShape")
_CLASS, SUBCLASS = (ox.NamedNode(str(iri)) for iri in (RDFS.Class, RDFS.subClassOf))
_TRUE = ox.Literal(True)


@dataclass(frozen=True)
class Shape:
    """A shape with targets: pairs of a property (SHACL, section 2.1.3) and its value."""

    node: Subject
    targets: list[tuple[ox.NamedNode, Node]]

    def focus_nodes(self, data: ox.Store) -> Iterator[Node]:
        """The nodes of a graph that the shape validates; they may come twice."""
        for property_, value in self.targets:
            if property_ == TARGET_NODE:
                yield value
            elif property_ == TARGET_CLASS:
                for kind in _with_subclasses(data, value):
                    yield from (q.subject for q in data.quads_for_pattern(None, TYPE, kind))
            elif isinstance(value, ox.NamedNode):
                for quad in data.quads_for_pattern(None, value, None):
                    yield quad.subject if property_ == SUBJECTS_OF else quad.object


class Shapes:
    """The shapes of some files.

    targeted: those with targets. text: all shapes, without their targets, in N-Triples.
    with_path: the property shapes, each in N-Triples form. reading: what shapes read.

    Raises GraphsvcError when a file is not Turtle, or holds what the engine would read wrongly.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._graph = ox.Store()
        for path in paths:
            self._graph.extend(_read(path))
        self.reading = Reading(self._graph)
        for asking in self._graph.quads_for_pattern(None, SPARQL, None):
            ways = self.reading.values(asking.subject, PATH)
            if not all(isinstance(way, ox.NamedNode) for way in ways):
                raise _unread(self._home(asking.subject))
        for node, wrong in self.reading.misuses():
            raise GraphsvcError(
                f"The shapes cannot be used: a query of {self._home(node)} has {wrong}.",
                hint="Write it without VALUES and without a new value for a variable that is "
                     "bound before the query runs (SHACL, appendix A).")
        nodes = {quad.subject for quad in self._graph
                 if quad.predicate in TARGETS or self._is_target_class(quad)}
        self.targeted = [
            Shape(node, self._targets(node)) for node in sorted(nodes, key=str)
            if _TRUE not in self.reading.values(node, _DEACTIVATED)]
        self.with_path = {str(q.subject) for q in self._graph.quads_for_pattern(None, PATH, None)}
        self.text = n_triples(quad.triple for quad in self._graph if not (
            quad.predicate in TARGETS or self._is_target_class(quad)))

    def _targets(self, node: Subject) -> list[tuple[ox.NamedNode, Node]]:
        said = list(self._graph.quads_for_pattern(node, None, None))
        return [(quad.predicate, quad.object) for quad in said if quad.predicate in TARGETS] + [
            (TARGET_CLASS, node) for quad in said if self._is_target_class(quad)]

    def _home(self, node: Node) -> Node:
        """The nearest named thing in whose description a node stands."""
        passed = set()
        while isinstance(node, ox.BlankNode) and node not in passed:
            passed.add(node)
            above = self._graph.quads_for_pattern(None, None, node)
            node = next((quad.subject for quad in above), node)
        return node

    def _is_target_class(self, quad: ox.Quad) -> bool:
        """Whether this makes a shape a class, whose instances it validates (section 2.1.3.3)."""
        return quad.predicate == TYPE and quad.object == _CLASS and any(
            self._graph.quads_for_pattern(quad.subject, TYPE, kind) for kind in _KINDS)


def n_triples(triples: Iterable[ox.Triple]) -> bytes:
    """Triples in N-Triples form."""
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def _with_subclasses(data: ox.Store, kind: Node) -> set[Node]:
    """A class and all its subclasses."""
    found, todo = {kind}, [kind]
    while todo:
        for quad in data.quads_for_pattern(None, SUBCLASS, todo.pop()):
            if quad.subject not in found:
                found.add(quad.subject)
                todo.append(quad.subject)
    return found


def _unread(shape: Node) -> GraphsvcError:
    """The engine takes `$PATH` for any property where the path is not a single one."""
    return GraphsvcError(
        f"The shapes cannot be used: {shape} has a query and a path of several properties.",
        hint="Put its sh:sparql into a node shape, and write the path out in the query.")


def _read(path: Path) -> Iterator[ox.Quad]:
    try:
        yield from ox.parse(
            path=path, format=ox.RdfFormat.TURTLE, base_iri=path.absolute().as_uri(),
            rename_blank_nodes=True)
    except (OSError, SyntaxError) as error:
        raise GraphsvcError(f"The shapes cannot be used: {error}.", location=str(path),
                            hint="Mend the file in ontology/shapes.") from error
