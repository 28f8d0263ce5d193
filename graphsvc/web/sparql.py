"""The SPARQL endpoint: SPARQL 1.1 Protocol for query, as a raw ASGI application.

Raw, because routing costs half of what an answer from the cache costs.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from graphsvc.engine.base import Answer, Engine
from graphsvc.engine.pool import EmbeddedEngine
from graphsvc.engine.worker_answer import WorkerAnswer
from graphsvc.errors import GraphsvcError
from graphsvc.later import Later
from graphsvc.web.asgi import (
    BEGUN,
    REQUEST_BYTES,
    WHOLE,
    Cut,
    HungUp,
    Receive,
    Scope,
    Send,
    header,
    preflight,
    read_body,
    respond,
    while_connected,
)
from graphsvc.web.asked import (
    CORS,
    REVALIDATE,
    Asked,
    Head,
    answer_headers,
    choose,
    understand,
)
from graphsvc.web.browsers import for_browsers
from graphsvc.web.cache import AnswerCache, CachedAnswer, Kept, KnownRequests
from graphsvc.web.current import Current, Held
from graphsvc.web.heads import KnownHeads
from graphsvc.web.problems import MEDIA_TYPE as PROBLEM
from graphsvc.web.problems import HttpError, Problem, unexpected
from graphsvc.web.protocol import MAX_BODY_BYTES, Operation, read_get, read_post

logger = logging.getLogger(__name__)

DESCRIPTION_FORMATS = (
    "text/turtle",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-triples",
)

HOLD_BACK = 1 << 18
"""Bytes of an answer that are awaited before its status is sent; what fails by then can say so."""

UNWATCHED_SECONDS = 0.02
"""How long a query goes on before anybody looks whether the client is still there."""

SEND_SECONDS = 60.0
"""How long a client may take nothing of its answer."""

METHODS = "GET, HEAD, POST, OPTIONS"


class Serving(Protocol):
    """What is served at one moment."""

    @property
    def engine(self) -> Engine: ...

    async def close(self) -> None: ...


S = TypeVar("S", bound=Serving)


class SparqlApp(Generic[S]):
    """Answers SPARQL requests from what is current; that stays open while a request lasts.

    describe: writes the service description, given what is served, the address of the server
        without a last slash, and one of DESCRIPTION_FORMATS.
    editor_page: writes the HTML page that people get.
    """

    def __init__(
        self,
        current: Callable[[], Current[S]],
        describe: Callable[[S, str, str], Awaitable[bytes]],
        editor_page: Callable[[S], bytes] | None = None,
        cache: AnswerCache | None = None,
    ) -> None:
        self._current = current
        self._describe = describe
        self._editor_page = editor_page
        self._cache = cache or AnswerCache()
        self._known = KnownRequests()
        self._heads = KnownHeads()
        self._later = Later(UNWATCHED_SECONDS)

    def repeated(self, request: bytes) -> CachedAnswer | None:
        """The answer to a request that came before, by all its bytes."""
        key = self._known.key(request, self._current().now.engine.release)
        return self._cache.get(key) if key else None

    def begin(self, request: bytes, reply: Reply) -> Begun | None:
        """Begin to answer a request, by all its bytes, whose head came before; else None.

        reply gets the whole answer; or what was begun, which is to be sent by calling the
        application with BEGUN in the scope.
        """
        read = self._heads.read(request)
        current = self._current()
        engine = current.now.engine
        if read is None or not isinstance(engine, EmbeddedEngine) or not engine.ready:
            return None
        query_string, head = read
        try:
            asked = understand(engine, read_get(query_string), head)
            if asked.key and self._cache.get(asked.key):
                return None
            begun = Begun(asked, current.hold())
            begun.answer = engine.begin(asked.request, partial(self._begun, begun, request, reply))
        except GraphsvcError:  # which the application will tell
            return None
        begun.held.__enter__()
        return begun

    def _begun(
        self, begun: Begun, request: bytes, reply: Reply, error: GraphsvcError | None
    ) -> None:
        """Reply with the whole answer, if it has come and has nothing to note."""
        begun.error = error
        body = None if begun.answer.unknown_functions else begun.answer.whole
        if error or body is None:
            reply(begun)
            return
        asked, answer = begun.asked, begun.asked.answer(body)
        if asked.key:
            self._known.add(request, asked.release, asked.key)
            self._cache.put(asked.key, answer)
        begun.held.release()
        reply(answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        head = scope["method"] == "HEAD"
        told = scope.get("extensions", {}).get(BEGUN)
        try:
            if told:
                await self._go_on(told["answer"], scope, receive, send)
                return
            with self._current().hold() as serving:
                await self._dispatch(serving, scope, receive, send)
        except (HungUp, Cut) as ending:
            if isinstance(ending, Cut):
                raise
        except GraphsvcError as error:
            await _tell(Problem(error), send, head)
        except Exception:
            logger.exception("The request failed in an unforeseen way")
            await _tell(unexpected(), send, head)

    async def _dispatch(self, serving: S, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method in ("GET", "HEAD"):
            operation = read_get(scope["query_string"])
            if operation.query is None:
                await self._introduce(serving, operation, scope, send)
                return
            await self._query(serving, operation, scope, receive, send)
        elif method == "POST":
            body = await read_body(receive, MAX_BODY_BYTES)
            if body is None:
                raise HttpError(
                    413, f"The body is longer than {MAX_BODY_BYTES} bytes.", location="body"
                )
            content_type = header(scope, b"content-type")
            operation = read_post(scope["query_string"], content_type, body)
            await self._query(serving, operation, scope, receive, send)
        elif method == "OPTIONS":
            await respond(send, 204, preflight(METHODS), b"", head=True)
        else:
            raise HttpError(
                405,
                f"{method[:20]} is not a method of this address.",
                hint="Use GET or POST.",
                headers={"Allow": METHODS},
            )

    async def _introduce(self, serving: S, operation: Operation, scope: Scope, send: Send) -> None:
        """Answer a bare GET: the editor for people, the service description for machines."""
        offered = DESCRIPTION_FORMATS + (("text/html",) if self._editor_page else ())
        media_type = choose(operation.formats, header(scope, b"accept"), offered)
        if media_type == "text/html" and self._editor_page:
            body = self._editor_page(serving)
            send = for_browsers(scope, send)
        else:
            body = await self._describe(serving, Head.of(scope).server, media_type)
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = [*answer_headers(serving.engine.release, media_type),
                   (b"etag", tag.encode()), REVALIDATE]
        if _not_modified(tag, scope):
            await respond(send, 304, headers, b"", head=True)
        else:
            await respond(send, 200, headers, body, scope["method"] == "HEAD")

    async def _query(
        self,
        serving: S,
        operation: Operation,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        asked = understand(serving.engine, operation, Head.of(scope))
        if _not_modified(asked.tag, scope):
            await respond(send, 304, asked.headers, b"", head=True)
            return
        self._remember(scope, asked)
        cached = self._cache.get(asked.key or "")
        if cached:
            await _send_whole(cached, scope, send)
            return
        work = self._evaluate(serving.engine, asked, scope, send)
        await while_connected(receive, work, self._later)

    async def _go_on(self, begun: Begun, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what was begun before the application was called."""
        try:
            if begun.error:
                raise begun.error
            work = self._send(begun.asked, begun.answer, scope, send)
            await while_connected(receive, work, self._later)
        finally:
            begun.held.release()

    async def _evaluate(self, engine: Engine, asked: Asked, scope: Scope, send: Send) -> None:
        """Ask the engine and send its answer. Raises GraphsvcError before, Cut after a status."""
        await self._send(asked, await engine.query(asked.request), scope, send)

    async def _send(self, asked: Asked, answer: Answer, scope: Scope, send: Send) -> None:
        head = scope["method"] == "HEAD"
        try:
            asked = asked.with_notice(answer.unknown_functions)
            chunks = aiter(answer)
            held, complete = await _hold_back(chunks)
            if complete:
                whole = asked.answer(b"".join(held))
                self._keep(asked, whole)
                await _send_whole(whole, scope, send)
            elif head:
                await respond(send, 200, asked.headers, None, head)
            else:
                await self._stream(asked, held, chunks, send)
        finally:
            await answer.aclose()

    async def _stream(
        self, asked: Asked, held: list[bytes], chunks: AsyncIterator[bytes], send: Send
    ) -> None:
        """Send an answer while it is still being written. Raises Cut where it fails."""
        await send({"type": "http.response.start", "status": 200, "headers": asked.headers})
        await _send_part(b"".join(held), send)
        kept = Kept(self._cache.max_answer_bytes, held)
        try:
            async for chunk in chunks:
                kept.add(chunk)
                await _send_part(chunk, send)
        except GraphsvcError as error:
            logger.warning("An answer was cut: %s", error)
            raise Cut from error
        await send({"type": "http.response.body", "body": b""})
        if kept.parts:
            self._keep(asked, asked.answer(b"".join(kept.parts)))

    def _keep(self, asked: Asked, answer: CachedAnswer) -> None:
        if asked.key:
            self._cache.put(asked.key, answer)

    def _remember(self, scope: Scope, asked: Asked) -> None:
        """Know a GET request by its bytes, and others by its head, when they come again."""
        told = scope.get("extensions", {}).get(REQUEST_BYTES)
        if told and scope["method"] == "GET" and header(scope, b"if-none-match") is None:
            self._heads.add(told["bytes"], scope["headers"], Head.of(scope))
            if asked.key:
                self._known.add(told["bytes"], asked.release, asked.key)


class Begun:
    """An answer that was begun before the application was called.

    error: what kept it from beginning.
    held: what is served, until the answer is sent.
    """

    __slots__ = ("answer", "asked", "error", "held")
    answer: WorkerAnswer

    def __init__(self, asked: Asked, held: Held[Any]) -> None:
        self.asked, self.held = asked, held
        self.error: GraphsvcError | None = None

    def cancel(self) -> None:
        """Let go of everything: the client has gone."""
        self.answer.cancel()
        self.held.release()


Reply = Callable[[CachedAnswer | Begun], None]


async def _hold_back(chunks: AsyncIterator[bytes]) -> tuple[list[bytes], bool]:
    """The first HOLD_BACK bytes of an answer, and whether that is all of it."""
    held: list[bytes] = []
    size = 0
    async for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= HOLD_BACK:
            return held, False
    return held, True


async def _send_part(part: bytes, send: Send) -> None:
    """Send a part of an answer. Raises Cut where the client takes nothing for too long."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "http.response.body", "body": part, "more_body": True})
    except TimeoutError as error:
        raise Cut from error


def _not_modified(tag: str | None, scope: Scope) -> bool:
    """Whether the client has this answer already (RFC 9110, section 13.1.2)."""
    condition = header(scope, b"if-none-match")
    if scope["method"] not in ("GET", "HEAD") or condition is None or tag is None:
        return False
    opaque = tag.removeprefix("W/")
    return opaque in (part.strip().removeprefix("W/") for part in condition.split(","))


async def _send_whole(answer: CachedAnswer, scope: Scope, send: Send) -> None:
    """Send a whole answer, at once where the server can."""
    if WHOLE in scope.get("extensions", ()):
        await send({"type": WHOLE, "status": 200, "head": answer.head, "body": answer.body})
    else:
        await respond(send, 200, answer.headers, answer.body, scope["method"] == "HEAD")


async def _tell(problem: Problem, send: Send, head: bool) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    headers += [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store"), *CORS]
    await respond(send, problem.status, headers, problem.body, head)
