"""Steps of `graphsvc curate` that decide on drafts."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphsvc.cli import Commands, Run, add_command, pairs, print_result, project_of
from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    from graphsvc.curate.work import Answer, Work


def add_steps(steps: Commands) -> None:
    for run in (accept, reject, split, new, tick, undo, decide):
        command = add_step(steps, run, who=True)
        if run in (accept, reject):
            command.add_argument("draft", nargs="+", metavar="DRAFT", help="id, or its beginning")
        if run is split:
            command.add_argument("draft", metavar="DRAFT", help="id, or its beginning")
        if run is new:
            command.add_argument("kind", metavar="CLASS", help="class of the statement")
        if run in (accept, new):
            command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                                 help="another value of a property; empty takes it out")
            command.add_argument("--lines", default="", help="other lines as evidence: 18,20-22")
        if run is reject:
            command.add_argument("--reason", default="", help="why, in a few words")
        if run in (split, decide):
            command.add_argument("file", metavar="FILE", help="JSON, - for standard input")
        if run is tick:
            command.add_argument("lines", help="lines of paragraphs: 18,20-22")
            command.add_argument("reason", help="a reason of the ledger, and a note: cover: a logo")
        if run is undo:
            command.add_argument("number", nargs="?", type=int, help="of the decision; the last")


def add_step(steps: Commands, run: Run, who: bool = False) -> argparse.ArgumentParser:
    """Add a step on a document. who: whether somebody decides in it."""
    command = add_command(steps, run)
    command.add_argument("id", metavar="SLUG", help="name of the document in the project")
    if who:
        command.add_argument("--who", default=os.environ.get("GRAPHSVC_CURATOR"), metavar="NAME",
                             help="curator who decides (default: GRAPHSVC_CURATOR)")
    return command


def work_of(args: argparse.Namespace) -> Work:
    """The work on the document that the command line names."""
    from graphsvc.curate.work import Work

    return Work(project_of(args), args.id)


def accept(args: argparse.Namespace) -> int:
    """Accept drafts, one with other values if some are given.

    Example:
      graphsvc curate accept stirling-2019 3f2a --set stage=embedded --who anna
    """
    work = work_of(args)
    if (args.set or args.lines) and len(args.draft) > 1:
        raise GraphsvcError("Other values are for one draft.", location="--set, --lines",
                            hint="Accept one draft at a time.")
    drafts, values = [work.find(id) for id in args.draft], pairs(args.set, "--set")
    return _decide(args, work, [
        {"action": "accept", "draft": draft.id,
         "changed": work.fields.changed(draft, values, _lines_of(args))} for draft in drafts])


def reject(args: argparse.Namespace) -> int:
    """Reject drafts.

    Example:
      graphsvc curate reject stirling-2019 3f2a 77b0 --reason "a heading" --who anna
    """
    return _decide(args, work_of(args), [
        {"action": "reject", "draft": id, "reason": args.reason} for id in args.draft])


def split(args: argparse.Namespace) -> int:
    """Split a draft into several, which are then decided on. FILE: a JSON list of drafts.

    Example:
      graphsvc curate split stirling-2019 3f2a parts.json --who anna
    """
    from pydantic import ValidationError

    from graphsvc.curate.shelf import DRAFTS

    try:
        parts = DRAFTS.validate_json(_text(args.file))
    except ValidationError as error:
        raise GraphsvcError(f"This is no list of drafts ({error.errors()[0]['msg']}).",
                            location=args.file, hint="Write them as `graphsvc curate drafts"
                                                     " --format json` does.") from error
    return _decide(args, work_of(args), [
        {"action": "split", "draft": args.draft, "parts": (*parts,)}])


def new(args: argparse.Namespace) -> int:
    """Add a statement or a thing that no draft proposes.

    Example:
      graphsvc curate new my-report Place --lines 40 --set prefLabel=Walking --who anna
    """
    work = work_of(args)
    empty = work.empty(args.kind, _lines_of(args))
    return _decide(args, work, [
        {"action": "add", "changed": work.fields.changed(empty, pairs(args.set, "--set"))}])


def tick(args: argparse.Namespace) -> int:
    """Tick off paragraphs that carry no fact, with a reason of the ledger.

    Example:
      graphsvc curate tick stirling-2019 18-43 "contents: table of contents" --who anna
    """
    work, lines = work_of(args), _lines_of(args)
    there = {paragraph.line for paragraph in work.document.paragraphs}
    return _decide(args, work, [
        {"action": "no-facts", "reason": args.reason,
         "lines": tuple(line for line in lines if line in there) or lines}])


def undo(args: argparse.Namespace) -> int:
    """Undo a decision, the last one if no number is given.

    Example:
      graphsvc curate undo stirling-2019 --who anna
    """
    return _decide(args, work_of(args), [{"action": "undo", "undoes": args.number}])


def decide(args: argparse.Namespace) -> int:
    """Decide on many drafts at once.

    FILE has a request in JSON on each line, as assistants write them: `action` (accept, reject,
    split, add, no-facts, undo) and what that needs of `draft` (its id), `changed` (the statement),
    `parts`, `lines`, `reason`, `undoes`.

    Example:
      graphsvc curate decide stirling-2019 requests.jsonl --who anna --format json
    """
    from pydantic import ValidationError

    from graphsvc.curate.records import Request

    requests = []
    for number, line in enumerate(_text(args.file).splitlines(), 1):
        try:
            requests += [vars(Request.model_validate_json(line))] if line.strip() else []
        except ValidationError as error:
            raise GraphsvcError(f"This is no request: {error.errors()[0]['msg']}.",
                                location=f"{args.file}:{number}",
                                hint="See `graphsvc curate decide --help`.") from error
    return _decide(args, work_of(args), requests)


def _decide(args: argparse.Namespace, work: Work, requests: list[dict[str, Any]]) -> int:
    """Do what is asked, one after the other; 1 if something was refused."""
    from graphsvc.curate.records import Request
    from graphsvc.curate.work import Answer, curator

    who, answers = curator(work.graph, args.who), list[Answer]()
    for request in requests:
        try:
            answers.append(work.decide(Request(**request), who))
        except GraphsvcError as error:
            if len(requests) == 1:
                raise
            answers.append(Answer(mistake=str(error)))
    print_result(args.format, [answer.model_dump(mode="json") for answer in answers], "\n".join(
        line for answer in answers for line in _answer(answer)))
    return int(any(answer.number is None for answer in answers))


def _answer(answer: Answer) -> list[str]:
    name = answer.statement.iri if answer.statement else ""
    done = f"Decision {answer.number}" if answer.number else "Refused"
    wrong = [*answer.problems, *([answer.mistake] if answer.mistake else ())]
    return [f"{done} {name or ''}".rstrip(),
            *(f"  {'' if answer.number else '! '}{problem}" for problem in wrong)]


def _lines_of(args: argparse.Namespace) -> tuple[int, ...]:
    from graphsvc.sources.coverage import lines_of

    return lines_of(args.lines)


def _text(name: str) -> str:
    from graphsvc.sources.turtle import read_file

    if name == "-":
        return sys.stdin.read()
    return read_file(Path(name)).decode("utf-8", errors="replace")
