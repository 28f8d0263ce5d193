"""The HTTP server, in this process and its event loop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, cast

import uvicorn
import uvloop

from graphsvc.errors import GraphsvcError
from graphsvc.web.asgi import Receive, Scope, Send
from graphsvc.web.connection import Begin, Connection, Repeated

IDLE_SECONDS = 75
"""How long a connection is kept for a client's next request."""


class Application(Protocol):
    """An ASGI application (ASGI 3) that knows requests, or their heads, which came before."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    @property
    def repeated(self) -> Repeated: ...

    @property
    def begin(self) -> Begin: ...


def run(app: Application, host: str, port: int, opening: str) -> None:
    """Serve as `serve` does, in an event loop of its own."""
    uvloop.run(serve(app, listen(host, port), opening))


async def serve(app: Application, listener: socket.socket, opening: str) -> None:
    """Serve an application until SIGINT or SIGTERM; requests under way are finished.

    opening: what to print once requests are taken. Raises GraphsvcError where the
    application cannot start.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # the application tells errors
    watched = Watched(app)
    config = uvicorn.Config(
        watched, interface="asgi3", lifespan="on", loop="none", ws="none", backlog=1024,
        http=cast(Any, partial(Connection, repeated=app.repeated, begin=app.begin)),
        timeout_keep_alive=IDLE_SECONDS, proxy_headers=False, server_header=False,
        access_log=False, log_config=None)
    try:
        await Server(config, opening).serve(sockets=[listener])
    except SystemExit:
        raise GraphsvcError(watched.failure or "The service could not start.") from None
    except OSError as error:  # another process was bound at the same moment, and listens by now
        host, port = listener.getsockname()[:2]
        raise _in_use(host, port, error) from error
    finally:
        listener.close()


class Server(uvicorn.Server):
    """The server, which ends by itself when a signal asks it to; a second SIGINT hurries it."""

    def __init__(self, config: uvicorn.Config, opening: str) -> None:
        super().__init__(config)
        self._opening = opening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, listen, and say so."""
        await super().startup(sockets)
        print(self._opening, flush=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to signals without raising them again afterwards, as the base class does."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


class Watched:
    """An application, and why it did not start (ASGI, lifespan protocol)."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self.failure: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def listening(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "lifespan.startup.failed":
                self.failure = message.get("message")
            await send(message)

        await self._app(scope, receive, listening)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; connections are taken only once it is served.

    Raises GraphsvcError where nothing can listen there.
    """
    if not 0 <= port <= 65535:
        raise GraphsvcError("Ports go from 0 to 65535.", location=f"{host}:{port}",
                            hint="Choose another --port.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        raise _in_use(host, port, error) from error
    return listener


def _in_use(host: str, port: int, error: OSError) -> GraphsvcError:
    return GraphsvcError(
        f"Nothing can listen there: {error.strerror or error}.", location=f"{host}:{port}",
        hint="Choose another --port, or end what uses it.")
