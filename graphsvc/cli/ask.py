"""Ask a question of the library by its name; without a name, list the questions.

With --record, write the answers to all examples of all questions into a folder, for the tests.

Example:
  graphsvc ask
  graphsvc ask NAME --param name=value --format csv
"""

from __future__ import annotations

import argparse
import asyncio
import json
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import Any

from graphsvc.cli.arguments import add_format, print_table, releases_of
from graphsvc.errors import GraphsvcError

FORMATS = ("text", "json", "csv", "tsv", "srj")


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="?", help="name of the question")
    command.add_argument("--param", action="append", default=[], metavar="NAME=VALUE",
                         help="a parameter; may be given more than once")
    command.add_argument("--limit", type=int, default=1000, help="most rows (default: %(default)s)")
    command.add_argument("--record", type=Path, metavar="DIR",
                         help="record the answers to all examples there instead")
    add_format(command, FORMATS, "text")


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


def parameters(given: list[str]) -> dict[str, list[str]]:
    """`name=value` texts as values by name. Raises GraphsvcError for one without a sign."""
    values: dict[str, list[str]] = defaultdict(list)
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise GraphsvcError(f"{text!r} is not NAME=VALUE.", location="--param",
                                hint="Write the parameter's name, an equals sign and the value.")
        values[name].append(value)
    return values


async def _run(args: argparse.Namespace) -> int:
    from graphsvc.questions import formats
    from graphsvc.questions.recorded import record
    from graphsvc.service import Serving

    serving = await Serving.open(releases_of(args).current())
    try:
        questions = serving.questions
        if args.record:
            written = await record(questions, args.record)
            print(f"Recorded the answers of {len(written)} questions in {args.record}.")
            return 0
        if args.name is None:
            return _list(args, [(q.name, q.title) for q in questions.library])
        question = questions.library.get(args.name)
        understood = await questions.understand(question, parameters(args.param))
        answer = await questions.ask(question, understood, limit=args.limit)
    finally:
        await serving.close()
    if args.format == "json":
        print(json.dumps(formats.document(answer, answer.after), indent=1, ensure_ascii=False))
    elif args.format == "srj":
        print(json.dumps(formats.results(answer), ensure_ascii=False))
    elif args.format == "csv":
        print(formats.comma_separated(answer), end="")
    elif args.format == "tsv":
        print(formats.tab_separated(answer), end="")
    else:
        _text(formats.document(answer, answer.after))
    return 0


def _list(args: argparse.Namespace, rows: list[tuple[str, str]]) -> int:
    if args.format == "json":
        print(json.dumps([{"name": name, "title": title} for name, title in rows]))
    else:
        print_table(["name", "title"], rows)
    return 0


def _text(document: dict[str, Any]) -> None:
    print(f"{document['title']} (release {document['release']})")
    for row in document["rows"]:
        print()
        _print_row(row, document["columns"], document["labels"])
    if not document["rows"]:
        print(document["note"])
    if looked_at := document["coverage"]:
        print(f"\n{looked_at['title']}")
        for row in looked_at["rows"]:
            print()
            _print_row(row, looked_at["columns"], looked_at["labels"])
    if document["next"]:
        print("\nThere are more rows: raise --limit.")


def _print_row(
    row: dict[str, Any], columns: list[dict[str, str]], labels: dict[str, str]
) -> None:
    for column in columns:
        value = row[column["name"]]
        if isinstance(value, list):
            for cited in value:
                _print_field(column["label"], _place(cited))
        elif value not in (None, ""):
            _print_field(column["label"], _plain(value, labels))


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
