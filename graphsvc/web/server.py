"""The HTTP server, in this process and its event loop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import MutableMapping
from typing import Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.errors import FatalError
from granian.log import LogLevels
from granian.server.embed import Server

from graphsvc.errors import GraphsvcError
from graphsvc.web.asgi import Receive, Scope, Send


def run(app: Any, host: str, port: int, opening: str) -> None:
    """Serve as `serve` does, in an event loop of its own."""
    uvloop.run(serve(app, host, port, opening))


async def serve(app: Any, host: str, port: int, opening: str) -> None:
    """Serve an ASGI application until SIGINT or SIGTERM; requests under way are finished.

    opening: what to print once the application has started. Raises GraphsvcError where the
    address cannot be had, or the application cannot start.
    """
    check_address(host, port)
    watched = Watched(app, opening)
    server = Server(
        watched,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.critical,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve()
    except FatalError as error:
        raise GraphsvcError(watched.failure or f"The server failed: {error}.") from error


class Watched:
    """An application, and what it says of its start (ASGI, lifespan protocol)."""

    def __init__(self, app: Any, opening: str) -> None:
        self._app, self._opening = app, opening
        self.failure: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def listening(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "lifespan.startup.failed":
                self.failure = message.get("message")
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                print(self._opening, flush=True)

        await self._app(scope, receive, listening)


def check_address(host: str, port: int) -> None:
    """Raise GraphsvcError where nothing can listen at the address."""
    if not 0 <= port <= 65535:
        raise GraphsvcError("Ports go from 0 to 65535.", where=f"{host}:{port}",
                            mend="Choose another --port.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as bound:  # never listens: whoever waits shall not connect yet
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, port))
    except OSError as error:
        raise GraphsvcError(
            f"Nothing can listen there: {error.strerror or error}.",
            where=f"{host}:{port}",
            mend="Choose another --port, or end what uses it.",
        ) from error
