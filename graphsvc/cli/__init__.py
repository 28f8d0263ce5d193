"""The commands, one module for each family of them; what they share is here."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any

from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.release import Releases

Run = Callable[[argparse.Namespace], int]
Commands = Any
"""The commands of the main parser, to which each family adds its own."""


def add_command(
    commands: Commands, run: Run, formats: Iterable[str] = ("text", "json")
) -> argparse.ArgumentParser:
    """Add a command, which has the name of its function and the help of its docstring: one line
    for the list of commands, more about it, and an example.

    formats: what it can write, the usual one first; a command with others adds `--format` itself.
    """
    description, _, example = cleandoc(str(run.__doc__)).partition("\n\nExample:\n")
    command: argparse.ArgumentParser = commands.add_parser(
        run.__name__, help=description.splitlines()[0], description=description,
        epilog="example:\n" + example.rstrip(),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument(
        "--project", type=Path, default=os.environ.get("GRAPHSVC_PROJECT", "."),
        metavar="DIR", help="folder with ontology/, data/ and queries/ (default: %(default)s, or"
        " GRAPHSVC_PROJECT)")
    command.add_argument(
        "--releases", type=Path, default=os.environ.get("GRAPHSVC_RELEASES") or None,
        metavar="DIR", help="folder of releases (default: releases/ in the project, or"
        " GRAPHSVC_RELEASES)")
    if names := list(formats):
        command.add_argument("--format", choices=names, default=names[0],
                             help="format of the output (default: %(default)s)")
    command.set_defaults(run=run)
    return command


def project_of(args: argparse.Namespace) -> Project:
    """The project that the command line points at. Raises GraphsvcError when it is none."""
    return Project(args.project)


def releases_of(args: argparse.Namespace) -> Releases:
    """The folder of releases that the command line points at."""
    return Releases(args.releases or args.project.resolve() / "releases")


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


def print_result(format: str | None, data: Any, text: str | Sequence[Sequence[object]]) -> None:
    """Print data as JSON where that is the format, else a text or a table with its heading."""
    if format == "json":
        print(json.dumps(data, ensure_ascii=False))
    elif isinstance(text, str):
        print(text)
    else:
        rows = [[str(value) for value in row] for row in text]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(map(str.ljust, row, widths)).rstrip())


def pairs(texts: Iterable[str], location: str) -> list[tuple[str, str]]:
    """`NAME=VALUE` texts as names and values. Raises GraphsvcError for one without a sign."""
    parts = [text.partition("=") for text in texts]
    for name, sign, _ in parts:
        if not sign:
            raise GraphsvcError(f"{name!r} is not NAME=VALUE.", location=location,
                                hint="Write the name, an equals sign and the value.")
    return [(name.strip(), value) for name, _, value in parts]


def counted(number: int, one: str, many: str = "") -> str:
    """`1 mistake`, `2 mistakes`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
