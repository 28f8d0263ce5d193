"""The tutorial works as it is written: commands are run and files are written in its order."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.serving import running

STEPS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$",
                   (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), re.M | re.S)


def graphsvc(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a command in a folder; its exit status and all that it wrote."""
    done = subprocess.run([sys.executable, "-m", "graphsvc", *arguments], cwd=folder, text=True,
                          capture_output=True, timeout=120,
                          env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"})
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_the_tutorial_works_step_by_step(tmp_path: Path) -> None:
    folder = tmp_path
    for kind, name, text in STEPS:
        if kind != "console":
            with (folder / name).open("a", encoding="utf-8") as file:
                file.write(text)
            continue
        for call, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.M):
            program, *arguments = shlex.split(call)
            if program == "cd":
                folder /= arguments[0]
                continue
            status, written = graphsvc(folder, *arguments)
            expected = shown.splitlines()
            assert status == any(line.startswith("! ") for line in expected), written
            assert [line for line in expected if line.removeprefix("! ") not in written] == []
    assert len(STEPS) == 9


@pytest.mark.slow
def test_a_new_project_builds_and_serves_at_once(tmp_path: Path) -> None:
    assert graphsvc(tmp_path, "init", "mine")[0] == 0
    assert graphsvc(tmp_path, "build", "--project", "mine")[0] == 0
    assert graphsvc(tmp_path, "validate", "mine/data/surveys.ttl", "--project", "mine")[0] == 0
    with running("--project", tmp_path / "mine") as address:
        for path in ("/", "/id/bridge/mill", "/questions/ratings?condition=poor", "/codebook"):
            page = httpx.get(address + path, headers={"Accept": "text/html"})
            assert page.status_code == 200
        found = httpx.get(f"{address}/api/ratings", params={"condition": "bad"}).json()
        assert [row["year"] for row in found["rows"]] == [2024]


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    status, written = graphsvc(tmp_path, "init", ".")
    assert status == 1
    assert "There are files already" in written
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
