"""The command that begins a project."""

from __future__ import annotations

import argparse
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from graphsvc.cli import Commands, add_command, print_result
from graphsvc.errors import GraphsvcError


def add_commands(commands: Commands) -> None:
    """Add the command of this module."""
    command = add_command(commands, init)
    command.add_argument("directory", type=Path, metavar="DIR", help="folder to write, which is"
                         " made if it is not there")


def init(args: argparse.Namespace) -> int:
    """Write a small project that builds at once, to be changed into one's own.

    It is about the bridges of a town: an ontology, shapes, a rule, a data file, three questions,
    a view and a codebook.

    Example:
      graphsvc init bridges
    """
    directory: Path = args.directory
    try:
        if directory.exists() and any(directory.iterdir()):
            raise GraphsvcError("There are files already.", location=str(directory),
                                hint="Give a folder that is empty or not there.")
        with as_file(files("graphsvc") / "starter") as starter:
            shutil.copytree(starter, directory, dirs_exist_ok=True)
    except OSError as error:
        raise GraphsvcError(
            f"The project cannot be written ({error.strerror or error}).", location=str(directory),
            hint="Give a folder that you may write to.") from error
    written = sorted(path.relative_to(directory).as_posix()
                     for path in directory.rglob("*") if path.is_file())
    print_result(args.format, {"project": str(directory), "files": written}, "\n".join([
        *(f"  {name}" for name in written), "", "Go on with:",
        f"  graphsvc build --project {directory}", f"  graphsvc serve --project {directory}"]))
    return 0
