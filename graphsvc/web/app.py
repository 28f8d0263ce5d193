"""The application: SPARQL as raw ASGI, everything else FastAPI, over the release of the moment."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import Iterable, MutableMapping
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphsvc.engine.base import Engine, Limits
from graphsvc.errors import GraphsvcError
from graphsvc.release import Releases
from graphsvc.service import Serving
from graphsvc.web.api import api_router
from graphsvc.web.asgi import Receive, Scope, Send, preflight, respond
from graphsvc.web.browsers import for_browsers
from graphsvc.web.cache import CachedAnswer
from graphsvc.web.current import Current
from graphsvc.web.graphs import export_router
from graphsvc.web.linked import linked_router
from graphsvc.web.metrics import Metrics
from graphsvc.web.pages.context import site_of
from graphsvc.web.pages.routes import (
    editor_page,
    ontology_page,
    pages_router,
    problem_page,
    thing_page,
)
from graphsvc.web.problems import HttpError
from graphsvc.web.sparql import Begun, Reply, SparqlApp
from graphsvc.web.status import status_router

LOOK_FOR_RELEASE_SECONDS = 1.0
"""How often the folder of releases is looked at for another current one."""

_COLLECT_AFTER = (3_000, 20, 50)
"""New objects until a collection, and collections of each generation until one of the next."""

_METHODS = "GET, HEAD, OPTIONS"
"""Of every address beside `/sparql`."""

_log = logging.getLogger(__name__)
_serving: ContextVar[Serving] = ContextVar("serving")


class Application:
    """The ASGI application (ASGI 3). Opens the current release at start-up and follows it."""

    def __init__(
        self, releases: Releases, documents: Path | None = None, remote: str | None = None,
        limits: Limits | None = None, engine: Engine | None = None,
    ) -> None:
        self._releases = releases
        self._documents = documents
        self._remote = remote
        self._limits = limits
        self._started = engine
        self._current: Current[Serving] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.metrics = Metrics()
        self._routers = (
            status_router(_serving.get, self.metrics), api_router(_serving.get),
            export_router(_serving.get), pages_router(_serving.get),
            linked_router(_serving.get, thing_page, ontology_page, problem_page),
        )
        self._pages = _pages(self._routers)
        self._sparql = SparqlApp(self._now, _describe, _editor)

    @property
    def routes(self) -> list[Route]:
        """The routes beside `/sparql`."""
        return [route for router in self._routers for route in router.routes
                if isinstance(route, Route)]

    def repeated(self, request: bytes) -> CachedAnswer | None:
        """The answer to a request to `/sparql` that came before, by all its bytes."""
        answer = self._sparql.repeated(request)
        if answer is not None:
            self.metrics.count("sparql", 200, 0.0)
        return answer

    def begin(self, request: bytes, reply: Reply) -> Begun | None:
        """Begin to answer a request to `/sparql` whose head came before, by all its bytes."""
        return self._sparql.begin(request, partial(self._reply, reply, time.perf_counter()))

    def _reply(self, reply: Reply, since: float, outcome: CachedAnswer | Begun) -> None:
        if isinstance(outcome, CachedAnswer):
            self.metrics.count("sparql", 200, time.perf_counter() - since)
        reply(outcome)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            counted = self.metrics.watch(scope, send)
            named = _naming(self._now().now.release.id, counted)
            if scope["path"] == "/sparql":
                await self._sparql(scope, receive, named)
            elif scope["method"] == "OPTIONS":
                await respond(named, 204, preflight(_METHODS), None)
            else:
                await self._page(scope, receive, for_browsers(scope, counted))

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._now().hold() as serving:
            token = _serving.set(serving)
            try:
                await self._pages(scope, receive, _naming(serving.release.id, send))
            finally:
                _serving.reset(token)

    def _now(self) -> Current[Serving]:
        assert self._current is not None, "the server starts the application before requests"
        return self._current

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    self._current = Current(await self._open())
                except GraphsvcError as error:
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                self._watcher = asyncio.create_task(self._follow())
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _open(self) -> Serving:
        release = self._releases.current()
        engine, self._started = self._started, None
        if engine and engine.release != release.id:  # another release is current by now
            await engine.close()
            engine = None
        serving = await Serving.open(
            release, self._documents, self._limits, self._remote, engine)
        await site_of(serving)  # so that the first page is as quick as all others
        _settle()
        return serving

    async def _follow(self) -> None:
        """Switch whenever the folder of releases has another current one."""
        await self._load()
        while True:
            await asyncio.sleep(LOOK_FOR_RELEASE_SECONDS)
            try:
                if self._releases.current().id != self._now().now.release.id:
                    await self._now().switch(await self._open())
                    await self._load()
            except GraphsvcError as error:
                _log.error("The new release is not served: %s", error)

    async def _load(self) -> None:
        """Go on in memory, where the release is answered from disk only to answer soon."""
        if self._now().now.loadable:
            try:
                loaded = await self._now().now.loaded()
                await site_of(loaded)
                await self._now().switch(loaded)
            except GraphsvcError as error:
                _log.error("The release is answered from disk: %s", error)

    async def _stop(self) -> None:
        if self._watcher:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._current:
            await self._current.close()


def _settle() -> None:
    """Let the garbage collector leave alone what stays, which takes 70 ms each time in which no
    request is answered, and look at the rest seldom: nearly all garbage ends without it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _naming(release: str, send: Send) -> Send:
    """`send`, naming the release in answers that do not name it themselves, such as problems, and
    letting scripts of other sites read it."""
    async def naming(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            given = {name.lower() for name, _ in headers}
            missing = [pair for pair in (
                (b"x-release", release.encode()),
                (b"access-control-expose-headers", b"X-Release"),
            ) if pair[0] not in given]
            message["headers"] = [*headers, *missing]
        await send(message)

    return naming


async def _describe(serving: Serving, server: str, media_type: str) -> bytes:
    return serving.description.write(media_type, server)


def _editor(serving: Serving) -> bytes:
    return editor_page(serving).encode()


def _pages(routers: Iterable[APIRouter]) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(HTTPException, _http_error)
    return app


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem, hint = {
        404: (f"There is nothing at {request.url.path}.", "See / for what there is."),
        405: (f"{request.method} is not for {request.url.path}.", "Use GET."),
    }.get(error.status_code, (str(error.detail), ""))
    headers = dict(error.headers or {}) | (
        {"Allow": _METHODS} if error.status_code == 405 else {})
    return await problem_page(_serving.get(), request, HttpError(
        error.status_code, problem, hint=hint, headers=headers))


def create_app(
    releases: Releases, documents: Path | None = None, remote: str | None = None,
    limits: Limits | None = None, engine: Engine | None = None,
) -> Application:
    """The application over a folder of releases.

    documents: folder of source texts whose words are shown; remote: SPARQL endpoint that holds
    the current release and answers in place of the embedded engine; limits: of one query; engine:
    one over the current release that was started before.
    """
    return Application(releases, documents, remote, limits, engine)
