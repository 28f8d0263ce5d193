"""Starting the real service for a test, and stopping it by its own id."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx

from graphsvc.web.app import Application

START_SECONDS = 30.0
APART = True
"""Servers get sessions of their own: where the kernel shares the processors by session (sched(7),
"The autogroup feature"), other tests do not take everything from a query of low priority."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(*arguments: object) -> Iterator[str]:
    """Run `graphsvc serve` with these arguments; the address, once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "graphsvc", "serve", "--port", str(port), *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=APART)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            assert process.stderr is not None
            raise RuntimeError(process.stderr.read().decode())
        try:
            httpx.get(f"{address}/sparql?query=ASK%7B%7D", timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"the service did not answer within {START_SECONDS} seconds")


@asynccontextmanager
async def client_of(app: Application) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, without a socket between."""
    incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan"}, incoming.get, told.put))  # type: ignore[arg-type]
    await incoming.put({"type": "lifespan.startup"})
    assert (await told.get())["type"] == "lifespan.startup.complete"
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await incoming.put({"type": "lifespan.shutdown"})
    await life
