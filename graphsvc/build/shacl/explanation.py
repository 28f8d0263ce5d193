"""Validation results as sentences that name the file and line to mend."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graphsvc.build.shacl.validation import Result
from graphsvc.build.turtle import read_turtle
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project


def explain(
    project: Project, results: Iterable[Result], outside: Iterable[Path] = ()
) -> list[GraphsvcError]:
    """Results as sentences with the file and line at which their things stand.

    outside: files that come before those of the project, and may lie elsewhere.
    """
    results = list(results)
    location: dict[str, str] = {}
    wanted = {result.focus_iri for result in results}
    for path in (*outside, *project.data_files, *project.ontology_files):
        if wanted <= location.keys():
            break
        lines = read_turtle(path).lines
        for iri in wanted & lines.keys():
            location.setdefault(iri, f"{project.name(path)}:{lines[iri]}")
    return [_sentence(result, location.get(result.focus_iri)) for result in results]


def _sentence(result: Result, location: str | None) -> GraphsvcError:
    """The thing, what is wrong with which value, and the mend."""
    value = f" (found {result.value})" if result.value not in ("", result.focus) else ""
    path = f" {result.path}" if result.path.startswith("<") else ""
    return GraphsvcError(f"{result.focus}{path}{value}: {result.message}", location=location)
