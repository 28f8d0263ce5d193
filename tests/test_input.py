"""Bad input of all sorts ends a build with a sentence that names the file, never otherwise."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graphsvc.build import dumps
from graphsvc.build.pipeline import build
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.release import Releases

Damage = Callable[[Path], object]


def _text(name: str, text: str) -> Damage:
    return lambda data: (data / name).write_text(text)


def _nested(opening: str, middle: str, closing: str, depth: int) -> str:
    """A statement about something of another project with very deep nesting, on line 3."""
    return ("\n\n<urn:deep> <http://www.w3.org/2000/01/rdf-schema#seeAlso> "
            f"{opening * depth}{middle}{closing * depth} .\n")


NODES = [f"_:n{number}" for number in range(12)]
LINKED = "\n".join(f"{one} <http://www.w3.org/2000/01/rdf-schema#seeAlso> {other} ."
                   for one, other in itertools.permutations(NODES, 2))
CASES: dict[str, tuple[Damage, str]] = {
    "a link that leads nowhere": (
        lambda data: (data / "gone.ttl").symlink_to("nowhere"),
        "data/gone.ttl: This is a link, and a release is made of files."),
    "a link out of the project": (
        lambda data: (data / "out.ttl").symlink_to("/etc/hostname"),
        "data/out.ttl: This is a link, and a release is made of files."),
    "a linked folder": (
        lambda data: (data / "out").symlink_to("/etc"),
        "data/out: This is a link, and a release is made of files."),
    "a link among the questions": (
        lambda data: (data.parent / "queries/secret.txt").symlink_to("/etc/hostname"),
        "queries/secret.txt: This is a link, and a release is made of files."),
    "a folder with the name of a file": (
        lambda data: (data / "x.ttl").mkdir(), "data/x.ttl: This is not a regular file."),
    "a pipe": (
        lambda data: os.mkfifo(data / "pipe.ttl"), "data/pipe.ttl: This is not a regular file."),
    "a pipe among the questions": (
        lambda data: os.mkfifo(data.parent / "queries/pipe"),
        "queries/pipe: This is not a regular file."),
    "a name that is not text": (
        lambda data: Path(os.fsdecode(bytes(data) + b"/\xff.ttl")).touch(),
        "data/\\xff.ttl: The name has characters that are not text."),
    "a line break in a name": (
        _text("a\nb.ttl", ""), "data/a\nb.ttl: The name has characters that are not text."),
    "a literal of 200 MB": (
        _text("long.ttl", '\n<urn:a> <urn:b> """' + "x" * 200_000_000 + '""" .\n'),
        "data/long.ttl:2: A literal or name is longer than 16 MiB."),
    "bytes that are not UTF-8": (
        lambda data: (data / "latin.ttl").write_bytes(b'<urn:a> <urn:b> "\xe9" .\n'),
        "data/latin.ttl:1: This is not Turtle"),
    "collections nested deeply": (
        _text("deep.ttl", _nested("(", "", ")", 20_000)),
        "data/deep.ttl:3: Blank nodes are linked or nested so much that they cannot be labelled."),
    "blank nodes nested deeply": (
        _text("deep.ttl", _nested(
            "[ <http://www.w3.org/2000/01/rdf-schema#seeAlso> ", "<urn:end>", "]", 20_000)),
        "data/deep.ttl:3: Blank nodes are linked or nested so much that they cannot be labelled."),
    "blank nodes all linked with each other": (
        _text("linked.ttl", LINKED),
        "data/linked.ttl:1: Blank nodes are linked or nested so much that they cannot be"
        " labelled."),
}


SLOW = ("collections nested deeply", "blank nodes nested deeply",
        "blank nodes all linked with each other")
"""Cases that wait for the labelling of blank nodes to give up."""


@pytest.mark.parametrize(("damage", "sentence"), [
    pytest.param(*case, id=name, marks=[pytest.mark.slow] if name in SLOW else [])
    for name, case in CASES.items()])
def test_a_build_stops_with_a_sentence(
    damage: Damage, sentence: str, books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "_SECONDS", 5)
    damage(books / "data")
    with pytest.raises(GraphsvcError) as caught:
        build(Project(books), Releases(tmp_path / "releases"))
    assert str(caught.value).startswith(sentence)
    assert not [path for path in (tmp_path / "releases").glob("*") if path.is_dir()]


def test_a_file_that_may_not_be_read_stops_a_build_with_a_sentence(
    books: Path, tmp_path: Path
) -> None:
    secret = books / "data" / "works.ttl"
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("root may read every file")
    with pytest.raises(GraphsvcError, match="data/works.ttl: The file cannot be read"):
        build(Project(books), Releases(tmp_path / "releases"))


@pytest.mark.parametrize("name", ["two words", "50%", "a?b#c", "naïve", 'quo"te', "<b>", "{x}"])
def test_a_file_may_have_any_name_that_is_text(name: str, books: Path, tmp_path: Path) -> None:
    (books / "data" / "works.ttl").rename(books / "data" / f"{name}.ttl")
    release = build(Project(books), Releases(tmp_path / "releases")).release
    assert release.manifest["quads"] > 0
    release.verify()


def test_hidden_files_are_no_input(books: Path, tmp_path: Path) -> None:
    """Editors leave them, some of them as links that lead nowhere."""
    releases = Releases(tmp_path / "releases")
    first = build(Project(books), releases)
    (books / "data" / ".#works.ttl").symlink_to("somebody@somewhere")
    (books / "queries" / ".swap").write_text("x")
    again = build(Project(books), releases)
    assert (again.new, again.release.id) == (False, first.release.id)


def test_two_files_with_the_name_of_one_dump_are_refused(books: Path, tmp_path: Path) -> None:
    (books / "data" / "a").mkdir()
    for name in ("a.b.ttl", "a/b.ttl"):
        (books / "data" / name).write_text("<urn:a> a <http://www.w3.org/2002/07/owl#Thing> .")
    with pytest.raises(GraphsvcError, match="a.b.nq.gz: .* have the same file name"):
        build(Project(books), Releases(tmp_path / "releases"))


def test_a_candidate_that_is_a_pipe_is_refused(books: Path) -> None:
    os.mkfifo(books / "pipe.ttl")
    done = subprocess.run(
        [sys.executable, "-m", "graphsvc", "validate", "--project", books, books / "pipe.ttl"],
        text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{books / 'pipe.ttl'}: This is not a regular file.")
