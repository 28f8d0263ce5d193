"""Commands that bring a report into the project, step by step."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from graphsvc.cli import Commands, add_command, counted, decide, print_result, project_of


def add_commands(commands: Commands) -> None:
    """Add the command of this module, and its steps."""
    command = commands.add_parser(
        "curate", help="Bring a report into the project.",
        description="Bring a report into the project: read it, decide on drafts, write them.")
    steps = command.add_subparsers(dest="step", metavar="STEP", required=True)
    for step in (_add, decide.add_steps):
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


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in text.split(",") if number.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no pages; write numbers with commas between, such as 1,44") from None
