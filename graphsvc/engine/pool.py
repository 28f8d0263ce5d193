"""The embedded engine: queries are evaluated in processes that can be stopped.

A zygote process (graphsvc.engine.worker) holds the release and forks workers. Each lane keeps a
few workers; one that is slow is demoted, after a second to idle priority, and another
takes its place, so that a small query never stands behind a slow one. Whatever ends a worker
(its deadline, its memory limit, a client that hung up) shows as the end of its socket; the zygote
then tells which signal it was.

On a busy machine the kernel wakes this process at the end of a worker's share of a processor, not
with each answer; what has come by then is dealt with at once. While a worker computes for long,
whose share is long too, this process is woken at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import marshal
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from graphsvc.engine.base import Lane, Limits, QueryTooLong, Request, UpstreamError
from graphsvc.engine.channel import Channel
from graphsvc.engine.evaluation import Order
from graphsvc.engine.inspection import inspect
from graphsvc.engine.lanes import LaneQueue, Taker, Worker
from graphsvc.engine.worker import DEMOTE, FORK, IDLE, KILL, NUMBER, RECORD, REQUEST, SKIP
from graphsvc.engine.worker_answer import Done, Unwanted, WorkerAnswer
from graphsvc.errors import GraphsvcError
from graphsvc.later import Later
from graphsvc.scheduling import BATCH, NORMAL, schedule

WORKERS = max(2, os.cpu_count() or 1) + 1
"""Workers that each lane keeps ready: one computes on each processor while another's answer is on
its way. One less, and a sixth of the processors' time is spent waiting for one another."""

SLOW_AFTER = 1.0
"""Seconds after which a query counts as slow. Its worker is not kept, and the next one begins with
no page of the release in its own hands: at a million quads, where reading marks pages, its first
query takes four times as long."""

SILENT_FOR_OTHERS = 0.1
"""Seconds after which it does so where others wait for a worker and nothing of its answer came."""

RELIEVED_AFTER = 0.005
"""Seconds after which nobody waits behind its query any longer."""

HURRIED_AFTER, SECOND_LOOK = 0.02, 0.005
"""Seconds after which even that is too long, and until it is looked at again: this process may
have been kept from reading the answer."""

HURRIED, HURRIED_SECONDS = 8, 10.0
"""Workers that are replaced so early, in how many seconds. To fork one costs as much as some
hundred small queries: on a busy machine, where every query seems slow, nothing else were done."""

HOPEFUL = 1.0
"""Seconds for which a slow query still gets a share of a busy machine; it may be nearly done."""

REST = 0.2
"""Seconds until a worker that ended without a query is replaced; what ended it may persist."""

ALLOCATION = "glibc.malloc.tcache_count=200"
"""How the C library keeps freed memory at hand, of which a small query takes thousands of pieces:
with its own 7 pieces of each size instead of 200, such a query takes a third longer."""

NICE = {Lane.REVIEWED: 0, Lane.FREE: 10}
"""The nice level that the workers of a lane start with."""


@dataclass(frozen=True)
class Source:
    """What a release is answered from.

    files: RDF files that are loaded into memory; ignored where a store is given.
    store: folder of an Oxigraph store, which each worker opens read-only.
    union_default_graph: whether the default graph holds the triples of all graphs; a store on disk
        must have been filled so (graphsvc.engine.loading.fill_default_graph).
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
        self._numbers = count(1)
        self._workers: dict[int, Worker] = {}
        self._hurried: deque[float] = deque(maxlen=HURRIED)
        self._later = Later(RELIEVED_AFTER)
        self._long: set[Worker] = set()
        self._lanes = {lane: LaneQueue(lane, WORKERS, self.limits) for lane in Lane}
        self._ready: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._closed = False
        self._launch()

    def _launch(self) -> None:
        """Start the zygote."""
        self._loaded = False
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        self._heard = b""
        source = {
            "files": [str(path) for path in self._source.files],
            "store": str(self._source.store) if self._source.store else None,
            "union_default_graph": self._source.union_default_graph,
            "memory_bytes": self.limits.memory_bytes,
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
            self._ready = asyncio.create_task(self._prepare())
        await asyncio.shield(self._ready)

    async def _prepare(self) -> None:
        told = await self._hear()
        if told is None:
            raise UpstreamError("The process that holds the release ended.", status=503)
        if "problem" in told:
            raise GraphsvcError(told["problem"], location=told["location"], hint=told["hint"])
        self._fill()
        schedule(0, BATCH)
        self._loaded = True
        self._listener = asyncio.create_task(self._listen())

    async def _hear(self) -> dict[str, Any] | None:
        """The zygote's next message; None where it has gone."""
        while b"\n" not in self._heard:
            try:
                part = await asyncio.get_running_loop().sock_recv(self._control, 4096)
            except OSError:
                part = b""
            if not part:
                return None
            self._heard += part
        line, self._heard = self._heard.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    async def _listen(self) -> None:
        """Follow the deaths of workers; where the zygote itself dies, start another."""
        loop = asyncio.get_running_loop()
        while (told := await self._hear()) is not None:
            worker = self._workers.pop(told["died"], None)
            if worker is not None:
                idle = worker.queue.remove(worker)
                if idle:
                    worker.channel.close()
                worker.ended.set_result(told["signal"])
                loop.call_later(REST if idle else 0, self._fill)
        orphans, self._workers = self._workers, {}
        for worker in orphans.values():
            if worker.queue.remove(worker):
                worker.channel.close()
            worker.ended.set_result(0)
        if not self._closed:
            self._control.close()
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._launch()
            self._ready = asyncio.create_task(self._prepare())

    def _command(self, order: bytes, number: int, argument: int = 0, *descriptors: int) -> None:
        """Send the zygote an order; if it has gone, its workers have gone too."""
        with contextlib.suppress(OSError):
            record = RECORD.pack(order, number, argument)
            socket.send_fds(self._control, [record], descriptors)

    def _fill(self) -> None:
        """Give every lane the workers that it misses; their sockets can be written at once."""
        if self._closed:
            return
        for queue in self._lanes.values():
            while queue.missing > 0:
                queue.add(self._fork(queue))
            while turn := queue.next_slow():
                worker = self._fork(queue)
                worker.slow = True
                queue.add(worker)
                self._command(IDLE, worker.number)
                turn.assign(worker)

    def _fork(self, queue: LaneQueue) -> Worker:
        ours, theirs = socket.socketpair()
        worker = Worker(next(self._numbers), queue, Channel(ours))
        self._workers[worker.number] = worker
        self._command(FORK, worker.number, NICE[queue.lane], theirs.fileno())
        theirs.close()
        return worker

    @property
    def ready(self) -> bool:
        """Whether the release is loaded."""
        return self._loaded

    async def query(self, request: Request) -> WorkerAnswer:
        """Begin to answer. Raises what Engine.query raises."""
        if not self._loaded:
            await self.start()
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        answer = self.begin(request, partial(_settle, begun))
        try:
            await begun
        except BaseException:
            answer.cancel()
            raise
        return answer

    def begin(self, request: Request, done: Done) -> WorkerAnswer:
        """Ask; `done` is called when the answer has begun, with what kept it from that, if any.

        The engine must be ready. Raises QueryTooLong, QuerySyntaxError, Refused, Overloaded.
        """
        if len(request.query) > self.limits.query_chars:
            raise QueryTooLong(self.limits)
        order = _order(request, self.limits)
        queue = self._lanes[request.lane]
        answer = WorkerAnswer(self, queue, order, done)
        queue.join(answer)
        return answer

    def dispatch(self, worker: Worker, order: Order) -> None:
        """Send a worker its order. Raises ConnectionError where it was killed while idle."""
        worker.channel.send(REQUEST, marshal.dumps([*order]))
        worker.sent += 1

    def watch(self, worker: Worker) -> None:
        """Look after a worker that begins with an order, until it is given back."""
        worker.late = False
        if not worker.slow:
            worker.timer = self._later.call(partial(self._relieve, worker))

    def give_back(self, worker: Worker, finished: bool) -> None:
        """Take a worker back; one that is slow, or has not finished, is replaced."""
        if worker.timer:
            worker.timer.cancel()
        if worker.late:
            self._end_long(worker)
        if finished and not worker.slow and not worker.ended.done():
            worker.proven, worker.quick, worker.begun = True, not worker.late, False
            worker.queue.offer(worker)
            return
        worker.channel.close()
        while worker.behind:
            worker.behind.pop().requeue()
        if not worker.ended.done():
            self._command(KILL, worker.number)
            worker.queue.remove(worker)
            self._fill()

    def take_back(self, worker: Worker, taker: Taker) -> None:
        """Tell a worker that an order behind its present one is not wanted."""
        place = worker.behind.index(taker)
        worker.behind[place] = Unwanted(self, worker)
        number = worker.sent - len(worker.behind) + place + 1
        with contextlib.suppress(ConnectionError):  # then it does not come to it
            worker.channel.send(SKIP, NUMBER.pack(number))

    def _relieve(self, worker: Worker) -> None:
        """Let no order wait behind a query that takes its time."""
        if not worker.channel.has_news():
            worker.late = True
            self._long.add(worker)
            schedule(0, NORMAL)
            for taker in reversed(list(worker.behind)):
                if not isinstance(taker, Unwanted):
                    self.take_back(worker, taker)
                    taker.requeue()
        self._look_again(worker, HURRIED_AFTER - RELIEVED_AFTER, self._suspect)

    def _suspect(self, worker: Worker) -> None:
        """Look once more, lest it be this process that was slow."""
        self._look_again(worker, SECOND_LOOK, self._hurry)

    def _hurry(self, worker: Worker) -> None:
        now = asyncio.get_running_loop().time()
        rested = len(self._hurried) < HURRIED or now - self._hurried[0] > HURRIED_SECONDS
        if (worker.in_the_way and worker.proven and rested
                and worker.queue.has_room_for_slow):
            self._hurried.append(now)
            self._demote(worker)
        else:
            rest = SILENT_FOR_OTHERS - HURRIED_AFTER - SECOND_LOOK
            self._look_again(worker, rest, self._review)

    def _review(self, worker: Worker) -> None:
        if worker.in_the_way:
            self._demote(worker)
        else:
            self._look_again(worker, SLOW_AFTER - SILENT_FOR_OTHERS, self._demote)

    def _look_again(
        self, worker: Worker, seconds: float, look: Callable[[Worker], None]
    ) -> None:
        worker.timer = asyncio.get_running_loop().call_later(seconds, look, worker)

    def _demote(self, worker: Worker) -> None:
        if worker.turn and not worker.begun and not worker.queue.has_room_for_slow:
            worker.turn.postpone()
            return
        worker.slow = True
        self._command(DEMOTE, worker.number)
        self._look_again(worker, HOPEFUL, self._set_aside)
        self._fill()

    def _set_aside(self, worker: Worker) -> None:
        """Let a query run on only when nothing else wants the processor."""
        self._command(IDLE, worker.number)
        self._end_long(worker)

    def _end_long(self, worker: Worker) -> None:
        """Be woken with each answer no longer, unless another worker computes for long."""
        self._long.discard(worker)
        if not self._long:
            schedule(0, BATCH)

    async def close(self) -> None:
        """End the zygote and all workers; answers that are not finished are cut."""
        self._closed = True
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        if self._listener:
            await self._listener
        self._control.close()
        schedule(0, NORMAL)


def _order(request: Request, limits: Limits) -> Order:
    """What a worker is asked. Raises QuerySyntaxError, Refused."""
    inspected = inspect(request.query)
    return Order(
        query=inspected.text,
        media_type=request.media_type,
        base=request.base,
        seconds=min(limits.seconds, request.timeout or limits.seconds),
        result_bytes=limits.result_bytes,
        default_graphs=request.default_graphs,
        named_graphs=request.named_graphs,
        star=inspected.star,
        prologue=inspected.prologue,
        from_default=inspected.from_default,
        from_named=inspected.from_named,
    )


def _settle(begun: asyncio.Future[None], error: GraphsvcError | None) -> None:
    if begun.done():
        return
    if error:
        begun.set_exception(error)
    else:
        begun.set_result(None)
