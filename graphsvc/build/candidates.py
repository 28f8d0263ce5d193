"""Candidate files checked in the context of a project: names first, then shapes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.shacl.explanation import explain
from graphsvc.build.shacl.validation import Result, validate
from graphsvc.build.terms import Names
from graphsvc.build.turtle import read_turtle
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project


def check_candidates(
    project: Project, files: list[Path]
) -> tuple[list[GraphsvcError], list[Result]]:
    """Everything that is wrong with the files, and the SHACL results behind it.

    The files stand in for those of the project with the same path, or beside them.
    Raises GraphsvcError when a file cannot be read or is not Turtle.
    """
    candidates = [path.resolve() for path in files]
    names, store = Names(project), ox.Store()
    for path in dict.fromkeys([*project.ontology_files, *project.data_files, *candidates]):
        file = read_turtle(path)
        names.read(file)
        graph = ox.NamedNode(path.resolve().as_uri())
        store.bulk_extend(ox.Quad(*triple, graph) for triple in file.triples)
    errors = [error for path in candidates for error in names.check(path)]
    for rule in read_rules(project):
        apply_rule(store, rule)
    subjects = {iri for path in candidates for iri in read_turtle(path).lines}
    results = [result for result in validate(store, project.shape_files, subjects)
               if result.violation]
    return errors + explain(project, results, candidates), results
