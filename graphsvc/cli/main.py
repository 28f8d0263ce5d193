"""The command line: one module of this package for each command."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from graphsvc import __version__
from graphsvc.errors import GraphsvcError

COMMANDS = ("build", "serve", "query", "ask", "export", "validate", "releases", "sources")


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    main_parser = argparse.ArgumentParser(
        prog="graphsvc", description="Compile a folder of RDF files into a release and ask it.")
    main_parser.add_argument("--version", action="version", version=f"graphsvc {__version__}")
    subparsers = main_parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"graphsvc.cli.{name}")
        description, _, example = str(module.__doc__).partition("\n\nExample:\n")
        command = subparsers.add_parser(
            name, help=description.splitlines()[0], description=description,
            epilog="example:\n" + example.rstrip(),
            formatter_class=argparse.RawDescriptionHelpFormatter)
        _add_folders(command)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return main_parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status: 0 done, 1 it failed, 2 the call was off."""
    args = parser().parse_args(argv)
    try:
        return int(args.run(args))
    except GraphsvcError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stdout = None  # the reader has gone; nothing is left to flush
        return 1
    except KeyboardInterrupt:
        return 130


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--project", type=Path, default=Path(os.environ.get("GRAPHSVC_PROJECT", ".")),
        metavar="DIR", help="folder with ontology/, data/ and queries/ (default: %(default)s, or"
        " GRAPHSVC_PROJECT)")
    command.add_argument(
        "--releases", type=Path, metavar="DIR",
        default=os.environ.get("GRAPHSVC_RELEASES") and Path(os.environ["GRAPHSVC_RELEASES"]),
        help="folder of releases (default: releases/ in the project, or GRAPHSVC_RELEASES)")
