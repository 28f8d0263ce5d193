"""From files to a release: parse, derive, validate, write, switch; all of it or nothing.

A build works in a folder of its own (`.build-...`) and renames it when everything is done, so a
build that fails or is killed leaves the served release as it was.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from graphsvc import __version__
from graphsvc.canonical import canonical_lines
from graphsvc.checks import check_names
from graphsvc.describe import describe
from graphsvc.engine.loading import fill_default_graph
from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.project import Project
from graphsvc.questions.library import Library
from graphsvc.release import Release, Releases
from graphsvc.rules import apply_rules, read_rules
from graphsvc.search import build_index
from graphsvc.turtle import read_turtle
from graphsvc.validation import Result, report_graph, validate
from graphsvc.views.view import Views

Progress = Callable[[str], None]
"""Told the name of each step as it begins."""


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
    progress("reading files")
    quads = list(_quads(project))
    progress("checking names")
    _stop_on(check_names(project))
    progress("reading questions and views")
    Library.load(project.root / "queries", project.prefixes)
    Views.load(project.root / "queries" / "views", project.prefixes)
    digest = _digest(project, quads)
    final = releases.folder / digest
    if (final / "manifest.json").is_file():
        return Release(final), False
    work = Path(tempfile.mkdtemp(prefix=".build-", dir=releases.folder))
    try:
        _write(project, work, digest, quads, files, progress)
        progress("switching")
        os.sync()
        work.chmod(0o755)
        work.rename(final)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return Release(final), True


def _write(
    project: Project, work: Path, digest: str, quads: list[ox.Quad], files: dict[str, str],
    progress: Progress,
) -> None:
    progress("loading the store")
    store = ox.Store(str(work / "store"))
    store.bulk_extend(quads)
    rules = read_rules(project)
    progress("deriving facts")
    derived = {rule.name: count for rule, count in apply_rules(store, rules)}
    progress("validating")
    results = validate(_triples(store), project.shape_files)
    _stop_on([explain(project, result) for result in results if result.violation])
    (work / "report.nt").write_text(report_graph(results), encoding="utf-8")
    progress("writing dumps")
    dumps = _write_dumps(project, store, work / "dumps")
    quads_in_graphs = len(store)
    fill_default_graph(store)
    progress("describing")
    graphs = {rule.graph.value: rule.name for rule in rules}
    described = describe(project.header, digest, store, dumps, graphs)
    (work / "description.ttl").write_text(described.serialize(format="turtle"), encoding="utf-8")
    progress("indexing texts")
    build_index(store, work / "search.sqlite")
    store.optimize()
    store.flush()
    for path in project.query_files:
        _copy(path, work / path.relative_to(project.root))
    for path in project.shape_files:
        _copy(path, work / "shapes" / path.name)
    manifest = {
        "release": digest, "built": datetime.now(UTC).isoformat(timespec="microseconds"),
        "software": f"graphsvc {__version__}", "title": project.header.title,
        "header": vars(project.header), "prefixes": project.prefixes, "quads": quads_in_graphs,
        "derived": derived, "warnings": len(results), "files": files,
    }
    (work / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def explain(
    project: Project, result: Result, lines: dict[str, tuple[Path, int]] | None = None
) -> GraphsvcError:
    """A validation result as a sentence with the file and line at which its thing stands.

    lines: where things stand in files outside the project, which come first.
    """
    if lines and result.focus_iri in lines:
        path, line = lines[result.focus_iri]
        return sentence(result, f"{project.name(path)}:{line}")
    for path in project.data_files + project.ontology_files:
        if line := read_turtle(path).lines.get(result.focus_iri, 0):
            return sentence(result, f"{project.name(path)}:{line}")
    return sentence(result, None)


def sentence(result: Result, where: str | None) -> GraphsvcError:
    """A validation result as a sentence: the thing, what is wrong with which value, the mend."""
    value = f" (found {result.value})" if result.value else ""
    path = f" {result.path}" if result.path.startswith("<") else ""
    return GraphsvcError(f"{result.focus}{path}{value}: {result.message}", where=where)


def _quads(project: Project) -> Iterator[ox.Quad]:
    errors: list[GraphsvcError] = []
    for path in project.ontology_files + project.data_files:
        try:
            file = read_turtle(path)
        except GraphsvcError as error:
            where = (error.where or "").replace(str(path), project.name(path))
            errors.append(GraphsvcError(error.problem, where=where, mend=error.mend))
            continue
        graph = ox.NamedNode(project.graph(path))
        for subject, predicate, value in file.triples:
            yield ox.Quad(subject, predicate, value, graph)
    _stop_on(errors)


def _triples(store: ox.Store) -> Iterator[ox.Triple]:
    for quad in store:
        yield quad.triple


def _digest(project: Project, quads: list[ox.Quad]) -> str:
    """The digest of the input's canonical content (16 hexadecimal digits)."""
    total = hashlib.sha256(f"graphsvc {__version__}\n".encode())
    for line in canonical_lines(quads):
        total.update(line)
    for path in project.shape_files + project.rule_files + project.query_files:
        total.update(f"{project.name(path)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _write_dumps(project: Project, store: ox.Store, folder: Path) -> list[Path]:
    folder.mkdir()
    whole = folder / "all.nq.gz"
    with _gzip(whole) as file:
        for line in canonical_lines(iter(store)):
            file.write(line)
    trig = folder / "all.trig.gz"
    with gzip.open(whole, "rb") as lines, _gzip(trig) as file:
        ox.serialize(ox.parse(lines, format=ox.RdfFormat.N_QUADS), file,  # type: ignore[arg-type]
                     format=ox.RdfFormat.TRIG, prefixes=project.prefixes)
    parts = _write_graph_dumps(project, whole, folder)
    return [whole, trig, *parts]


def _write_graph_dumps(project: Project, whole: Path, folder: Path) -> list[Path]:
    base = f"{project.header.root}graph/"
    parts: dict[bytes, gzip.GzipFile] = {}
    paths: list[Path] = []
    with gzip.open(whole, "rb") as lines:
        for line in lines:
            graph = line[line.rindex(b"<") + 1:line.rindex(b">")]
            if graph not in parts:
                stem = graph.decode().removeprefix(base).replace("/", ".")
                paths.append(folder / f"{stem}.nq.gz")
                parts[graph] = _gzip(paths[-1])
            parts[graph].write(line)
    for file in parts.values():
        file.close()
    return sorted(paths)


def _gzip(path: Path) -> gzip.GzipFile:
    return gzip.GzipFile(filename="", mode="wb", fileobj=path.open("wb"), mtime=0, compresslevel=6)


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
            where=str(releases.folder),
            mend="Give a folder that you may write to and that has room, with --releases.",
        ) from error
