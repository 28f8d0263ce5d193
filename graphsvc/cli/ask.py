"""Commands that ask a release: ask, query and export."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import textwrap
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphsvc.cli import Commands, add_command, add_format, print_result, releases_of
from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    from graphsvc.formats import Format
    from graphsvc.questions.answer import Answer

QUERY_FORMATS = (
    "json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    command = add_command(commands, query)
    command.add_argument("query", nargs="?", help="the query")
    command.add_argument("--file", type=Path, help="file that holds the query")
    command.add_argument("--timeout", type=float, metavar="SECONDS", help="stop after this long")
    add_format(command, ("auto", *QUERY_FORMATS), "auto")
    command = add_command(commands, ask)
    command.add_argument("name", nargs="?", help="name of the question")
    _add_parameters(command)
    command.add_argument("--limit", type=int, default=1000, help="most rows (default: %(default)s)")
    command.add_argument("--readme", action="store_true",
                         help="list the questions by folder, as queries/README.md has them")
    add_format(command, ("text", "json", "csv", "tsv", "srj"), "text")
    command = add_command(commands, export)
    command.add_argument("view", nargs="?", help="name of the view")
    _add_parameters(command)
    command.add_argument("--format", metavar="FORMAT",
                         help="graphml, gexf, ... (default: by the ending of the output file, or"
                         " graphml); for the list of views: text or json")
    command.add_argument("-o", "--output", type=Path, metavar="FILE",
                         help="file to write (default: standard output)")


def query(args: argparse.Namespace) -> int:
    """Run a SPARQL query over the current release.

    The query is the argument, the content of --file, or standard input.

    Example:
      graphsvc query 'SELECT ?class (COUNT(*) AS ?n) { ?x a ?class } GROUP BY ?class'
    """
    return asyncio.run(_query(args, _query_text(args)))


def ask(args: argparse.Namespace) -> int:
    """Ask a question of the library by its name; without a name, list the questions.

    Example:
      graphsvc ask
      graphsvc ask NAME --param name=value --format csv
    """
    return asyncio.run(_ask(args))


def export(args: argparse.Namespace) -> int:
    """Write a view of the current release as a graph file; without a view, list the views.

    Example:
      graphsvc export
      graphsvc export graph --format graphml -o graph.graphml
    """
    return asyncio.run(_export(args))


def _add_parameters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--param", action="append", default=[], metavar="NAME=VALUE",
                         help="a parameter; may be given more than once")


def _parameters(args: argparse.Namespace) -> dict[str, list[str]]:
    """`name=value` texts as values by name. Raises GraphsvcError for one without a sign."""
    values: dict[str, list[str]] = defaultdict(list)
    for text in args.param:
        name, sign, value = text.partition("=")
        if not sign:
            raise GraphsvcError(f"{text!r} is not NAME=VALUE.", location="--param",
                                hint="Write the parameter's name, an equals sign and the value.")
        values[name].append(value)
    return values


def _query_text(args: argparse.Namespace) -> str:
    if args.query is not None:
        return str(args.query)
    if args.file is None:
        return sys.stdin.read()
    try:
        return str(args.file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise GraphsvcError(f"The query cannot be read ({reason}).", location=str(args.file),
                            hint="Give a file with one SPARQL query.") from error


async def _query(args: argparse.Namespace, text: str) -> int:
    from graphsvc.engine import create_engine
    from graphsvc.engine.base import Lane, Request
    from graphsvc.engine.inspection import inspect

    media_type = _format(args.format, inspect(text).form.formats).media_type
    engine = create_engine(releases_of(args).current())
    try:
        answer = await engine.query(Request(text, media_type, lane=Lane.FREE, timeout=args.timeout))
        try:
            async for chunk in answer:
                sys.stdout.buffer.write(chunk)
        finally:
            await answer.aclose()
    finally:
        await engine.close()
    sys.stdout.buffer.flush()
    return 0


def _format(name: str, offered: Sequence[Format]) -> Format:
    """The format of a name. Raises GraphsvcError when no answer has this format."""
    from graphsvc.formats import CSV, named

    if name == "auto":
        return CSV if CSV in offered and sys.stdout.isatty() else offered[0]
    if found := named(name, offered):
        return found
    fitting = ", ".join(name for name in QUERY_FORMATS if named(name, offered))
    raise GraphsvcError(f"The answer to this form of query cannot be written as {name}.",
                        location="--format", hint=f"Use one of {fitting}.")


async def _ask(args: argparse.Namespace) -> int:
    from graphsvc.service import Serving

    serving = await Serving.open(releases_of(args).current())
    try:
        questions = serving.questions
        if args.readme:
            print(questions.library.readme(), end="")
        elif args.name is None:
            print_result(args.format, [{"name": q.name, "title": q.title}
                                       for q in questions.library],
                         [("name", "title"), *((q.name, q.title) for q in questions.library)])
        else:
            question = questions.library.get(args.name)
            understood = await questions.understand(question, _parameters(args))
            _print_answer(await questions.ask(question, understood, limit=args.limit), args.format)
    finally:
        await serving.close()
    return 0


def _print_answer(answer: Answer, format: str) -> None:
    from graphsvc.questions import output

    if format == "json":
        print(json.dumps(output.as_document(answer, answer.after), indent=1, ensure_ascii=False))
    elif format == "srj":
        print(json.dumps(output.results(answer), ensure_ascii=False))
    elif format == "csv":
        print(output.comma_separated(answer), end="")
    elif format == "tsv":
        print(output.tab_separated(answer), end="")
    else:
        _print_document(output.as_document(answer, answer.after))


def _print_document(document: dict[str, Any]) -> None:
    """An answer for people: its rows, field by field, and what was looked at where it has none."""
    print(f"{document['title']} (release {document['release']})")
    _print_rows(document)
    if not document["rows"]:
        print(document["note"])
    if looked_at := document["coverage"]:
        print(f"\n{looked_at['title']}")
        _print_rows(looked_at)
    if document["next"]:
        print("\nThere are more rows: raise --limit.")


def _print_rows(table: dict[str, Any]) -> None:
    for row in table["rows"]:
        print()
        for column in table["columns"]:
            value = row[column["name"]]
            if isinstance(value, list):
                for cited in value:
                    _print_field(column["label"], _place(cited))
            elif value not in (None, ""):
                _print_field(column["label"], _plain(value, table["labels"]))


def _print_field(label: str, text: str) -> None:
    print(textwrap.fill(f"{label}: {text}", 100, initial_indent="  ", subsequent_indent="      ",
                        break_long_words=False, break_on_hyphens=False))


def _place(cited: dict[str, Any]) -> str:
    sections = "".join(f", {title}" for title in cited["section"][-1:])
    return f"{cited['title'] or cited['passage']}{sections}, line {cited['line']}"


def _plain(value: Any, labels: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return labels.get(value, value) if isinstance(value, str) else str(value)


async def _export(args: argparse.Namespace) -> int:
    from graphsvc.graphs.export import Export, format_named, listed
    from graphsvc.service import Serving

    serving = await Serving.open(releases_of(args).current())
    try:
        if args.view is None:
            listing = listed(serving.views, serving.release.id)
            print_result(args.format, listing, [("name", "title", "parameters"), *(
                (view["name"], view["title"], ", ".join(p["name"] for p in view["parameters"]))
                for view in listing["views"])])
            return 0
        wanted = format_named(args.format or _ending(args.output) or "graphml")
        exported = await Export.of(
            serving, serving.views.get(args.view), wanted, _parameters(args))
        content = await exported.file(serving)
    finally:
        await serving.close()
    if args.output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        _save(content, args.output)
    return 0


def _ending(output: Path | None) -> str:
    """The ending of the output file that names a format; two-part endings go first."""
    from graphsvc.graphs.export import FORMATS

    suffixes = [suffix[1:] for suffix in output.suffixes] if output else []
    return next((name for at in (2, 1) if (name := ".".join(suffixes[-at:])) in FORMATS), "")


def _save(content: bytes, output: Path) -> None:
    try:
        output.write_bytes(content)
    except OSError as error:
        raise GraphsvcError(f"The file cannot be written ({error.strerror}).", location=str(output),
                            hint="Give a path that you may write to, with -o.") from error
