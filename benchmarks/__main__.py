"""Measure the service and its peers on this machine, and write docs/performance.md.

Example:
  python -m benchmarks --work ../bench --sizes real 100000 1000000
  python -m benchmarks --work ../bench --measures            (only write the report again)
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError

from benchmarks import offline, servers
from benchmarks.data import REAL, Prepared, prepare
from benchmarks.figures import Figure, Figures
from benchmarks.report import write
from benchmarks.serving import Bench

MEASURES = ("building", "starting", "throughput", "web", "shapes", "questions", "runaway",
            "validating", "exporting")
WITH_CLIENTS = {"throughput", "web", "runaway"}
REFERENCE_UP_TO = 200_000
"""Quads up to which the reference engine of SHACL is asked."""

ROOT = Path(__file__).resolve().parent.parent


def main(argv: list[str] | None = None) -> None:
    """Run what the command line asks for. Raises RuntimeError for what keeps it from measuring."""
    parser = _parser()
    args = parser.parse_args(argv)
    if WITH_CLIENTS.intersection(args.measures) and shutil.which("wrk") is None:
        parser.error("wrk, which plays the clients, is not installed: apt-get install wrk, or"
                     " leave out the measures throughput and runaway")
    args.work.mkdir(parents=True, exist_ok=True)
    peers = args.peers or args.work / "peers"
    figures = Figures(args.work / "figures.jsonl")
    if args.measures:
        servers.install(peers)
    for size in args.sizes if args.measures else ():
        data = prepare(size, args.project, args.work)
        for measure in args.measures:
            begun = time.monotonic()
            figures.begin(measure, size)
            _take(measure, data, peers, figures, args)
            figures.begin("data", size)
            figures.add(Figure("data", size, "release", "", "quads", data.quads))
            figures.save()
            print(f"{measure} at {size}: {time.monotonic() - begun:.0f} s", flush=True)
    write(figures, args.docs)


def _take(
    measure: str, data: Prepared, peers: Path, figures: Figures, args: argparse.Namespace
) -> None:
    names = [name for name in servers.available(peers) if not args.servers or name in args.servers]
    bench = Bench(data, peers, names, figures, args.seconds, args.rounds)
    actions: dict[str, Callable[[], None]] = {
        "building": lambda: offline.building(data, figures),
        "validating": lambda: offline.validating(
            data, figures, data.quads <= REFERENCE_UP_TO),
        "exporting": lambda: offline.exporting(data, figures),
        "starting": bench.starting, "throughput": bench.throughput, "shapes": bench.shapes,
        "web": bench.web, "questions": bench.questions, "runaway": bench.runaway,
    }
    actions[measure]()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, metavar="DIR",
                        help="folder for data, releases, the peers and the figures")
    parser.add_argument("--project", type=Path, default=ROOT, help="the real project")
    parser.add_argument("--peers", type=Path, metavar="VENV",
                        help="environment that holds the peers (default: made in --work)")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where to write")
    parser.add_argument("--sizes", nargs="+", default=[REAL, "1000000"], metavar="SIZE", type=_size,
                        help="`real`, or a number of quads (default: real 1000000)")
    parser.add_argument("--measures", nargs="*", default=MEASURES, choices=MEASURES)
    parser.add_argument("--servers", nargs="+", choices=list(servers.COMMANDS))
    parser.add_argument("--seconds", type=int, default=4, help="of each load")
    parser.add_argument("--rounds", type=int, default=3)
    return parser


def _size(text: str) -> str:
    if text != REAL and not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give {REAL}, or a number of quads")
    return text


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, CalledProcessError) as error:
        sys.exit(f"{error}.")
