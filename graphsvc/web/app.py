"""The ASGI application: cached answers first, then SPARQL, then the site of the release."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphsvc.errors import GraphsvcError
from graphsvc.formats import HTML, PROBLEM, negotiate
from graphsvc.web.assistants import MCP_METHODS, AssistantEndpoint
from graphsvc.web.cited import CitedRelease
from graphsvc.web.metrics import OTHER, Metrics
from graphsvc.web.problems import HttpError, UnexpectedError
from graphsvc.web.problems import body as problem_body
from graphsvc.web.request import (
    AsgiApp,
    ClientDisconnected,
    Proxies,
    Receive,
    RequestContext,
    Scope,
    Send,
)
from graphsvc.web.responses import (
    ResponseCache,
    ResponseWriter,
    TruncatedResponse,
    common_headers,
    preflight,
)
from graphsvc.web.sparql import SPARQL_METHODS, SparqlEndpoint

LOOK_FOR_RELEASE_SECONDS = 0.5
"""How often the folder of releases is looked at for another current one."""
RETRY_SECONDS = 30.0
"""How long a release that could not be opened is left alone."""

_COLLECT_AFTER = (10_000, 20, 100)
"""New objects until a collection, and collections of each generation until one of the next."""

_log = logging.getLogger(__name__)
_CLOSING: set[asyncio.Task[None]] = set()
ErrorPage = Callable[[RequestContext, GraphsvcError], Awaitable[bytes]]


@dataclass(eq=False)
class Site:
    """Everything that answers from one release: opened, cached and closed together.

    salt: what decides about bytes as well as address and format, for entity tags.
    assistants: the endpoint of `/mcp`; pages: the application for all else; routes: the path
    templates of its endpoints; error_page: writes errors as HTML.
    users: the requests that need it, and the application, as long as it is current.
    """

    release: str
    salt: str
    sparql: SparqlEndpoint
    close: Callable[[], Coroutine[Any, Any, None]]
    assistants: AssistantEndpoint | None = None
    pages: AsgiApp | None = None
    error_page: ErrorPage | None = None
    routes: Mapping[Any, str] = field(default_factory=dict)
    cache: ResponseCache = field(default_factory=ResponseCache)
    users: int = 1

    def __post_init__(self) -> None:
        self.common = common_headers(self.release)

    def __enter__(self) -> Site:
        """Keep it open for as long as a request needs it."""
        self.users += 1
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Need it no longer; it closes with its last user."""
        self.users -= 1
        if not self.users:
            closing = asyncio.create_task(self.close())
            _CLOSING.add(closing)
            closing.add_done_callback(_CLOSING.discard)


class Source(Protocol):
    """Where sites come from: the folder of releases, or files of RDF."""

    metrics: Metrics

    def current(self) -> str:
        """What identifies the release that is to be served. Raises GraphsvcError."""

    async def open(self, release: str) -> Site:
        """Open what is current, or another release that a citation names. Raises GraphsvcError."""


class Application:
    """Serves the current release and follows it, and next to it one that is cited."""

    def __init__(
        self, source: Source, proxies: Proxies, opened: Callable[[], None] = lambda: None,
        failed: Callable[[str], None] = lambda message: None,
    ) -> None:
        """opened: called once it can answer; failed: where it cannot start."""
        self._source, self._proxies = source, proxies
        self._opened, self._failed = opened, failed
        self._site: Site | None = None
        self._cited = CitedRelease(source)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(RequestContext(scope, self._proxies), receive, send)

    async def _answer(self, request: RequestContext, receive: Receive, send: Send) -> None:
        assert self._site is not None, "the server starts the application before requests"
        site = self._site
        if request.cited not in ("", site.release):
            site = await self._cited.site(request) or self._site
        response = site.cache.get(request.key) if request.is_get else None
        if response is not None:
            self._source.metrics.hit(response.route)
            await response.send(request, send)
            return
        writer = ResponseWriter(request, send, site.common, site.salt)
        began = time.perf_counter()
        with site:
            try:
                await _dispatch(site, request, receive, writer)
            except ClientDisconnected:
                return
            except GraphsvcError as error:
                await _fail(site, request, error, writer)
            except Exception:
                _log.exception("A request failed: %s %.200r", request.method, request.path)
                await _fail(site, request, UnexpectedError(), writer)
        self._source.metrics.count(
            writer.route or OTHER, writer.status, time.perf_counter() - began)
        if response := writer.finish():
            if response.tag:
                site.cache.put(request.key, response)
            await response.send(request, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Open the release when the server starts, and close it when it ends (ASGI, lifespan)."""
        await receive()  # lifespan.startup
        try:
            await self._switch(self._source.current())
        except Exception as error:
            if not isinstance(error, GraphsvcError):
                _log.exception("The service cannot start")
            self._failed(str(error))
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        follower = asyncio.create_task(self._follow())
        await send({"type": "lifespan.startup.complete"})
        self._opened()
        await receive()  # lifespan.shutdown
        follower.cancel()
        assert self._site, "it has been opened"
        self._cited.close()
        await asyncio.gather(self._site.close(), *_CLOSING)
        await send({"type": "lifespan.shutdown.complete"})

    async def _follow(self) -> None:
        """Switch whenever there is another current release; report what is wrong once."""
        reported, failed, again = "", "", 0.0
        while True:
            await asyncio.sleep(LOOK_FOR_RELEASE_SECONDS)
            self._cited.close_idle()
            try:
                current = self._source.current()
                new = self._site is None or current != self._site.release
                if new and (current != failed or time.monotonic() > again):
                    failed, again = current, time.monotonic() + RETRY_SECONDS
                    await self._switch(current)
            except GraphsvcError as error:
                if str(error) != reported:
                    reported = str(error)
                    _log.error("The service stays on its release: %s", error)
            except Exception:
                _log.exception("The current release cannot be opened")

    async def _switch(self, release: str) -> None:
        """Serve another release from now on. Raises GraphsvcError where it cannot be opened."""
        old, self._site = self._site, await self._source.open(release)
        self._source.metrics.serve(release)
        if old:
            old.leave()
        _settle()


async def _dispatch(
    site: Site, request: RequestContext, receive: Receive, writer: ResponseWriter
) -> None:
    """Give the request to whom it is for. Raises GraphsvcError for what cannot be answered."""
    request.check()
    is_sparql = request.path == b"/sparql" or (
        site.pages is None and request.path in (b"/", b"/query", b"/sparql/"))
    assistants = site.assistants if request.path == b"/mcp" else None
    if request.method == "OPTIONS":
        methods = (SPARQL_METHODS if is_sparql else MCP_METHODS if assistants
                   else "GET, HEAD, OPTIONS")
        writer.reply(204, preflight(methods), b"")
    elif is_sparql:
        writer.route = "/sparql"
        await site.sparql.answer(request, receive, writer)
    elif assistants:
        writer.route = "/mcp"
        await assistants.answer(request, receive, writer)
    elif site.pages is None:
        raise HttpError(404, "There is nothing at this address.", hint="Try /sparql.")
    else:
        scope = request.for_site()
        try:
            await site.pages(scope, receive, writer)
        finally:
            writer.route = site.routes.get(scope.get("endpoint"), OTHER)


async def _fail(
    site: Site, request: RequestContext, error: GraphsvcError, writer: ResponseWriter
) -> None:
    """Write a problem document, or a page where a person reads it.

    Raises TruncatedResponse where the answer has begun already.
    """
    if writer.streaming:
        _log.warning("An answer was cut: %s", error)
        raise TruncatedResponse from error
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    body, format = problem_body(error), PROBLEM
    machines = request.path == b"/sparql" or request.path.startswith(b"/api/")
    if site.error_page and not machines and (
            negotiate(request.accepts, (PROBLEM, HTML)) is HTML):
        body, format = await site.error_page(request, error), HTML
    writer.reply(error.status, [*headers, (b"content-type", format.content_type.encode())], body)


def _settle() -> None:
    """Let the garbage collector leave alone what stays, which takes 70 ms each time, and look at
    the rest, of which the cache keeps much, seldom: nearly all garbage ends without it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
