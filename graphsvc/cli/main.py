"""The command line."""

from __future__ import annotations

import argparse
import sys

from graphsvc import __version__
from graphsvc.cli import ask, build, curate, serve, sources
from graphsvc.errors import GraphsvcError


def parser() -> argparse.ArgumentParser:
    main_parser = argparse.ArgumentParser(
        prog="graphsvc", description="Compile a folder of RDF files into a release and ask it.")
    main_parser.add_argument("--version", action="version", version=f"graphsvc {__version__}")
    commands = main_parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for family in (build, serve, ask, sources, curate):
        family.add_commands(commands)
    return main_parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status: 0 done, 1 failed, 2 for a wrong call."""
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
