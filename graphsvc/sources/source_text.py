"""The text of a passage, where the service holds the documents."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from graphsvc.errors import GraphsvcError
from graphsvc.sources.documents import Document, read_document


class SourceText:
    """Looks up the text of passages in a folder of documents. base: the project's address space.

    Raises GraphsvcError when there is no such folder.
    """

    def __init__(self, folder: Path, base: str) -> None:
        if not folder.is_dir():
            raise GraphsvcError("There is no such folder of documents.", location=str(folder),
                                hint="Give the folder that holds the documents as text files.")
        self._base = f"{base}passage/"
        self._document = lru_cache(maxsize=64)(lambda slug: _read(folder, slug))

    def __call__(self, passage: str) -> str | None:
        """The paragraph that a passage's IRI names; None where the document is not held."""
        slug, _, line = passage.removeprefix(self._base).partition("/")
        document = self._document(slug)
        if document is None or not line.isdigit():
            return None
        return next((p.text for p in document.paragraphs if p.line == int(line)), None)


def _read(folder: Path, slug: str) -> Document | None:
    path = folder / f"{slug}.txt"
    return read_document(path) if path.is_file() and path.parent == folder else None
