"""CONSTRUCT rules: each writes what it derives into a named graph of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.sources.turtle import read_file

_GRAPH = ox.Variable("graph")


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
             read_file(path).decode(errors="replace"))
        for path in project.rule_files
    ]


def apply_rule(store: ox.Store, rule: Rule) -> int:
    """Run a rule over the union of all named graphs; the number of triples that it added.

    A rule that asks about `$graph` is run for one graph after the other, so that the engine does
    not hold all that follows at once.

    Raises GraphsvcError for a rule that is not a CONSTRUCT query.
    """
    graphs = [*store.named_graphs()] if "$graph" in rule.query else [None]
    derived = {triple for graph in graphs for triple in _derive(store, rule, graph)}
    new = [ox.Quad(t.subject, t.predicate, t.object, rule.graph) for t in derived
           if not any(store.quads_for_pattern(t.subject, t.predicate, t.object))]
    store.extend(new)
    return len(new)


def _derive(
    store: ox.Store, rule: Rule, graph: ox.NamedNode | ox.BlankNode | None
) -> ox.QueryTriples:
    """What follows from a rule, where a graph is given from that one."""
    try:
        result = store.query(rule.query, use_default_graph_as_union=True,
                             substitutions={_GRAPH: graph} if graph else {})
    except (SyntaxError, RuntimeError) as error:
        raise GraphsvcError(f"The rule cannot be run: {error}.", location=str(rule.path),
                            hint="Fix the query.") from error
    if not isinstance(result, ox.QueryTriples):
        raise GraphsvcError(
            "A rule must be a CONSTRUCT query.", location=str(rule.path),
            hint="Write CONSTRUCT { what follows } WHERE { what is given }.")
    return result
