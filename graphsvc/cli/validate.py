"""Check candidate files against names and shapes, in the context of the project's other files.

With --shapes and --data, prints the SHACL report of any pair of files instead.

Example:
  graphsvc validate data/reports/DOCUMENT.ttl
  graphsvc validate --shapes shapes.ttl --data data.ttl --format turtle
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from graphsvc.cli.arguments import add_format, project_of
from graphsvc.errors import GraphsvcError


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="candidate data")
    command.add_argument("--shapes", type=Path, help="shapes of a pair")
    command.add_argument("--data", type=Path, help="data of a pair")
    add_format(command, ("text", "json", "turtle"), "text")


def run(args: argparse.Namespace) -> int:
    if args.shapes or args.data:
        return _pair(args)
    if not args.files:
        raise GraphsvcError("There is nothing to validate.",
                            hint="Name files, or a pair with --shapes and --data.")
    return _candidates(args)


def _pair(args: argparse.Namespace) -> int:
    from graphsvc.build.shacl.validation import validate_pair

    if not (args.shapes and args.data):
        raise GraphsvcError("A pair needs both files.", location="--shapes, --data",
                            hint="Give --shapes FILE and --data FILE.")
    conforms, report = validate_pair(args.data, args.shapes)
    if args.format == "turtle":
        print(report.serialize(format="turtle"))
    elif args.format == "json":
        print(report.serialize(format="json-ld"))
    else:
        print("The data conform." if conforms else "The data do not conform.")
    return 0 if conforms else 1


def _candidates(args: argparse.Namespace) -> int:
    from graphsvc.build.candidates import check_candidates
    from graphsvc.build.shacl.validation import report_graph

    errors, results = check_candidates(project_of(args), args.files)
    if args.format == "json":
        print(json.dumps([{"location": e.location, "message": e.message, "hint": e.hint}
                          for e in errors], indent=1))
    elif args.format == "turtle":
        import rdflib

        report = report_graph(results)
        print(rdflib.Graph().parse(data=report, format="nt").serialize(format="turtle"))
    else:
        for error in errors:
            print(error)
        names = ", ".join(str(path) for path in args.files)
        print(f"{len(errors)} mistakes in {names}" if errors else f"No mistakes in {names}")
    return 1 if errors else 0
