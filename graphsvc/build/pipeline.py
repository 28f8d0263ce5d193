"""From files to a release: parse, derive, validate, write, switch; all of it or nothing.

A build works in a folder of its own (`.build-...`) and renames it when everything is done, so a
build that fails or is killed leaves the served release as it was.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox

from graphsvc import __version__
from graphsvc.build.batches import BATCH, batched
from graphsvc.build.canonical import extract
from graphsvc.build.describe import describe
from graphsvc.build.dumps import write_dumps
from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.search import build_index
from graphsvc.build.shacl.explanation import explain
from graphsvc.build.shacl.validation import report_graph, validate
from graphsvc.build.terms import Names
from graphsvc.build.turtle import parse_turtle
from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.graphs.view import Views
from graphsvc.project import Project
from graphsvc.questions.index import build_names
from graphsvc.questions.library import Library
from graphsvc.release import Release, Releases

Progress = Callable[[str], None]
"""Told the name of each step as it begins."""
Made = TypeVar("Made")


@dataclass(frozen=True)
class Built:
    """A release and whether this call made it (or it was there for the same input)."""

    release: Release
    new: bool


def build(project: Project, releases: Releases, progress: Progress = lambda step: None) -> Built:
    """Build the release of a project's files and make it the current one.

    Raises InputErrors (each with file, line and mend) when the files have mistakes, GraphsvcError
    when the folder of releases cannot be written. In both cases nothing changes.
    """
    files = project.file_digests()
    with _only_builder(releases):
        existing = releases.built_from(files)
        if existing is None:
            existing, new = _build(project, releases, files, progress)
        else:
            new = False
        releases.switch(existing)
    return Built(existing, new)


def _build(
    project: Project, releases: Releases, files: dict[str, str], progress: Progress
) -> tuple[Release, bool]:
    work = Path(tempfile.mkdtemp(prefix=".build-", dir=releases.folder))
    try:
        final = releases.folder / _write(project, work, files, progress)
        progress("switching")
        if (final / "manifest.json").is_file():
            shutil.rmtree(work)
            return Release(final), False
        os.sync()
        work.chmod(0o755)
        work.rename(final)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return Release(final), True


def _write(
    project: Project, work: Path, files: dict[str, str], progress: Progress
) -> str:
    """Write everything that a release holds into a folder; return the release's name."""
    store = work / "store"
    _load(project, store, progress)
    progress("reading questions and views")
    Library.load(project.root / "queries", project.prefixes)
    Views.load(project.root / "queries" / "views", project.prefixes)
    rules = read_rules(project)
    progress("deriving facts")
    derived = {rule.name: _with(store, partial(apply_rule, rule=rule)) for rule in rules}
    quads = _with(store, len)
    progress("validating")
    results = _with(store, lambda opened: validate(opened, project.shape_files))
    _stop_on(explain(project, [result for result in results if result.violation]))
    (work / "report.nt").write_text(report_graph(results), encoding="utf-8")
    progress("writing dumps")
    extracted = _with(store, lambda opened: extract(opened, work / "all.nt"))
    graphs = {rule.graph.value: rule.name for rule in rules}
    dumps, content = write_dumps(project, extracted, project.prefixes, graphs, work / "dumps")
    digest = _digest(project, content)
    progress("describing")
    _with(store, lambda opened: _fill_default_graph(opened, extracted.path))
    extracted.path.unlink()
    described = _with(store, lambda opened: describe(
        project.header, digest, opened, dumps, graphs))
    (work / "description.ttl").write_text(described.serialize(format="turtle"), encoding="utf-8")
    progress("indexing texts")
    _with(store, lambda opened: build_index(opened, work / "search.sqlite"))
    _with(store, lambda opened: build_names(opened, work / "names.sqlite"))
    for path in project.query_files:
        _copy(path, work / path.relative_to(project.root))
    for path in project.shape_files:
        _copy(path, work / "shapes" / path.name)
    manifest = {
        "release": digest, "built": datetime.now(UTC).isoformat(timespec="microseconds"),
        "software": f"graphsvc {__version__}", "title": project.header.title,
        "header": vars(project.header), "prefixes": project.prefixes, "quads": quads,
        "derived": derived, "warnings": len(results), "files": files,
    }
    (work / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return digest


def _with(store: Path, step: Callable[[ox.Store], Made]) -> Made:
    """What a step makes of a store, which is open for it alone.

    The memory that the engine and the C library keep at hand is given back after each step.
    """
    opened = ox.Store(str(store))
    try:
        return step(opened)
    finally:
        opened.flush()
        del opened
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def _load(project: Project, path: Path, progress: Progress) -> None:
    """Fill a new store with all files, each in its graph. Raises InputErrors."""
    progress("reading files")
    names = Names(project)
    _with(path, lambda store: _extend(store, _quads(project, names)))
    progress("checking names")
    files = project.ontology_files + project.data_files
    _stop_on([error for file in files for error in names.check(file)])


def _fill_default_graph(store: ox.Store, triples: Path) -> None:
    """Add the triples of all named graphs to the default graph, for queries that name none."""
    _extend(store, ox.parse(path=triples, format=ox.RdfFormat.N_TRIPLES))
    store.optimize()


def _extend(store: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Add quads, so many at a time that the loader need not hold more."""
    for batch in batched(quads, BATCH):
        store.bulk_extend(batch)


def _quads(project: Project, names: Names) -> Iterator[ox.Quad]:
    """The quads of all files, read one after the other; names takes note of each file."""
    errors: list[GraphsvcError] = []
    for path in project.ontology_files + project.data_files:
        try:
            file = parse_turtle(path)
        except GraphsvcError as error:
            location = (error.location or "").replace(str(path), project.name(path))
            errors.append(GraphsvcError(error.message, location=location, hint=error.hint))
            continue
        names.read(file)
        graph = ox.NamedNode(project.graph(path))
        for subject, predicate, value in file.triples:
            yield ox.Quad(subject, predicate, value, graph)
    _stop_on(errors)


def _digest(project: Project, content: str) -> str:
    """The digest of the input (16 hexadecimal digits). content: that of all data's."""
    total = hashlib.sha256(f"graphsvc {__version__}\n{content}\n".encode())
    for path in project.shape_files + project.rule_files + project.query_files:
        total.update(f"{project.name(path)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _stop_on(errors: list[GraphsvcError]) -> None:
    if errors:
        raise InputErrors(errors)


@contextmanager
def _only_builder(releases: Releases) -> Iterator[None]:
    """Hold the folder of releases alone, and clear what earlier builds left unfinished."""
    try:
        releases.folder.mkdir(parents=True, exist_ok=True)
        with (releases.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            releases.remove_unfinished()
            yield
    except OSError as error:
        raise GraphsvcError(
            f"The release cannot be written ({error.strerror or error}).",
            location=str(releases.folder),
            hint="Give a folder that you may write to and that has room, with --releases.",
        ) from error
