"""The SPARQL endpoint: SPARQL 1.1 Protocol for query, as a raw ASGI application.

Raw, because routing costs half of what an answer from the cache costs.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar
from urllib.parse import quote

from graphsvc.engine.base import Engine, Lane, QueryTooLong, Request
from graphsvc.engine.guard import inspect
from graphsvc.errors import GraphsvcError
from graphsvc.later import Later
from graphsvc.web.asgi import (
    REQUEST_BYTES,
    WHOLE,
    Cut,
    Headers,
    HungUp,
    Receive,
    Scope,
    Send,
    header,
    read_body,
    respond,
    while_connected,
)
from graphsvc.web.browsers import for_browsers
from graphsvc.web.cache import AnswerCache, CachedAnswer, KnownRequests
from graphsvc.web.current import Current
from graphsvc.web.negotiation import named, negotiate
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

CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, X-Notice, X-Release"),
]
_PREFLIGHT: Headers = [
    (b"allow", b"GET, HEAD, POST, OPTIONS"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
    (b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"86400"),
]
_REVALIDATE = (b"cache-control", b"public, max-age=0, must-revalidate")
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid)\s*\(")
_VOLATILE_WORDS = ("now", "rand", "uuid")
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?", re.ASCII)
_IRI_SAFE = ":/#?&=;,+%@!$()*[]~"

class Serving(Protocol):
    """What is served at one moment."""

    @property
    def engine(self) -> Engine: ...

    async def close(self) -> None: ...


S = TypeVar("S", bound=Serving)


@dataclass(frozen=True)
class Asked:
    """A query that was understood: what the engine is asked, and its place in the cache.

    key: digest of release, query, format and dataset; None for a query whose answer may differ
        each time.
    """

    request: Request
    key: str | None
    headers: Headers

    def with_notice(self, functions: tuple[str, ...]) -> Asked:
        """The same, with a header that tells of unknown functions, where there are some."""
        if not functions:
            return self
        names = ", ".join(f"<{quote(iri, safe=_IRI_SAFE)}>" for iri in functions)
        notice = f"Expressions that call {names} have no value: there is no such function."
        return replace(self, headers=[*self.headers, (b"x-notice", notice.encode())])


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
        self._later = Later(UNWATCHED_SECONDS)

    def repeated(self, request: bytes) -> CachedAnswer | None:
        """The answer to a request that came before, by all its bytes."""
        key = self._known.key(request, self._current().now.engine.release)
        return self._cache.get(key) if key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        head = scope["method"] == "HEAD"
        try:
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
                    413, f"The body is longer than {MAX_BODY_BYTES} bytes.", where="body"
                )
            content_type = header(scope, b"content-type")
            operation = read_post(scope["query_string"], content_type, body)
            await self._query(serving, operation, scope, receive, send)
        elif method == "OPTIONS":
            await respond(send, 204, _PREFLIGHT, b"", head=True)
        else:
            raise HttpError(
                405,
                f"{method[:20]} is not a method of this address.",
                mend="Use GET or POST.",
                headers={"Allow": "GET, HEAD, POST, OPTIONS"},
            )

    async def _introduce(self, serving: S, operation: Operation, scope: Scope, send: Send) -> None:
        """Answer a bare GET: the editor for people, the service description for machines."""
        offered = DESCRIPTION_FORMATS + (("text/html",) if self._editor_page else ())
        media_type = _choose(operation.formats, header(scope, b"accept"), offered)
        if media_type == "text/html" and self._editor_page:
            body = self._editor_page(serving)
            send = for_browsers(scope, send)
        else:
            body = await self._describe(serving, _server(scope), media_type)
        headers = _answer_headers(serving.engine.release, media_type)
        tag = hashlib.sha256(body).hexdigest()[:32]
        headers += [(b"etag", b'W/"%s"' % tag.encode()), _REVALIDATE]
        await _send_cached(CachedAnswer.of(headers, body), scope, send)

    async def _query(
        self,
        serving: S,
        operation: Operation,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        asked = _understand(serving.engine, operation, scope)
        if asked.key and _not_modified(asked.headers, scope):
            await respond(send, 304, asked.headers, b"", head=True)
            return
        if asked.key:
            self._remember(scope, serving.engine.release, asked.key)
        cached = self._cache.get(asked.key or "")
        if cached:
            await _send_whole(cached, scope, send)
            return
        work = self._evaluate(serving.engine, asked, scope, send)
        await while_connected(receive, work, self._later)

    async def _evaluate(self, engine: Engine, asked: Asked, scope: Scope, send: Send) -> None:
        """Ask the engine and send its answer. Raises GraphsvcError before, Cut after a status."""
        head = scope["method"] == "HEAD"
        answer = await engine.query(asked.request)
        try:
            asked = asked.with_notice(answer.unknown_functions)
            chunks = aiter(answer)
            held, complete = await _hold_back(chunks)
            if complete:
                whole = CachedAnswer.of(asked.headers, b"".join(held))
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
            self._keep(asked, CachedAnswer.of(asked.headers, b"".join(kept.parts)))

    def _keep(self, asked: Asked, answer: CachedAnswer) -> None:
        if asked.key:
            self._cache.put(asked.key, answer)

    def _remember(self, scope: Scope, release: str, key: str) -> None:
        """Know a GET request by its bytes, when it comes again."""
        told = scope.get("extensions", {}).get(REQUEST_BYTES)
        if told and scope["method"] == "GET" and header(scope, b"if-none-match") is None:
            self._known.add(told["bytes"], release, key)


class Kept:
    """The parts of an answer, as long as they are few enough to be cached; else none."""

    def __init__(self, allowed: int, parts: list[bytes]) -> None:
        self.parts: list[bytes] = []
        self._allowed = allowed
        for part in parts:
            self.add(part)

    def add(self, part: bytes) -> None:
        """Keep a part, or from now on none."""
        self._allowed -= len(part)
        if self._allowed < 0:
            self.parts.clear()
        else:
            self.parts.append(part)


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


def _understand(engine: Engine, operation: Operation, scope: Scope) -> Asked:
    """What the engine is to be asked. Raises GraphsvcError for what cannot be answered."""
    query = operation.query or ""
    if len(query) > engine.limits.query_chars:
        raise QueryTooLong(engine.limits)
    inspected = inspect(query)
    media_types = tuple(inspected.form.media_types)
    media_type = _choose(operation.formats, header(scope, b"accept"), media_types)
    request = Request(
        query=query,
        media_type=media_type,
        lane=Lane.FREE,
        timeout=operation.timeout,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        base=_server(scope) + quote(scope["path"]),
    )
    headers = _answer_headers(engine.release, media_type)
    if _volatile(inspected.text):
        return Asked(request, None, [*headers, (b"cache-control", b"no-store")])
    key = _key(engine.release, request)
    headers.append((b"etag", b'W/"%s"' % key.encode()))
    headers.append(_REVALIDATE)
    return Asked(request, key, headers)


def _volatile(text: str) -> bool:
    """Whether it may call a function whose value changes."""
    low = text.lower()
    return any(word in low for word in _VOLATILE_WORDS) and bool(_VOLATILE.search(low))


def _key(release: str, request: Request) -> str:
    """A digest of everything that decides about an answer."""
    parts = (release, request.query, request.media_type, request.base, request.default_graphs,
             request.named_graphs)  # fmt: skip
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _choose(names: tuple[str, ...], accept: str | None, offered: tuple[str, ...]) -> str:
    """The format of the answer: one that is named, else by Accept. Raises HttpError 406."""
    if names:
        chosen = next(filter(None, (named(name, offered) for name in names)), None)
    else:
        chosen = negotiate(accept, offered)
    if chosen is None:
        raise HttpError(
            406,
            f"The answer cannot be given as {(' or '.join(names) or accept or '')[:200]}.",
            where="format" if names else "Accept",
            mend=f"Ask for one of: {', '.join(offered)}.",
        )
    return chosen


def _answer_headers(release: str, media_type: str) -> Headers:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return [
        (b"content-type", (media_type + charset).encode()),
        (b"x-release", release.encode()),
        (b"vary", b"Accept"),
        (b"x-content-type-options", b"nosniff"),
        *CORS,
    ]


def _server(scope: Scope) -> str:
    """The address of the server as the client used it, without a last slash."""
    scheme = header(scope, b"x-forwarded-proto") or scope["scheme"]
    host = header(scope, b"host") or ""
    if scheme not in ("http", "https") or not _HOST.fullmatch(host):
        scheme, host = "http", "localhost"
    return f"{scheme}://{host}"


def _not_modified(headers: Headers, scope: Scope) -> bool:
    """Whether the client has this answer already (RFC 9110, section 13.1.2)."""
    if scope["method"] not in ("GET", "HEAD"):
        return False
    condition = header(scope, b"if-none-match")
    if condition is None:
        return False
    tag = next((value.decode() for name, value in headers if name == b"etag"), None)
    if tag is None:
        return False
    opaque = tag.removeprefix("W/")
    return opaque in (part.strip().removeprefix("W/") for part in condition.split(","))


async def _send_cached(answer: CachedAnswer, scope: Scope, send: Send) -> None:
    if _not_modified(answer.headers, scope):
        await respond(send, 304, answer.headers, b"", head=True)
    else:
        await respond(send, 200, answer.headers, answer.body, scope["method"] == "HEAD")


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
