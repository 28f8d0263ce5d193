"""Proof that passages are where the graph says and that no literal copies a source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graphsvc.project import Project
from graphsvc.sources.documents import Document, Paragraph, read_documents
from graphsvc.sources.index import index_path, outline_slugs
from graphsvc.sources.verbatim import Verbatim, official_names
from graphsvc.turtle import read_turtle
from graphsvc.vocabulary import OA, PTR, SCHEMA


@dataclass(frozen=True)
class Discrepancy:
    """Something that does not hold. location: file and line; message: a sentence."""

    location: str
    message: str

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


@dataclass(frozen=True)
class Verification:
    """What was proved: counts of passages and literals looked at, and every discrepancy."""

    passages: int
    literals: int
    discrepancies: list[Discrepancy]


def verify(project: Project, folder: Path) -> Verification:
    """Check every passage and literal of the project against the documents in a folder.

    Raises GraphsvcError when a document is missing.
    """
    documents = read_documents(folder, outline_slugs(project))
    discrepancies: list[Discrepancy] = []
    passages = 0
    for document in documents:
        discrepancies += [*_check_digest(project, document), *_check_index(project, document)]
        passages += len(document.paragraphs)
    verbatim = Verbatim(documents, official_names(folder / "official-names.txt"))
    literals = 0
    for path in project.ontology_files + project.shape_files + project.data_files:
        for subject, text in _literals(path):
            literals += 1
            discrepancies += _copied(project, path, subject, text, verbatim)
    return Verification(passages, literals, discrepancies)


def _check_index(project: Project, document: Document) -> Iterator[Discrepancy]:
    path = index_path(project, document.slug)
    file, name = read_turtle(path), project.name(path)
    stated: dict[str, dict[str, str]] = {}
    for subject, predicate, value in file.triples:
        if not isinstance(value, ox.BlankNode):
            stated.setdefault(str(subject.value), {})[predicate.value] = value.value
    base = f"{project.header.base}passage/{document.slug}/"
    paragraphs = {f"{base}{p.line}": p for p in document.paragraphs}
    for iri, paragraph in paragraphs.items():
        location = f"{name}:{file.lines.get(iri, 1)}"
        yield from _compare(
            location, iri, stated.pop(iri, None), paragraph, _iri(project, document))
    for iri in stated:
        if iri.startswith(base):
            yield Discrepancy(f"{name}:{file.lines.get(iri, 1)}",
                       f"The document has no paragraph at the line of <{iri}>.")


def _compare(
    location: str, iri: str, stated: dict[str, str] | None, paragraph: Paragraph, source: str
) -> Iterator[Discrepancy]:
    if stated is None:
        yield Discrepancy(location, f"Paragraph {paragraph.ordinal} at line {paragraph.line} of the"
                             f" document has no passage <{iri}>.")
        return
    expected = {
        str(OA.hasSource): source,
        str(PTR.lineNumber): str(paragraph.line), str(SCHEMA.position): str(paragraph.ordinal),
        str(OA.start): str(paragraph.start), str(OA.end): str(paragraph.end),
        str(SCHEMA.sha256): paragraph.sha256,
    }
    for predicate, value in expected.items():
        if stated.get(predicate) != value:
            yield Discrepancy(location, f"<{iri}> says {stated.get(predicate)!r} for <{predicate}>,"
                              f" but in the document it is {value!r}.")


def _check_digest(project: Project, document: Document) -> Iterator[Discrepancy]:
    """The digest that the data give for the document is that of the file."""
    about = _iri(project, document)
    for path in project.data_files:
        for subject, predicate, value in read_turtle(path).triples:
            is_digest = predicate.value == str(SCHEMA.sha256) and subject.value == about
            if is_digest and value.value != document.sha256:
                yield Discrepancy(f"{project.name(path)}:{read_turtle(path).lines.get(about, 1)}",
                           f"<{about}> gives another digest than {document.path.name} has"
                           f" ({document.sha256}); it is another edition, or was changed.")


def _iri(project: Project, document: Document) -> str:
    return f"{project.header.base}document/{document.slug}"


def _literals(path: Path) -> Iterator[tuple[str, str]]:
    for subject, _, value in read_turtle(path).triples:
        if isinstance(value, ox.Literal) and " " in value.value:
            yield str(subject.value), value.value


def _copied(
    project: Project, path: Path, subject: str, text: str, verbatim: Verbatim
) -> Iterator[Discrepancy]:
    for run in verbatim.copied(text):
        line = read_turtle(path).lines.get(subject, 1)
        yield Discrepancy(f"{project.name(path)}:{line}",
                   f"A text of <{subject}> shares {len(run.words)} words in a row with a source"
                   f" ({' '.join(run.words[:6])} ...); say it in other words.")
