"""Starting the real service for a test, and stopping it by its own process id."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from graphsvc.engine.base import Limits
from graphsvc.release import Releases
from graphsvc.web.app import Application
from graphsvc.web.releases import ReleaseSource
from graphsvc.web.request import Proxies

START_SECONDS = 60.0
STOP_SECONDS = 60.0
APART = True
"""Servers get sessions of their own: where the kernel shares the processors by session (sched(7),
"The autogroup feature"), other tests do not take everything from a query of low priority."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Service:
    """`graphsvc serve` with some arguments, in a process of its own.

    It is ready once it has printed its address, which is read from there.
    Raises RuntimeError with what it wrote to standard error where it does not start.
    """

    def __init__(self, *arguments: object) -> None:
        started = time.monotonic()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (open until the end)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "graphsvc", "serve", "--port", "0",
             *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=self._errors, text=True, start_new_session=APART)
        too_late = threading.Timer(START_SECONDS, self._process.kill)
        too_late.start()
        try:
            self.address = self._printed_address()
        finally:
            too_late.cancel()
        self.port = int(self.address.rsplit(":", 1)[1])
        self.started_in = time.monotonic() - started

    def _printed_address(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found[0]
        self._process.wait()
        raise RuntimeError(f"The service did not start: {self._said()}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> tuple[int, str]:
        """End the service; its exit status and what it wrote to standard error."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return self._process.returncode, self._said()

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode()


@contextmanager
def running(*arguments: object) -> Iterator[str]:
    """The address of a service with these arguments, which runs for a while."""
    service = Service(*arguments)
    try:
        yield service.address
    finally:
        service.stop()


def app_of(releases: Releases) -> Application:
    """The application over a folder of releases, in this process."""
    return Application(ReleaseSource(releases, Limits()), Proxies())


@asynccontextmanager
async def client_of(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an ASGI application in this process, without a socket between."""
    incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    outgoing: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan"}, incoming.get, outgoing.put))
    await incoming.put({"type": "lifespan.startup"})
    assert (await outgoing.get())["type"] == "lifespan.startup.complete"
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await incoming.put({"type": "lifespan.shutdown"})
    await life
