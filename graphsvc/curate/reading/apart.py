"""Reads a report in a process of its own, which ends when it takes too long or too much memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from graphsvc.curate import reading
from graphsvc.errors import GraphsvcError

SECONDS = 300
MEMORY = 3 * 2**30


def read(
    path: Path, skip: Collection[int] = (), seconds: float = SECONDS, memory: int = MEMORY
) -> reading.Content:
    """The content of a report. skip: pages to leave out; memory: the most bytes that it may take.

    Raises GraphsvcError, also where the file makes a library crash, or read without an end.
    """
    call = [sys.executable, "-m", __name__, str(path), str(memory), *map(str, skip)]
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
        raise GraphsvcError(**found)
    return reading.Content.model_validate(found)


def main(path: str, memory: str, *skip: str) -> None:
    """Print what is read of a report, or what is wrong, as JSON; the process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        print(reading.read(Path(path), [int(page) for page in skip]).model_dump_json())
    except GraphsvcError as error:
        print(json.dumps({"message": error.message, "location": error.location or path,
                          "hint": error.hint}))


if __name__ == "__main__":
    main(*sys.argv[1:])
