"""The little of ASGI that a raw application needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, TypeVar

from graphsvc.later import Later

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

T = TypeVar("T")

REQUEST_BYTES = "graphsvc.request"
"""Extension of a scope: all bytes of the request, where it came alone and the connection stays."""

BEGUN = "graphsvc.begun"
"""Extension: the answer that was begun when the request came, before it was read."""

WHOLE = "graphsvc.response"
"""Extension, and type of the message that sends a whole answer (200) at once, with `head`
(the headers as they stand in the response) and `body`."""


def preflight(methods: str) -> Headers:
    """What a browser is told that asks first whether a script of another site may read."""
    return [
        (b"allow", methods.encode()),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", methods.encode()),
        (b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match"),
        (b"access-control-max-age", b"86400"),
    ]


class HungUp(Exception):
    """The client has gone; nobody is left to answer."""


class Cut(Exception):
    """The answer ends here, unfinished. Raised to the server, which then drops the connection.

    Without a last chunk, and short of any Content-Length, the client can tell (RFC 9112,
    section 8).
    """


def header(scope: Scope, name: bytes) -> str | None:
    """The value of a request header (its name in lower case); several are joined by commas."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return ", ".join(values) if values else None


async def read_body(receive: Receive, allowed: int) -> bytes | None:
    """The whole body; None where it has more bytes than are allowed.

    A body that is too long is read to its end as well: a client that is still sending would not
    see the answer. Raises HungUp.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUp
        part = message.get("body", b"")
        size += len(part)
        if size <= allowed:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= allowed else None


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T], later: Later) -> T:
    """Do the work, unless the client hangs up: then cancel it and raise HungUp.

    The body must have been read to its end. later: begins to watch; work that is done sooner is
    not watched at all.
    """
    task = asyncio.current_task()
    assert task is not None
    watch = _Watch(receive, task)
    timer = later.call(watch.begin)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.gone and task.uncancel() == 0:
            raise HungUp from None
        raise
    finally:
        timer.cancel()
        watch.end()


class _Watch:
    """Cancels a task when the client hangs up."""

    def __init__(self, receive: Receive, task: asyncio.Task[Any]) -> None:
        self.gone = False
        self._receive, self._task = receive, task
        self._watching: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        await _disconnect(self._receive)
        self.gone = True
        self._task.cancel()

    def end(self) -> None:
        if self._watching:
            self._watching.cancel()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def respond(
    send: Send, status: int, headers: Headers, body: bytes | None, head: bool = False
) -> None:
    """Send a whole response. head: without its body, as HEAD asks; None: of unknown length."""
    if body is not None and status not in (204, 304):
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head or body is None else body})
