"""The HTTP server, in this process and its event loop."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from graphsvc.errors import GraphsvcError


def run(app: Any, host: str, port: int) -> None:
    """Serve as `serve` does, in an event loop of its own."""
    asyncio.run(serve(app, host, port))


async def serve(app: Any, host: str, port: int) -> None:
    """Serve an ASGI application until SIGINT or SIGTERM; requests under way are finished.

    Raises GraphsvcError where the address cannot be had.
    """
    check_address(host, port)
    server = Server(
        app,
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
    await server.serve()


def check_address(host: str, port: int) -> None:
    """Raise GraphsvcError where nothing can listen at the address."""
    try:
        with socket.create_server((host, port), reuse_port=False):
            pass
    except OSError as error:
        raise GraphsvcError(
            f"Nothing can listen there: {error.strerror or error}.",
            where=f"{host}:{port}",
            mend="Choose another --port, or end what uses it.",
        ) from error
