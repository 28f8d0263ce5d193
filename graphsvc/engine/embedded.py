"""The embedded engine: queries are evaluated in processes that can be stopped.

A zygote process (graphsvc.engine.worker) holds the release and forks the workers of two pools, one
for each lane. Whatever ends a worker shows at its socket. Where the zygote ends, its workers end
with it, and another is started.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphsvc.engine.base import Engine, Lane, Limits, Request, UpstreamError, read
from graphsvc.engine.pool import Job, Pool
from graphsvc.engine.worker import DEATH, HEAD
from graphsvc.errors import GraphsvcError
from graphsvc.formats import SPARQL_JSON
from graphsvc.release import IN_MEMORY_QUADS

if TYPE_CHECKING:
    from graphsvc.release import Release

NICE = {Lane.REVIEWED: 0, Lane.FREE: 5}
"""The nice level of the workers of a lane."""

READ_AHEAD = 1 << 19
"""Bytes of an answer that are read ahead of the client; at twice as many its worker waits."""

RESTART_SECONDS = 0.5
"""Time until a zygote is started again that ended before it was ready."""

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
    waits until it can answer, and a query does so by itself. Belongs to one event loop.
    """

    def __init__(self, source: Source, limits: Limits | None = None) -> None:
        self.release, self.limits = source.release, limits or Limits()
        self._source = source
        self._pools: dict[Lane, Pool] = {}
        for lane in Lane:
            self._pools[lane] = Pool(self.limits, NICE[lane], self._pools.values(), self._fork)
        self._loaded = asyncio.Event()
        self._problem: GraphsvcError | None = None
        self._launch()
        self._supervisor = asyncio.create_task(self._supervise())

    def _launch(self) -> None:
        """Start the zygote."""
        self._control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        source = json.dumps(asdict(self._source) | asdict(self.limits), default=str)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "graphsvc.engine.worker", str(theirs.fileno()), source],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                env={"GLIBC_TUNABLES": ALLOCATION, **os.environ})

    async def _supervise(self) -> None:
        """Follow the zygote, and start another where it ends.

        Where it cannot load the release, those who wait for it get to know why.
        """
        while True:
            report = await self._received()
            loaded = report == b"null"
            if report:
                self._problem = None if loaded else GraphsvcError(**json.loads(report))
                self._loaded.set()
            if loaded:
                for pool in self._pools.values():
                    pool.fill()
                await self._received()
            if not self._problem:
                self._loaded.clear()
            logger.error("The process that holds release %s ended; another starts.", self.release)
            await self._bury()
            if not loaded:
                await asyncio.sleep(RESTART_SECONDS)
            self._launch()

    async def _received(self) -> bytes:
        """What the zygote reports; nothing where it has ended."""
        try:
            return await asyncio.get_running_loop().sock_recv(self._control, 1 << 16)
        except OSError:
            return b""

    async def _bury(self) -> None:
        self._control.close()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)

    def _fork(self, pool: Pool) -> Worker:
        """Start a worker. Where the zygote has gone, it is lost at once."""
        worker = Worker(pool)
        worker.connecting = asyncio.create_task(self._connect(worker))
        return worker

    async def _connect(self, worker: Worker) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            await asyncio.get_running_loop().create_unix_connection(lambda: worker, sock=ours)
            with contextlib.suppress(OSError):
                socket.send_fds(self._control, [b"F"], [theirs.fileno()])
        await worker.introduce()

    async def start(self) -> None:
        """Wait until the release is loaded. Raises GraphsvcError where it cannot be."""
        await self._loaded.wait()
        if self._problem:
            raise self._problem

    async def query(self, request: Request) -> Job:
        """Begin to answer. Raises what Engine.query raises."""
        self.limits.check(request.query)
        pool = self._pools[request.lane]
        job = Job(pool, request)
        if not self._loaded.is_set() or self._problem:
            await _within(
                self.limits.seconds, "The release is still being loaded.", self.start())
        await job.begin()
        return job

    async def health(self) -> None:
        """Ask a worker something trivial. Raises GraphsvcError where it does not answer soon."""
        if not self._loaded.is_set():
            raise UpstreamError("The release is being loaded.", status=503)
        request = Request("ASK {}", SPARQL_JSON.media_type, Lane.REVIEWED, client="health")
        await _within(HEALTH_SECONDS, "No worker answers.", read(self, request))

    async def close(self) -> None:
        """End the zygote and all workers; answers that are not finished are cut."""
        self._supervisor.cancel()
        await asyncio.gather(self._supervisor, return_exceptions=True)
        self._problem = UpstreamError("The service is ending.", status=503)
        self._loaded.set()
        for pool in self._pools.values():
            pool.close(self._problem)
        await self._bury()


def create_engine(
    release: Release, limits: Limits | None = None, remote: str | None = None
) -> Engine:
    """The engine over a release: an embedded one, whose processes start at once, or a remote one.

    Raises GraphsvcError where the remote address is none.
    """
    if remote:
        from graphsvc.engine.remote import RemoteEngine

        return RemoteEngine(remote, release.id, limits)
    in_memory = release.manifest["quads"] <= IN_MEMORY_QUADS
    return EmbeddedEngine(Source(
        files=(release.dump,) if in_memory else (),
        store=None if in_memory else release.store_path,
        union_default_graph=True, release=release.id), limits)


async def _within(seconds: float, otherwise: str, work: Awaitable[object]) -> None:
    """Wait for something. Raises UpstreamError with a message where it takes too long."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        raise UpstreamError(otherwise, status=503) from None


class Worker(asyncio.StreamReaderProtocol):
    """A process that answers queries, as the service sees it.

    process: its id; 0 until it is ready. job: what it works on.
    slow: whether it has been demoted; it then ends with its query.
    """

    connecting: asyncio.Task[None]

    def __init__(self, pool: Pool) -> None:
        self._reader = asyncio.StreamReader(READ_AHEAD)
        super().__init__(self._reader)
        self.process, self._before, self._pool = 0, 0.0, pool
        self.job: Job | None = None
        self.slow = self._gone = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._transport = transport  # type: ignore[assignment]

    def eof_received(self) -> bool:
        super().eof_received()
        return False  # it closes at once

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(None)
        self._gone = True  # another process may have its id
        self._pool.drop(self)

    async def introduce(self) -> None:
        """Wait until it is ready."""
        if line := await self._reader.readline():
            self.process = int(line)
            self._set_priority(self._pool.nice)
            self._pool.welcome(self)

    async def frame(self) -> tuple[bytes, bytes]:
        """The type and payload of the next frame. Raises EOFError where the process has ended."""
        type_, length = HEAD.unpack(await self._reader.readexactly(HEAD.size))
        self._gone |= type_ == DEATH
        return type_, await self._reader.readexactly(length)

    def start(self, job: Job) -> None:
        """Work on a query."""
        assert self._transport is not None, "it is connected"
        self.job, job.worker = job, self
        job.deadline = time.monotonic() + job.seconds
        self._before = self._clock()
        self._transport.write(job.order)

    def used(self) -> float:
        """Processor seconds that the present query has taken."""
        return self._clock() - self._before

    def _clock(self) -> float:
        try:
            return time.clock_gettime((~self.process << 3) | 2)  # see clock_getcpuclockid(3)
        except OSError:  # it has just ended
            return self._before

    def demote(self) -> None:
        """Let it run only where nothing else wants the processor, or nearly so."""
        self.slow = True
        self._set_priority(19)
        with contextlib.suppress(OSError):  # some containers forbid it
            os.sched_setscheduler(self.process, os.SCHED_IDLE, os.sched_param(0))

    def _set_priority(self, nice: int) -> None:
        with contextlib.suppress(OSError):  # it has just ended
            os.setpriority(os.PRIO_PROCESS, self.process, nice)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.job = None
        if self.process and not self._gone:
            with contextlib.suppress(OSError):
                os.kill(self.process, signal.SIGKILL)
        if self._transport:
            self._transport.abort()
