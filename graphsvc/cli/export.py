"""Write a view of the current release as a graph file; without a view, list the views.

Example:
  graphsvc export
  graphsvc export graph --format graphml -o graph.graphml
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import IO, Any

from graphsvc.cli.arguments import print_table, releases_of
from graphsvc.cli.ask import parameters
from graphsvc.errors import GraphsvcError


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("view", nargs="?", help="name of the view")
    command.add_argument("--param", action="append", default=[], metavar="NAME=VALUE",
                         help="a parameter; may be given more than once")
    command.add_argument("--format", metavar="FORMAT",
                         help="graphml, gexf, ... (default: by the ending of the output file, or"
                         " graphml); for the list of views: text or json")
    command.add_argument("-o", "--output", type=Path, metavar="FILE",
                         help="file to write (default: standard output)")


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    from graphsvc.graphs.export import Export, format_named
    from graphsvc.graphs.listing import listed
    from graphsvc.service import Serving

    serving = await Serving.open(releases_of(args).current())
    try:
        if args.view is None:
            return _list(args.format, listed(serving.views, serving.release.id))
        wanted = format_named(args.format or _ending(args.output) or "graphml")
        export = await Export.of(
            serving, serving.views.get(args.view), wanted, parameters(args.param))
        with await export.file(serving) as content:
            if args.output is None:
                shutil.copyfileobj(content, sys.stdout.buffer)
                sys.stdout.buffer.flush()
            else:
                _save(content, args.output)
    finally:
        await serving.close()
    return 0


def _ending(output: Path | None) -> str:
    """The ending of the output file that names a format; two-part endings go first."""
    from graphsvc.graphs.export import FORMATS

    suffixes = [suffix[1:] for suffix in output.suffixes] if output else []
    return next((name for at in (2, 1) if (name := ".".join(suffixes[-at:])) in FORMATS), "")


def _save(content: IO[bytes], output: Path) -> None:
    try:
        with output.open("wb") as file:
            shutil.copyfileobj(content, file)
    except OSError as error:
        raise GraphsvcError(f"The file cannot be written ({error.strerror}).", location=str(output),
                            hint="Give a path that you may write to, with -o.") from error


def _list(format: str | None, listing: dict[str, Any]) -> int:
    if format == "json":
        print(json.dumps(listing, ensure_ascii=False))
    else:
        print_table(["name", "title", "parameters"], [
            (view["name"], view["title"], ", ".join(p["name"] for p in view["parameters"]))
            for view in listing["views"]])
    return 0
