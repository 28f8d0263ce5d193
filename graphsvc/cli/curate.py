"""Commands that bring a report into the project, step by step."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from graphsvc.cli import Commands, add_command, counted, decide, print_result, project_of
from graphsvc.errors import GraphsvcError


def add_commands(commands: Commands) -> None:
    """Add the command of this module, and its steps."""
    command = commands.add_parser(
        "curate", help="Bring a report into the project.",
        description="Bring a report into the project: read it, decide on drafts, write them.")
    steps = command.add_subparsers(dest="step", metavar="STEP", required=True)
    for step in (_add, _propose, decide.add_steps):
        step(steps)


def _add(steps: Commands) -> None:
    command = add_command(steps, add)
    command.add_argument("report", type=Path, metavar="REPORT", help="file of the report")
    command.add_argument("--id", required=True, metavar="SLUG",
                         help="name of the document in the project, such as stirling-2019")
    command.add_argument("--skip", type=_numbers, default=(), metavar="PAGES",
                         help="pages to leave out, such as 1,44")


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


def _propose(steps: Commands) -> None:
    command = add_command(steps, propose)
    command.add_argument("document", metavar="SLUG", help="name of the document")


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
    from graphsvc.curate.endpoint import MODEL, URL, Endpoint
    from graphsvc.curate.graph import CuratedGraph
    from graphsvc.curate.proposer import Proposer, keep
    from graphsvc.curate.shelf import Shelf

    project, endpoint = project_of(args), Endpoint.of()
    if endpoint is None:
        raise GraphsvcError("No model is set, and none is needed: rules make drafts too.",
                            hint=f"To have one add drafts, set {URL} and {MODEL}.")
    shelf = Shelf(project)
    reading = shelf.open(args.document)
    words = verbatim(project, shelf.folder, reading.title)
    found = Proposer(endpoint, CuratedGraph(project), words).propose(reading)
    keep(shelf.place(args.document), found.drafts)
    dropped = found.dropped.most_common()
    print_result(args.format, {"document": args.document, "kept": len(found.drafts),
                               "dropped": dict(dropped)}, "\n".join([
        f"{args.document}: {counted(len(found.drafts), 'draft')} of the model"
        f" {endpoint.model} kept, {sum(n for _, n in dropped)} dropped",
        *(f"  {n} because {reason}" for reason, n in dropped), "", "Go on with:",
        f"  graphsvc curate drafts {args.document}"]))
    return 0


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in text.split(",") if number.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no pages; write numbers with commas between, such as 1,44") from None
