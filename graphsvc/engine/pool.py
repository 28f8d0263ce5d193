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
    HOLD_BACK,
    LimitExceeded,
    LimitKind,
    Limits,
    Overloaded,
    QuerySyntaxError,
    Request,
    UpstreamError,
)
from graphsvc.engine.inspect import inspect, syntax_error
from graphsvc.engine.worker import DEATH, END, ERROR, NOTICE
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
"""Where others wait and no more may be slow, a query is put behind them so early, once. Without it,
small queries wait up to three times as long when many slow ones come at once."""

REVIEW_SECONDS = 0.01
"""Time between looks at the queries that run."""

REST_SECONDS = 0.2
"""Time until a worker is replaced that ended before it could work, and until a query begins again
whose worker ended by itself; the cause may persist."""


class _BeginAgain(Exception):
    """The query lost its worker, and begins again."""


class Job:
    """A query, from waiting for a worker to the last byte of its answer (see ResultStream).

    order: what its worker is sent. deadline: when its worker is stopped.
    turn: done when it has a worker, or gets none.
    queue: where it waits; behind others, or until it may be slow, once it was stopped.
    error: why its worker was ended.
    """

    deadline: float
    turn: asyncio.Future[None]

    def __init__(self, pool: Pool, request: Request) -> None:
        seconds = pool.limits.seconds
        order = json.dumps([request._replace(query=""), inspect(request.query)])
        self.order = f"{order}\n".encode()
        self.client, self.query = request.client, request.query
        self.seconds = min(seconds, request.timeout or seconds)
        self.gives_up = time.monotonic() + seconds
        self.unknown_functions: tuple[str, ...] = ()
        self.worker: Worker | None = None
        self.error: Exception | None = None
        self.queue, self._may_lose_worker = pool.fresh, True
        self._pool, self._finished = pool, False
        self._held: list[bytes] = []

    async def begin(self) -> None:
        """Wait until all of the answer is there, or so much that the query counts as slow.

        Where it loses its worker until then, it begins again. Raises what Engine.query raises.
        """
        try:
            while True:
                await self._pool.admit(self)
                try:
                    return await self._hold_back()
                except _BeginAgain:
                    self._held.clear()
                    self.error = None
        except BaseException:
            await self.aclose()
            raise

    def refuse(self, error: GraphsvcError) -> None:
        """Let it get no worker, for a reason."""
        if not self.turn.done():
            self.turn.set_exception(error)

    async def _hold_back(self) -> None:
        size = 0
        while not self._finished and size <= HOLD_BACK:
            self._held.append(await self._next())
            size += len(self._held[-1])
        if not self._finished and not self._pool.slow_down(self, self._pool.stopped):
            raise _BeginAgain
        self._may_lose_worker = False

    async def _next(self) -> bytes:
        """The next part of the answer. Raises why there is none."""
        assert self.worker, "it has been admitted"
        try:
            type_, payload = await self.worker.frame()
            if type_ == NOTICE:
                self.unknown_functions = tuple(json.loads(payload))
                return await self._next()
        except EOFError:
            if self.error is None and self._may_lose_worker:
                self._may_lose_worker = False
                await asyncio.sleep(REST_SECONDS)
                self.error = _BeginAgain()
            raise self.error or UpstreamError(
                "The process that evaluated the query ended.", status=503) from None
        if type_ in (END, ERROR):
            self._finished = True
            self._pool.give_back(self.worker)
        if type_ in (ERROR, DEATH):
            raise _error(payload, self.query, self._pool.limits)
        return payload

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._held:
            yield self._held.pop(0)
        while not self._finished:
            yield await self._next()

    async def aclose(self) -> None:
        """Stop the query, if the answer is not finished."""
        if not self._finished and self.worker:
            self._pool.drop(self.worker)
        self._finished = True


def _error(payload: bytes, query: str, limits: Limits) -> GraphsvcError:
    """The error that a worker reports."""
    type_, text = json.loads(payload)
    match type_:
        case "syntax":
            return syntax_error(text, query)
        case "depth":
            return QuerySyntaxError("The query is nested too deeply to be evaluated.")
        case "iri":
            return QuerySyntaxError(f"A graph is not named by an IRI: {text}.")
        case "failed":
            return UpstreamError(f"The query could not be evaluated: {text}.", status=503)
    return LimitExceeded(LimitKind(type_), limits)


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
        self.fresh, self.again, self.stopped = self._queues = (_Queue(), _Queue(), _Queue())
        self._closed = self._reviewing = False

    def _waiting(self) -> list[Job]:
        return [job for queue in self._queues for jobs in queue.values() for job in jobs]

    def _running(self) -> list[Job]:
        return [worker.job for worker in self.workers if worker.job]

    async def admit(self, job: Job) -> None:
        """Wait until a job has a worker. Raises Overloaded.

        Where too many wait, the client with the most loses its newest.
        """
        queue = job.queue
        job.worker, job.turn = None, asyncio.get_running_loop().create_future()
        queue.push(job)
        self._dispatch()
        if sum(map(len, queue.values())) > self.limits.waiting:
            self._refuse(max(queue.values(), key=len)[-1])
        if not self._reviewing:
            self._review()
        try:
            await job.turn
        finally:
            queue.remove(job)

    def _refuse(self, job: Job) -> None:
        """Let a job wait no longer; the fault is its client's own where others of it are here."""
        here = Counter(other.client for other in (*self._waiting(), *self._running()))
        several = here[job.client] > self.limits.slow_per_client
        job.queue.remove(job)
        job.refuse(Overloaded(own=several and job.client is not None))

    def _dispatch(self) -> None:
        """Give idle workers to those that wait; first the one whose memory is still in caches."""
        while self._idle and (job := self._next()):
            if job.turn.done():
                continue  # it was cancelled, and is about to leave
            worker = self._idle.pop()
            worker.start(job)
            job.turn.set_result(None)
            if job.queue is self.stopped:
                self._demote(worker)

    def _next(self) -> Job | None:
        if self.stopped and (job := self.stopped.next(self._has_room())):
            return job
        if self.again and not any(job.queue is self.again for job in self._running()):
            return self.again.next()
        return self.fresh.next() or self.again.next()

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
        """Take a worker that is ready, or ready again."""
        if worker in self.workers:
            self._idle.append(worker)
            self._dispatch()

    def give_back(self, worker: Worker) -> None:
        """Take a worker that has finished its query; a slow one is not kept."""
        worker.job = None
        if worker.slow:
            self.drop(worker)
        else:
            self.welcome(worker)

    def drop(self, worker: Worker) -> None:
        """End a worker and replace it; its query, if it has one, notices."""
        if worker in self.workers:
            self.workers.remove(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            worker.end()
            if worker.process:
                self.fill()
            else:
                asyncio.get_running_loop().call_later(REST_SECONDS, self.fill)

    def slow_down(self, job: Job, queue: _Queue) -> bool:
        """Demote a slow query, or let it wait in a queue; whether it goes on."""
        worker = job.worker
        assert worker, "it runs"
        if worker.slow or worker not in self.workers:
            return worker.slow
        if self._has_room()(job.client):
            self._demote(worker)
            return True
        job.queue, job.error = queue, _BeginAgain()
        self.drop(worker)
        return False

    def _review(self) -> None:
        """Stop what is over its time, and slow down what takes long, while anything is here."""
        now = time.monotonic()
        for job in self._running():
            assert job.worker, "it runs"
            if job.deadline < now:
                job.error = LimitExceeded(LimitKind.TIME, self.limits, job.seconds)
                self.drop(job.worker)
            elif not job.worker.slow:
                used, room = job.worker.used(), self._has_room()(job.client)
                crowded = self.fresh or self.again
                if used > CROWDED_SECONDS and crowded or used > SLOW_SECONDS and room:
                    self.slow_down(job, self.stopped)
                elif used > GLIMPSE_SECONDS and job.queue is self.fresh and self.fresh and not room:
                    self.slow_down(job, self.again)
        for job in self._waiting():
            if job.gives_up < now:
                self._refuse(job)
        self._dispatch()
        self._reviewing = bool(self._running() or any(self._queues))
        if self._reviewing:
            asyncio.get_running_loop().call_later(REVIEW_SECONDS, self._review)

    def close(self, reason: GraphsvcError) -> None:
        """End everything, for a reason."""
        self._closed = True
        for job in self._running():
            job.error = reason
        for job in self._waiting():
            job.refuse(reason)
        for worker in [*self.workers]:
            self.drop(worker)
