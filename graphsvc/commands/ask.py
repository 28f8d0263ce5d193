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
from collections import defaultdict
from pathlib import Path
from typing import Any

from graphsvc.commands import add_format, print_table, releases_of
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
            raise GraphsvcError(f"{text!r} is not NAME=VALUE.", where="--param",
                                mend="Write the parameter's name, an equals sign and the value.")
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
        for column in document["columns"]:
            value = row[column["name"]]
            if value not in (None, "", []):
                print(f"  {column['label']}: {_plain(value, document['labels'])}")
    if not document["rows"]:
        print(document["note"])
    for row in (document["coverage"] or {"rows": []})["rows"]:
        print("  " + "; ".join(_plain(value, document["coverage"]["labels"])
                               for value in row.values() if value not in (None, "", [])))
    if document["next"]:
        print("\nThere are more rows: raise --limit.")


def _plain(value: Any, labels: dict[str, str]) -> str:
    if isinstance(value, list):
        return "; ".join(
            f"{cited['title'] or cited['passage']}, {' > '.join(cited['section'])},"
            f" line {cited['line']}" for cited in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return labels.get(value, value) if isinstance(value, str) else str(value)
