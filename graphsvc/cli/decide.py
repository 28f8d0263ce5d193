"""Steps of `graphsvc curate` that decide on drafts, and write what was decided."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphsvc.cli import Commands, add_command, counted, print_result, project_of
from graphsvc.errors import GraphsvcError

_LOOPBACK = "127.0.0.1"

if TYPE_CHECKING:
    from graphsvc.curate.records import Draft, Request
    from graphsvc.curate.work import Answer, Work


def add_steps(steps: Commands) -> None:
    """Add the steps of this module."""
    for run in (drafts, progress, write):
        _of_document(steps, run)
    command = _of_document(steps, next)
    command.add_argument("--all", action="store_true", help="all that wait, not only the first")
    for run in (serve, accept, reject, split, new, tick, undo, decide):
        command = _of_document(steps, run)
        command.add_argument("--who", default=os.environ.get("GRAPHSVC_CURATOR"), metavar="NAME",
                             help="curator who decides (default: GRAPHSVC_CURATOR)")
        if run in (accept, reject):
            command.add_argument("draft", nargs="+", metavar="DRAFT", help="id, or its beginning")
        if run in (accept, new):
            command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                                 help="another value of a property; empty takes it out")
            command.add_argument("--lines", default="", help="other lines as evidence: 18,20-22")
        if run is serve:
            command.add_argument("--port", type=int, default=0,
                                 help="port; 0 for any free one (default: %(default)s)")
        if run is reject:
            command.add_argument("--reason", default="", help="why, in a few words")
        if run is split:
            command.add_argument("draft", metavar="DRAFT", help="id, or its beginning")
        if run is new:
            command.add_argument("kind", metavar="CLASS", help="class of the statement")
        if run in (split, decide):
            command.add_argument("file", metavar="FILE", help="JSON, - for standard input")
        if run is tick:
            command.add_argument("lines", help="lines of paragraphs: 18,20-22")
            command.add_argument("reason", help="a reason of the ledger, and a note: cover: a logo")
        if run is undo:
            command.add_argument("number", nargs="?", type=int, help="of the decision; the last")


def drafts(args: argparse.Namespace) -> int:
    """List all drafts of a document, also those that are decided.

    Example:
      graphsvc curate drafts stirling-2019 --format json
    """
    work = _work(args)
    _print_drafts(args, work, work.drafts)
    return 0


def next(args: argparse.Namespace) -> int:
    """Show the next draft to decide on, with its passage and what is wrong with it so far.

    Example:
      graphsvc curate next stirling-2019
    """
    work = _work(args)
    waiting = work.waiting()
    if args.all:
        _print_drafts(args, work, waiting)
        return 0
    if not waiting:
        print_result(args.format, None, "Nothing waits.")
        return 0
    draft = waiting[0]
    problems = work.check(draft)
    texts = {p.line: p.text for p in work.reading.paragraphs if p.line in draft.passages}
    print_result(args.format, {
        "waiting": len(waiting), "draft": draft.model_dump(mode="json"), "passages": texts,
        "problems": [problem.model_dump() for problem in problems],
    }, "\n".join([
        *_lines(draft), *(f"  line {line}: {text}" for line, text in texts.items()),
        *(f"  ! {problem}" for problem in problems), f"{counted(len(waiting), 'draft')} waiting"]))
    return 0


def accept(args: argparse.Namespace) -> int:
    """Accept drafts, one with other values if some are given.

    Example:
      graphsvc curate accept stirling-2019 3f2a --set stage=embedded --who anna
    """
    from graphsvc.curate.records import Request
    from graphsvc.sources.coverage import lines_of

    work, requests = _work(args), []
    if (args.set or args.lines) and len(args.draft) > 1:
        raise GraphsvcError("Other values are for one draft.", location="--set, --lines",
                            hint="Accept one draft at a time.")
    for id in args.draft:
        draft = work.find(id)
        statement = work.fields.changed(draft, _given(args), lines_of(args.lines))
        requests.append(Request(action="accept", draft=draft.id, changed=statement))
    return _decide(args, work, requests)


def reject(args: argparse.Namespace) -> int:
    """Reject drafts.

    Example:
      graphsvc curate reject stirling-2019 3f2a 77b0 --reason "a heading" --who anna
    """
    from graphsvc.curate.records import Request

    return _decide(args, _work(args), [
        Request(action="reject", draft=id, reason=args.reason) for id in args.draft])


def split(args: argparse.Namespace) -> int:
    """Split a draft into several, which are then decided on. FILE: a JSON list of drafts.

    Example:
      graphsvc curate split stirling-2019 3f2a parts.json --who anna
    """
    from graphsvc.curate.records import Request

    return _decide(args, _work(args), [
        Request(action="split", draft=args.draft, parts=_parts(args.file))])


def new(args: argparse.Namespace) -> int:
    """Add a statement or a thing that no draft proposes.

    Example:
      graphsvc curate new my-report Place --lines 40 --set prefLabel=Walking --who anna
    """
    from graphsvc.curate.records import Draft, Request
    from graphsvc.sources.coverage import lines_of

    work = _work(args)
    empty = Draft(document=work.slug, kind=work.fields.class_of(args.kind), values=(),
                  passages=lines_of(args.lines), by="hand")
    statement = work.fields.changed(empty, _given(args))
    return _decide(args, work, [Request(action="add", changed=statement)])


def tick(args: argparse.Namespace) -> int:
    """Tick off paragraphs that carry no fact, with a reason of the ledger.

    Example:
      graphsvc curate tick stirling-2019 18-43 "contents: table of contents" --who anna
    """
    from graphsvc.curate.records import Request
    from graphsvc.sources.coverage import lines_of

    work = _work(args)
    there = {paragraph.line for paragraph in work.document.paragraphs}
    lines = lines_of(args.lines)
    return _decide(args, work, [Request(
        action="no-facts", reason=args.reason,
        lines=tuple(line for line in lines if line in there) or lines)])


def undo(args: argparse.Namespace) -> int:
    """Undo a decision, the last one if no number is given.

    Example:
      graphsvc curate undo stirling-2019 --who anna
    """
    from graphsvc.curate.records import Request

    return _decide(args, _work(args), [Request(action="undo", undoes=args.number)])


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
            requests += [Request.model_validate_json(line)] if line.strip() else []
        except ValidationError as error:
            raise GraphsvcError(f"This is no request: {error.errors()[0]['msg']}.",
                                location=f"{args.file}:{number}",
                                hint="See `graphsvc curate decide --help`.") from error
    return _decide(args, _work(args), requests)


def progress(args: argparse.Namespace) -> int:
    """Show how far a document is, section by section, and its latest decisions.

    Example:
      graphsvc curate progress stirling-2019
    """
    work = _work(args)
    found, state = work.progress(), work.state()
    log = [{"number": number, "action": d.action, "who": d.who, "when": d.when.isoformat(),
            "undone": number in state.undone, "draft": d.draft, "reason": d.reason}
           for number, d in enumerate(state.log, 1)]
    lines = [f"{'  ' * s.level}{s.title}: {s.cited} of {s.paragraphs} cited, {s.ticked} ticked off,"
             f" {len(s.open)} open, {counted(s.waiting, 'draft')}" for s in found.sections]
    print_result(args.format, {**found.model_dump(mode="json"), "log": log}, "\n".join([
        *lines, f"{found.accepted} accepted, {found.rejected} rejected, {found.waiting} waiting;"
                f" {len(found.open)} paragraphs open; {found.share:.1%} cited in sections with"
                " facts"]))
    return 0


def write(args: argparse.Namespace) -> int:
    """Write what was accepted into the project's files; writing again changes nothing.

    Example:
      graphsvc curate write stirling-2019
    """
    done = _work(args).write()
    print_result(args.format, vars(done), "\n".join([
        *(done.files or ["Nothing changed."]), *done.kept]))
    return 0


def serve(args: argparse.Namespace) -> int:
    """Open the desk: a page of this machine on which to decide on the drafts, until Ctrl-C.

    The address holds a token: it is for whoever has it, and for nobody on other machines.

    Example:
      graphsvc curate serve stirling-2019 --who anna
    """
    import secrets
    from functools import partial

    from graphsvc.curate.desk.app import application
    from graphsvc.curate.work import curator
    from graphsvc.web import server

    work, token = _work(args), secrets.token_urlsafe(24)
    who = curator(work.graph, args.who)
    listener = server.listen(_LOOPBACK, args.port)
    address = f"{server.address(_LOOPBACK, listener)}/{token}/"
    opening = json.dumps({"document": work.slug, "address": address}) if (
        args.format == "json") else f"{work.reading.title}\n\n  {address}\n"
    server.serve(partial(application, work, who, token, listener.getsockname()[1]), listener,
                 announce=partial(print, opening, flush=True))
    return 0


def _of_document(steps: Commands, run: Any) -> argparse.ArgumentParser:
    command = add_command(steps, run)
    command.add_argument("id", metavar="SLUG", help="name of the document in the project")
    return command


def _work(args: argparse.Namespace) -> Work:
    from graphsvc.curate.work import Work

    return Work(project_of(args), args.id)


def _decide(args: argparse.Namespace, work: Work, requests: list[Request]) -> int:
    """Do what is asked, one after the other; 1 if something was refused."""
    from graphsvc.curate.work import Answer, curator

    who, answers = curator(work.graph, args.who), list[Answer]()
    for request in requests:
        try:
            answers.append(work.decide(request, who))
        except GraphsvcError as error:
            if len(requests) == 1:
                raise
            answers.append(Answer(mistake=str(error)))
    print_result(args.format, [answer.model_dump(mode="json") for answer in answers], "\n".join(
        line for answer in answers for line in _answer(answer)))
    return int(any(answer.number is None for answer in answers))


def _answer(answer: Answer) -> list[str]:
    name = answer.statement.iri if answer.statement else ""
    if answer.number:
        return [f"Decision {answer.number} {name or ''}".rstrip(), *(
            f"  {problem}" for problem in answer.problems)]
    return [f"Refused {name or ''}".rstrip(), *(f"  ! {problem}" for problem in answer.problems),
            *([f"  ! {answer.mistake}"] if answer.mistake else ())]


def _given(args: argparse.Namespace) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in args.set]
    for name, equals, _ in pairs:
        if not equals:
            raise GraphsvcError(f"{name!r} is no property with a value.", location="--set",
                                hint="Write NAME=VALUE, such as stage=embedded.")
    return [(name.strip(), value) for name, _, value in pairs]


def _print_drafts(args: argparse.Namespace, work: Work, drafts: list[Draft]) -> None:
    print_result(args.format, [draft.model_dump(mode="json") for draft in drafts],
                 "\n".join(line for draft in drafts for line in _lines(draft)))


def _lines(draft: Draft) -> list[str]:
    """A draft in text: what it is, then a line for each value."""
    known = f", said already by <{draft.known}>" if draft.known else ""
    where = ", ".join(map(str, draft.passages))
    return [f"{draft.id} {draft.kind_label or draft.kind} (line {where}; {draft.score:.0%}{known})",
            *(f"  {v.property_label or v.property}: {v.label or v.iri or v.text}"
              for v in draft.values),
            *(f"  near: {near.label} <{near.iri}> ({near.likeness:.0%})" for near in draft.near),
            *(f"  says otherwise: <{iri}>" for iri in draft.clashes)]


def _parts(name: str) -> tuple[Draft, ...]:
    """The drafts in a file, a JSON list."""
    from pydantic import TypeAdapter, ValidationError

    from graphsvc.curate.records import Draft

    try:
        return TypeAdapter(tuple[Draft, ...]).validate_json(_text(name))
    except ValidationError as error:
        raise GraphsvcError(f"This is no list of drafts ({error.errors()[0]['msg']}).",
                            location=name, hint="Write them as `graphsvc curate drafts --format"
                                                " json` does.") from error


def _text(name: str) -> str:
    from graphsvc.sources.turtle import read_file

    if name == "-":
        return sys.stdin.read()
    return read_file(Path(name)).decode("utf-8", errors="replace")
