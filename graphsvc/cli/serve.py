"""The command that serves over HTTP."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path

from graphsvc.cli import Commands, add_command, releases_of
from graphsvc.engine.base import Limits

TRY = {"/": "the pages", "/api/questions": "what can be asked", "/sparql": "SPARQL"}


def add_commands(commands: Commands) -> None:
    command = add_command(commands, serve)
    command.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    command.add_argument("--port", type=int, default=8000,
                         help="port; 0 for any free one (default: %(default)s)")
    command.add_argument("--data", nargs="+", type=Path, metavar="FILE",
                         help="serve these RDF files instead of a release")
    command.add_argument("--documents", type=Path, metavar="DIR",
                         help="folder with the source texts, whose words are then shown")
    command.add_argument("--engine", metavar="URL",
                         help="answer from this SPARQL 1.1 endpoint instead of the embedded engine")
    command.add_argument("--trusted-proxies", default="", metavar="ADDRESSES",
                         help="reverse proxies whose X-Forwarded headers are believed: addresses"
                         " or networks, separated by commas (default: none)")
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
                       help="that wait in each lane; others are refused for a few seconds"
                       " (default: %(default)s)")
    group.add_argument("--slow-per-client", type=int, default=usual.slow_per_client,
                       metavar="QUERIES", help="that take over a second and run at the same time"
                       " for one client (default: %(default)s)")


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def _limits(args: argparse.Namespace) -> Limits:
    return Limits(
        seconds=args.time_limit, memory_bytes=int(args.memory_limit * (1 << 20)),
        result_bytes=int(args.result_limit * (1 << 20)), query_chars=args.query_limit,
        waiting=args.queue_limit, slow_per_client=args.slow_per_client)


def serve(args: argparse.Namespace) -> int:
    """Serve the current release over HTTP; a release built later is picked up without a pause.

    With --data, serves any RDF files as a strict SPARQL data set, without ontology or shapes.

    Example:
      graphsvc serve --port 8000
      graphsvc serve --data books.ttl people.nt --port 8001
    """
    from graphsvc.web import server
    from graphsvc.web.app import Application, Source
    from graphsvc.web.request import Proxies

    source: Source
    if args.data:
        from graphsvc.web.data_server import FileSource

        source, title = FileSource(args.data, _limits(args)), "RDF files"
    else:
        from graphsvc.web.releases import ReleaseSource

        releases = releases_of(args)
        source = ReleaseSource(releases, _limits(args), args.documents, args.engine)
        title = releases.current().manifest["title"]
    addresses = [part.strip() for part in args.trusted_proxies.split(",") if part.strip()]
    proxies = Proxies(addresses)
    listener = server.listen(args.host, args.port)
    address = server.address(args.host, listener)
    opening = _opening(title, source.current(), address, args.format)
    server.serve(partial(Application, source, proxies), listener,
                 announce=partial(print, opening, flush=True))
    return 0


def _opening(title: str, release: str, address: str, output: str) -> str:
    """What is served and where, for people or as one line of JSON for programs."""
    if output == "json":
        return json.dumps({"title": title, "release": release, "address": address})
    lines = [f"  {address}{path:<17}{what}" for path, what in TRY.items()]
    return "\n".join([f"{title}, release {release}, at {address}", "Try:", *lines, ""])
