"""The books project: another domain than the product's own, an engine and a client for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pyoxigraph import QueryResultsFormat, RdfFormat, Store

from graphsvc.engine.base import Request
from graphsvc.questions.answer import Questions
from graphsvc.web.api import api_router

BOOKS = Path(__file__).parents[1] / "projects" / "books"
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


class Client:
    """A browser before an application that serves one library, which can be switched."""

    def __init__(self, questions: Questions) -> None:
        self.questions = questions
        self.app = FastAPI(openapi_url=None)
        self.app.include_router(api_router(lambda: self))

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://books") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, headers=named)
        return asyncio.run(ask())

    def json(self, path: str) -> Any:
        response = self.ask(path)
        assert response.status_code == 200, response.text
        return response.json()
