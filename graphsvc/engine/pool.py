"""The workers of one lane, handed to the queries that wait for one.

A worker answers one query at a time. A query that takes long is demoted: its worker runs at the
lowest priority, and another takes its place. Only some may be slow at the same time, and only a
few of one client; others are stopped and begin again when there is room. Time is measured as the
processor time of the worker, so that a busy machine makes no query slow.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator

from graphsvc.engine.base import LimitExceeded, LimitKind, Limits, Overloaded
from graphsvc.engine.jobs import AGAIN, FRESH, STOPPED, Job, Worker, death
from graphsvc.errors import GraphsvcError

WORKERS = max(2, os.cpu_count() or 1) + 2
"""Workers that a lane keeps, besides those of its slow queries."""

SLOW = 8
"""Slow queries of a lane at the same time."""

SLOW_SECONDS, CROWDED_SECONDS = 1.0, 0.05
"""Processor time after which a query is slow: when nobody waits for a worker, and else."""

CROWD, GLIMPSE_SECONDS = 16, 0.015
"""Where so many wait, and no more may be slow, a query is put back so early, once: it is then
behind all those that may be small."""

REST_SECONDS = 0.2
"""Time until a worker is replaced that ended before it could work; the cause may persist."""


class FairQueue:
    """Jobs that wait, served round robin by client."""

    def __init__(self) -> None:
        self._clients: dict[str | None, deque[Job]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._clients.values()))

    def __bool__(self) -> bool:
        return bool(self._clients)

    def __iter__(self) -> Iterator[Job]:
        return (job for jobs in self._clients.values() for job in jobs)

    def push(self, job: Job) -> None:
        """Let a job wait behind those of its client."""
        self._clients.setdefault(job.client, deque()).append(job)

    def pop(self, may: Callable[[str | None], bool] = lambda _: True) -> Job | None:
        """The next job of the client whose turn it is, of those that may have one."""
        for client in filter(may, self._clients):
            jobs = self._clients.pop(client)
            job = jobs.popleft()
            if jobs:
                self._clients[client] = jobs  # behind all other clients
            return job
        return None

    def newest_of_most(self) -> tuple[Job, int]:
        """The newest job of the client with the most, and how many it has."""
        jobs = max(self._clients.values(), key=len)
        return jobs[-1], len(jobs)

    def remove(self, job: Job) -> None:
        """Let a job wait no longer."""
        jobs = self._clients.get(job.client)
        if jobs and job in jobs:
            jobs.remove(job)
            if not jobs:
                del self._clients[job.client]


class LanePool:
    """Hands the workers of one lane to queries, and takes them from slow ones.

    fork: starts a worker, which then introduces itself.
    """

    def __init__(self, limits: Limits, fork: Callable[[Worker], None]) -> None:
        self.limits = limits
        self.workers: set[Worker] = set()
        self._fork = fork
        self._idle: list[Worker] = []  # the last one, whose memory is still in the caches, is next
        self._queues = (FairQueue(), FairQueue(), FairQueue())

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return any(self._queues) or any(worker.job for worker in self.workers)

    def submit(self, job: Job) -> None:
        """Let a job run, or wait. Where too many wait, the client with the most loses its newest"""
        queue = self._queues[job.waits_as]
        queue.push(job)
        self._dispatch()
        if len(queue) > self.limits.waiting:
            excess, waiting = queue.newest_of_most()
            own = excess.client is not None and waiting > self.limits.slow_per_client
            self._refuse(excess, own)

    def _refuse(self, job: Job, own: bool) -> None:
        self._queues[job.waits_as].remove(job)
        job.finish(Overloaded(own=own))

    def _dispatch(self) -> None:
        """Give idle workers to those that wait."""
        while self._idle and (job := self._next()):
            worker = self._idle.pop()
            worker.start(job)
            if job.waits_as == STOPPED:
                worker.demote()
                self.fill()

    def _next(self) -> Job | None:
        fresh, again, stopped = self._queues
        if stopped and (job := stopped.pop(self._has_room())):
            return job
        retried = any(worker.job and worker.job.waits_as == AGAIN for worker in self.workers)
        return (None if retried else again.pop()) or fresh.pop() or again.pop()

    def _has_room(self) -> Callable[[str | None], bool]:
        """Whether one more query of a client may be slow."""
        slow = Counter(worker.job.client for worker in self.workers if worker.slow and worker.job)
        full, most = slow.total() >= SLOW, self.limits.slow_per_client
        return lambda client: not full and (client is None or slow[client] < most)

    def fill(self) -> None:
        """Start the workers that are missing."""
        for _ in range(WORKERS - sum(not worker.slow for worker in self.workers)):
            worker = Worker(self)
            self.workers.add(worker)
            self._fork(worker)

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

    def lost(self, worker: Worker) -> None:
        """Replace a worker that has ended by itself, or was ended by the kernel or somebody."""
        if worker in self.workers:
            job = worker.job
            self._drop(worker, worker.process > 0)
            if job:
                job.finish(death(worker.ended_by, self.limits))

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

    def may_begin(self, job: Job) -> bool:
        """Whether a large answer may begin: it counts as slow, or starts again when it may be."""
        worker = job.worker
        if worker and not worker.slow:
            self._slow_down(worker, job, STOPPED)
        return job.worker is not None

    def _slow_down(self, worker: Worker, job: Job, waits_as: int) -> None:
        """Demote a slow query, or stop it until there is room."""
        if self._has_room()(job.client):
            worker.demote()
            self.fill()
        else:
            self._drop(worker)
            job.restart(waits_as)
            self.submit(job)

    def review(self) -> None:
        """Stop what is over its time, and slow down what takes long."""
        now = time.monotonic()
        for queue in self._queues:
            for job in [job for job in queue if job.deadline < now]:
                own = job.waits_as == STOPPED and not self._has_room()(job.client)
                self._refuse(job, own and job.client is not None)
        for worker in list(self.workers):
            running = worker.job
            if running and running.deadline < now:
                self._drop(worker)
                running.finish(LimitExceeded(LimitKind.TIME, self.limits, running.seconds))
            elif running and not worker.slow and not worker.gone:
                self._review(worker, running)
        self._dispatch()

    def _review(self, worker: Worker, job: Job) -> None:
        fresh, again, _ = self._queues
        used = worker.used()
        room = self._has_room()(job.client)
        if not fresh and not again:
            if used > SLOW_SECONDS and room:
                self._slow_down(worker, job, STOPPED)
        elif used > CROWDED_SECONDS:
            self._slow_down(worker, job, STOPPED)
        elif used > GLIMPSE_SECONDS and not room and job.waits_as == FRESH and len(fresh) > CROWD:
            self._slow_down(worker, job, AGAIN)

    def close(self, reason: GraphsvcError | None = None) -> None:
        """Drop all workers; with a reason, end what waits as well."""
        workers, self.workers = self.workers, set()
        self._idle.clear()
        for worker in workers:
            job = worker.job
            worker.end()
            if job:
                job.finish(reason or death(0, self.limits))
        if reason:
            for queue in self._queues:
                for job in list(queue):
                    queue.remove(job)
                    job.finish(reason)
