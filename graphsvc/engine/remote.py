"""The remote engine: queries are answered by any service of the SPARQL 1.1 Protocol.

The same queries are refused as with the embedded engine, and the same limits hold here, whatever
the other service allows: time, bytes, queries at once and waiting. Memory is the other's to guard.
Giving an answer up closes its connection, which is how a client asks a server to stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
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
    Request,
    UpstreamError,
    read,
)
from graphsvc.engine.inspect import inspect
from graphsvc.errors import GraphsvcError
from graphsvc.formats import BY_MEDIA_TYPE, SPARQL_JSON

AT_ONCE = 16
"""Queries of one lane that the other service is asked at the same time."""

CONNECT_SECONDS = HEALTH_SECONDS = 5.0
"""How long it may take to reach the other service, and to get its answer to a trivial query."""

_REASON_BYTES, _REASON_CHARS = 4096, 400
_STATUS = {408: 504, 429: 503, 503: 503, 504: 504}
"""What is answered when the other service fails with a status; 502 for all others."""

T = TypeVar("T")


class RemoteEngine:
    """Answers from a SPARQL endpoint that holds the release. Use from one event loop.

    Raises GraphsvcError where the address is none.
    """

    def __init__(self, url: str, release: str, limits: Limits | None = None) -> None:
        self.release, self.limits = release, limits or Limits()
        self._url = _address(url)
        self._turns = {lane: asyncio.Semaphore(AT_ONCE) for lane in Lane}
        self._waiting: dict[Lane, list[str | None]] = {lane: [] for lane in Lane}
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE))

    async def query(self, request: Request) -> RemoteStream:
        """Begin to answer, by a form (SPARQL 1.1 Protocol, section 2.1.2).

        Raises what Engine.query raises.
        """
        self.limits.check(request.query)
        text = inspect(request.query).text
        form = {"query": f"BASE <{request.base}> {text}" if request.base else text,
                "default-graph-uri": list(request.default_graphs),
                "named-graph-uri": list(request.named_graphs)}
        message = self._client.build_request(
            "POST", self._url, data=form, headers={"Accept": request.media_type})
        await self._take_turn(request.lane, request.client)
        answer = RemoteStream(request, self.limits, self._turns[request.lane])
        try:
            await answer.begin(self._client.send(message, stream=True))
        except BaseException:
            await answer.aclose()
            raise
        return answer

    async def _take_turn(self, lane: Lane, client: str | None) -> None:
        """Wait for a turn. Raises Overloaded where too many wait, or it takes too long.

        A client has a share of those who may wait, so that it cannot keep others out.
        """
        turns, waiting, most = self._turns[lane], self._waiting[lane], self.limits.waiting
        own = client is not None and waiting.count(client) >= most // 4
        if turns.locked() and (own or len(waiting) >= most):
            raise Overloaded(own=own)
        waiting.append(client)
        try:
            async with asyncio.timeout(self.limits.seconds):
                await turns.acquire()
        except TimeoutError:
            raise Overloaded(own=own) from None
        finally:
            waiting.remove(client)

    async def health(self) -> None:
        """Ask something trivial. Raises GraphsvcError where no answer comes soon."""
        await read(self, Request("ASK {}", SPARQL_JSON.media_type, Lane.REVIEWED, HEALTH_SECONDS))

    async def close(self) -> None:
        """Drop all connections."""
        await self._client.aclose()


class RemoteStream:
    """The answer that another service is writing (see ResultStream).

    turn: given back at the end.
    """

    unknown_functions: tuple[str, ...] = ()

    def __init__(self, request: Request, limits: Limits, turn: asyncio.Semaphore) -> None:
        self._media_type, self._limits = request.media_type, limits
        self._turn: asyncio.Semaphore | None = turn
        self._seconds = min(limits.seconds, request.timeout or limits.seconds)
        self._deadline = asyncio.get_running_loop().time() + self._seconds
        self._bytes_left = limits.result_bytes
        self._response: httpx.Response | None = None

    async def begin(self, response: Awaitable[httpx.Response]) -> None:
        """Wait for the head of the answer. Raises why it is not what was asked."""
        self._response = head = await self._held(response)
        self._chunks = aiter(head.aiter_bytes())
        given = head.headers.get("content-type", "").split(";")[0].strip().lower()
        if head.status_code != 200:
            raise _refusal(head.status_code, _sentence(await self._reason(), given))
        if given != self._media_type and given not in BY_MEDIA_TYPE[self._media_type].other_types:
            raise UpstreamError(f"The SPARQL service gave {given or 'no format'} where "
                                f"{self._media_type} was asked.")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self._held(anext(self._chunks, None))) is not None:
            self._bytes_left -= len(part)
            if self._bytes_left < 0:
                raise LimitExceeded(LimitKind.SIZE, self._limits)
            yield part

    async def _reason(self) -> bytes:
        """The beginning of an error's body, as far as it comes."""
        body = b""
        with contextlib.suppress(UpstreamError):
            async for part in self:
                body += part
                if len(body) >= _REASON_BYTES:
                    break
        return body[:_REASON_BYTES]

    async def _held(self, work: Awaitable[T]) -> T:
        """What the other service gives. Raises LimitExceeded where it takes too long."""
        try:
            async with asyncio.timeout_at(self._deadline):
                return await work
        except TimeoutError as error:
            raise LimitExceeded(LimitKind.TIME, self._limits, self._seconds) from error
        except httpx.ConnectTimeout as error:
            raise UpstreamError(
                "The SPARQL service cannot be reached in time.", status=504) from error
        except httpx.ConnectError as error:
            raise UpstreamError("The SPARQL service cannot be reached.", status=503) from error
        except httpx.HTTPError as error:
            raise UpstreamError("The SPARQL service broke its answer off.") from error

    async def aclose(self) -> None:
        """Let go of the connection; one with more to come is closed."""
        if self._turn:
            self._turn.release()
            self._turn = None
            if self._response:
                await self._response.aclose()


def _refusal(status: int, reason: str) -> GraphsvcError:
    """The error for a status of the other service, with its reason, which may be empty."""
    if status == 400:
        return QuerySyntaxError(reason or "The SPARQL service does not understand the query.")
    said = f": {reason}" if reason else "."
    return UpstreamError(f"The SPARQL service answered {status}{said}",
                         status=_STATUS.get(status, 502))


def _sentence(body: bytes, media_type: str) -> str:
    """What an error says, on one line that ends with a full stop: a problem document or text.

    Empty where the body is for browsers only.
    """
    text = "" if re.search("html|xml|json", media_type) else body.decode("utf-8", "replace")
    if "json" in media_type:
        with contextlib.suppress(ValueError, AttributeError):
            document = json.loads(body)
            text = document.get("detail") or document.get("title") or ""
    line = " ".join(str(text).split())[:_REASON_CHARS]
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


def _address(url: str) -> httpx.URL:
    with contextlib.suppress(httpx.InvalidURL):
        address = httpx.URL(url)
        if address.scheme in ("http", "https") and address.host:
            return address
    raise GraphsvcError("This is not the address of a SPARQL service.", location=url,
                        hint="Give one that begins with http:// or https://.")
