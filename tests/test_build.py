"""Building releases: the same input gives the same release, and nothing half-done is served."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.build import pipeline
from graphsvc.build.pipeline import build
from graphsvc.engine import embedded
from graphsvc.engine.base import Request, read
from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.project import Project
from graphsvc.release import Release, Releases
from tests.asking import store_of
from tests.conftest import ROOT


def test_two_builds_of_the_same_input_give_the_same_release_byte_for_byte(
    books: Path, tmp_path: Path
) -> None:
    _assert_same_bytes(build(Project(books), Releases(tmp_path / "one")).release,
                       build(Project(books), Releases(tmp_path / "two")).release)


@pytest.mark.slow
def test_two_builds_of_the_real_project_give_the_same_release_byte_for_byte(
    project: Project, release: Release, tmp_path: Path
) -> None:
    _assert_same_bytes(build(project, Releases(tmp_path)).release, release)


def _assert_same_bytes(one: Release, other: Release) -> None:
    assert one.id == other.id
    names = sorted(p.relative_to(one.path) for p in one.path.rglob("*")
                   if p.is_file() and "store" not in p.parts)
    assert len(names) > 15
    for name in names:
        if name.name != "manifest.json":
            assert (one.path / name).read_bytes() == (other.path / name).read_bytes(), name


def test_a_second_build_finds_the_release_that_is_there(
    books: Path, tmp_path: Path
) -> None:
    releases = Releases(tmp_path / "releases")
    assert build(Project(books), releases).new
    assert not build(Project(books), releases).new


def test_another_order_of_statements_is_the_same_content(books: Path, tmp_path: Path) -> None:
    first = build(Project(books), Releases(tmp_path / "one")).release
    path = books / "data" / "works.ttl"
    text = path.read_text()
    prefixes = [line for line in text.splitlines() if line.startswith("@prefix")]
    quads = sorted(ox.parse(text, format=ox.RdfFormat.TURTLE), key=str, reverse=True)
    body = "".join(f"{quad.triple} .\n" for quad in quads)
    path.write_text("\n".join(prefixes) + "\n" + body)
    assert build(Project(books), Releases(tmp_path / "two")).release.id == first.id


def test_the_whole_dump_holds_what_the_graph_dumps_hold(release: Release) -> None:
    whole = gzip.decompress(release.dump.read_bytes()).splitlines()
    parts = [line for path in sorted((release.path / "dumps").glob("*.nq.gz"))
             if path != release.dump for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert len(whole) == release.manifest["quads"]
    assert sorted(parts) == whole
    trig = gzip.decompress((release.path / "dumps" / "all.trig.gz").read_bytes())
    assert set(ox.parse(trig, format=ox.RdfFormat.TRIG)) == set(
        ox.parse(b"\n".join(whole), format=ox.RdfFormat.N_QUADS))


WORKS, PASSAGES = "data/works.ttl", "data/passages.ttl"
BAD = {
    "a syntax error": (WORKS, "work:x a :Work ;;; oops", "This is not Turtle"),
    "an undefined term": (WORKS, 'work:emma :colour "red"@en .', "def#colour> is not defined"),
    "a misspelt term": (
        WORKS, 'work:emma skos:altLable "E"@en .',
        "Did you mean <http://www.w3.org/2004/02/skos/core#altLabel>"),
    "a dangling reference": (WORKS, "work:emma :genre genre:gothick .", "genre/gothic>?"),
    "a violated shape": (WORKS, 'work:emma skos:prefLabel "A second name"@en .',
                         "exactly one name"),
    "a slug used twice in a file": (
        WORKS, "edition:f1 a :Edition ; :signed true .", "edition/f1> is described from line "),
    "a duplicate slug": (
        PASSAGES, "<https://example.org/books/id/work/emma> a :Work .",
        "is described in data/works.ttl too"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_a_build_stops_at_a_mistake_with_file_line_thing_and_hint(
    mistake: str, books: Path, tmp_path: Path
) -> None:
    name, statement, message = BAD[mistake]
    releases = Releases(tmp_path / "releases")
    old = build(Project(books), releases).release
    _change(books / name, statement)
    with pytest.raises(InputErrors) as caught:
        build(Project(books), releases)
    sentences = [str(error) for error in caught.value.errors]
    assert any(s.startswith(f"{name}:") and s[len(name) + 1].isdigit() and message in s
               for s in sentences), sentences
    assert releases.current().id == old.id
    assert [r.id for r in releases.all()] == [old.id]
    assert not list(releases.folder.glob(".build-*"))


def test_a_text_is_a_part_of_the_release_and_must_be_there(books: Path, tmp_path: Path) -> None:
    path = books / "ontology" / "text.ttl"
    path.write_text('<https://example.org/books/notes>'
                    ' <https://w3id.org/graphsvc/display#file> "notes.md" .\n')
    releases = Releases(tmp_path / "releases")
    with pytest.raises(GraphsvcError) as refused:
        build(Project(books), releases)
    assert str(refused.value).startswith(
        "ontology/text.ttl:1: There is no file notes.md in the project.")
    (books / "notes.md").write_text("# Notes\n")
    first = build(Project(books), releases).release
    assert {name: file.read_text() for name, file in first.texts.items()} == {"notes": "# Notes\n"}
    (books / "notes.md").write_text("# Other notes\n")
    assert build(Project(books), releases).release != first


def test_a_folder_that_cannot_be_written_is_reported(books: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(GraphsvcError, match="cannot be written"):
        build(Project(books), Releases(blocked))


@pytest.mark.slow
def test_a_full_disk_is_reported_and_leaves_nothing(
    project: Project, release: Release, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small],
            capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        done = _graphsvc("build", "--project", project.root, "--releases", small)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "cannot be written" in done.stderr
        assert [p.name for p in small.iterdir()] in ([".lock"], [])
    finally:
        subprocess.run(["umount", small], check=True)


KILLED = """
import os, signal, sys
from pathlib import Path
from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Releases

for step in map(str.strip, sys.stdin):
    child = os.fork()
    if child == 0:
        build(Project(Path(sys.argv[1])), Releases(Path(sys.argv[2])),
              lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == step else None)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""


def _killed(project: Path, releases: Releases, *steps: str) -> Iterator[int]:
    """Build as often as there are steps, in processes that are killed at these; the signals."""
    with subprocess.Popen([sys.executable, "-c", KILLED, project, releases.folder], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for step in steps:
            process.stdin.write(f"{step}\n")
            process.stdin.flush()
            yield int(process.stdout.readline())
        process.stdin.close()


@pytest.mark.slow
def test_a_build_killed_at_any_step_leaves_the_old_release_serving(
    books: Path, tmp_path: Path
) -> None:
    steps: list[str] = []
    releases = Releases(tmp_path / "releases")
    old = build(Project(books), releases, steps.append).release
    assert len(steps) > 8
    _change(books / "data" / "works.ttl", 'work:emma skos:altLabel "Another name"@en .')
    for ended in _killed(books, releases, *steps):
        assert ended == signal.SIGKILL
        _assert_whole(releases)
        assert releases.current().id == old.id
    finished = _graphsvc("build", "--project", books, "--releases", releases.folder)
    assert finished.returncode == 0, finished.stderr
    assert releases.current().id != old.id
    assert not list(releases.folder.glob(".build-*"))


@pytest.mark.slow
def test_a_build_killed_at_any_moment_leaves_a_whole_release_serving(
    books: Path, tmp_path: Path
) -> None:
    releases = Releases(tmp_path / "releases")
    began = time.monotonic()
    assert _graphsvc("build", "--project", books, "--releases", releases.folder).returncode == 0
    whole = time.monotonic() - began
    points = 20
    for point in range(points):
        _change(books / "data" / "works.ttl", f'work:emma skos:altLabel "Name {point}"@en .')
        process = _start("build", "--project", books, "--releases", releases.folder)
        time.sleep(whole * (point + 1) / points)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _assert_whole(releases)


@pytest.mark.slow
def test_a_build_of_the_real_project_killed_midway_leaves_the_old_release_serving(
    copy: Path, release: Release, tmp_path: Path
) -> None:
    releases = Releases(tmp_path / "releases")
    releases.folder.mkdir()
    shutil.copytree(release.path, releases.folder / release.id)
    releases.switch(Release(releases.folder / release.id))
    _change(copy / "data" / "reference" / "shared.ttl",
            'approach:pace skos:altLabel "Another name"@en .')
    assert [*_killed(copy, releases, "indexing")] == [signal.SIGKILL]
    _assert_whole(releases)
    assert releases.current().id == release.id


DAMAGE = {
    "a dump emptied": lambda path: (path / "dumps/all.nq.gz").write_bytes(b""),
    "a byte of a dump changed": lambda path: _flip(path / "dumps/all.nq.gz"),
    "the index cut": lambda path: os.truncate(next(path.glob("*.sqlite")), 5000),
    "a question changed": lambda path: _change(next((path / "queries").rglob("*.rq")), "# more"),
    "a file added": lambda path: (path / "queries/more.rq").touch(),
    "the manifest cut": lambda path: os.truncate(path / "manifest.json", 20),
    "the manifest emptied": lambda path: (path / "manifest.json").write_text("{}"),
    "the manifest of another sort": lambda path: (path / "manifest.json").write_text("[1]"),
    "the manifest gone": lambda path: (path / "manifest.json").unlink(),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the release of the books."""
    folder = tmp_path_factory.mktemp("built")
    build(Project(ROOT / "tests/projects/books"), Releases(folder))
    return folder


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_release_is_noticed_and_built_again(
    damage: Callable[[Path], object], built: Path, books: Path, tmp_path: Path
) -> None:
    releases = Releases(Path(shutil.copytree(built, tmp_path / "releases", symlinks=True)))
    release = releases.current()
    release.verify()
    damage(release.path)
    with pytest.raises(GraphsvcError, match="is damaged: "):
        Release(release.path).verify()
    again = build(Project(books), releases)
    assert (again.new, again.release.id) == (True, release.id)
    again.release.verify()
    assert releases.current() == again.release
    assert [path.name for path in releases.folder.glob(".*") if path.name != ".lock"] == []


def test_a_release_too_large_for_memory_is_answered_from_disk_in_the_same_way(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = build(Project(books), Releases(tmp_path / "small")).release
    from_memory = asyncio.run(_answers(small))
    for module in (pipeline, embedded):
        monkeypatch.setattr(module, "IN_MEMORY_QUADS", 0)
    large = build(Project(books), Releases(tmp_path / "large")).release
    assert (small.store_path.exists(), large.store_path.exists()) == (False, True)
    from_disk = asyncio.run(_answers(large))
    assert from_disk == from_memory
    large.verify()
    next(large.store_path.glob("*.sst")).unlink()
    with pytest.raises(GraphsvcError, match="is damaged: "):
        Release(large.path).verify()
    with pytest.raises(GraphsvcError, match="The store cannot be opened"):
        asyncio.run(_answers(large))


async def _answers(release: Release) -> list[bytes]:
    """What the engine over a release says of its triples with and without their graphs."""
    engine = embedded.create_engine(release)
    assert isinstance(engine, embedded.EmbeddedEngine)
    try:
        await engine.start()
        return [await read(engine, Request(f"SELECT * {where} ORDER BY ?s ?p ?o ?g", "text/csv"))
                for where in ("{ ?s ?p ?o FILTER(!isBlank(?s) && !isBlank(?o)) }",
                              "{ GRAPH ?g { ?s ?p ?o FILTER(!isBlank(?s) && !isBlank(?o)) } }")]
    finally:
        await engine.close()


def test_a_bad_manifest_is_reported_once_and_breaks_nothing(books: Path, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    (folder / "bad").mkdir(parents=True)
    (folder / "bad" / "manifest.json").write_text('{"built": 7')
    done = _graphsvc("build", "--project", books, "--releases", folder)
    assert (done.returncode, done.stderr.count("The release bad is damaged")) == (0, 1)
    listed = _graphsvc("releases", "--releases", folder)
    assert listed.returncode == 0
    assert listed.stderr.count("The release bad is damaged") == 1
    assert len(listed.stdout.splitlines()) == 2
    Releases(folder).switch(Release(folder / "bad"))
    with pytest.raises(GraphsvcError, match="The release bad is damaged"):
        Releases(folder).current()


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _change(path: Path, statement: str) -> None:
    path.write_text(f"{path.read_text()}\n{statement}\n")


def _assert_whole(releases: Releases) -> None:
    """Every release that is there is whole, the current one first of all."""
    for release in (releases.current(), *releases.all()):
        assert len(store_of(release)) > 0
        assert json.loads((release.path / "manifest.json").read_text())["release"] == release.id
        assert release.index_path.exists() and release.description.exists()


def test_going_back_is_one_command(books: Path, tmp_path: Path) -> None:
    releases = Releases(tmp_path / "releases")
    first = build(Project(books), releases).release
    _change(books / "data" / "works.ttl", 'work:emma skos:altLabel "Another name"@en .')
    second = build(Project(books), releases).release
    assert releases.current().id == second.id != first.id
    done = _graphsvc("releases", "switch", "--project", books, "--releases", releases.folder)
    assert done.returncode == 0
    assert releases.current().id == first.id


def _start(*args: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "graphsvc", *map(str, args)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _graphsvc(*args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "graphsvc", *map(str, args)], text=True,
                          capture_output=True, timeout=120)
