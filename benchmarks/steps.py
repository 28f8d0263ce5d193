"""Build a project and print the seconds of each step as JSON.

`python -m benchmarks.steps PROJECT RELEASES`
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Releases


def timed_build(project: Path, releases: Path) -> dict[str, float]:
    """Seconds of each step, in their order."""
    begun: list[tuple[str, float]] = []
    build(Project(project), Releases(releases),
          lambda step: begun.append((step, time.perf_counter())))
    ends = [moment for _, moment in begun[1:]] + [time.perf_counter()]
    return {step: end - start for (step, start), end in zip(begun, ends, strict=True)}


if __name__ == "__main__":
    print(json.dumps(timed_build(Path(sys.argv[1]), Path(sys.argv[2]))))
