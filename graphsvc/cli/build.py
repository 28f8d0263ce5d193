"""Build the release of a project's files and make it the current one.

Example:
  graphsvc build --project . --format json
"""

from __future__ import annotations

import argparse
import json

from graphsvc.cli.arguments import add_format, project_of, releases_of, steps

STEPS = 10


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_format(command, ("text", "json"), "text")


def run(args: argparse.Namespace) -> int:
    project, releases = project_of(args), releases_of(args)
    release = releases.built_from(project.file_digests())
    new = release is None
    if release is None:
        from graphsvc.build.pipeline import build

        built = build(project, releases, steps(STEPS))
        release, new = built.release, built.new
    else:
        releases.switch(release)
    if args.format == "json":
        print(json.dumps({"release": release.id, "new": new, "path": str(release.path),
                          "quads": release.manifest["quads"]}))
    else:
        verb = "Built" if new else "There already:"
        print(f"{verb} release {release.id} ({release.manifest['quads']} quads) in {release.path}")
    return 0
