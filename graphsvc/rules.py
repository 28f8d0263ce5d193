"""CONSTRUCT rules: each writes what it derives into a named graph of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError
from graphsvc.project import Project

BATCH = 100_000
"""Derived triples that are held in memory."""


@dataclass(frozen=True)
class Rule:
    """A rule: its name (the file's), the graph for what it derives, and its CONSTRUCT query."""

    name: str
    path: Path
    graph: ox.NamedNode
    query: str


def read_rules(project: Project) -> list[Rule]:
    """The project's rules in the order in which they run (by file name)."""
    base = f"{project.header.root}graph/derived/"
    return [
        Rule(path.stem, path, ox.NamedNode(base + path.stem.lstrip("0123456789-")),
             path.read_text(encoding="utf-8"))
        for path in project.rule_files
    ]


def apply_rules(store: ox.Store, rules: list[Rule]) -> Iterator[tuple[Rule, int]]:
    """Run each rule over the union of all graphs, later ones seeing what earlier ones derived.

    Yields each rule with the number of triples it added. Raises GraphsvcError for a rule that is
    not a CONSTRUCT query.
    """
    for rule in rules:
        yield rule, _apply(store, rule)


def _apply(store: ox.Store, rule: Rule) -> int:
    try:
        result = store.query(rule.query, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise GraphsvcError(
            f"The rule is not SPARQL: {error}.", where=str(rule.path), mend="Mend the query.",
        ) from error
    if not isinstance(result, ox.QueryTriples):
        raise GraphsvcError(
            "A rule must be a CONSTRUCT query.", where=str(rule.path),
            mend="Write CONSTRUCT { what follows } WHERE { what is given }.",
        )
    added = 0
    while derived := set(islice(result, BATCH)):
        new = [ox.Quad(t.subject, t.predicate, t.object, rule.graph) for t in derived
               if not any(store.quads_for_pattern(t.subject, t.predicate, t.object))]
        store.bulk_extend(new)
        added += len(new)
    return added
