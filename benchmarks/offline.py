"""Measures of what is done without a server: building, validating, exporting."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import Prepared
from benchmarks.figures import Figure, Figures

EXPORTS = (("graph", "graphml"), ("graph", "gexf"))
TIMEOUT_SECONDS, BUILD_SECONDS = 1800, 7200


@dataclass(frozen=True)
class Run:
    """What a process took: seconds, the most memory of one process in MiB, what it printed."""

    seconds: float
    mib: float
    printed: str


def run(arguments: Sequence[str], timeout: float = TIMEOUT_SECONDS) -> Run:
    """Run a process to its end. Raises RuntimeError where it fails or takes too long."""
    with tempfile.TemporaryFile() as out:
        begun = time.perf_counter()
        process = subprocess.Popen(["timeout", str(timeout), *arguments], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        taken = time.perf_counter() - begun
        out.seek(0)
        printed = out.read().decode()
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}")
    return Run(taken, usage.ru_maxrss / 1024, printed)


def building(data: Prepared, figures: Figures) -> None:
    """Build again: seconds by step, most memory, size of the release, which stays for the rest."""
    shutil.rmtree(data.place, ignore_errors=True)
    done = run([sys.executable, "-m", "benchmarks.steps", str(data.project), str(data.place)],
               BUILD_SECONDS)
    for step, seconds in json.loads(done.printed).items():
        figures.add(Figure("building", data.size, step, "", "seconds", seconds))
    size = sum(path.lstat().st_size for path in data.place.rglob("*") if path.is_file())
    for name, number in (("seconds", done.seconds), ("peak MiB", done.mib),
                         ("release MiB", size / (1 << 20))):
        figures.add(Figure("building", data.size, "all", "", name, number))


def validating(data: Prepared, figures: Figures, reference: bool) -> None:
    """Load and validate damaged data with each engine; whether they report the same.

    reference: whether pySHACL is asked too; it takes minutes for a million triples.
    """
    damaged = data.folder / "damaged.nt"
    _damage(data.triples, damaged)
    shapes = data.folder / "shapes.ttl"
    shapes.write_bytes(b"\n".join(path.read_bytes() for path in data.release.shapes))
    reports = {}
    for engine in ("graphsvc", "pyshacl") if reference else ("graphsvc",):
        done = run([sys.executable, "-m", "benchmarks.reports", engine, str(damaged), str(shapes)])
        reports[engine] = json.loads(done.printed)
        for name, number in (("seconds", done.seconds), ("peak MiB", done.mib),
                             ("results", float(len(reports[engine])))):
            figures.add(Figure("validating", data.size, engine, "", name, number))
    if reference:
        same = float(reports["graphsvc"] == reports["pyshacl"])
        figures.add(Figure("validating", data.size, "both", "", "same report", same))


def exporting(data: Prepared, figures: Figures) -> None:
    """Export the view of everything: seconds and the most memory of one process."""
    for view, format_ in EXPORTS:
        target = data.folder / f"export.{format_}"
        done = run([sys.executable, "-m", "graphsvc", "export", view, "--format", format_,
                    "--releases", str(data.releases), "-o", str(target)])
        for name, number in (("seconds", done.seconds), ("peak MiB", done.mib),
                             ("MiB", target.stat().st_size / (1 << 20))):
            figures.add(Figure("exporting", data.size, f"{view}, {format_}", "", name, number))
        target.unlink()


def _damage(triples: Path, target: Path, every: int = 1999) -> None:
    """Leave out one line of so many."""
    with triples.open("rb") as lines, target.open("wb") as out:
        out.writelines(line for number, line in enumerate(lines, 1) if number % every)
