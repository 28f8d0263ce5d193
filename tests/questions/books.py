"""The books project: another domain than the product's own, an engine and a client for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pyoxigraph import QueryResultsFormat, RdfFormat, Store

from graphsvc.ask.plain import PlainWords
from graphsvc.engine.base import Request
from graphsvc.formats import Format
from graphsvc.questions.answer import Questions
from graphsvc.release import Header
from graphsvc.web.api import api_routes
from graphsvc.web.app import Application, Site
from graphsvc.web.metrics import Metrics
from graphsvc.web.releases import application
from graphsvc.web.request import Proxies
from graphsvc.web.sparql import SparqlEndpoint
from tests.serving import client_of

BOOKS = Path(__file__).parents[1] / "projects" / "books"
PREFIXES = {
    "b": "https://example.org/books/def#",
    "work": "https://example.org/books/id/work/",
}


class Bytes:
    """An answer that is already there."""

    media_type = "application/sparql-results+json"

    unknown_functions: tuple[str, ...] = ()

    def __init__(self, data: bytes) -> None:
        self.complete = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.complete

    async def aclose(self) -> None:
        pass


class StoreEngine:
    """An engine over a store in this process."""

    release = "books-1"

    def __init__(self, folder: Path) -> None:
        self.store = Store()
        self.asked: list[str] = []
        self.clients: list[str | None] = []
        for path in sorted(folder.rglob("*.ttl")):
            self.store.load(path=str(path), format=RdfFormat.TURTLE)

    async def query(self, request: Request) -> Bytes:
        self.asked.append(request.query)
        self.clients.append(request.client)
        data = self.store.query(request.query).serialize(format=QueryResultsFormat.JSON)
        assert data is not None
        return Bytes(data)

    async def health(self) -> None:
        pass

    async def close(self) -> None:
        pass


async def _no_description(server: str, format: Format) -> bytes:
    return b""


@dataclass
class Serving:
    """What is served: only questions."""

    questions: Questions
    plain: PlainWords
    header: Header = Header("", "Books", "", "1", "https://example.org/licence", "", "b", "", "")
    views: tuple[Any, ...] = ()


class Source:
    """Where the application finds what is served."""

    def __init__(self, client: Client) -> None:
        self._client, self.metrics = client, Metrics()

    def current(self) -> str:
        return self._client.questions.release

    async def open(self, release: str) -> Site:
        async def close() -> None:
            pass

        serving: Any = Serving(
            self._client.questions, PlainWords(self._client.questions, BOOKS / "queries"))
        engine: Any = self._client.engine
        return Site(release=release, salt=release, close=close, pages=application(
            api_routes(serving)), sparql=SparqlEndpoint(engine, _no_description))


class Client:
    """A browser before the application, which serves one library that can be switched."""

    def __init__(self, questions: Questions, engine: StoreEngine) -> None:
        self.questions, self.engine = questions, engine

    @property
    def app(self) -> Application:
        return self.behind()

    def behind(self, *proxies: str) -> Application:
        """The application behind reverse proxies with these addresses."""
        return Application(Source(self), Proxies(proxies))

    def ask(
        self, path: str, method: str = "GET", app: Application | None = None, **headers: str
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with client_of(app or self.app) as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, headers=named)
        return asyncio.run(ask())

    def json(self, path: str) -> Any:
        response = self.ask(path)
        assert response.status_code == 200, response.text
        return response.json()
