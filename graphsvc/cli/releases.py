"""List the releases, show one, or switch to another.

Without an id, `switch` goes back to the release that was built before the current one.

Example:
  graphsvc releases list
  graphsvc releases switch
"""

from __future__ import annotations

import argparse
import json

from graphsvc.cli.arguments import add_format, print_table, releases_of


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("list", "show", "switch"), nargs="?", default="list")
    command.add_argument("release", nargs="?", help="id of a release, or its beginning")
    add_format(command, ("text", "json"), "text")


def run(args: argparse.Namespace) -> int:
    releases = releases_of(args)
    if args.action == "list":
        return _list(args)
    current = releases.current()
    if args.action == "show":
        release = releases.get(args.release) if args.release else current
    else:
        release = releases.get(args.release) if args.release else releases.before(current)
        releases.switch(release)
    facts = {key: value for key, value in release.manifest.items()
             if key not in ("files", "header", "prefixes")}
    if args.format == "json":
        print(json.dumps(facts))
    else:
        if args.action == "switch":
            print(f"The current release is now {release.id}.")
        print_table(["what", "value"], facts.items())
    return 0


def _list(args: argparse.Namespace) -> int:
    releases = releases_of(args)
    found = releases.all()
    current = releases.current().id if found else ""
    rows = [{"release": r.id, "built": r.manifest["built"], "quads": r.manifest["quads"],
             "current": r.id == current} for r in found]
    if args.format == "json":
        print(json.dumps(rows))
    else:
        print_table(["release", "built", "quads", "current"],
                    ([r["release"], r["built"], r["quads"], "*" if r["current"] else ""]
                     for r in rows))
    return 0
