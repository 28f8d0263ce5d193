"""Fragments: the part of a graph that is read of some of its nodes.

What is read is an automaton: its states are entered at nodes, and its steps follow properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Node = Subject | ox.Literal
Start = tuple[Node, "frozenset[State]"]
"""A node, and the states that are entered there."""

_Steps = dict[ox.NamedNode | None, "set[State]"]
_Together = dict[ox.NamedNode | None, "frozenset[State]"]


@dataclass(eq=False)
class State:
    """What is read at a node. States are compared by identity.

    forward, backward: the states entered at the values of a property, and at what has this value;
    the property None is any. properties: the states entered at these any properties.
    also: states entered at the same node.
    """

    forward: _Steps = field(default_factory=dict)
    backward: _Steps = field(default_factory=dict)
    properties: set[State] = field(default_factory=set)
    also: set[State] = field(default_factory=set)


def begin(path: URIRef | Path, then: set[State], forward: bool = True) -> set[State]:
    """The states in which a property path begins that ends in others (SPARQL, section 9.1)."""
    if isinstance(path, URIRef):
        steps: _Steps = {ox.NamedNode(str(path)): then}
        return {State(forward=steps) if forward else State(backward=steps)}
    if isinstance(path, InvPath):
        return begin(path.arg, then, not forward)
    if isinstance(path, SequencePath):
        for step in reversed(path.args) if forward else path.args:
            then = begin(step, then, forward)
        return then
    if isinstance(path, AlternativePath):
        return {state for way in path.args for state in begin(way, then, forward)}
    if isinstance(path, MulPath):
        again = set(then)
        first = begin(path.path, again if path.more else then, forward)
        again |= first
        return again if path.zero else first
    return {State(forward={None: then}, backward={None: then})}  # all but some, either way


@dataclass(frozen=True)
class _Reads:
    """What is read at a node at which some states are entered together."""

    forward: _Together
    backward: _Together
    properties: frozenset[State]


def fragment(data: ox.Store, starts: Iterable[Start]) -> Iterator[ox.Triple]:
    """What is read of a graph when states are entered at some nodes; triples may come twice.

    data: all its graphs are read as one.
    """
    todo, seen = list(starts), set()
    while todo:
        start = todo.pop()
        if start in seen:
            continue
        seen.add(start)
        node, reads = start[0], _reads(start[1])
        for property_ in reads.backward:
            for quad in data.quads_for_pattern(None, property_, node):
                yield quad.triple
                todo.append((quad.subject, _then(reads.backward, quad)))
                todo.append((quad.predicate, reads.properties))
        if isinstance(node, ox.Literal):
            continue
        for quad in _said(data, node, reads.forward):
            yield quad.triple
            todo.append((quad.object, _then(reads.forward, quad)))
            todo.append((quad.predicate, reads.properties))


def _said(data: ox.Store, node: Subject, steps: _Together) -> Iterator[ox.Quad]:
    """The quads along which steps lead forward. A look at all of a node costs as much as two."""
    if len(steps) <= 2:
        for property_ in steps:
            yield from data.quads_for_pattern(node, property_, None)
    else:
        for quad in data.quads_for_pattern(node, None, None):
            if None in steps or quad.predicate in steps:
                yield quad


def _then(steps: _Together, quad: ox.Quad) -> frozenset[State]:
    by_name = steps.get(quad.predicate, _NONE)
    return by_name | steps[None] if None in steps else by_name


_NONE: frozenset[State] = frozenset()


@lru_cache(maxsize=4096)
def _reads(states: frozenset[State]) -> _Reads:
    entered: set[State] = set()
    todo = list(states)
    while todo:
        state = todo.pop()
        if state not in entered:
            entered.add(state)
            todo.extend(state.also)
    return _Reads(
        _together(state.forward for state in entered),
        _together(state.backward for state in entered),
        frozenset().union(*(state.properties for state in entered)))


def _together(many: Iterable[_Steps]) -> _Together:
    """The steps of several states as one."""
    found: _Steps = {}
    for steps in many:
        for property_, then in steps.items():
            found.setdefault(property_, set()).update(then)
    return {property_: frozenset(then) for property_, then in found.items()}
