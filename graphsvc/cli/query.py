"""Run a SPARQL query over the current release.

The query is the argument, the content of --file, or standard input.

Example:
  graphsvc query 'SELECT ?class (COUNT(*) AS ?n) { ?x a ?class } GROUP BY ?class ORDER BY DESC(?n)'
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from graphsvc.cli.arguments import add_format, releases_of
from graphsvc.errors import GraphsvcError

FORMATS = ("json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("query", nargs="?", help="the query")
    command.add_argument("--file", type=Path, help="file that holds the query")
    command.add_argument("--timeout", type=float, metavar="SECONDS", help="stop after this long")
    add_format(command, ("auto", *FORMATS), "auto")


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args, _text(args)))


def _text(args: argparse.Namespace) -> str:
    if args.query is not None:
        return str(args.query)
    if args.file is None:
        return sys.stdin.read()
    try:
        return str(args.file.read_text(encoding="utf-8"))
    except OSError as error:
        raise GraphsvcError(f"The query cannot be read ({error.strerror}).",
                            location=str(args.file),
                            hint="Give a file with one SPARQL query.") from error


async def _run(args: argparse.Namespace, query: str) -> int:
    from graphsvc.engine.base import Lane, Request
    from graphsvc.engine.inspection import inspect
    from graphsvc.engine.opening import engine_of

    prepared = inspect(query)
    media_type = _media_type(args.format, list(prepared.form.media_types))
    engine = engine_of(releases_of(args).current())
    try:
        answer = await engine.query(
            Request(query, media_type, lane=Lane.FREE, timeout=args.timeout))
        try:
            async for chunk in answer:
                sys.stdout.buffer.write(chunk)
        finally:
            await answer.aclose()
    finally:
        await engine.close()
    sys.stdout.buffer.flush()
    return 0


def _media_type(name: str, offered: list[str]) -> str:
    if name == "auto":
        return "text/csv" if "text/csv" in offered and sys.stdout.isatty() else offered[0]
    names = {
        "json": "application/sparql-results+json", "xml": "application/sparql-results+xml",
        "csv": "text/csv", "tsv": "text/tab-separated-values", "turtle": "text/turtle",
        "ntriples": "application/n-triples", "jsonld": "application/ld+json",
        "rdfxml": "application/rdf+xml", "trig": "application/trig",
        "nquads": "application/n-quads",
    }
    if names[name] not in offered:
        fitting = ", ".join(key for key, value in names.items() if value in offered)
        raise GraphsvcError(f"The answer to this form of query cannot be written as {name}.",
                            location="--format", hint=f"Use one of {fitting}.")
    return names[name]
