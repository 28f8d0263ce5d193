"""Commands: odd input gives a sentence with the file, never a traceback, an abort or a hang; what
is installed is pinned (defect 13)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.hostile.conftest import Start, cases, project
from tests.hostile.raw import once
from tests.hostile.service import wait_until

PREFIX = "@prefix : <https://example.org/books/def#> .\n" \
         "@prefix work: <https://example.org/books/id/work/> .\n"
SECRET = "the secret of another folder"


def nested(depth: int, opening: str, closing: str) -> str:
    return f"{PREFIX}work:emma :by {opening * depth}1{closing * depth} .\n"


def linked(number: int) -> str:
    """Blank nodes that are all linked with each other, so that nothing distinguishes them."""
    pairs = combinations(range(number), 2)
    return PREFIX + "".join(f"_:b{a} :by _:b{b} . _:b{b} :by _:b{a} .\n" for a, b in pairs)


def text(content: str, name: str = "poison.ttl") -> Callable[[Path], Path]:
    """Writes a file with this content."""
    def write(folder: Path) -> Path:
        path = folder / "data" / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


def link(target: str, place: str = "data/poison.ttl") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        outside = folder.parent / "outside.rq"
        outside.write_text(f"#+ title: {SECRET}\n# {SECRET}\nSELECT * {{}}\n")
        (folder.parent / "outside.ttl").write_text(f"# {SECRET}\n")
        (folder / place).symlink_to(target)
        return folder / place

    return make


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "data" / "poison.ttl")
    return folder / "data" / "poison.ttl"


def directory(folder: Path) -> Path:
    (folder / "data" / "poison.ttl").mkdir()
    return folder / "data" / "poison.ttl"


def unreadable(folder: Path) -> Path:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read every file")
    path = text(PREFIX)(folder)
    path.chmod(0)
    return path


def bytes_of(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "data" / "poison.ttl").write_bytes(content)
        return folder / "data" / "poison.ttl"

    return write


REFUSED: dict[str, Callable[[Path], Path]] = {
    "a link to the outside": link("../../outside.ttl"),
    "a link to nowhere": link("nowhere.ttl"),
    "a link to itself": link("poison.ttl"),
    "a link to a device": link("/dev/zero"),
    "a link in the questions to the outside": link("../../outside.rq", "queries/poison.rq"),
    "a folder with the name of a file": directory,
    "a pipe": pipe,
    "an unreadable file": unreadable,
    "bytes that are no UTF-8": bytes_of(b"\xff\xfe" + PREFIX.encode("utf-16-le")),
    "nulls": bytes_of(PREFIX.encode() + b"\0" * 1000),
    "collections nested too deep": text(nested(20_000, "( ", " )")),
    "blank nodes nested too deep": text(nested(20_000, "[ :by ", " ]")),
    "ten blank nodes all linked": text(linked(10)),
    "twelve blank nodes all linked": text(linked(12)),
}
"""What stops a build, with a sentence that names the file."""

TAKEN: dict[str, Callable[[Path], Path]] = {
    "a blank in the name of a file": text(PREFIX, "with blank.ttl"),
    "signs in the name of a file": text(PREFIX, "a%41<b>\"#?.ttl"),
    "letters beyond ASCII in the name of a file": text(PREFIX, "é.ttl"),
    "no file at all": text("", ".hidden.ttl"),
}
"""What a build either takes or refuses with a sentence."""

def built(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the build, which must end by itself within a minute and in 4 GiB."""
    return subprocess.run(
        ["prlimit", f"--as={4 << 30}", sys.executable, "-m", "graphsvc", "build", "--project",
         str(folder)], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", cases(
    REFUSED, "a link to nowhere", "a folder with the name of a file", "a pipe"))
def test_poison_in_the_input_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    project(folder)
    poison = REFUSED[name](folder)
    ended = built(folder)
    assert ended.returncode > 0, ended
    assert "Traceback" not in ended.stderr and len(ended.stderr) < 4000, ended.stderr[-2000:]
    assert poison.name in ended.stderr
    assert not (folder / "releases" / "current").exists()


@pytest.mark.parametrize("name", cases(TAKEN, "a blank in the name of a file"))
def test_an_odd_name_is_taken_or_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    project(folder)
    poison = TAKEN[name](folder)
    ended = built(folder)
    assert ended.returncode == 0 or (ended.returncode > 0 and poison.name in ended.stderr)
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_literal_of_two_hundred_megabytes_is_taken_or_refused_with_a_sentence(
    tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    project(folder)
    text(f'{PREFIX}work:emma :by """{"x" * 200_000_000}""" .\n')(folder)
    ended = built(folder)
    assert ended.returncode == 0 or (ended.returncode > 0 and "poison.ttl" in ended.stderr)
    assert "Traceback" not in ended.stderr and len(ended.stderr) < 4000


def test_nothing_outside_the_project_gets_into_a_release(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    project(folder)
    REFUSED["a link in the questions to the outside"](folder)
    built(folder)
    found = [path for path in (folder / "releases").rglob("*.rq") if SECRET in path.read_text()]
    assert found == []


@pytest.mark.slow
def test_port_zero_says_the_port_that_was_chosen(shelf: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "graphsvc", "serve", "--releases", str(shelf), "--port", "0",
             "--format", "json"], stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        wait_until(lambda: log.read_text().endswith("\n"), 30)
        address = json.loads(log.read_text().splitlines()[0])["address"]
        assert int(address.rpartition(":")[2]) > 0
        assert once(address, "GET", "/health").status == 200
    finally:
        process.terminate()
        process.wait(60)


def test_a_port_that_is_taken_is_said_in_a_sentence(start: Start, shelf: Path) -> None:
    service = start(shelf)
    ended = subprocess.run(
        [sys.executable, "-m", "graphsvc", "serve", "--releases", str(shelf), "--port",
         str(service.port)], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode > 0 and str(service.port) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert service.healthy()


INSTALLS = re.compile(r"(?:\bpip|\buv|\$\(PIP\)) (?:pip )?install\b.*")


@pytest.mark.parametrize("path", [
    "Makefile", "frontend/setup.sh", ".ci/run", "deploy/Containerfile"])
def test_every_install_is_pinned_by_digest_and_has_no_other_way(path: str) -> None:
    file = ROOT / path
    if not file.exists():
        pytest.skip(f"there is no {path}")
    content = file.read_text().replace("\\\n", " ")
    for install in INSTALLS.findall(content):
        own = "--no-deps" in install and "--no-build-isolation" in install
        assert "--require-hashes" in install or own, install
        assert not re.search(r"\|\|.*install", install), install


def test_every_package_in_the_lock_files_has_a_digest() -> None:
    for path in ROOT.glob("requirements*.lock"):
        packages = re.split(r"\n(?=[a-zA-Z0-9])", path.read_text())
        assert [package for package in packages
                if "==" in package and "--hash=sha256:" not in package] == []
