"""Files that browsers load: our own, and those that npm's packages were bundled into at set-up."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files("graphsvc.web.pages") / "static"))
BUILD = "build"
"""The folder below it that `make` fills; pages do without what is not there."""

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}


@cache
def bundled() -> dict[str, str]:
    """The address of each file by its path below the folder, with its digest for caches."""
    return {
        path.relative_to(FOLDER).as_posix():
            f"/static/{path.relative_to(FOLDER).as_posix()}?{digest(path)}"
        for path in sorted(FOLDER.rglob("*")) if path.is_file() and path.suffix in TYPES}


def digest(path: Path) -> str:
    """The first twelve hexadecimal digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
