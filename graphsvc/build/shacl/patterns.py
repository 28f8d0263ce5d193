"""What a SPARQL query reads around the value of a variable that is bound before it runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import Any

from rdflib import BNode, URIRef, Variable
from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translatePath, translatePName, translatePrologue, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from graphsvc.build.shacl.fragment import State, begin

Pattern = tuple[Any, Any, Any]
"""Subject, property or path, and object: terms and paths of rdflib."""

THIS, PATH = Variable("this"), Variable("PATH")
_ELSEWHERE = {"GraphGraphPattern", "ServiceGraphPattern"}


def reads(query: str, prefixes: dict[str, str], path: URIRef | Path | None = None) -> State | None:
    """The state that is entered at the value of `$this`; None where a query may read anything.

    It is known what a query reads where all patterns of each group lead from `$this`, by way of
    variables of this group or of those around it. path: what stands for `$PATH`.
    """
    try:
        prologue, body = parseQuery(query)
        names = translatePrologue(prologue, None, initNs=prefixes)
        tree = traverse(body, visitPost=partial(translatePName, prologue=names))
        tree = traverse(tree, visitPost=translatePath)
    except Exception:  # of a parser that is not the engine's, and raises what it likes
        return None
    start = State()
    led = all(_lead_group(group, {THIS: start}, path) for group in _groups(tree))
    return start if led else None


def misuses(query: str, bound: Collection[str]) -> str | None:
    """What of a query must not be in one that has variables bound before it runs, if anything.

    That is VALUES, and giving such a variable another value (SHACL, appendix A); the engine
    refuses what else must not be, and the parser what is no query. bound: the variables' names.
    """
    if not re.search(r"\b(values|as)\b", query, re.IGNORECASE):
        return None
    try:
        _, body = parseQuery(query)
    except Exception:
        return None
    for part in _parts(body):
        if part.name in ("InlineData", "ValuesClause"):
            return "VALUES"
        given = part.evar or (part.var if part.name == "Bind" else None)
        if given is not None and str(given) in bound:
            return f"AS ?{given}"
    return None


def _parts(tree: object) -> Iterator[CompValue]:
    """All parts of a query that is parsed, the outer ones first."""
    if isinstance(tree, CompValue):
        yield tree
        tree = tree.values()
    if not isinstance(tree, str) and isinstance(tree, Iterable):
        yield from (part for inner in tree for part in _parts(inner))


def _lead_group(group: CompValue, known: dict[Any, State], path: URIRef | Path | None) -> bool:
    """Follow the patterns of a group, and of those within it; whether all can be followed."""
    if group.name == "SubSelect":  # which sees none of the variables around it
        return all(_lead_group(inner, {THIS: known[THIS]}, path)
                   for part in group.values() for inner in _groups(part))
    parts = list(group.part or ())
    own = [pattern for part in parts if part.name == "TriplesBlock"
           for pattern in _patterns(part, path)]
    return (_lead(own, known) and not any(part.name in _ELSEWHERE for part in parts)
            and all(_lead_group(inner, dict(known), path)
                    for part in parts for inner in _groups(part)))


def _lead(patterns: list[Pattern], known: dict[Any, State]) -> bool:
    """Follow each pattern once, from an end that is known: so what matches it is read."""
    while patterns:
        pattern = next((p for end in (0, 2) for p in patterns if p[end] in known), None)
        if pattern is None:
            return False
        patterns.remove(pattern)
        subject, way, value = pattern
        forward = subject in known
        here, there = (subject, value) if forward else (value, subject)
        then = {known.setdefault(there, State())} if _is_variable(there) else set()
        state = known[here]
        if isinstance(way, Variable):
            state.properties.add(known.setdefault(way, State()))
            (state.forward if forward else state.backward).setdefault(None, set()).update(then)
        else:
            state.also |= begin(way, then, forward)
    return True


def _groups(tree: object) -> Iterator[CompValue]:
    """The outermost groups within a part of a query."""
    if isinstance(tree, CompValue):
        if tree.name in ("GroupGraphPatternSub", "SubSelect"):
            yield tree
        else:
            yield from (group for part in tree.values() for group in _groups(part))
    elif not isinstance(tree, str | Path) and hasattr(tree, "__iter__"):
        yield from (group for part in tree for group in _groups(part))


def _patterns(block: CompValue, path: URIRef | Path | None) -> Iterator[Pattern]:
    for flat in map(list, block.triples):
        for subject, way, value in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
            yield subject, path if way == PATH and path is not None else way, value


def _is_variable(term: object) -> bool:
    return isinstance(term, Variable | BNode)
