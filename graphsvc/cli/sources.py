"""Work with the documents: index their passages, account for paragraphs, verify the evidence.

`index` writes data/passages; `coverage` exits 1 when a paragraph is unaccounted for or too few
are cited; `verify` exits 1 when a passage or a literal does not hold.

Example:
  graphsvc sources coverage ../documents
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from graphsvc.cli.arguments import add_format, project_of


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("index", "coverage", "verify"))
    command.add_argument("folder", type=Path, metavar="DIR", help="folder with the documents")
    add_format(command, ("text", "json"), "text")


def run(args: argparse.Namespace) -> int:
    return {"index": _index, "coverage": _coverage, "verify": _verify}[args.action](args)


def _index(args: argparse.Namespace) -> int:
    from graphsvc.sources.index import index_sources

    project = project_of(args)
    written = [project.name(path) for path in index_sources(project, args.folder)]
    print(json.dumps(written) if args.format == "json" else "\n".join(written))
    return 0


def _coverage(args: argparse.Namespace) -> int:
    from graphsvc.sources.coverage import CITED_AT_LEAST, coverage
    from graphsvc.sources.documents import read_documents
    from graphsvc.sources.index import outline_slugs

    project = project_of(args)
    accounts = [coverage(project, document)
                for document in read_documents(args.folder, outline_slugs(project))]
    missing = sum(len(account.unaccounted) for account in accounts)
    failed = missing > 0 or any(a.share_to_cite < CITED_AT_LEAST for a in accounts)
    if args.format == "json":
        print(json.dumps([{
            "document": a.slug, "paragraphs": a.paragraphs, "cited": a.cited,
            "share_to_cite": round(a.share_to_cite, 4), "unaccounted": a.unaccounted,
        } for a in accounts]))
        return int(failed)
    for account in accounts:
        print(f"{account.slug}")
        for section in account.sections:
            reasons = "".join(f", {n} {reason}" for reason, n in sorted(section.reasons.items()))
            lines = "".join(f" {line}" for line in section.unaccounted)
            lost = f", UNACCOUNTED lines{lines}" if lines else ""
            print(f"  {'  ' * (section.level - 1)}{section.title} [{section.kind}]:"
                  f" {section.paragraphs} paragraphs, {section.cited} cited{reasons}{lost}")
        print(f"  {account.paragraphs} paragraphs, {account.cited} cited,"
              f" {len(account.unaccounted)} unaccounted;"
              f" {account.share_to_cite:.1%} cited where facts stand")
    print(f"total: {sum(a.paragraphs for a in accounts)} paragraphs,"
          f" {sum(a.cited for a in accounts)} cited, {missing} unaccounted;"
          f" least share cited where facts stand {min(a.share_to_cite for a in accounts):.1%}")
    return int(failed)


def _verify(args: argparse.Namespace) -> int:
    from graphsvc.sources.verify import verify

    found = verify(project_of(args), args.folder)
    if args.format == "json":
        print(json.dumps({"passages": found.passages, "literals": found.literals,
                          "slips": [vars(slip) for slip in found.slips]}))
    else:
        for slip in found.slips:
            print(slip)
        print(f"total: {found.passages} passages, {found.literals} literals,"
              f" {len(found.slips)} slips")
    return 1 if found.slips else 0
