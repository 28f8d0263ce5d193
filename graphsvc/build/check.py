"""What must hold of all files together, and of candidates among them: names, then shapes.

SHACL says what must hold of a thing. Names are about all files: terms are defined, references met,
and each thing has one home. Mistakes name file and line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.shapes import Result, explain, validate
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.release import Releases
from graphsvc.sources.turtle import TurtleFile, read_turtle
from graphsvc.vocabulary import OWL, RDF, RDFS

BUILT_IN = (str(RDF), str(RDFS), str(OWL))
DEFINING = {RDF.Property, RDFS.Class, RDFS.Datatype, OWL.Class, OWL.ObjectProperty,
            OWL.DatatypeProperty, OWL.AnnotationProperty}


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
    subjects = {subject.value for path in candidates for subject, _, _ in read_turtle(path).triples
                if isinstance(subject, ox.NamedNode)}
    with ThreadPoolExecutor(1) as pool:  # the engine needs no Python while names are checked
        validated = pool.submit(validate, store, project.shape_files, subjects)
        names = Names(project)
        for file in everything:
            names.read(file)
        errors = [error for path in candidates for error in names.check(path)]
        results = [result for result in validated.result() if result.violation]
    return errors + explain(project, results, candidates), results


class Names:
    """What files describe and mention. Every file is read before the first is checked."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._defined: set[str] = set()
        self._homes: dict[str, list[Path]] = defaultdict(list)
        self._again: dict[Path, dict[str, int]] = {}
        self._terms: dict[Path, set[str]] = {}
        self._things: dict[Path, set[str]] = {}

    def read(self, file: TurtleFile) -> None:
        """Note what a file describes and mentions."""
        described, terms, things = set[str](), set[str](), set[str]()
        again: dict[str, int] = {}
        before = ("", "")
        for number, (subject, predicate, value) in enumerate(file.triples):
            here = (subject.value, predicate.value)
            terms.add(predicate.value)
            if predicate.value == RDF.type:
                terms.add(value.value)
                if subject.value in described and here != before:
                    again.setdefault(subject.value, number)
                described.add(subject.value)
                if value.value in DEFINING:
                    self._defined.add(subject.value)
            elif isinstance(value, ox.NamedNode):
                things.add(value.value)
            before = here
        for iri in self._own(described):
            self._homes[iri].append(file.path)
        self._again[file.path] = {iri: again[iri] for iri in self._own(again)}
        self._terms[file.path] = terms
        self._things[file.path] = set(self._own(things))

    def check(self, path: Path) -> Iterator[GraphsvcError]:
        """The mistakes of one file: each undefined term once, all others as often as they are."""
        undefined = {term for term in self._terms[path] - self._defined
                     if not term.startswith(BUILT_IN)}
        dangling = self._things[path] - self._homes.keys()
        if undefined or dangling:
            yield from self._mentions(path, undefined, dangling)
        for iri, homes in self._homes.items():
            if len(homes) > 1 and path in homes:
                others = ", ".join(self._project.name(home) for home in homes if home != path)
                yield GraphsvcError(
                    f"<{iri}> is described in {others} too.",
                    location=self._place(path, read_turtle(path).lines[iri]),
                    hint="A thing has one home: choose another slug, or remove one of the two.")
        for iri, number in self._again[path].items():
            yield GraphsvcError(
                f"<{iri}> is described from line {read_turtle(path).lines[iri]} on already.",
                location=self._place(path, read_turtle(path).line(number)),
                hint="A thing has one description: choose another slug, or put the two together.")

    def _mentions(
        self, path: Path, undefined: set[str], dangling: set[str]
    ) -> Iterator[GraphsvcError]:
        """The mistakes in what a file mentions."""
        file = read_turtle(path)
        for number, (subject, predicate, value) in enumerate(file.triples):
            is_type = predicate.value == RDF.type
            terms = {predicate.value, value.value} if is_type else {predicate.value}
            for term in sorted(terms & undefined):
                undefined.discard(term)
                yield GraphsvcError(
                    f"The term <{term}> is not defined.",
                    location=self._place(path, file.line(number)),
                    hint=nearest(term, self._defined) or "Define it in ontology/, or use another.")
            if not is_type and isinstance(value, ox.NamedNode) and value.value in dangling:
                class_ = value.value.rpartition("/")[0] + "/"
                alike = (iri for iri in self._homes if iri.startswith(class_))
                yield GraphsvcError(
                    f"{subject} refers to {value}, which no file describes.",
                    location=self._place(path, file.line(number)),
                    hint=nearest(value.value, alike) or "Describe it, or fix the reference.")

    def _own(self, iris: Iterable[str]) -> Iterator[str]:
        base = self._project.header.base
        return (iri for iri in iris if iri.startswith(base))

    def _place(self, path: Path, line: int) -> str:
        return f"{self._project.name(path)}:{line}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint at the known name that is most like a wrong one, if any is."""
    near = get_close_matches(name, [*known], 1, 0.8)
    return f"Did you mean <{near[0]}>?" if near else None
