"""Proof that passages are where the graph says and that no literal copies a source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.sources.documents import Document, index_path, passage_index, read_documents
from graphsvc.sources.turtle import Triple, read_turtle
from graphsvc.vocabulary import DCTERMS, SCHEMA

_SIZE = 12
"""As many words in a row are copied."""
_WORD = re.compile(r"[a-z0-9]+(?:['\u2019][a-z]+)?")


@dataclass(frozen=True)
class Verification:
    """What was proved: counts of passages and literals looked at, and every discrepancy."""

    passages: int
    literals: int
    discrepancies: list[GraphsvcError]


def verify(project: Project, folder: Path, only: str | None = None) -> Verification:
    """Check every passage and literal of the project against the documents in a folder, or only
    one.

    Raises GraphsvcError when a document is missing.
    """
    documents = read_documents(project, folder, only)
    discrepancies = [*_check_digests(project, documents)]
    for document in documents:
        discrepancies += _check_index(project, document)
    verbatim = Verbatim(documents, official_names(project, folder))
    literals = 0
    for path in project.ontology_files + project.shape_files + project.data_files:
        file = read_turtle(path)
        for number, (subject, _, value) in enumerate(file.triples):
            if not isinstance(value, ox.Literal) or " " not in value.value:
                continue
            literals += 1
            discrepancies += [GraphsvcError(
                f"A text of <{subject.value}> shares {len(run)} words in a row with a source"
                f" ({' '.join(run[:6])} ...); say it in other words.",
                location=f"{project.name(path)}:{file.line(number)}",
            ) for run in verbatim.copied(value.value)]
    passages = sum(len(document.paragraphs) for document in documents)
    return Verification(passages, literals, discrepancies)


def official_names(project: Project, folder: Path) -> list[str]:
    """Names that are no wording: what `official-names.txt` lists, a name a line, and the titles
    that the data give to documents."""
    listed = folder / "official-names.txt"
    documents = project.header.document("")
    return [*(listed.read_text(encoding="utf-8").splitlines() if listed.exists() else ()), *(
        value.value for path in project.data_files
        for subject, predicate, value in read_turtle(path).triples
        if predicate.value == DCTERMS.title and subject.value.startswith(documents))]


def _check_digests(project: Project, documents: list[Document]) -> Iterator[GraphsvcError]:
    """The digests that the data give for documents are those of the files."""
    by_iri = {project.header.document(document.slug): document for document in documents}
    for path in project.data_files:
        file = read_turtle(path)
        for number, (subject, predicate, value) in enumerate(file.triples):
            document = by_iri.get(subject.value)
            is_digest = predicate.value == SCHEMA.sha256
            if document and is_digest and value.value != document.sha256:
                yield GraphsvcError(
                    f"<{subject.value}> gives another digest than {document.path.name} has"
                    f" ({document.sha256}); it is another edition, or was changed.",
                    location=f"{project.name(path)}:{file.line(number)}")


def _check_index(project: Project, document: Document) -> Iterator[GraphsvcError]:
    """The passage index in the data says what one made from the document says."""
    file = read_turtle(index_path(project, document.slug))
    made = ox.parse(passage_index(project, document), format=ox.RdfFormat.TURTLE)
    expected = _facts((quad.subject, quad.predicate, quad.object) for quad in made)
    stated = _facts(file.triples)
    name, base = project.name(file.path), project.header.passages(document.slug)
    for paragraph in document.paragraphs:
        iri = f"{base}{paragraph.line}"
        location = f"{name}:{file.lines.get(iri, 1)}"
        if iri not in stated:
            yield GraphsvcError(
                f"Paragraph {paragraph.ordinal} at line {paragraph.line} of the document has no"
                f" passage <{iri}>.", location=location)
            continue
        for predicate, value in expected[iri].items():
            if (said := stated[iri].get(predicate)) != value:
                yield GraphsvcError(f"<{iri}> says {said!r} for <{predicate}>, but in the document"
                                    f" it is {value!r}.", location=location)
    for iri in stated:
        if iri.startswith(base) and iri not in expected:
            yield GraphsvcError(f"The document has no paragraph at the line of <{iri}>.",
                                location=f"{name}:{file.lines[iri]}")


def _facts(triples: Iterable[Triple]) -> dict[str, dict[str, str]]:
    """The value of each property of each thing; of a thing without a name, its texts."""
    found: dict[str, dict[str, str]] = {}
    nameless: dict[str, list[str]] = {}
    triples = list(triples)
    for subject, _, value in triples:
        if isinstance(subject, ox.BlankNode) and isinstance(value, ox.Literal):
            nameless.setdefault(subject.value, []).append(value.value)
    for subject, predicate, value in triples:
        texts = nameless.get(value.value) if isinstance(value, ox.BlankNode) else None
        found.setdefault(subject.value, {})[predicate.value] = (
            " ".join(sorted(texts)).strip() if texts else value.value)
    return found


class Verbatim:
    """Finds what is copied verbatim: twelve or more consecutive words, case and punctuation folded.

    Official names (titles, questions, indicators) are names and may stay.
    """

    def __init__(self, documents: Iterable[Document], names: Iterable[str]) -> None:
        self._names = [name for name in (" ".join(_words(name)) for name in names) if name]
        self._runs = {run for document in documents for run in _runs(_words(document.text))}

    def copied(self, text: str) -> list[list[str]]:
        """The longest runs of the text that are also in a document, official names left out."""
        words = _words(text)
        found: list[list[str]] = []
        for copied, runs in groupby(enumerate(_runs(words)), lambda run: run[1] in self._runs):
            starts = [start for start, _ in runs]
            longest = words[starts[0]:starts[-1] + _SIZE]
            if copied and not self._only_names(longest):
                found.append(longest)
        return found

    def _only_names(self, run: list[str]) -> bool:
        text = " ".join(run)
        if any(text in name for name in self._names):
            return True
        for name in self._names:
            text = text.replace(name, " | ")
        return all(len(part.split()) < _SIZE for part in text.split("|"))


def _words(text: str) -> list[str]:
    """The words of a text in lower case, punctuation dropped."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Every twelve words in a row."""
    return (tuple(words[start:start + _SIZE]) for start in range(len(words) - _SIZE + 1))
