"""The remote engine: queries are answered by any service of the SPARQL 1.1 Protocol.

The same queries are refused as with the embedded engine, and the same limits hold here, whatever
the other service allows: time, bytes, queries at once and waiting. Memory is the other's to guard.
Giving an answer up closes its connection, which is how a client asks a server to stop.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import httpx

from graphsvc.engine.base import (
    Lane,
    LimitExceeded,
    LimitKind,
    Limits,
    Overloaded,
    QuerySyntaxError,
    QueryTooLong,
    Request,
    UpstreamError,
    read,
)
from graphsvc.engine.inspection import Inspected, inspect
from graphsvc.errors import GraphsvcError
from graphsvc.formats import BY_MEDIA_TYPE, SPARQL_JSON

AT_ONCE = 16
"""Queries of one lane that the other service is asked at the same time."""

CONNECT_SECONDS = 5.0
"""How long it may take to reach the other service."""

_REASON_BYTES = 4096
_REASON_CHARS = 400
_HEALTH_SECONDS = 5.0
_STATUS = {408: 504, 429: 503, 503: 503, 504: 504}
"""What is answered when the other service fails with a status; 502 for all others."""

T = TypeVar("T")


class RemoteEngine:
    """Answers from a SPARQL endpoint that holds the release. Use from one event loop.

    Raises GraphsvcError where the address is none.
    """

    def __init__(self, url: str, release: str, limits: Limits | None = None) -> None:
        self.release = release
        self.limits = limits or Limits()
        self._url = _address(url)
        self._turns = {lane: Turns(self.limits) for lane in Lane}
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE),
        )

    async def query(self, request: Request) -> RemoteStream:
        """Begin to answer. Raises what Engine.query raises."""
        if len(request.query) > self.limits.query_chars:
            raise QueryTooLong(self.limits)
        inspected = inspect(request.query)
        turns = self._turns[request.lane]
        await turns.take(request.client)
        seconds = min(self.limits.seconds, request.timeout or self.limits.seconds)
        deadline = Deadline(seconds, self.limits)
        try:
            response = await deadline.hold(self._send(request, inspected))
        except BaseException:
            turns.give()
            raise
        answer = RemoteStream(response, request.media_type, deadline, turns)
        try:
            await answer.begin()
        except BaseException:
            await answer.aclose()
            raise
        return answer

    async def _send(self, request: Request, inspected: Inspected) -> httpx.Response:
        """The head of the response to a query by form (SPARQL 1.1 Protocol, section 2.1.2)."""
        form = {
            "query": based(inspected, request.base),
            "default-graph-uri": list(request.default_graphs),
            "named-graph-uri": list(request.named_graphs),
        }
        message = self._client.build_request(
            "POST", self._url, data=form, headers={"Accept": request.media_type}
        )
        try:
            return await self._client.send(message, stream=True)
        except httpx.HTTPError as error:
            raise _failure(error) from error

    async def health(self) -> None:
        """Ask something trivial. Raises GraphsvcError where no answer comes soon."""
        await read(self, Request("ASK {}", SPARQL_JSON.media_type, Lane.REVIEWED, _HEALTH_SECONDS))

    async def close(self) -> None:
        """Drop all connections."""
        await self._client.aclose()


class RemoteStream:
    """The answer that another service is writing (see ResultStream)."""

    complete = None  # it is passed on as it comes

    def __init__(
        self, response: httpx.Response, media_type: str, deadline: Deadline, turns: Turns
    ) -> None:
        self.media_type = media_type
        self.unknown_functions: tuple[str, ...] = ()
        self._response = response
        self._deadline = deadline
        self._turns = turns
        self._chunks = aiter(response.aiter_bytes())
        self._first: bytes | None = None
        self._bytes_left = deadline.limits.result_bytes
        self._closed = False

    async def begin(self) -> None:
        """Wait for the first bytes. Raises what kept them from coming."""
        if self._response.status_code != 200:
            raise await self._deadline.hold(self._error())
        given = self._response.headers.get("content-type", "").split(";")[0].strip().lower()
        if given != self.media_type and given not in BY_MEDIA_TYPE[self.media_type].other_types:
            raise UpstreamError(
                f"The SPARQL service gave {given or 'no format'} where {self.media_type} was asked."
            )
        self._first = await self._next()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        data, self._first = self._first, None
        while data is not None:
            yield data
            data = await self._next()

    async def _next(self) -> bytes | None:
        """The next part; None after the last. Raises LimitExceeded, UpstreamError."""
        try:
            part = await self._deadline.hold(anext(self._chunks, None))
        except httpx.HTTPError as error:
            raise _failure(error) from error
        if part is not None:
            self._bytes_left -= len(part)
            if self._bytes_left < 0:
                raise LimitExceeded(LimitKind.SIZE, self._deadline.limits)
        return part

    async def _error(self) -> GraphsvcError:
        """What the other service says went wrong."""
        status = self._response.status_code
        reason = await self._reason()
        if status == 400:
            return QuerySyntaxError(reason or "The SPARQL service does not understand the query.")
        answered = f"The SPARQL service answered {status}"
        return UpstreamError(
            f"{answered}: {reason}" if reason else f"{answered}.", status=_STATUS.get(status, 502)
        )

    async def _reason(self) -> str:
        """The sentence that an error's body holds; empty where it is for browsers only."""
        body = b""
        try:
            async for chunk in self._chunks:
                body += chunk
                if len(body) >= _REASON_BYTES:
                    break
        except httpx.HTTPError:
            pass  # what has come must do
        return sentence(body[:_REASON_BYTES], self._response.headers.get("content-type", ""))

    async def aclose(self) -> None:
        """Let go of the connection; one with more to come is closed."""
        if not self._closed:
            self._closed = True
            self._turns.give()
            await self._response.aclose()


class Deadline:
    """The moment until which an answer must be there."""

    def __init__(self, seconds: float, limits: Limits) -> None:
        self.limits = limits
        self._seconds = seconds
        self._when = asyncio.get_running_loop().time() + seconds

    async def hold(self, work: Awaitable[T]) -> T:
        """What the work gives. Raises LimitExceeded where it is not done by then."""
        try:
            async with asyncio.timeout_at(self._when):
                return await work
        except TimeoutError as error:
            raise LimitExceeded(LimitKind.TIME, self.limits, self._seconds) from error


class Turns:
    """Lets the queries of one lane go ahead, AT_ONCE of them at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting: Counter[str | None] = Counter()
        self.give = self._free.release

    async def take(self, client: str | None) -> None:
        """Wait for a turn. Raises Overloaded where too many wait, or it takes too long.

        A client has a share of those who may wait, so that it cannot keep others out.
        """
        own = client is not None and self._waiting[client] >= self._limits.waiting // 4
        if self._free.locked() and (own or self._waiting.total() >= self._limits.waiting):
            raise Overloaded(own=own)
        self._waiting[client] += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._free.acquire()
        except TimeoutError:
            raise Overloaded(own=own) from None
        finally:
            self._waiting[client] -= 1
            self._waiting += Counter()  # drops those of whom nobody waits


def based(inspected: Inspected, base: str | None) -> str:
    """The query, with a base for its relative IRIs where it brings none."""
    if base is None or "base" in inspected.prologue.lower():
        return inspected.text
    return f"BASE <{base}> {inspected.text}"


def sentence(body: bytes, content_type: str) -> str:
    """What an error says, on one line that ends with a full stop: a problem document or text."""
    text = body.decode("utf-8", "replace")
    if "json" in content_type:
        try:
            document = json.loads(text)
            text = document.get("detail") or document.get("title") or ""
        except (ValueError, AttributeError):
            text = ""
    elif "html" in content_type or "xml" in content_type:
        text = ""
    line = " ".join(str(text).split())[:_REASON_CHARS]
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


def _address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
        if address.scheme in ("http", "https") and address.host:
            return address
    except httpx.InvalidURL:
        pass
    raise GraphsvcError(
        "This is not the address of a SPARQL service.",
        location=url,
        hint="Give one that begins with http:// or https://.",
    )


def _failure(error: httpx.HTTPError) -> UpstreamError:
    """The error of a connection that could not be made, or did not last."""
    if isinstance(error, httpx.ConnectTimeout):
        return UpstreamError("The SPARQL service cannot be reached in time.", status=504)
    if isinstance(error, httpx.ConnectError):
        return UpstreamError("The SPARQL service cannot be reached.", status=503)
    return UpstreamError("The SPARQL service broke its answer off.", status=502)
