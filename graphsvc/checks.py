"""What must hold of all files together: terms defined, references met, one home for each thing.

SHACL says what must hold of a thing; these are about names, and name file and line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.turtle import read_turtle
from graphsvc.vocabulary import OWL, RDF, RDFS

_TYPE = str(RDF.type)
_DEFINING = {
    str(iri) for iri in (
        OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property,
        RDFS.Class, RDFS.Datatype,
    )
}
_BUILT_IN = tuple(str(ns) for ns in (RDF, RDFS, OWL))


def check_names(project: Project, candidates: list[Path] | None = None) -> list[GraphsvcError]:
    """Undefined terms, dangling references and things with two homes, told with file and line.

    candidates: look at these files only, in the context of the project's others.
    """
    files = project.ontology_files + project.data_files
    outside = [path for path in candidates or [] if path.resolve() not in files]
    names = _Names(project, files + outside)
    looked_at = candidates if candidates is not None else files
    return [error for path in looked_at for error in names.check(path.resolve())]


class _Names:
    def __init__(self, project: Project, files: list[Path]) -> None:
        self._project = project
        self._base = project.header.base
        self._defined: set[str] = set()
        self._homes: dict[str, list[Path]] = defaultdict(list)
        for path in files:
            self._read(path)

    def _read(self, path: Path) -> None:
        typed: set[str] = set()
        for subject, predicate, value in read_turtle(path).triples:
            if predicate.value != _TYPE or not isinstance(value, ox.NamedNode):
                continue
            typed.add(str(subject.value))
            if value.value in _DEFINING:
                self._defined.add(str(subject.value))
        for iri in typed:
            if iri.startswith(self._base):
                self._homes[iri].append(path)

    def check(self, path: Path) -> Iterator[GraphsvcError]:
        """The mistakes of one file, each name once."""
        file = read_turtle(path)
        seen: set[str] = set()
        for subject, predicate, value in file.triples:
            where = f"{self._project.name(path)}:{file.lines.get(str(subject.value), 1)}"
            terms = [predicate.value]
            if isinstance(value, ox.NamedNode):
                if predicate.value == _TYPE:
                    terms.append(value.value)
                elif value.value.startswith(self._base) and value.value not in self._homes:
                    yield self._dangling(where, subject, value.value)
            for term in terms:
                if term not in seen and not self._is_defined(term):
                    seen.add(term)
                    yield self._undefined(where, term)
        yield from self._second_homes(path, file.lines)

    def _is_defined(self, term: str) -> bool:
        return term in self._defined or term.startswith(_BUILT_IN)

    def _undefined(self, where: str, term: str) -> GraphsvcError:
        near = get_close_matches(term, self._defined, 1, 0.8)
        mend = f"Did you mean <{near[0]}>?" if near else "Define it in ontology/, or use another."
        return GraphsvcError(f"The term <{term}> is not defined.", where=where, mend=mend)

    def _dangling(
        self, where: str, subject: ox.NamedNode | ox.BlankNode, target: str
    ) -> GraphsvcError:
        near = self._near(target)
        mend = f"Did you mean <{near[0]}>?" if near else "Describe it, or mend the reference."
        return GraphsvcError(
            f"{subject} refers to <{target}>, which no file describes.", where=where, mend=mend)

    def _near(self, target: str) -> list[str]:
        """The described thing of the same kind whose name is nearest, if any is near."""
        kind = target.rsplit("/", 1)[0] + "/"
        same_kind = [iri for iri in self._homes if iri.startswith(kind)]
        return get_close_matches(target, same_kind, 1, 0.8)

    def _second_homes(self, path: Path, lines: dict[str, int]) -> Iterator[GraphsvcError]:
        for iri in lines:
            homes = self._homes.get(iri, [])
            if len(homes) > 1 and path in homes:
                others = ", ".join(self._project.name(home) for home in homes if home != path)
                yield GraphsvcError(
                    f"<{iri}> is described in {others} too.",
                    where=f"{self._project.name(path)}:{lines[iri]}",
                    mend="A thing has one home: choose another slug, or take one of the two away.")


