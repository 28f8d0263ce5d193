"""Packages of PyPI for tests, in a folder apart from our own: many want other versions of these."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSTALL_SECONDS = 90


def install(folder: Path, *packages: str) -> None:
    """Install packages of exact versions; skips the test where that takes too long or fails."""
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check",
               "--target", str(folder), *packages]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"pip does not install {', '.join(packages)} within {INSTALL_SECONDS} s")
    if done.returncode:
        pytest.skip(f"pip cannot install {', '.join(packages)}: {done.stderr[-200:]}")


def run(folder: Path, *arguments: str) -> str:
    """What Python prints with the packages of a folder; fails with what it says."""
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True,
                          timeout=180, env={**os.environ, "PYTHONPATH": str(folder)})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
