"""docs/graphs.md is followed literally: its commands write the files that its programs read."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from graphsvc.release import Releases
from tests.conftest import ROOT

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$",
                    (ROOT / "docs" / "graphs.md").read_text(encoding="utf-8"), re.M | re.S)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(releases: Releases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every command of the page was run."""
    folder = tmp_path_factory.mktemp("graphs")
    for language, text in BLOCKS:
        for line in text.splitlines() if language == "sh" else ():
            program, *arguments = shlex.split(line)
            assert program == "graphsvc"
            run(folder, "-m", "graphsvc", *arguments, releases=releases)
    return folder


def run(folder: Path, *arguments: str, releases: Releases | None = None) -> None:
    settings = {"GRAPHSVC_RELEASES": str(releases.folder)} if releases else {}
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, timeout=120, env={
        **os.environ, **settings, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"})


def test_the_commands_write_what_they_name(written: Path) -> None:
    assert {path.name for path in written.iterdir()} == {
        "uses.gexf", "sharing.dot", "together.graphml", "together.json"}


def test_the_program_for_python_draws_its_figure(written: Path) -> None:
    pytest.importorskip("matplotlib")
    program, = (text for language, text in BLOCKS if language == "python")
    run(written, "-c", program)
    assert (written / "figure.png").read_bytes()[:4] == b"\x89PNG"
    (written / "figure.png").unlink()


def test_the_program_for_r_draws_its_figure(written: Path) -> None:
    if not which("Rscript"):
        pytest.skip("R is not installed")
    program, = (text for language, text in BLOCKS if language == "r")
    if subprocess.run(["Rscript", "-e", "library(igraph)"], capture_output=True).returncode:
        pytest.skip("the package igraph of R is not installed")
    subprocess.run(["Rscript", "-e", program], cwd=written, check=True, timeout=120)
    assert (written / "together.svg").is_file()
