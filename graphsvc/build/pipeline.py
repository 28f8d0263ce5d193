"""From files to a release: parse, derive, validate, write, switch; all of it or nothing.

A build works in a folder of its own (`.build-...`) and renames it when everything is done, so a
build that fails or is killed leaves the served release as it was. What needs no Python runs in
threads: the engine that validates, compression, writing the store, and counting what it holds.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from graphsvc import __version__
from graphsvc.ask.wordings import read_wordings
from graphsvc.build.check import Names
from graphsvc.build.content import Content
from graphsvc.build.dumps import Graphs, canonical_graphs, triples_of, write_dumps
from graphsvc.build.index import build_index
from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.shapes import explain, report_graph, validate
from graphsvc.build.tables import read_tables, write_mappings, write_tables
from graphsvc.description import describe_content, describe_release
from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.graphs.view import Views
from graphsvc.project import Project
from graphsvc.questions.library import Library
from graphsvc.release import IN_MEMORY_QUADS, Release, Releases
from graphsvc.sources.turtle import read_file, read_turtle

Progress = Callable[[str], None]
"""Called with the name of each step as it begins."""


@dataclass(frozen=True)
class Built:
    """A release and whether this call made it (or it was there for the same input)."""

    release: Release
    new: bool


def build(project: Project, releases: Releases, progress: Progress = lambda step: None) -> Built:
    """Build the release of a project's files and make it the current one.

    Raises InputErrors (each with file, line and hint) when the files have mistakes, GraphsvcError
    when the folder of releases cannot be written. In both cases nothing changes.
    """
    files = project.file_digests()
    with _only_builder(releases):
        release = releases.built_from(files)
        new = release is None
        if release is None:
            work = Path(tempfile.mkdtemp(prefix=".build-", dir=releases.folder))
            try:
                digest = _write(project, work, files, progress)
                progress("switching")
                release = releases.publish(work, digest)
            finally:
                shutil.rmtree(work, ignore_errors=True)
        releases.switch(release)
    return Built(release, new)


def _write(project: Project, work: Path, files: dict[str, str], progress: Progress) -> str:
    """Write everything that a release holds into a folder; return the release's name."""
    with ThreadPoolExecutor(2) as pool:
        progress("reading files")
        store = _read(project, progress)
        progress("deriving facts")
        rules = read_rules(project)
        derived = {rule.name: apply_rule(store, rule) for rule in rules}
        sources = {rule.graph.value: rule.name for rule in rules}
        quads = len(store)
        progress("validating")
        validated = pool.submit(validate, store, project.shape_files)
        progress("reading questions and views")
        library = Library.load(project.root / "queries", project.prefixes)
        read_wordings(project.root / "queries", library)
        Views.load(project.root / "queries" / "views", project.prefixes)
        graphs = canonical_graphs(store, lambda graph: _entangled(project, graph))
        results = validated.result()
        _stop_on(explain(project, [result for result in results if result.violation]))
        (work / "report.nt").write_text(report_graph(results), encoding="utf-8")
        progress("writing dumps")
        del store, validated
        digest = _digest(project, graphs, sources)
        triples = triples_of(graphs)
        if is_large := quads > IN_MEMORY_QUADS:
            stored = pool.submit(_write_store, [*graphs.values(), triples], work / "store")
        union = ox.Store()
        united = pool.submit(union.load, b"".join(triples), ox.RdfFormat.N_TRIPLES, lenient=True)
        folder = work / "dumps"
        dumps = write_dumps(graphs, triples, f"{project.header.root}graph/", project.prefixes,
                            folder, pool)
        sizes = {name: len(lines) for name, lines in graphs.items()}
        del graphs, triples
        united.result()
        described = pool.submit(describe_content, project.header, union, sizes, sources)
        content = Content(union)
        tables = write_tables(
            project.header, digest, read_tables(project.header, content), folder)
        write_mappings(project.header, digest, project.prefixes, union,
                       folder / "mappings.sssom.tsv")
        progress("describing")
        (work / "description.ttl").write_bytes(describe_release(
            project.header, digest, [*dumps, *tables], project.catalogue))
        (work / "content.ttl").write_bytes(described.result())
        progress("indexing")
        build_index(content, work / "index.sqlite")
        if is_large:
            stored.result()
    _copy_inputs(project, work)
    Release(work).write_manifest({
        "release": digest, "built": datetime.now(UTC).isoformat(timespec="microseconds"),
        "software": f"graphsvc {__version__}", "title": project.header.title,
        "header": vars(project.header), "prefixes": project.prefixes, "quads": quads,
        "derived": derived, "warnings": len(results), "files": files,
    })
    return digest


def _read(project: Project, progress: Progress) -> ox.Store:
    """All files, each in its graph. Raises InputErrors for bad Turtle and bad names."""
    store, names, errors = ox.Store(), Names(project), list[GraphsvcError]()
    paths = project.ontology_files + project.data_files
    for path in paths:
        try:
            file = read_turtle(path)
        except GraphsvcError as error:
            location = (error.location or "").replace(str(path), project.name(path))
            errors.append(GraphsvcError(error.message, location=location, hint=error.hint))
            continue
        names.read(file)
        graph = ox.NamedNode(project.graph(path))
        store.extend([ox.Quad(*triple, graph) for triple in file.triples])
    _stop_on(errors)
    progress("checking names")
    _stop_on([error for path in paths for error in names.check(path)])
    return store


def _write_store(texts: list[list[bytes]], path: Path) -> None:
    """Write a store of N-Quads lines: of all triples in their graphs, and of the same in its
    default graph, for queries that name none. Blank nodes are the same in all of one file."""
    quads = path.with_suffix(".nq")
    with quads.open("wb") as file:
        for lines in texts:
            file.writelines(lines)
    store = ox.Store(str(path))
    store.bulk_load(path=quads, format=ox.RdfFormat.N_QUADS, lenient=True)
    quads.unlink()
    store.optimize()
    store.flush()


def _digest(project: Project, graphs: Graphs, derived: Container[str]) -> str:
    """The digest of the input (16 hexadecimal digits): of the canonical content, without the graphs
    that are derived, and of the other files."""
    content = hashlib.sha256()
    for name, lines in graphs.items():
        if name not in derived:
            content.update(b"".join(lines))
    total = hashlib.sha256(f"graphsvc {__version__}\n{content.hexdigest()}\n".encode())
    for path in (*project.shape_files, *project.rule_files, *project.query_files,
                 *project.texts.values(), *project.catalogue_files):
        total.update(f"{project.name(path)}\0".encode())
        total.update(hashlib.sha256(read_file(path)).digest())
    return total.hexdigest()[:16]


def _copy_inputs(project: Project, work: Path) -> None:
    """Copy the questions, views, shapes and texts, which are part of a release."""
    shapes = project.root / "ontology" / "shapes"
    targets = {path: work / path.relative_to(project.root) for path in project.query_files}
    targets |= {path: work / "shapes" / path.relative_to(shapes) for path in project.shape_files}
    targets |= {path: work / "texts" / f"{name}.md" for name, path in project.texts.items()}
    for source, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read_file(source))


def _entangled(project: Project, graph: str) -> GraphsvcError:
    """The mistake of a file whose blank nodes cannot be labelled."""
    paths = project.ontology_files + project.data_files
    path = next((path for path in paths if project.graph(path) == graph), None)
    if path is None:
        return GraphsvcError("The blank nodes that a rule derives cannot be labelled.",
                             location=graph, hint="Derive fewer of them, or things with names.")
    file = read_turtle(path)
    number = next((number for number, (subject, _, value) in enumerate(file.triples)
                   if isinstance(value, ox.BlankNode) and isinstance(subject, ox.NamedNode)), 0)
    return GraphsvcError(
        "Blank nodes are linked or nested so much that they cannot be labelled.",
        location=f"{project.name(path)}:{file.line(number)}",
        hint="Give the things names, or make lists shorter and less deep.")


def _stop_on(errors: list[GraphsvcError]) -> None:
    if errors:
        raise InputErrors(errors)


@contextmanager
def _only_builder(releases: Releases) -> Iterator[None]:
    """Hold the folder of releases alone, and remove what earlier builds left unfinished."""
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
