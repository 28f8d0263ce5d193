"""Serve the current release over HTTP; a release built later is picked up without a pause.

With --data, serves any RDF files as a strict SPARQL data set, without ontology or shapes.

Example:
  graphsvc serve --port 8000
  graphsvc serve --data books.ttl people.nt --port 8001
"""

from __future__ import annotations

import argparse
from pathlib import Path

from graphsvc.commands import releases_of


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    command.add_argument("--port", type=int, default=8000, help="port (default: %(default)s)")
    command.add_argument("--data", nargs="+", type=Path, metavar="FILE",
                         help="serve these RDF files instead of a release")
    command.add_argument("--documents", type=Path, metavar="DIR",
                         help="folder with the source texts, whose words are then shown")
    command.add_argument("--engine", metavar="URL",
                         help="answer from this SPARQL 1.1 endpoint instead of the embedded engine")


def run(args: argparse.Namespace) -> int:
    if args.data:
        from graphsvc.web.data_server import serve_data

        serve_data(args.data, args.host, args.port)
        return 0
    from graphsvc.web.app import create_app
    from graphsvc.web.server import run as run_server

    releases = releases_of(args)
    release = releases.current()
    address = f"http://{args.host}:{args.port}"
    print(f"{release.manifest['title']}, release {release.id}, at {address}\n"
          f"Try:\n"
          f"  {address}/                 the pages\n"
          f"  {address}/api/questions    what can be asked\n"
          f"  {address}/sparql           SPARQL\n", flush=True)
    run_server(create_app(releases, documents=args.documents, remote=args.engine),
               args.host, args.port)
    return 0
