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

from graphsvc.cli.arguments import add_format, releases_of
from graphsvc.engine.base import Limits
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
    _add_limits(command.add_argument_group("limits of one query"))


def _add_limits(group: argparse._ArgumentGroup) -> None:
    usual = Limits()
    group.add_argument("--time-limit", type=_positive, default=usual.seconds, metavar="SECONDS",
                       help="until the last byte of its answer (default: %(default)g)")
    group.add_argument("--memory-limit", type=_positive, default=usual.memory_bytes >> 20,
                       metavar="MIB", help="beyond what holds the release (default: %(default)s)")
    group.add_argument("--result-limit", type=_positive, default=usual.result_bytes >> 20,
                       metavar="MIB", help="of its answer (default: %(default)s)")
    group.add_argument("--query-limit", type=int, default=usual.query_chars, metavar="CHARS",
                       help="of its text (default: %(default)s)")
    group.add_argument("--queue-limit", type=int, default=usual.waiting, metavar="REQUESTS",
                       help="that wait in each lane; more are told to come again"
                       " (default: %(default)s)")


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def _limits(args: argparse.Namespace) -> Limits:
    return Limits(
        seconds=args.time_limit, memory_bytes=int(args.memory_limit * (1 << 20)),
        result_bytes=int(args.result_limit * (1 << 20)), query_chars=args.query_limit,
        waiting=args.queue_limit)


def run(args: argparse.Namespace) -> int:
    if args.data:
        from graphsvc.web.data_server import serve_data

        serve_data(args.data, args.host, args.port, _limits(args))
        return 0
    from graphsvc.engine.opening import engine_of

    releases, limits = releases_of(args), _limits(args)
    release = releases.current()
    engine = None if args.engine else engine_of(release, limits)  # loads while this imports

    from graphsvc.web.app import create_app
    from graphsvc.web.server import run as run_server

    address = f"http://{args.host}:{args.port}"
    run_server(create_app(releases, args.documents, args.engine, limits, engine),
               args.host, args.port, _opening(release, address, args.format))
    return 0


def _opening(release: Release, address: str, output: str) -> str:
    """What is served and where, for people or as one line of JSON for programs."""
    title = release.manifest["title"]
    if output == "json":
        return json.dumps({"title": title, "release": release.id, "address": address})
    lines = [f"  {address}{path:<17}{what}" for path, what in TRY.items()]
    return "\n".join([f"{title}, release {release.id}, at {address}", "Try:", *lines, ""])
