"""The books project: another domain than the product's own, and an engine in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from pyoxigraph import QueryResultsFormat, RdfFormat, Store

from graphsvc.engine.base import Request

BOOKS = Path(__file__).parent / "fixtures" / "books"
PREFIXES = {
    "b": "https://example.org/books/def#",
    "work": "https://example.org/books/id/work/",
}


class Bytes:
    """An answer that is already there."""

    media_type = "application/sparql-results+json"

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data

    async def aclose(self) -> None:
        pass


class StoreEngine:
    """An engine over a store in this process."""

    release = "books-1"

    def __init__(self, folder: Path) -> None:
        self.store = Store()
        self.asked: list[str] = []
        for path in sorted(folder.rglob("*.ttl")):
            self.store.load(path=str(path), format=RdfFormat.TURTLE)

    async def query(self, request: Request) -> Bytes:
        self.asked.append(request.query)
        data = self.store.query(request.query).serialize(format=QueryResultsFormat.JSON)
        assert data is not None
        return Bytes(data)

    async def close(self) -> None:
        pass
