"""The commands, each a module with `add_arguments` and `run`; what they share stands here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphsvc.project import Project
    from graphsvc.release import Releases


def project_of(args: argparse.Namespace) -> Project:
    """The project that the command line points at. Raises GraphsvcError when it is none."""
    from graphsvc.project import Project

    return Project(args.project)


def releases_of(args: argparse.Namespace) -> Releases:
    """The folder of releases that the command line points at."""
    from graphsvc.release import Releases

    return Releases(args.releases or Path(args.project).resolve() / "releases")


def add_format(command: argparse.ArgumentParser, formats: Iterable[str], default: str) -> None:
    """Add `--format` with the formats that a command can write."""
    command.add_argument("--format", choices=list(formats), default=default,
                         help="format of the output (default: %(default)s)")


def steps(total: int) -> Callable[[str], None]:
    """A progress bar that names each step, drawn only where a person watches."""
    if not sys.stderr.isatty():
        return lambda step: None
    from tqdm import tqdm

    bar = tqdm(total=total, bar_format="{l_bar}{bar:30}| {desc}", leave=False, file=sys.stderr)

    def advance(step: str) -> None:
        bar.set_description_str(step)
        bar.update()
        if bar.n >= total:
            bar.close()

    return advance


def print_table(columns: list[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows under their columns, each column as wide as its widest value."""
    cells = [columns, *([str(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    for row in cells:
        print("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True))
              .rstrip())
