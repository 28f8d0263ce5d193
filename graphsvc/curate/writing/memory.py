"""What was written into the project's files, so that what people changed by hand is recognised."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from graphsvc.errors import GraphsvcError


class Memory:
    """What was written: digests of texts, by file and thing; in a file of its own.

    A thing is noted before its file is written. While the note says so, things that are missing
    were not written, and not taken out by hand.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._pending = bool(found.get("pending"))
        self._digests: dict[str, dict[str, list[str]]] = found.get("digests", {})

    def things(self, file: str) -> set[str]:
        """Names of what was written into a file."""
        return {*self._digests.get(file, {})}

    def knows(self, thing: str) -> bool:
        """Whether a thing was written into some file."""
        return any(thing in things for things in self._digests.values())

    def has(self, file: str, thing: str) -> bool:
        """Whether a thing was written for sure."""
        return not self._pending and thing in self._digests.get(file, {})

    def wrote(self, file: str, thing: str, text: str) -> bool:
        """Whether this very text was written at some time."""
        return _digest(text) in self._digests.get(file, {}).get(thing, [])

    def note(self, file: str, thing: str, text: str) -> None:
        """Note a text that is written."""
        digests = self._digests.setdefault(file, {}).setdefault(thing, [])
        if _digest(text) not in digests:
            digests.append(_digest(text))

    def forget(self, file: str, thing: str) -> None:
        """Note that a thing is no longer written."""
        del self._digests[file][thing]

    def save(self, pending: bool) -> None:
        """Keep the notes. pending: before the files are written, and not after."""
        note = {"pending": pending, "digests": self._digests}
        write_atomically(self._path, json.dumps(note, indent=1, sort_keys=True) + "\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_atomically(path: Path, text: str) -> bool:
    """Write all of a file or nothing; return whether it changed. Without a text there is no file.

    Raises GraphsvcError where it cannot be written.
    """
    try:
        if text == (path.read_text(encoding="utf-8") if path.exists() else ""):
            return False
        if not text:
            path.unlink()
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        work = path.with_name(f".{path.name}.part")
        with work.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        work.replace(path)
        return True
    except OSError as error:
        raise GraphsvcError(f"The file cannot be written ({error.strerror}).", location=str(path),
                            hint="Make room, or let yourself write there; then write again.",
                            ) from error
