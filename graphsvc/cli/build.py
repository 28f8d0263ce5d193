"""Commands that make a project and its releases: init, build, validate, releases and watch."""

from __future__ import annotations

import argparse
import gc
import shutil
import sys
import time
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from graphsvc.cli import (
    Commands,
    add_command,
    counted,
    print_result,
    project_of,
    releases_of,
    steps,
)
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.release import Releases

if TYPE_CHECKING:
    from graphsvc.build.pipeline import Built

STEPS = 9
POLL_SECONDS = 0.3


def add_commands(commands: Commands) -> None:
    command = add_command(commands, init)
    command.add_argument("directory", type=Path, metavar="DIR", help="folder to write, which is"
                         " made if it is not there")
    add_command(commands, build)
    command = add_command(commands, validate, ("text", "json", "turtle"))
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="candidate data")
    command.add_argument("--shapes", type=Path, help="shapes of a pair")
    command.add_argument("--data", type=Path, help="data of a pair")
    command = add_command(commands, releases)
    command.add_argument("action", choices=("list", "show", "switch", "compare"), nargs="?",
                         default="list")
    command.add_argument("release", nargs="?", help="id of a release, or its beginning")
    command.add_argument("other", nargs="?", help="id of the release to compare it with")
    add_command(commands, watch, ("text",))


def init(args: argparse.Namespace) -> int:
    """Write a small project that builds at once, to be changed into one's own.

    It is about the bridges of a town: an ontology, shapes, a rule, a data file, three questions,
    a view and a codebook.

    Example:
      graphsvc init bridges
    """
    directory: Path = args.directory
    try:
        if directory.exists() and any(directory.iterdir()):
            raise GraphsvcError("There are files already.", location=str(directory),
                                hint="Give a folder that is empty or not there.")
        with as_file(files("graphsvc") / "starter") as starter:
            shutil.copytree(starter, directory, dirs_exist_ok=True)
    except OSError as error:
        raise GraphsvcError(
            f"The project cannot be written ({error.strerror or error}).", location=str(directory),
            hint="Give a folder that you may write to.") from error
    written = sorted(path.relative_to(directory).as_posix()
                     for path in directory.rglob("*") if path.is_file())
    print_result(args.format, {"project": str(directory), "files": written}, "\n".join([
        *(f"  {name}" for name in written), "", "Go on with:",
        f"  graphsvc build --project {directory}", f"  graphsvc serve --project {directory}"]))
    return 0


def build(args: argparse.Namespace) -> int:
    """Build the release of a project's files and make it the current one.

    Example:
      graphsvc build --project . --format json
    """
    from graphsvc.build.pipeline import build

    gc.disable()  # nearly all that is made is needed to the end
    built = build(project_of(args), _reported(releases_of(args)), steps(STEPS))
    release, quads = built.release, built.release.manifest["quads"]
    print_result(
        args.format,
        {"release": release.id, "new": built.new, "path": str(release.path), "quads": quads},
        f"{_said(built)} ({quads} quads) in {release.path}")
    gc.freeze()  # nor is what is left looked through when the process ends
    return 0


def validate(args: argparse.Namespace) -> int:
    """Check candidate files against names and shapes, in the context of the project's other files.

    With --shapes and --data, prints the SHACL report of any pair of files instead.

    Example:
      graphsvc validate data/reports/DOCUMENT.ttl
      graphsvc validate --shapes shapes.ttl --data data.ttl --format turtle
    """
    gc.disable()
    if args.shapes and args.data:
        return _validate_pair(args)
    if args.shapes or args.data:
        raise GraphsvcError("A pair needs both files.", location="--shapes, --data",
                            hint="Give --shapes FILE and --data FILE.")
    if not args.files:
        raise GraphsvcError("There is nothing to validate.",
                            hint="Name files, or a pair with --shapes and --data.")
    return _validate_candidates(args)


def releases(args: argparse.Namespace) -> int:
    """List the releases, show one, switch to another, or compare two.

    Without an id, `switch` goes back to the release that was built before the current one, and
    `compare` says what changed since that one.

    Example:
      graphsvc releases list
      graphsvc releases switch
      graphsvc releases compare 9e182bfa f36a1b0f
    """
    folder = _reported(releases_of(args))
    if args.action == "list":
        return _list(args, folder)
    if args.action == "compare":
        return _compare(args, folder)
    current = folder.current()
    if args.action == "show":
        release = folder.get(args.release) if args.release else current
    else:
        release = folder.get(args.release) if args.release else folder.before(current)
        release.verify()
        folder.switch(release)
        if args.format == "text":
            print(f"The current release is now {release.id}.")
    facts = {key: value for key, value in release.manifest.items()
             if key not in ("files", "contents", "header", "prefixes")}
    print_result(args.format, facts, [("what", "value"), *facts.items()])
    return 0


def watch(args: argparse.Namespace) -> int:
    """Build a release each time that a file of the project changes, until Ctrl-C.

    Mistakes are printed, each in a line. A service that runs follows the new release by itself.

    Example:
      graphsvc watch --project .
    """
    from graphsvc.build.pipeline import build

    root, folder, before = project_of(args).root, releases_of(args), None
    try:
        while True:
            now = _state(root)
            if now == before:
                time.sleep(POLL_SECONDS)
                continue
            before, began = now, time.monotonic()
            try:
                built = build(Project(root), folder)
            except GraphsvcError as error:
                print(f"{error}\nNot built: fix this, and it is tried again.", flush=True)
            else:
                print(f"{_said(built)} ({time.monotonic() - began:.1f} s)", flush=True)
    except KeyboardInterrupt:
        return 0


def _said(built: Built) -> str:
    return f"{'Built' if built.new else 'There already:'} release {built.release.id}"


def _state(root: Path) -> dict[Path, tuple[int, int]]:
    """When each file of a project changed last, and its size; without those that go meanwhile."""
    found = {}
    for name in ("ontology", "data", "queries"):
        for path in (root / name).rglob("*"):
            with suppress(OSError):
                stat = path.lstat()
                found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def _reported(folder: Releases) -> Releases:
    """The folder of releases, after a line for each release in it that cannot be read."""
    for error in folder.unreadable():
        print(error, file=sys.stderr)
    return folder


def _list(args: argparse.Namespace, folder: Releases) -> int:
    found = folder.all()
    current = folder.current().id if found else ""
    rows = [{"release": release.id, "built": release.manifest["built"],
             "quads": release.manifest["quads"], "current": release.id == current}
            for release in found]
    print_result(args.format, rows, [("release", "built", "quads", "current"), *(
        (row["release"], row["built"], row["quads"], "*" if row["current"] else "")
        for row in rows)])
    return 0


def _compare(args: argparse.Namespace, folder: Releases) -> int:
    from graphsvc.changes import compare

    after = folder.get(args.other) if args.other else folder.current()
    before = folder.get(args.release) if args.release else folder.before(after)
    changes = compare(before, after)
    lines = [f"From {before.id} to {after.id}", changes.sentence]
    for kind, found in changes.kinds.items():
        counts = (f"{number} {how}" for how, number in changes.counts(kind).items() if number)
        lines.append(f"\n{changes.names[kind]}: {', '.join(counts)}")
        for change in found:
            lines.append(f"  {change.how} {change.label}")
            lines += (f"    {fact.name}: {'; '.join(fact.before) or 'nothing'}"
                      f" -> {'; '.join(fact.after) or 'nothing'}" for fact in change.facts)
    print_result(args.format, changes.as_json(), "\n".join(lines))
    return 0


def _validate_pair(args: argparse.Namespace) -> int:
    from graphsvc.build.shapes import validate_pair

    conforms, report = validate_pair(args.data, args.shapes)
    if args.format == "text":
        print("The data conform." if conforms else "The data do not conform.")
    else:
        print(report.serialize(format={"turtle": "turtle", "json": "json-ld"}[args.format]))
    return 0 if conforms else 1


def _validate_candidates(args: argparse.Namespace) -> int:
    from graphsvc.build.check import check_candidates

    errors, results = check_candidates(project_of(args), releases_of(args), args.files)
    if args.format == "turtle":
        import rdflib

        from graphsvc.build.shapes import report_graph

        report = rdflib.Graph().parse(data=report_graph(results), format="nt")
        print(report.serialize(format="turtle"))
    else:
        count = counted(len(errors), "mistake") if errors else "No mistakes"
        print_result(
            args.format,
            [{"location": e.location, "message": e.message, "hint": e.hint} for e in errors],
            "\n".join([*map(str, errors), f"{count} in {', '.join(map(str, args.files))}"]))
    return 1 if errors else 0
