"""What must hold of all files together: terms defined, references met, one home for each thing.

SHACL says what must hold of a thing; these are about names, and name file and line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.turtle import TurtleFile, read_turtle
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_BUILT_IN = (_RDF, _RDFS, _OWL)
_TYPE = f"{_RDF}type"
_DEFINING = {
    f"{_RDF}Property", f"{_RDFS}Class", f"{_RDFS}Datatype", f"{_OWL}Class",
    f"{_OWL}ObjectProperty", f"{_OWL}DatatypeProperty", f"{_OWL}AnnotationProperty",
}


@dataclass(frozen=True)
class _Mentioned:
    """What one file mentions: terms, and things that no file read before describes."""

    terms: set[str]
    things: set[str]


class Names:
    """What files describe and mention. Every file is read before the first is checked."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._base = project.header.base
        self._defined: set[str] = set()
        self._homes: dict[str, Path] = {}
        self._second_homes: dict[str, list[Path]] = {}
        self._twice: dict[Path, list[str]] = {}
        self._mentioned: dict[Path, _Mentioned] = {}

    def read(self, file: TurtleFile) -> None:
        """Note what a file describes and mentions."""
        described: set[str] = set()
        terms: set[str] = set()
        things: set[str] = set()
        for subject, predicate, value in file.triples:
            terms.add(predicate.value)
            if not isinstance(value, ox.NamedNode):
                continue
            if predicate.value != _TYPE:
                things.add(value.value)
                continue
            terms.add(value.value)
            described.add(subject.value)
            if value.value in _DEFINING:
                self._defined.add(subject.value)
        for iri in described:
            if iri.startswith(self._base) and self._homes.setdefault(iri, file.path) != file.path:
                self._second_homes.setdefault(iri, [self._homes[iri]]).append(file.path)
        self._twice[file.path] = [
            iri for iri in _classified_again(file) if iri.startswith(self._base)]
        self._mentioned[file.path] = _Mentioned(terms, {
            iri for iri in things if iri.startswith(self._base) and iri not in self._homes})

    def check(self, path: Path) -> Iterator[GraphsvcError]:
        """The mistakes of one file, each name once."""
        undefined = {term for term in self._mentioned[path].terms if not self._is_defined(term)}
        dangling = {iri for iri in self._mentioned[path].things if iri not in self._homes}
        if undefined or dangling:
            yield from self._located(path, undefined, dangling)
        for iri, homes in self._second_homes.items():
            if path in homes:
                yield self._second_home(path, iri, homes)
        for iri in self._twice[path]:
            yield self._second_statement(path, iri)

    def _located(
        self, path: Path, undefined: set[str], dangling: set[str]
    ) -> Iterator[GraphsvcError]:
        """The mistakes, at the lines where they are."""
        file = read_turtle(path)
        for subject, predicate, value in file.triples:
            location = f"{self._project.name(path)}:{file.lines.get(subject.value, 1)}"
            terms = {predicate.value}
            if isinstance(value, ox.NamedNode):
                if predicate.value == _TYPE:
                    terms.add(value.value)
                elif value.value in dangling:
                    yield self._dangling(location, subject, value.value)
            for term in sorted(terms & undefined):
                undefined.discard(term)
                yield self._undefined(location, term)

    def _is_defined(self, term: str) -> bool:
        return term in self._defined or term.startswith(_BUILT_IN)

    def _undefined(self, location: str, term: str) -> GraphsvcError:
        near = get_close_matches(term, self._defined, 1, 0.8)
        hint = f"Did you mean <{near[0]}>?" if near else "Define it in ontology/, or use another."
        return GraphsvcError(f"The term <{term}> is not defined.", location=location, hint=hint)

    def _dangling(
        self, location: str, subject: ox.NamedNode | ox.BlankNode, target: str
    ) -> GraphsvcError:
        near = self._near(target)
        hint = f"Did you mean <{near[0]}>?" if near else "Describe it, or fix the reference."
        return GraphsvcError(
            f"{subject} refers to <{target}>, which no file describes.", location=location,
            hint=hint)

    def _near(self, target: str) -> list[str]:
        """The described thing of the same class whose name is nearest, if any is near."""
        class_ = target.rsplit("/", 1)[0] + "/"
        alike = [iri for iri in self._homes if iri.startswith(class_)]
        return get_close_matches(target, alike, 1, 0.8)

    def _second_statement(self, path: Path, iri: str) -> GraphsvcError:
        file, name = read_turtle(path), self._project.name(path)
        return GraphsvcError(
            f"<{iri}> is described from line {file.lines[iri]} on already.",
            location=f"{name}:{file.again.get(iri, file.lines[iri])}",
            hint="A thing has one description: choose another slug, or put the two together.")

    def _second_home(self, path: Path, iri: str, homes: list[Path]) -> GraphsvcError:
        others = ", ".join(self._project.name(home) for home in homes if home != path)
        return GraphsvcError(
            f"<{iri}> is described in {others} too.",
            location=f"{self._project.name(path)}:{read_turtle(path).lines.get(iri, 1)}",
            hint="A thing has one home: choose another slug, or remove one of the two.")


def _classified_again(file: TurtleFile) -> list[str]:
    """The subjects that get a class in more than one statement, by the order of triples,
    which is that of the text."""
    classified: set[str] = set()
    again: list[str] = []
    before = ("", "")
    for subject, predicate, _ in file.triples:
        here = (subject.value, predicate.value)
        if predicate.value == _TYPE and here != before:
            if subject.value in classified:
                again.append(subject.value)
            classified.add(subject.value)
        before = here
    return again
