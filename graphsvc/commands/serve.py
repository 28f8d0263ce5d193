"""Serve the current release over HTTP; a release built later is picked up without a pause.

With --data, serves any RDF files as a strict SPARQL data set, without ontology or shapes.

Example:
  graphsvc serve --port 8000
  graphsvc serve --data books.ttl people.nt --port 8001
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from graphsvc.commands import add_format, releases_of
from graphsvc.release import Release

TRY = {"/": "the pages", "/api/questions": "what can be asked", "/sparql": "SPARQL"}


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    command.add_argument("--port", type=int, default=8000, help="port (default: %(default)s)")
    command.add_argument("--data", nargs="+", type=Path, metavar="FILE",
                         help="serve these RDF files instead of a release")
    command.add_argument("--documents", type=Path, metavar="DIR",
                         help="folder with the source texts, whose words are then shown")
    command.add_argument("--engine", metavar="URL",
                         help="answer from this SPARQL 1.1 endpoint instead of the embedded engine")
    add_format(command, ("text", "json"), "text")


def run(args: argparse.Namespace) -> int:
    if args.data:
        from graphsvc.web.data_server import serve_data

        serve_data(args.data, args.host, args.port)
        return 0
    from graphsvc.web.app import create_app
    from graphsvc.web.server import run as run_server

    releases = releases_of(args)
    address = f"http://{args.host}:{args.port}"
    print(_opening(releases.current(), address, args.format), flush=True)
    run_server(create_app(releases, documents=args.documents, remote=args.engine),
               args.host, args.port)
    return 0


def _opening(release: Release, address: str, output: str) -> str:
    """What is served and where, for people or as one line of JSON for programs."""
    title = release.manifest["title"]
    if output == "json":
        return json.dumps({"title": title, "release": release.id, "address": address})
    lines = [f"  {address}{path:<17}{what}" for path, what in TRY.items()]
    return "\n".join([f"{title}, release {release.id}, at {address}", "Try:", *lines, ""])
