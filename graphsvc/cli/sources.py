"""Commands about the documents."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from graphsvc.cli import Commands, add_command, counted, print_result, project_of

if TYPE_CHECKING:
    from graphsvc.sources.coverage import Coverage


def add_commands(commands: Commands) -> None:
    command = add_command(commands, sources)
    command.add_argument("action", choices=("index", "coverage", "verify"))
    command.add_argument("folder", type=Path, metavar="DIR", help="folder with the documents")
    command.add_argument("--id", metavar="SLUG", help="only this document, not all that the project"
                         " has an outline of")


def sources(args: argparse.Namespace) -> int:
    """Index the passages of the documents, account for paragraphs, verify the evidence.

    `index` writes data/passages; `coverage` exits 1 when a paragraph is unaccounted for or too few
    are cited; `verify` exits 1 when a passage or a literal does not hold.

    Example:
      graphsvc sources coverage ../documents
    """
    return {"index": _index, "coverage": _coverage, "verify": _verify}[args.action](args)


def _index(args: argparse.Namespace) -> int:
    from graphsvc.sources.documents import index_sources

    project = project_of(args)
    written = [project.name(path) for path in index_sources(project, args.folder, args.id)]
    print_result(args.format, written, "\n".join(written))
    return 0


def _coverage(args: argparse.Namespace) -> int:
    from graphsvc.sources.coverage import CITED_AT_LEAST, coverage

    accounts = coverage(project_of(args), args.folder, args.id)
    missing = sum(len(account.unaccounted) for account in accounts)
    least = min((account.share_to_cite for account in accounts), default=1.0)
    print_result(args.format, [{
        "document": a.slug, "paragraphs": a.paragraphs, "cited": a.cited,
        "share_to_cite": round(a.share_to_cite, 4), "unaccounted": a.unaccounted,
    } for a in accounts], "\n".join([
        *(line for account in accounts for line in _lines(account)),
        f"total: {sum(a.paragraphs for a in accounts)} paragraphs,"
        f" {sum(a.cited for a in accounts)} cited, {missing} unaccounted;"
        f" least share cited in sections with facts {least:.1%}"]))
    return int(missing > 0 or least < CITED_AT_LEAST)


def _lines(account: Coverage) -> list[str]:
    """The account of a document: its sections, and their sum."""
    lines = [account.slug]
    for section in account.sections:
        reasons = "".join(f", {n} {reason}" for reason, n in sorted(section.reasons.items()))
        missing = "".join(f" {line}" for line in section.unaccounted)
        missing = f", UNACCOUNTED lines{missing}" if missing else ""
        lines.append(f"  {'  ' * (section.level - 1)}{section.title} [{section.kind}]:"
                     f" {section.paragraphs} paragraphs, {section.cited} cited{reasons}{missing}")
    return [*lines, f"  {account.paragraphs} paragraphs, {account.cited} cited,"
                    f" {len(account.unaccounted)} unaccounted;"
                    f" {account.share_to_cite:.1%} cited in sections with facts"]


def _verify(args: argparse.Namespace) -> int:
    from graphsvc.sources.verify import verify

    found = verify(project_of(args), args.folder, args.id)
    count = counted(len(found.discrepancies), "discrepancy", "discrepancies")
    print_result(
        args.format,
        {"passages": found.passages, "literals": found.literals, "discrepancies": [
            {"location": error.location, "message": error.message}
            for error in found.discrepancies]},
        "\n".join([*map(str, found.discrepancies),
                   f"total: {found.passages} passages, {found.literals} literals, {count}"]))
    return 1 if found.discrepancies else 0
