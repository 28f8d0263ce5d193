"""Reads one report in a process of its own, and prints what it read or what was wrong as JSON."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from graphsvc.curate import reading
from graphsvc.errors import GraphsvcError


def main(path: str, memory: str, *skip: str) -> None:
    """Read the report at a path with at most this many bytes of memory, without pages to skip."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        content = reading.read(Path(path), [int(page) for page in skip])
        print(json.dumps({
            "title": content.title, "text": content.text,
            "paragraphs": [p.model_dump(mode="json") for p in content.paragraphs]}))
    except GraphsvcError as error:
        print(json.dumps({"message": error.message, "location": error.location,
                          "hint": error.hint}))


if __name__ == "__main__":
    main(*sys.argv[1:])
