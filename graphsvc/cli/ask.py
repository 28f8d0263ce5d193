"""Commands that ask a release: ask, query, export and mcp."""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
import sys
import textwrap
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphsvc.cli import Commands, add_command, counted, pairs, print_result, releases_of
from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    from graphsvc.ask.heard import Heard, Reading
    from graphsvc.formats import Format
    from graphsvc.questions.answer import Answer
    from graphsvc.release import Header
    from graphsvc.service import Serving

QUERY_FORMATS = (
    "json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")


def add_commands(commands: Commands) -> None:
    command = add_command(commands, query, ("auto", *QUERY_FORMATS))
    command.add_argument("query", nargs="?", help="the query")
    command.add_argument("--file", type=Path, help="file that holds the query")
    command.add_argument("--timeout", type=float, metavar="SECONDS", help="stop after this long")
    command = add_command(commands, ask, ("text", "json", "csv", "tsv", "srj", "xlsx"))
    command.add_argument("name", nargs="?", metavar="question",
                         help="the question in plain words, or its name")
    command.add_argument("values", nargs="*", metavar="name=value",
                         help="parameters of a named question")
    _add_parameters(command)
    command.add_argument("--limit", type=int, default=1000, help="most rows (default: %(default)s)")
    command.add_argument("--headings", choices=("names", "labels"), default="names",
                         help="headings of CSV: names for programs, labels for people")
    command.add_argument("-o", "--output", type=Path, metavar="FILE",
                         help="file to write (default: standard output)")
    command.add_argument("--readme", action="store_true",
                         help="list the questions by folder, as queries/README.md has them")
    command = add_command(commands, export, ())
    command.add_argument("view", nargs="?", help="name of the view")
    _add_parameters(command)
    command.add_argument("--format", metavar="FORMAT",
                         help="graphml, gexf, ... (default: by the ending of the output file, or"
                         " graphml); for the list of views: text or json")
    command.add_argument("-o", "--output", type=Path, metavar="FILE",
                         help="file to write (default: standard output)")
    add_command(commands, mcp, ())


def query(args: argparse.Namespace) -> int:
    """Run a SPARQL query over the current release.

    The query is the argument, the content of --file, or standard input.

    Example:
      graphsvc query 'SELECT ?class (COUNT(*) AS ?n) { ?x a ?class } GROUP BY ?class'
    """
    asyncio.run(_query(args, _query_text(args)))
    return 0


def ask(args: argparse.Namespace) -> int:
    """Ask in plain words, or ask a question of the library by its name; alone, list the questions.

    Example:
      graphsvc ask "Who uses this, and how far?"
      graphsvc ask NAME name=value --format csv
      graphsvc ask
    """
    asyncio.run(_ask(args))
    return 0


def export(args: argparse.Namespace) -> int:
    """Write a view of the current release as a graph file; without a view, list the views.

    Example:
      graphsvc export
      graphsvc export graph --format graphml -o graph.graphml
    """
    asyncio.run(_export(args))
    return 0


def mcp(args: argparse.Namespace) -> int:
    """Serve the tools of assistants (Model Context Protocol) over standard input and output.

    An assistant on the desktop starts this command itself; the service has the same at /mcp.

    Example:
      graphsvc mcp --project DIR
    """
    asyncio.run(_mcp(args))
    return 0


def _add_parameters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--param", action="append", default=[], metavar="NAME=VALUE",
                         help="a parameter; may be given more than once")


def _parameters(texts: Sequence[str]) -> dict[str, list[str]]:
    """`name=value` texts as values by name. Raises GraphsvcError."""
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs(texts, "--param"):
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


async def _query(args: argparse.Namespace, text: str) -> None:
    from graphsvc.engine.base import Lane, Request
    from graphsvc.engine.embedded import create_engine
    from graphsvc.engine.inspect import inspect

    media_type = _format(args.format, inspect(text).form.formats).media_type
    engine = create_engine(releases_of(args).current())
    try:
        answer = await engine.query(Request(text, media_type, lane=Lane.FREE, timeout=args.timeout))
        async with aclosing(answer):
            async for chunk in answer:
                sys.stdout.buffer.write(chunk)
    finally:
        await engine.close()
    sys.stdout.buffer.flush()


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


@asynccontextmanager
async def _serving(args: argparse.Namespace) -> AsyncIterator[Serving]:
    """The current release, open until the command is done."""
    from graphsvc.service import Serving

    serving = await Serving.open(releases_of(args).current())
    try:
        yield serving
    finally:
        await serving.close()


async def _mcp(args: argparse.Namespace) -> None:
    from graphsvc.assistants.server import serve_stdio

    async with _serving(args) as serving:
        await serve_stdio(serving)


async def _ask(args: argparse.Namespace) -> None:
    async with _serving(args) as serving:
        questions = serving.questions
        if args.readme:
            print(questions.library.readme(), end="")
        elif args.name is None:
            rows = [(question.name, question.title) for question in questions.library]
            print_result(args.format, [{"name": name, "title": title} for name, title in rows],
                         [("name", "title"), *rows])
        elif args.name in questions.library or "-" in args.name.strip().partition(" ")[0]:
            question = questions.library.get(args.name)
            understood = await questions.understand(
                question, _parameters([*args.values, *args.param]))
            answer = await questions.ask(question, understood, limit=args.limit)
            _put(args.output, _written(answer, args, serving.header))
        else:
            await _ask_plainly(args, serving)


async def _ask_plainly(args: argparse.Namespace, serving: Serving) -> None:
    """Answer a question in plain words, or show the readings it may have."""
    heard = await serving.plain.hear(" ".join([args.name, *args.values]))
    answer = await serving.plain.answer(heard)
    nearest = await serving.plain.nearest(heard, answer)
    if args.format == "json":
        from graphsvc.questions.output import as_document

        _put(args.output, _json(heard.document(*(
            as_document(one, one.after) if one else None for one in (answer, nearest)))))
    elif args.format == "text":
        bodies = [_written(one, args, serving.header).decode() if one else ""
                  for one in (answer, nearest)]
        also = _filled(nearest.sentence or "") if nearest and answer else bodies[1]
        _put(args.output, ("\n".join(_heard(heard, bodies[0], also)) + "\n").encode())
    elif one := answer or nearest:
        _put(args.output, _written(one, args, serving.header))
    else:
        readings = "; ".join(_command(one) for one in heard.alternatives)
        raise GraphsvcError("The question can be understood in several ways, or in none.",
                            location="question", hint=f"Ask one of: {readings}.")


def _heard(heard: Heard, answer: str, nearest: str) -> Iterator[str]:
    """What was understood, the answer, what is said nearest to the words, other readings, and what
    was not understood."""
    for written, meant in heard.corrected.items():
        yield f"`{written}` is taken as `{meant}`."
    yield from heard.remarks
    if heard.reading:
        yield f"Understood: {heard.reading.sentence}\n"
        yield answer
    else:
        yield "Not sure what is meant."
    if nearest:
        yield f"The statements closest to your words\n{nearest}\n"
    if heard.alternatives:
        yield "Other readings" if heard.reading else "It may be one of these"
        yield from (f"  {one.sentence}\n    {_command(one)}" for one in heard.alternatives)
    if heard.unknown:
        yield f"Not used: {', '.join(heard.unknown)}"


def _command(reading: Reading) -> str:
    """How a reading is asked by the name of its question."""
    values = (f"{name}={text}" for name, texts in reading.parameters.items() for text in texts)
    return shlex.join(["graphsvc", "ask", reading.question.name, *values])


def _written(answer: Answer, args: argparse.Namespace, header: Header) -> bytes:
    """The answer as a file of the format that was asked for."""
    from graphsvc.formats import named
    from graphsvc.questions import output
    from graphsvc.questions.parameters import OFFERED

    if args.format == "text":
        return ("\n".join(_text(output.as_document(answer, answer.after))) + "\n").encode()
    if args.format == "json":
        return _json(output.as_document(answer, answer.after))
    format = named(args.format, OFFERED)
    assert format is not None, "argparse has checked it"
    written = output.write(answer, format, answer.question.name, None,
                           headings=args.headings, header=header)
    return written if isinstance(written, bytes) else written.encode()


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _put(path: Path | None, content: bytes) -> None:
    """Write to a file, or to standard output. Raises GraphsvcError."""
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise GraphsvcError(
            f"The file cannot be written ({error.strerror}).", location=str(path),
            hint="Give a path that you may write to, with -o.") from error


def _text(document: dict[str, Any]) -> Iterator[str]:
    """An answer for people: summed up, its rows field by field, and what it does not say."""
    yield f"{document['title']} (release {document['release']})"
    for written, meant in document["taken"].items():
        yield _filled(f"`{written}` is taken as {meant}.")
    if document["sentence"]:
        yield _filled(document["sentence"])
    yield counted(document["total"], "row")
    for column in document["summary"]:
        counts = ", ".join(f"{one['label']} {one['rows']}" for one in column["values"])
        yield _filled(f"{column['label']}: {counts}")
    yield from _fields(document)
    if document["note"]:
        yield from ("", document["note"])
    if lines := document["silence"]["lines"]:
        yield "\nNot in this answer"
        yield from map(_filled, lines)
    if document["next"]:
        yield "\nThere are more rows: raise --limit."


def _fields(table: dict[str, Any]) -> Iterator[str]:
    for row in table["rows"]:
        yield ""
        for column in table["columns"]:
            value, mark = row[column["name"]], " (concluded)" * (column["name"] in row["notStated"])
            for one in value if isinstance(value, list) else [value]:
                if one not in (None, ""):
                    yield _filled(f"{column['label']}: {_plain(one, table['labels'])}{mark}")
        for one in row["disagreements"]:
            yield _filled(f"The documents disagree ({one['kind']}): {one['label']}")


def _filled(text: str) -> str:
    return textwrap.fill(text, 100, initial_indent="  ", subsequent_indent="      ",
                         break_long_words=False, break_on_hyphens=False)


def _plain(value: Any, labels: dict[str, str]) -> str:
    """A value in words; of a passage the place."""
    if isinstance(value, dict):
        sections = "".join(f", {title}" for title in value["section"][-1:])
        return value["label"] or f"{value['title'] or value['passage']}{sections}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return labels.get(value, value) if isinstance(value, str) else str(value)


async def _export(args: argparse.Namespace) -> None:
    from graphsvc.graphs.export import FORMATS, Export, format_named, listed

    async with _serving(args) as serving:
        if args.view is None:
            listing = listed(serving.views, serving.release.id)
            print_result(args.format, listing, [("name", "title", "parameters"), *(
                (view["name"], view["title"], ", ".join(p["name"] for p in view["parameters"]))
                for view in listing["views"])])
            return
        suffixes = [suffix[1:] for suffix in args.output.suffixes] if args.output else []
        endings = (".".join(suffixes[-2:]), *suffixes[-1:])
        ending = next((ending for ending in endings if ending in FORMATS), "graphml")
        exported = await Export.of(serving, serving.views.get(args.view),
                                   format_named(args.format or ending), _parameters(args.param))
        content = await exported.file(serving)
    _put(args.output, content)
