"""A bad release is refused and said once, the next good one is followed; a switch leaves nothing
behind (defects 4, 6, 14 and 15)."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graphsvc.build.pipeline import build
from graphsvc.release import Release, Releases
from tests.hostile.conftest import Start, cases, project
from tests.hostile.queries import SMALL, once_more
from tests.hostile.raw import sparql
from tests.hostile.service import MIB, Own, always, descriptors, wait_until

EXTRA = '<https://example.org/books/id/work/emma> ' \
        '<http://www.w3.org/2004/02/skos/core#altLabel> "Another name"@en .\n'
FOLLOWS = 30
"""Seconds within which a release is followed, at most."""


def cut_manifest(release: Path) -> None:
    text = (release / "manifest.json").read_text()
    (release / "manifest.json").write_text(text[:len(text) // 2])


def empty_manifest(release: Path) -> None:
    (release / "manifest.json").write_text("")


def other_manifest(release: Path) -> None:
    (release / "manifest.json").write_text("[]")


def bare_manifest(release: Path) -> None:
    (release / "manifest.json").write_text("{}")


def empty_index(release: Path) -> None:
    for path in release.glob("*.sqlite"):
        path.write_bytes(b"")


def wrong_index(release: Path) -> None:
    for path in release.glob("*.sqlite"):
        path.write_bytes(b"no database" * 1000)


def no_index(release: Path) -> None:
    for path in release.glob("*.sqlite"):
        path.unlink()


def empty_dump(release: Path) -> None:
    (release / "dumps" / "all.nq.gz").write_bytes(gzip.compress(b""))


def shorter_dump(release: Path) -> None:
    path = release / "dumps" / "all.nq.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).split(b"\n", 1)[1]))


def cut_dump(release: Path) -> None:
    path = release / "dumps" / "all.nq.gz"
    path.write_bytes(path.read_bytes()[:100])


def wrong_question(release: Path) -> None:
    next((release / "queries").rglob("*.rq")).write_text("SELECT nonsense")


DAMAGES: dict[str, Callable[[Path], None]] = {
    damage.__name__.replace("_", " "): damage for damage in (
        cut_manifest, empty_manifest, other_manifest, bare_manifest, empty_index, wrong_index,
        no_index, empty_dump, shorter_dump, cut_dump, wrong_question)}


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """Two releases; the one built last is current."""
    folder = tmp_path_factory.mktemp("two")
    releases = Releases(folder / "releases")
    build(project(folder / "one"), releases)
    build(project(folder / "two", EXTRA), releases)
    return releases


@pytest.fixture
def pair(two: Releases, tmp_path: Path) -> tuple[Releases, Release, Release]:
    """A copy of them, the first of them current."""
    releases = Releases(Path(shutil.copytree(two.folder, tmp_path / "releases", symlinks=True)))
    new = releases.current()
    old = next(release for release in releases.all() if release.id != new.id)
    releases.switch(old)
    return releases, old, new


def served(service: Own) -> str:
    """The release that is served, as a query, the API and `/health` name it."""
    names = {service.ask(path, "Accept: application/json").header("x-release")
             for path in (sparql(once_more(SMALL)), "/api/questions")}
    names.add(json.loads(service.ask("/health").body)["release"])
    return names.pop() if len(names) == 1 else ""


def damaged(releases: Releases, release: Release, damage: Callable[[Path], None]) -> Release:
    """A damaged copy of a release, with a name of its own."""
    bad = releases.folder / ("bad" + release.id[3:])
    shutil.copytree(release.path, bad)
    damage(bad)
    return Release(bad)


def stays(service: Own, release: Release) -> None:
    """Check that it stays on a release, and says no more than it has said about the other one."""
    always(lambda: served(service) == release.id, 0.5, "it does not stay on the good release")
    said = service.said
    always(lambda: served(service) == release.id, 2.5, "it does not stay on the good release")
    assert service.said == said and "Traceback" not in said


@pytest.mark.parametrize("name", cases(DAMAGES, "cut manifest"))
def test_a_bad_release_is_not_followed_and_the_next_good_one_is(
    name: str, pair: tuple[Releases, Release, Release], start: Start
) -> None:
    releases, old, new = pair
    service = start(releases.folder)
    bad = damaged(releases, new, DAMAGES[name])
    releases.switch(bad)
    wait_until(lambda: bad.id in service.said, FOLLOWS, "nothing is said about it")
    stays(service, old)
    releases.switch(new)
    wait_until(lambda: served(service) == new.id, FOLLOWS, "the good release is not followed")


@pytest.mark.slow
@pytest.mark.parametrize("link", ["nowhere", "file", "itself"])
def test_a_link_that_leads_to_no_release_is_said_once(
    link: str, pair: tuple[Releases, Release, Release], start: Start
) -> None:
    releases, old, new = pair
    service = start(releases.folder)
    before = len(service.lines)
    current = releases.folder / "current"
    current.unlink()
    current.symlink_to({"nowhere": "nowhere", "file": f"{new.id}/manifest.json",
                        "itself": "current"}[link])
    wait_until(lambda: len(service.lines) > before, FOLLOWS, "nothing is said about it")
    stays(service, old)
    releases.switch(new)
    wait_until(lambda: served(service) == new.id, FOLLOWS, "the good release is not followed")


@pytest.mark.slow
def test_fifty_switches_leave_no_memory_and_no_descriptor_behind(
    pair: tuple[Releases, Release, Release], start: Start
) -> None:
    releases, old, new = pair
    service = start(releases.folder)

    def switch(turns: int) -> tuple[int, int]:
        """Memory and descriptors of the process that answers HTTP, after so many switches."""
        for turn in range(turns):
            release = old if turn % 2 else new
            releases.switch(release)
            wait_until(lambda: served(service) == release.id, FOLLOWS)  # noqa: B023
            for path in ("/", "/search?q=emma", "/id/work/emma", "/questions/works", "/dataset",
                         "/api/questions/works", "/export/authors.graphml", "/openapi.json"):
                assert service.ask(path, "Accept: text/html, */*;q=0.5").status in (200, 303)
        server = service.server
        return service.memory, len(descriptors(server))

    memory, open_files = switch(10)
    more_memory, more_files = switch(40)
    assert more_memory < memory + 16 * MIB
    assert more_files <= open_files + 4


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `graphsvc` to its end."""
    return subprocess.run([sys.executable, "-m", "graphsvc", *map(str, arguments)],
                          capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", cases(
    ("empty dump", "shorter dump", "cut dump", "cut manifest"), "empty dump"))
def test_a_damaged_release_is_not_served_at_all(name: str, copied: Releases) -> None:
    release = copied.current()
    DAMAGES[name](release.path)
    ended = command("serve", "--releases", copied.folder, "--port", 0)
    assert ended.returncode > 0
    assert "Traceback" not in ended.stderr and release.id in ended.stderr, ended.stderr


@pytest.mark.parametrize("name", cases(("empty dump", "cut dump"), "empty dump"))
def test_a_build_does_not_take_a_damaged_release_for_finished(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    releases = Releases(tmp_path / "releases")
    build(project(folder), releases)
    path = releases.current().path / "dumps" / "all.nq.gz"
    before = gzip.decompress(path.read_bytes())
    DAMAGES[name](releases.current().path)
    ended = command("build", "--project", folder, "--releases", releases.folder)
    assert "Traceback" not in ended.stderr
    rebuilt = ended.returncode == 0 and gzip.decompress(path.read_bytes()) == before
    refused = ended.returncode > 0 and path.parent.parent.name in ended.stderr
    assert rebuilt or refused, ended


@pytest.mark.parametrize("text", cases(("{", "", "[]", "{}", "\0"), "{"))
def test_a_bad_manifest_of_another_release_harms_no_command(
    text: str, copied: Releases, tmp_path: Path
) -> None:
    other = copied.folder / "0123456789abcdef"
    other.mkdir()
    (other / "manifest.json").write_text(text)
    project(tmp_path / "project")
    for arguments in (("build", "--project", tmp_path / "project"), ("releases",)):
        ended = command(*arguments, "--releases", copied.folder)
        assert "Traceback" not in ended.stderr, ended.stderr
        assert ended.returncode == 0, ended.stderr
