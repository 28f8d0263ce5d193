"""The project as it would be had one document never been curated."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from graphsvc.project import Project
from graphsvc.sources.turtle import Triple, read_turtle
from graphsvc.vocabulary import PROV

_EVIDENCE = str(PROV.wasDerivedFrom)


def leave_out(project: Project, slug: str, folder: Path) -> Project:
    """A copy of the project, in `folder`, without a document and what only it introduces.

    Left out are the statements of the document, its outline, ledger and passages, the document as a
    thing, and of data/reference: every thing whose evidence is only in this document and at which
    no statement of another document points, and every measure that only its figures use. Evidence
    and chapters in the document are taken from what stays. The names of a thing stay, though some
    are this document's: the data does not say which. So does the ontology, with its vocabularies.
    """
    for name in ("ontology", "queries"):
        shutil.copytree(project.root / name, folder / name)
    own = {path for path in project.data_files if path.stem == slug}
    gone = left_out(project, slug)
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
        kept = [ox.Triple(*triple) for triple in file.triples if stays(triple)]
        ox.serialize(kept, str(place), format=ox.RdfFormat.TURTLE, prefixes=file.prefixes)
    for path in (project.root / "data").rglob("*.tsv"):
        if path.stem != slug:
            place = folder / path.relative_to(project.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
    return Project(folder)


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
