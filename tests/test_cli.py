"""The command line, as a person uses it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import rdflib

from graphsvc.build.pipeline import build
from graphsvc.cli.main import main, parser
from graphsvc.project import Project
from graphsvc.release import Releases
from tests.conftest import ROOT
from tests.serving import free_port

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def cli(project: Project, releases: Releases) -> Run:
    """Runs a command on the real project and its release."""
    def run(command: str, *arguments: object, text: str = "") -> Done:
        return subprocess.run(
            [sys.executable, "-m", "graphsvc", command, "--project", project.root,
             "--releases", releases.folder, *map(str, arguments)],
            input=text, text=True, capture_output=True, timeout=120)
    return run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """The release of the books, which is open at once."""
    releases = Releases(tmp_path_factory.mktemp("shelf"))
    build(Project(ROOT / "tests/projects/books"), releases)
    return releases


@pytest.fixture
def call(shelf: Releases, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the books, in this process, which has read the software already."""
    def run(command: str, *arguments: object) -> Done:
        words = [command, "--project", ROOT / "tests/projects/books", "--releases", shelf.folder,
                 *arguments]
        status = main(list(map(str, words)))
        said = capsys.readouterr()
        return Done(words, status, said.out, said.err)
    return run


def calls() -> list[str]:
    """Every command, a step of a family of them with both its names."""
    commands = next(action for action in parser()._actions if action.choices).choices
    steps = {name: next((action.choices for action in command._actions
                         if isinstance(action, argparse._SubParsersAction)), None)
             for name, command in commands.items()}  # type: ignore[union-attr]
    return [f"{name} {step}".strip() for name in steps for step in steps[name] or [""]]


@pytest.mark.parametrize("command", calls())
def test_every_command_has_help_with_an_example_and_a_format_and_the_readme_knows_it(
    command: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"graphsvc {command}" in said.split("example:")[1]
    assert "--project" in said
    assert "--format " in said or command == "mcp", "which speaks a protocol"
    assert f"| `{command.split()[0]}` |" in (project.root / "README.md").read_text()


def test_a_query_comes_from_an_argument_a_file_or_standard_input(
    shelf: Releases, tmp_path: Path
) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?e a <https://example.org/books/def#Work> }"
    path = tmp_path / "query.rq"
    path.write_text(query)
    for given, text in ((query,), ""), (("--file", path), ""), ((), query):
        done = subprocess.run(
            [sys.executable, "-m", "graphsvc", "query", *given, "--format", "csv", "--releases",
             shelf.folder], input=text, text=True, capture_output=True, timeout=120)
        assert done.stdout == "n\n4\n"


def test_a_malformed_query_is_reported_with_its_place(call: Run) -> None:
    done = call("query", "SELECT * WHERE { ?s ?p }")
    assert done.returncode == 1
    assert "line 1, column" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_format_that_does_not_fit_is_reported_with_those_that_do(call: Run) -> None:
    done = call("query", "ASK {}", "--format", "turtle")
    assert done.returncode == 1
    assert "Use one of json, xml." in done.stderr


def test_asking_by_any_name_gives_the_same_answer(call: Run) -> None:
    answers = [
        call("ask", "editions", "--param", f"work={name}", "--format", "csv").stdout
        for name in ("frankenstein", "FRANKENSTEIN", "The Modern Prometheus",
                     "https://example.org/books/id/work/frankenstein")]
    assert len(set(answers)) == 1
    rows = list(csv.DictReader(io.StringIO(answers[0])))
    assert [row["year"] for row in rows] == ["1818", "1823", "1831"]
    assert all(", line " in row["evidenceLabel"] for row in rows)


def test_asking_in_text_shows_where_it_is_said(cli: Run) -> None:
    done = cli("ask", "approach-partnerships", "--param", "approach=safe-and-together")
    assert "Midlothian" in done.stdout
    assert "Where it is said: Midlothian 2020, Involvement of children and families" in done.stdout
    assert "Partnership: no document reports on it by name" in done.stdout


@pytest.mark.parametrize(("arguments", "said"), [
    (["the-editions"], "editions"),
    (["editions", "--param", "work=emnaa"], "The data know no Work called `emnaa`."),
    (["editions", "--param", "work"], "NAME=VALUE"),
    (["editions", "--param", "wrok=emma"], "Did you mean `work`?"),
    (["editions"], "`work` is missing"),
])
def test_a_wrong_call_is_reported_with_the_remedy(
    call: Run, arguments: list[str], said: str
) -> None:
    done = call("ask", *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_releases_are_listed_and_shown(call: Run, shelf: Releases) -> None:
    listed = json.loads(call("releases", "list", "--format", "json").stdout)
    assert [entry["release"] for entry in listed if entry["current"]] == [shelf.current().id]
    current = shelf.current().id
    shown = json.loads(call("releases", "show", current[:6], "--format", "json").stdout)
    assert shown["release"] == current
    missing = call("releases", "show", "ffff")
    assert missing.returncode == 1
    assert "There are:" in missing.stderr


def test_a_folder_that_is_no_project_is_reported(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "graphsvc", "build", "--project", tmp_path],
                          text=True, capture_output=True)
    assert done.returncode == 1
    assert "There is no folder ontology/" in done.stderr


def test_no_progress_is_drawn_where_nobody_watches(shelf: Releases, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graphsvc", "build", "--project", ROOT / "tests/projects/books",
         "--releases", tmp_path, "--format", "json"], text=True, capture_output=True)
    said = json.loads(done.stdout)
    assert (said["new"], said["release"]) == (True, shelf.current().id)
    assert done.stderr == ""


def test_watch_builds_at_each_change_and_says_what_is_wrong(books: Path, tmp_path: Path) -> None:
    releases = Releases(tmp_path / "releases")
    works = books / "data" / "works.ttl"
    text = works.read_text()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "graphsvc", "watch", "--project", books, "--releases",
         releases.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # as from a terminal
    try:
        assert process.stdout is not None
        first = releases_in(process.stdout.readline())
        replace(works, text + "\nwork:emma <urn:oops> 1 .\n")
        mistake = process.stdout.readline()
        assert re.match(r"data/works.ttl:\d+: The term <urn:oops> is not defined\.", mistake)
        assert process.stdout.readline() == "Not built: fix this, and it is tried again.\n"
        assert releases.current().id == first
        replace(works, text + '\nwork:emma skos:altLabel "Another name"@en .\n')
        second = releases_in(process.stdout.readline())
        assert releases.current().id == second != first
        process.send_signal(signal.SIGINT)
        assert (process.wait(30), process.communicate()) == (0, ("", ""))
    finally:
        process.kill()
        process.wait()


def replace(path: Path, text: str) -> None:
    """Give a file another content at once, as editors do."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def releases_in(line: str) -> str:
    """The release that a line says was built."""
    found = re.fullmatch(r"Built release ([0-9a-f]{16}) \(\d+\.\d s\)\n", line)
    assert found, line
    return found[1]


def test_the_shacl_report_of_any_pair_is_printed(tmp_path: Path) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://example.org/> .\n"
        ":s a sh:NodeShape ; sh:targetNode :a ; sh:property [ sh:path :p ; sh:minCount 1 ] .\n")
    data.write_text("@prefix : <http://example.org/> . :a :q 1 .\n")
    done = subprocess.run(
        [sys.executable, "-m", "graphsvc", "validate", "--shapes", shapes, "--data", data,
         "--format", "turtle"], text=True, capture_output=True)
    assert done.returncode == 1
    report = rdflib.Graph().parse(data=done.stdout, format="turtle")
    sh = rdflib.SH
    assert report.value(None, sh.conforms, rdflib.Literal(False))
    assert report.value(None, sh.focusNode, rdflib.URIRef("http://example.org/a"))


def test_serve_says_what_it_serves_and_where_once_it_does(shelf: Releases) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "graphsvc", "serve", "--releases", shelf.folder,
         "--port", str(port), "--format", "json"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert said["address"] == f"http://127.0.0.1:{port}"
        assert said["release"] == shelf.current().id
        assert httpx.get(f"{said['address']}/health").json()["release"] == said["release"]
    finally:
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.parametrize(("port", "folder", "said"), [
    ("taken", ".", "Choose another --port, or stop the program that uses it."),
    ("99999", ".", "Ports go from 0 to 65535."),
    ("free", "none", "There is no release yet. Run `graphsvc build`."),
])
def test_serve_says_why_it_cannot(
    port: str, folder: str, said: str, shelf: Releases
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = {"taken": listener.getsockname()[1], "free": free_port()}.get(port, port)
        done = subprocess.run(
            [sys.executable, "-m", "graphsvc", "serve", "--releases", shelf.folder / folder,
             "--port", str(number)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("query", "said"), [
    ("SELECT * { ?s ?p }", "column 19: The query ends here, but something before is missing"),
    ("SELECT * { FILTR(?x) }", "column 20: 'FILTR(?x)' does not belong here."),
    ("SELECT * {\n ?s foaf:name ?o }", "line 2, column 14: The prefix before this place is not"),
    ("DROP ALL", "DROP changes data, and this service only answers questions."),
])
def test_a_query_that_cannot_be_read_is_reported_with_its_place(
    call: Run, query: str, said: str
) -> None:
    done = call("query", query)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
