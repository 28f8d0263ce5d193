"""Commands that bring a report into the project: read it, have drafts made, show them, write."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from graphsvc.cli import Commands, add_command, counted, decide, print_result, project_of
from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    from graphsvc.curate.records import Draft

_LOOPBACK = "127.0.0.1"


def add_commands(commands: Commands) -> None:
    command = commands.add_parser(
        "curate", help="Bring a report into the project.",
        description="Bring a report into the project: read it, decide on drafts, write them.")
    steps = command.add_subparsers(dest="step", metavar="STEP", required=True)
    command = add_command(steps, add)
    command.add_argument("report", type=Path, metavar="REPORT", help="file of the report")
    command.add_argument("--id", required=True, metavar="SLUG",
                         help="name of the document in the project, such as stirling-2019")
    command.add_argument("--skip", type=_numbers, default=(), metavar="PAGES",
                         help="pages to leave out, such as 1,44")
    for run in (propose, progress, write):
        decide.add_step(steps, run)
    command = decide.add_step(steps, drafts)
    command.add_argument("--least", type=float, default=0, metavar="SCORE",
                         help="only drafts that are at least this sure, from 0 to 1")
    command = decide.add_step(steps, next)
    command.add_argument("--all", action="store_true", help="all that wait, not only the first")
    command = decide.add_step(steps, serve, who=True)
    command.add_argument("--port", type=int, default=0,
                         help="port; 0 for any free one (default: %(default)s)")
    decide.add_steps(steps)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in text.split(",") if number.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no pages; write numbers with commas between, such as 1,44") from None


def add(args: argparse.Namespace) -> int:
    """Read a report and keep it in the folder documents/, which git ignores.

    Pages, headings, lists, tables and footnotes are found; running heads and hyphens at line ends
    are removed. The report is a PDF, a Word document (.docx), a web page or a text file.

    Example:
      graphsvc curate add report.pdf --id stirling-2019
    """
    from graphsvc.curate.records import Kind
    from graphsvc.curate.shelf import Shelf

    reading = Shelf(project_of(args)).add(args.report, args.id, args.skip)
    kinds = Counter(paragraph.kind for paragraph in reading.paragraphs)
    pages = len({paragraph.page for paragraph in reading.paragraphs} - {None})
    found = {
        "pages": pages, "paragraphs": len(reading.paragraphs), "headings": kinds[Kind.HEADING],
        "items": kinds[Kind.ITEM], "rows": kinds[Kind.ROW], "footnotes": kinds[Kind.FOOTNOTE]}
    counts = [counted(n, name.removesuffix("s")) for name, n in found.items() if n]
    print_result(args.format, {
        "document": reading.slug, "title": reading.title, **found}, "\n".join([
            f"{reading.slug}: {reading.title}", f"  {', '.join(counts)}", "", "Go on with:",
            f"  graphsvc curate drafts {reading.slug}"]))
    return 0


def propose(args: argparse.Namespace) -> int:
    """Have a language model add drafts, if the environment names one.

    The text of the document goes to the address in GRAPHSVC_PROPOSER_URL, which speaks OpenAI's
    protocol; GRAPHSVC_PROPOSER_MODEL is the model, GRAPHSVC_PROPOSER_KEY its key. What does not
    hold is dropped and counted: what does not fit the schema, names nothing that the project has,
    has a number that the passage has not, or repeats the document's words.

    Example:
      graphsvc curate propose stirling-2019
    """
    from graphsvc.curate.checking import verbatim
    from graphsvc.curate.graph import CuratedGraph
    from graphsvc.curate.proposer import MODEL, URL, Endpoint, Proposer
    from graphsvc.curate.shelf import Shelf

    project, endpoint = project_of(args), Endpoint.of()
    if endpoint is None:
        raise GraphsvcError("No model is set, and none is needed: rules make drafts too.",
                            hint=f"To have one add drafts, set {URL} and {MODEL}.")
    shelf = Shelf(project)
    reading = shelf.open(args.id)
    words = verbatim(project, shelf.folder, reading.title)
    found = Proposer(endpoint, CuratedGraph(project), words).propose(reading)
    shelf.keep(args.id, found.drafts)
    dropped = found.dropped.most_common()
    print_result(args.format, {"document": args.id, "kept": len(found.drafts),
                               "dropped": dict(dropped)}, "\n".join([
        f"{args.id}: {counted(len(found.drafts), 'draft')} of the model"
        f" {endpoint.model} kept, {found.dropped.total()} dropped",
        *(f"  {n} because {reason}" for reason, n in dropped), "", "Go on with:",
        f"  graphsvc curate drafts {args.id}"]))
    return 0


def drafts(args: argparse.Namespace) -> int:
    """List the drafts of a document, also those that are decided.

    They are in the order of the document, for each paragraph the surest first.

    Example:
      graphsvc curate drafts stirling-2019 --least 0.5 --format json
    """
    found = decide.work_of(args).drafts
    _print_drafts(args, [draft for draft in found if draft.score >= args.least])
    return 0


def next(args: argparse.Namespace) -> int:
    """Show the next draft to decide on, with its passage and what is wrong with it so far.

    Example:
      graphsvc curate next stirling-2019
    """
    work = decide.work_of(args)
    waiting = work.waiting()
    if args.all:
        _print_drafts(args, waiting)
    elif not waiting:
        print_result(args.format, None, "Nothing waits.")
    else:
        draft, problems = waiting[0], work.check(waiting[0])
        texts = {p.line: p.text for p in work.reading.paragraphs if p.line in draft.passages}
        print_result(args.format, {
            "waiting": len(waiting), "draft": draft.model_dump(mode="json"), "passages": texts,
            "problems": [problem.model_dump() for problem in problems],
        }, "\n".join([
            *_lines(draft), *(f"  line {line}: {text}" for line, text in texts.items()),
            *(f"  ! {problem}" for problem in problems),
            f"{counted(len(waiting), 'draft')} waiting"]))
    return 0


def _print_drafts(args: argparse.Namespace, drafts: list[Draft]) -> None:
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


def progress(args: argparse.Namespace) -> int:
    """Show how far a document is, section by section, and its latest decisions.

    Example:
      graphsvc curate progress stirling-2019
    """
    work = decide.work_of(args)
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
    done = decide.work_of(args).write()
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

    from graphsvc.curate.desk import application
    from graphsvc.curate.work import curator
    from graphsvc.web import server

    work, token = decide.work_of(args), secrets.token_urlsafe(24)
    who = curator(work.graph, args.who)
    listener = server.listen(_LOOPBACK, args.port)
    address = f"{server.address(_LOOPBACK, listener)}/{token}/"
    opening = json.dumps({"document": work.slug, "address": address}) if (
        args.format == "json") else f"{work.reading.title}\n\n  {address}\n"
    server.serve(partial(application, work, who, token, listener.getsockname()[1]), listener,
                 announce=partial(print, opening, flush=True))
    return 0
