"""Candidate files checked in the context of a project: names first, then shapes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from graphsvc.build import explain
from graphsvc.checks import check_names
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.rules import apply_rules, read_rules
from graphsvc.turtle import read_turtle
from graphsvc.validation import Result, validate


def check_candidates(
    project: Project, files: list[Path]
) -> tuple[list[GraphsvcError], list[Result]]:
    """Everything that is wrong with the files, and the SHACL results behind it.

    The files stand in for those of the project with the same path, or beside them.
    Raises GraphsvcError when a file cannot be read or is not Turtle.
    """
    candidates = [path.resolve() for path in files]
    subjects = {iri for path in candidates for iri in read_turtle(path).lines}
    errors = check_names(project, candidates)
    store = ox.Store()
    everything = dict.fromkeys([*project.ontology_files, *project.data_files, *candidates])
    for path in everything:
        store.bulk_extend(ox.Quad(s, p, o) for s, p, o in read_turtle(path).triples)
    for _ in apply_rules(store, read_rules(project)):
        pass
    results = [result for result in validate((q.triple for q in store), project.shape_files)
               if result.focus_iri in subjects and result.violation]
    lines = {iri: (path, line) for path in candidates
             for iri, line in read_turtle(path).lines.items()}
    return errors + [explain(project, result, lines) for result in results], results
