"""The project as it would be had one document never been curated."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from graphsvc.project import Project
from graphsvc.sources.documents import outline_slugs
from graphsvc.sources.turtle import Triple, read_turtle
from graphsvc.vocabulary import PROV, SKOS
from graphsvc.words import words

_EVIDENCE = str(PROV.wasDerivedFrom)
_NAMES = (str(SKOS.prefLabel), str(SKOS.altLabel))


def leave_out(project: Project, slug: str, sources: Path, folder: Path) -> Project:
    """A copy of the project, in `folder`, without a document and what only it introduces.

    Left out are the statements of the document, its outline, ledger and passages, the document as a
    thing, and of data/reference: every thing whose evidence is only in this document and at which
    no statement of another document points, and every measure that only its figures use. Evidence
    and chapters in the document are taken from what stays, and so are the names that of all texts
    in `sources` only the document's has. The ontology stays, with its vocabularies.
    """
    for name in ("ontology", "queries"):
        shutil.copytree(project.root / name, folder / name)
    own = {path for path in project.data_files if path.stem == slug}
    gone, only_here = left_out(project, slug), _only_in(slug, outline_slugs(project), sources)
    passages = f"{project.header.base}passage/{slug}/"

    def stays(triple: Triple) -> bool:
        subject, predicate, value = triple
        return (subject.value not in gone and value.value not in gone
                and not (predicate.value == _EVIDENCE and value.value.startswith(passages)))

    for path in project.data_files:
        if path in own:
            continue
        place = folder / path.relative_to(project.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        if "reference" not in path.parts:
            shutil.copy2(path, place)
            continue
        file = read_turtle(path)
        kept = [ox.Triple(*triple) for triple in _renamed(
            [triple for triple in file.triples if stays(triple)], only_here)]
        ox.serialize(kept, str(place), format=ox.RdfFormat.TURTLE, prefixes=file.prefixes)
    for path in (project.root / "data").rglob("*.tsv"):
        if path.stem != slug:
            place = folder / path.relative_to(project.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
    return Project(folder)


def _renamed(triples: list[Triple], only_here: Callable[[str], bool]) -> Iterator[Triple]:
    """The triples without the names that only a document has. A thing that loses its label is
    called by its next name; where it has no other, by its label."""
    names: dict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        if triple[1].value in _NAMES:
            names[triple[0].value].append(triple)
        else:
            yield triple
    for own in names.values():
        own.sort(key=lambda triple: triple[1].value == _NAMES[1])
        kept = [triple for triple in own if not only_here(triple[2].value)] or own[:1]
        yield kept[0][0], ox.NamedNode(_NAMES[0]), kept[0][2]
        yield from kept[1:]


def _only_in(slug: str, slugs: list[str], sources: Path) -> Callable[[str], bool]:
    """Whether of all documents only one has a name: its words, in any number."""
    texts = {one: words((sources / f"{one}.txt").read_text(encoding="utf-8")) for one in slugs}
    stems = {one: f" {' '.join(word.stem for word in text)} " for one, text in texts.items()}
    written = {one: f" {' '.join(word.text for word in text)} " for one, text in texts.items()}

    def only_here(name: str) -> bool:
        by_letters = name.isupper()
        said = f" {' '.join(word.text if by_letters else word.stem for word in words(name))} "
        return [one for one, text in (written if by_letters else stems).items()
                if said in text] == [slug]

    return only_here


def left_out(project: Project, slug: str) -> set[str]:
    """The IRIs of what a project without the document would not have."""
    base = project.header.base
    own, others, reference = [], [], []
    for path in project.data_files:
        kind = (own if path.stem == slug else
                reference if path.parent.name == "reference" else others)
        kind.extend(read_turtle(path).triples)
    evidence = defaultdict(set)
    for subject, predicate, value in reference:
        if predicate.value == _EVIDENCE:
            evidence[subject.value].add(value.value)
    mine, used = _values(own), _values(others)
    passages = f"{base}passage/{slug}/"
    only_here = {thing for thing, found in evidence.items()
                 if all(passage.startswith(passages) for passage in found)}
    measures = {thing for thing in mine if thing.startswith(f"{base}measure/")}
    return ({subject.value for subject, _, _ in own} | {f"{base}document/{slug}"}
            | (only_here | measures) - used)


def _values(triples: Iterable[Triple]) -> set[str]:
    """The things at which triples point."""
    return {value.value for _, _, value in triples if isinstance(value, ox.NamedNode)}
