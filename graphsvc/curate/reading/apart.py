"""Reads a report in a process of its own, which ends when it takes too long or too much memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from graphsvc.curate.reading.content import Content
from graphsvc.curate.records import Paragraph
from graphsvc.errors import GraphsvcError

SECONDS = 300
MEMORY = 3 * 2**30


def read(
    path: Path, skip: Collection[int] = (), seconds: float = SECONDS, memory: int = MEMORY
) -> Content:
    """The content of a report. skip: pages to leave out; memory: the most bytes that it may take.

    Raises GraphsvcError, also where the file makes a library crash, or read without an end.
    """
    call = [sys.executable, "-m", "graphsvc.curate.reading", str(path.absolute()), str(memory),
            *map(str, skip)]
    try:
        done = subprocess.run(call, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise GraphsvcError(f"The report takes more than {seconds:.0f} seconds to read.",
                            location=str(path), hint="Save its pages in parts.") from error
    if done.returncode or not done.stdout:
        raise GraphsvcError(
            "The report is broken, or it needs too much memory: reading it did not come to an end.",
            location=str(path), hint="Save it again, without its pictures, or in parts.")
    found = json.loads(done.stdout)
    if "message" in found:
        place = found["location"]
        raise GraphsvcError(found["message"], hint=found["hint"], location=str(path) if place in (
            None, str(path.absolute())) else place)
    return Content(found["title"], [Paragraph.model_validate(p) for p in found["paragraphs"]],
                   found["text"])
