"""Candidate files checked in the context of a project: names first, then shapes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.shapes import Result, explain, validate
from graphsvc.build.terms import Names
from graphsvc.build.turtle import read_turtle
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.release import Releases


def check_candidates(
    project: Project, releases: Releases, files: list[Path]
) -> tuple[list[GraphsvcError], list[Result]]:
    """Everything that is wrong with the files, and the SHACL results behind it.

    The files replace those of the project with the same path, or are checked next to them. The
    files of a project whose release is built have no mistakes, so they are not checked again.
    Raises GraphsvcError when a file cannot be read or is not Turtle.
    """
    candidates = [path.resolve() for path in files]
    paths = [*project.ontology_files, *project.data_files]
    if set(candidates) <= set(paths) and releases.built_from(project.file_digests()):
        return [], []
    store, everything = ox.Store(), [*map(read_turtle, dict.fromkeys([*paths, *candidates]))]
    for number, file in enumerate(everything):
        graph = ox.NamedNode(f"urn:file:{number}")  # short, as the engine reads them all
        store.extend([ox.Quad(*triple, graph) for triple in file.triples])
    for rule in read_rules(project):
        apply_rule(store, rule)
    subjects = {iri for path in candidates for iri in read_turtle(path).lines}
    with ThreadPoolExecutor(1) as pool:  # the engine needs no Python while names are checked
        validated = pool.submit(validate, store, project.shape_files, subjects)
        names = Names(project)
        for file in everything:
            names.read(file)
        errors = [error for path in candidates for error in names.check(path)]
        results = [result for result in validated.result() if result.violation]
    return errors + explain(project, results, candidates), results
