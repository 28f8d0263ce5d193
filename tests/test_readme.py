"""What the README shows is what a reader gets: its commands and its program are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from graphsvc.project import Project
from graphsvc.release import Releases

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)
CONSOLE = [text for language, text in BLOCKS if language == "console"]
PROGRAMS = [(text, BLOCKS[at + 1][1]) for at, (language, text) in enumerate(BLOCKS)
            if language == "python"]


def call_and_output(block: str) -> tuple[list[str], str]:
    """The words of the call, which may span lines, and what the block shows below it."""
    lines = block.removeprefix("$ ").splitlines(keepends=True)
    for end in range(1, len(lines) + 1):
        try:
            return shlex.split("".join(lines[:end])), "".join(lines[end:])
        except ValueError:  # a quotation goes on
            continue
    raise AssertionError(f"no call in {block}")


def without_release(text: str) -> str:
    return re.sub(r"\brelease [0-9a-f]{16}\b", "release ...", text).replace("\r\n", "\n")


def run(*arguments: str | Path, **environment: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60,
                          env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("block", CONSOLE)
def test_a_command_prints_what_the_readme_shows(
    block: str, project: Project, releases: Releases
) -> None:
    (program, *words), shown = call_and_output(block)
    assert program == "graphsvc"
    printed = run("-m", "graphsvc", *words, GRAPHSVC_PROJECT=str(project.root),
                  GRAPHSVC_RELEASES=str(releases.folder))
    assert without_release(printed).rstrip() == without_release(shown).rstrip()


@pytest.mark.parametrize(("program", "shown"), PROGRAMS)
def test_the_program_prints_what_the_readme_shows(program: str, shown: str, server: str) -> None:
    assert "http://127.0.0.1:8000" in program
    assert run("-c", program.replace("http://127.0.0.1:8000", server)) == shown


def test_the_readme_shows_commands_and_a_program() -> None:
    assert (len(CONSOLE), len(PROGRAMS)) == (4, 1)
