"""The embedded engine: queries are evaluated in processes that can be stopped.

A zygote process (graphsvc.engine.worker) holds the release and forks the workers of two pools, one
for each lane. Whatever ends a worker shows as the end of its socket; the zygote then reports which
signal it was. Where the zygote itself ends, another is started.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphsvc.engine.base import Lane, Limits, QueryTooLong, Request, UpstreamError, read
from graphsvc.engine.jobs import Job, Worker
from graphsvc.engine.pool import LanePool
from graphsvc.engine.worker import FORK
from graphsvc.errors import GraphsvcError
from graphsvc.formats import SPARQL_JSON

NICE = {Lane.REVIEWED: 0, Lane.FREE: 5}
"""The nice level of the workers of a lane."""

REVIEW_SECONDS = 0.01
"""Time between looks at what runs and waits."""

RESTART_SECONDS, LONGEST_RESTART = 0.1, 5.0
"""Time until a zygote is started again that ended before it was ready, doubled each time."""

TRIES = 4
"""So often it is tried before those who wait for it get an error; it is tried on."""

HEALTH_SECONDS = 5.0
"""How long a worker may take for a trivial query before the engine counts as ill."""

ALLOCATION = "glibc.malloc.tcache_count=200"
"""How the C library keeps freed memory at hand, of which a small query takes thousands of pieces:
with its own 7 pieces of each size instead of 200, such a query takes a third longer."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """What a release is answered from.

    files: RDF files that are loaded into memory; ignored where a store is given.
    store: folder of an Oxigraph store, which each worker opens read-only.
    union_default_graph: whether the default graph holds the triples of all graphs; a store on disk
        must have been filled so (graphsvc.engine.evaluation.fill_default_graph).
    release: digest that identifies the release.
    """

    files: tuple[Path, ...]
    store: Path | None
    union_default_graph: bool
    release: str


class EmbeddedEngine:
    """Answers from files in memory, or from a store on disk, in processes of its own.

    The zygote starts with the constructor, so that it loads while the caller goes on; `start`
    waits until it can answer, and a query does so by itself. Use from one event loop.
    """

    def __init__(self, source: Source, limits: Limits | None = None) -> None:
        self.release = source.release
        self.limits = limits or Limits()
        self._source = source
        self._pools = {lane: LanePool(self.limits, self._forker(lane)) for lane in Lane}
        self._connecting: set[asyncio.Task[Any]] = set()
        self._supervisor: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] | None = None
        self._reviewing = False
        self._closed = False
        self._launch()

    def _launch(self) -> None:
        """Start the zygote."""
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        source = {
            "files": [str(path) for path in self._source.files],
            "store": str(self._source.store) if self._source.store else None,
            "union_default_graph": self._source.union_default_graph,
            "memory_bytes": self.limits.memory_bytes,
            "result_bytes": self.limits.result_bytes,
        }
        descriptor = theirs.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "graphsvc.engine.worker", str(descriptor), json.dumps(source)],
            pass_fds=[descriptor],
            stdin=subprocess.DEVNULL,
            env={"GLIBC_TUNABLES": ALLOCATION, **os.environ},
        )
        theirs.close()

    async def start(self) -> None:
        """Wait until the release is loaded. Raises GraphsvcError where it cannot be."""
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._supervisor = asyncio.create_task(self._supervise())
        await asyncio.shield(self._ready)

    async def _supervise(self) -> None:
        """Follow the zygote, and start another where it ends."""
        failures, loaded = 0, False
        while True:
            error: GraphsvcError = UpstreamError("The release cannot be loaded.", status=503)
            try:
                ready = await self._follow()
            except GraphsvcError as problem:
                ready, error = False, problem
                if not loaded:  # what this one cannot load, no other can
                    self._announce(error)
                    return
            loaded |= ready
            failures = 0 if ready else failures + 1
            logger.error("The process that holds release %s ended; another starts.", self.release)
            self._control.close()
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            if failures >= TRIES:
                self._announce(error)
            if self._ready is None or self._ready.done():
                self._ready = asyncio.get_running_loop().create_future()
            if failures:
                await asyncio.sleep(min(RESTART_SECONDS * 2**failures, LONGEST_RESTART))
            self._launch()

    def _announce(self, error: GraphsvcError | None = None) -> None:
        """Let those go on who wait until the release is loaded."""
        if self._ready and not self._ready.done():
            if error:
                self._ready.set_exception(error)
                self._ready.exception()  # perhaps nobody waits
            else:
                self._ready.set_result(None)

    async def _follow(self) -> bool:
        """Do as the zygote's reports ask until it ends; whether it was ready before.

        Raises GraphsvcError where it cannot load the release.
        """
        loop = asyncio.get_running_loop()
        received, ready = b"", False
        while part := await _received(loop, self._control):
            *lines, received = (received + part).split(b"\n")
            for message in map(json.loads, lines):
                if "problem" in message:
                    raise GraphsvcError(
                        message["problem"], location=message["location"], hint=message["hint"]
                    )
                if "ended" in message:
                    self._ended(message["ended"], message["signal"])
                else:
                    ready = True
                    for pool in self._pools.values():
                        pool.fill()
                    self._announce()
        for pool in self._pools.values():
            pool.forget()
        return ready

    def _ended(self, process: int, signal: int) -> None:
        for pool in self._pools.values():
            for worker in [worker for worker in pool.workers if worker.process == process]:
                worker.ended(signal)

    def _forker(self, lane: Lane) -> Callable[[Worker], None]:
        """What starts a worker of a lane."""

        def fork(worker: Worker) -> None:
            if not self._closed:
                task = asyncio.get_running_loop().create_task(self._fork(worker, NICE[lane]))
                self._connecting.add(task)
                task.add_done_callback(self._connecting.discard)

        return fork

    async def _fork(self, worker: Worker, nice: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            await asyncio.get_running_loop().create_unix_connection(lambda: worker, sock=ours)
            with contextlib.suppress(OSError):  # the zygote has gone, and its workers
                socket.send_fds(self._control, [FORK.pack(nice)], [theirs.fileno()])

    @property
    def ready(self) -> bool:
        """Whether the release is loaded."""
        return bool(self._ready and self._ready.done() and not self._ready.exception())

    async def query(self, request: Request) -> Job:
        """Begin to answer. Raises what Engine.query raises."""
        if len(request.query) > self.limits.query_chars:
            raise QueryTooLong(self.limits)
        pool = self._pools[request.lane]
        job = Job(pool, request)
        if not self.ready:
            await self._wait()
        pool.submit(job)
        if not self._reviewing:
            self._review()
        try:
            await job.wait()
        except BaseException:
            await job.aclose()
            raise
        return job

    async def _wait(self) -> None:
        """Wait until the release is loaded, as long as a query may take."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self.start()
        except TimeoutError:
            raise UpstreamError("The release is still being loaded.", status=503) from None

    def _review(self) -> None:
        """Let the pools look at what runs and waits, as long as there is something."""
        for pool in self._pools.values():
            pool.review()
        self._reviewing = not self._closed and any(pool.busy for pool in self._pools.values())
        if self._reviewing:
            asyncio.get_running_loop().call_later(REVIEW_SECONDS, self._review)

    async def health(self) -> None:
        """Ask a worker something trivial. Raises GraphsvcError where it does not answer soon."""
        if not self.ready:
            raise UpstreamError("The release is being loaded.", status=503)
        request = Request("ASK {}", SPARQL_JSON.media_type, Lane.REVIEWED, client="health")
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                await read(self, request)
        except TimeoutError:
            raise UpstreamError("No worker answers.", status=503) from None

    async def close(self) -> None:
        """End the zygote and all workers; answers that are not finished are cut."""
        self._closed = True
        if self._supervisor:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        ended = UpstreamError("The service is ending.", status=503)
        self._announce(ended)
        for pool in self._pools.values():
            pool.close(ended)
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self._control.close()


async def _received(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> bytes:
    """What a socket receives next; nothing where its other end has gone."""
    try:
        return await loop.sock_recv(sock, 4096)
    except OSError:
        return b""
