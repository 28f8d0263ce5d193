"""The queries of one lane, and the workers that are handed to them.

A worker answers one query at a time. A query that takes long is demoted: its worker runs at the
lowest priority, and another takes its place. Only some may be slow at the same time, and only a
few of one client; others are stopped and begin again when there is room. Time is measured as the
processor time of the worker, so that a busy machine makes no query slow.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING

from graphsvc.engine.base import (
    LimitExceeded,
    LimitKind,
    Limits,
    Overloaded,
    Request,
    UpstreamError,
)
from graphsvc.engine.inspect import inspect
from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    from graphsvc.engine.embedded import Worker

WORKERS = max(2, os.cpu_count() or 1) + 2
"""Workers that a lane keeps, besides those of its slow queries."""

SLOW = 8
"""Slow queries of a lane at the same time."""

SLOW_SECONDS, CROWDED_SECONDS = 1.0, 0.05
"""Processor time after which a query is slow: when nobody waits for a worker, and else."""

GLIMPSE_SECONDS = 0.01
"""Where others wait and no more may be slow, a query is put back so early, once: behind these.
Without it, small queries wait three times as long next to many of 20 to 50 ms."""

REST_SECONDS = 0.2
"""Time until a worker is replaced that ended before it could work; the cause may persist."""

HOLD_BACK = 2 << 20
"""Bytes of an answer that are kept until it begins; a larger answer counts as a slow query."""

READ_AHEAD = 1 << 20
"""Bytes of an answer that wait for its reader before the worker has to."""

FRESH, AGAIN, STOPPED = 0, 1, 2
"""What a waiting query has been through: nothing, a glimpse, and being stopped as slow."""


class Job:
    """A query, from waiting for a worker to the last byte of its answer (see ResultStream).

    deadline: when it is stopped; until it runs, when it waits no longer.
    waits_as: what it has been through.
    retried: whether it began again because its worker had ended.
    begun: whether parts of the answer have been given away.
    """

    def __init__(self, pool: Pool, request: Request) -> None:
        seconds = pool.limits.seconds
        self.unknown_functions: tuple[str, ...] = ()
        self.client, self.query = request.client, request.query
        order = json.dumps([request._replace(query=""), inspect(request.query)])
        self.order = f"{order}\n".encode()
        self.seconds = min(seconds, request.timeout or seconds)
        self._gives_up = self.deadline = time.monotonic() + seconds
        self.worker: Worker | None = None
        self.waits_as = FRESH
        self.retried = self.begun = self._finished = False
        self._pool = pool
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._error: GraphsvcError | None = None
        self._news = asyncio.get_running_loop().create_future()

    @property
    def complete(self) -> bytes | None:
        """The full answer, where all of it has arrived and nothing was read yet."""
        return b"".join(self._parts) if self._finished and not self.begun else None

    async def wait(self) -> None:
        """Wait until the answer begins. Raises what kept it from that."""
        await self._news
        if self._error:
            raise self._error

    def add(self, part: bytes) -> None:
        """Take a part of the answer."""
        self._parts.append(part)
        self._size += len(part)
        if not self.begun and self._size > HOLD_BACK:
            self._pool.slow_down(self, STOPPED)
            self.begun = self.worker is not None
        if self.begun:
            self._notify()
            if self._size > READ_AHEAD and self.worker:
                self.worker.pause(True)

    def finish(self, error: GraphsvcError | None = None) -> None:
        """Take note that nothing more comes, and of the error that ended it."""
        self.worker, self._finished, self._error = None, True, error
        self._notify()

    def restart(self, waits_as: int) -> None:
        """Forget what has come; it will be evaluated again."""
        self.waits_as = waits_as
        self.worker, self.deadline, self._size = None, self._gives_up, 0
        self._parts.clear()

    def _notify(self) -> None:
        if not self._news.done():
            self._news.set_result(None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._parts:
                part = self._parts.popleft()
                self._size -= len(part)
                if self.worker and self._size < READ_AHEAD:
                    self.worker.pause(False)
                yield part
            if self._error:
                raise self._error
            if self._finished:
                return
            self._news = asyncio.get_running_loop().create_future()
            await self._news

    async def aclose(self) -> None:
        """Stop the query, if the answer is not finished."""
        if not self._finished:
            self._finished = True
            self._pool.cancel(self)


class _Queue(dict[str | None, deque[Job]]):
    """Jobs that wait, by client; the clients are served in turn."""

    def push(self, job: Job) -> None:
        """Let a job wait behind those of its client."""
        self.setdefault(job.client, deque()).append(job)

    def next(self, may: Callable[[str | None], bool] = lambda _: True) -> Job | None:
        """Take the next job of the client whose turn it is, of those that may have one."""
        for client in filter(may, self):
            jobs = self.pop(client)
            job = jobs.popleft()
            if jobs:
                self[client] = jobs  # behind all other clients
            return job
        return None

    def remove(self, job: Job) -> None:
        """Let a job wait no longer, where it does."""
        jobs = self.get(job.client, ())
        if job in jobs:
            self[job.client].remove(job)
            if not jobs:
                del self[job.client]


class Pool:
    """Hands the workers of one lane to queries, and takes them from slow ones.

    nice: the nice level of its workers.
    lanes: the pools of all lanes, over which the slow queries of a client are counted.
    fork: starts a worker of this pool, which then introduces itself.
    """

    def __init__(
        self, limits: Limits, nice: int, lanes: Iterable[Pool], fork: Callable[[Pool], Worker]
    ) -> None:
        self.limits, self.nice = limits, nice
        self.workers: set[Worker] = set()
        self._lanes, self._fork = lanes, fork
        self._idle: list[Worker] = []
        self._queues = (_Queue(), _Queue(), _Queue())
        self._closed = False

    def _here(self) -> list[Job]:
        """What runs and what waits."""
        waiting = [job for queue in self._queues for jobs in queue.values() for job in jobs]
        return waiting + [worker.job for worker in self.workers if worker.job]

    def submit(self, job: Job) -> None:
        """Let a job run or wait; where too many wait, the client with the most loses its newest."""
        queue = self._queues[job.waits_as]
        queue.push(job)
        self._dispatch()
        if sum(map(len, queue.values())) > self.limits.waiting:
            self._refuse(max(queue.values(), key=len)[-1])

    def _refuse(self, job: Job) -> None:
        """Let a job wait no longer; the fault is its client's own where others of it are here."""
        several = (sum(other.client == job.client for other in self._here())
                   > self.limits.slow_per_client)
        self._queues[job.waits_as].remove(job)
        job.finish(Overloaded(own=several and job.client is not None))

    def _dispatch(self) -> None:
        """Give idle workers to those that wait; first the one whose memory is still in caches."""
        while self._idle and (job := self._next()):
            worker = self._idle.pop()
            worker.start(job)
            if job.waits_as == STOPPED:
                self._demote(worker)

    def _next(self) -> Job | None:
        fresh, again, stopped = self._queues
        if stopped and (job := stopped.next(self._has_room())):
            return job
        if again and not any(worker.job and worker.job.waits_as == AGAIN
                             for worker in self.workers):
            return again.next()
        return fresh.next() or again.next()

    def _has_room(self) -> Callable[[str | None], bool]:
        """Whether one more query of a client may be slow."""
        full = sum(worker.slow for worker in self.workers) >= SLOW
        slow = Counter(worker.job.client for pool in self._lanes for worker in pool.workers
                       if worker.slow and worker.job)
        return lambda client: not full and (
            client is None or slow[client] < self.limits.slow_per_client)

    def _demote(self, worker: Worker) -> None:
        worker.demote()
        self.fill()

    def fill(self) -> None:
        """Start the workers that are missing."""
        missing = WORKERS - sum(not worker.slow for worker in self.workers)
        for _ in range(0 if self._closed else missing):
            self.workers.add(self._fork(self))

    def welcome(self, worker: Worker) -> None:
        """Take a worker that is ready."""
        if worker in self.workers:
            self._idle.append(worker)
            self._dispatch()

    def finished(self, worker: Worker, error: GraphsvcError | None = None) -> None:
        """Take note that a worker has finished its query; a slow one is not kept."""
        job, worker.job = worker.job, None
        if job:
            worker.pause(False)
            job.finish(error)
        if worker.slow:
            self._drop(worker)
        else:
            self._idle.append(worker)
        self._dispatch()

    def lost(self, worker: Worker, error: GraphsvcError | None = None) -> None:
        """Replace a worker that has ended; without an error, its query begins again, once."""
        if worker not in self.workers:
            return
        job = worker.job
        self._drop(worker, at_once=worker.process > 0)
        if job and not error and not job.begun and not job.retried:
            job.retried = True
            job.restart(AGAIN)
            self.submit(job)
        elif job:
            ended = "The process that evaluated the query ended."
            job.finish(error or UpstreamError(ended, status=503))

    def _drop(self, worker: Worker, at_once: bool = True) -> None:
        self.workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        worker.end()
        if at_once:
            self.fill()
        else:
            asyncio.get_running_loop().call_later(REST_SECONDS, self.fill)

    def cancel(self, job: Job) -> None:
        """Stop a job, wherever it is."""
        self._queues[job.waits_as].remove(job)
        if job.worker:
            self._drop(job.worker)
            job.worker = None

    def slow_down(self, job: Job, waits_as: int) -> None:
        """Demote a slow query, or stop it until there is room."""
        worker = job.worker
        if worker is None or worker.slow:
            return
        if self._has_room()(job.client):
            self._demote(worker)
        else:
            self._drop(worker)
            job.restart(waits_as)
            self.submit(job)

    def review(self) -> bool:
        """Stop what is over its time, and slow down what takes long; whether anything is here."""
        now = time.monotonic()
        here = self._here()
        for job in here:
            worker = job.worker
            if job.deadline < now and worker:
                self._drop(worker)
                job.finish(LimitExceeded(LimitKind.TIME, self.limits, job.seconds))
            elif job.deadline < now:
                self._refuse(job)
            elif worker and not worker.slow:
                self._review(worker, job)
        self._dispatch()
        return bool(here)

    def _review(self, worker: Worker, job: Job) -> None:
        fresh, again, _ = self._queues
        used, room = worker.used(), self._has_room()(job.client)
        if used > CROWDED_SECONDS if fresh or again else used > SLOW_SECONDS and room:
            self.slow_down(job, STOPPED)
        elif used > GLIMPSE_SECONDS and fresh and job.waits_as == FRESH and not room:
            self.slow_down(job, AGAIN)

    def close(self, reason: GraphsvcError) -> None:
        """End everything, for a reason."""
        self._closed = True
        jobs = self._here()
        for queue in self._queues:
            queue.clear()
        for worker in self.workers:
            worker.end()
        self.workers.clear()
        self._idle.clear()
        for job in jobs:
            job.finish(reason)
