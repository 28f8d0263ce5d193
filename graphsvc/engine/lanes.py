"""The workers of a lane, and the requests that wait for one."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from functools import partial

from graphsvc.engine.base import Lane, Limits, Overloaded
from graphsvc.engine.channel import Channel
from graphsvc.later import Call, Later

SLOW_WORKERS = 8
"""Slow queries that a lane replaces; more of them take the places of its quick ones."""


def _future() -> asyncio.Future[int]:
    return asyncio.get_running_loop().create_future()


def _give_up(turn: asyncio.Future[Worker | None]) -> None:
    if not turn.done():
        turn.set_result(None)


@dataclass(eq=False)
class Worker:
    """A process of the zygote's, as the service sees it.

    proven: whether it has answered before; one that has not may still be starting.
    begun: whether something of its present answer has come.
    slow: whether its query has been demoted.
    timer: demotes it.
    ended: the signal that ended it (0: none).
    """

    number: int
    queue: LaneQueue
    channel: Channel
    proven: bool = False
    begun: bool = False
    slow: bool = False
    timer: Call | asyncio.TimerHandle | None = None
    ended: asyncio.Future[int] = field(default_factory=_future)

    @property
    def in_the_way(self) -> bool:
        """Whether others wait while nothing comes from it."""
        return self.queue.crowded and not (self.begun or self.channel.has_news())


class LaneQueue:
    """Hands the workers of one lane to requests, in the order they came."""

    def __init__(self, lane: Lane, size: int, limits: Limits) -> None:
        self.lane = lane
        self._size = size
        self._limits = limits
        self._workers: set[Worker] = set()
        self._idle: deque[Worker] = deque()
        self._waiting: deque[asyncio.Future[Worker | None]] = deque()
        self._patience = Later(limits.seconds)

    @property
    def missing(self) -> int:
        """How many workers to add, so that there are enough beside the slow ones."""
        slow = sum(worker.slow for worker in self._workers)
        return self._size + min(slow, SLOW_WORKERS) - len(self._workers)

    @property
    def crowded(self) -> bool:
        """Whether a request waits."""
        return bool(self._waiting)

    async def take(self) -> Worker:
        """A free worker, when it is this request's turn. Raises Overloaded."""
        if self._idle:
            return self._idle.popleft()
        if len(self._waiting) >= self._limits.waiting:
            raise Overloaded
        turn: asyncio.Future[Worker | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        patience = self._patience.call(partial(_give_up, turn))
        try:
            worker = await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and (late := turn.result()):
                self.offer(late)
            self._forget(turn)
            raise
        finally:
            patience.cancel()
        if worker is None:
            self._forget(turn)
            raise Overloaded
        return worker

    def _forget(self, turn: asyncio.Future[Worker | None]) -> None:
        with contextlib.suppress(ValueError):
            self._waiting.remove(turn)

    def add(self, worker: Worker) -> None:
        """Welcome a new worker."""
        self._workers.add(worker)
        self.offer(worker)

    def offer(self, worker: Worker) -> None:
        """Give a free worker to whoever waits longest, or keep it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    def remove(self, worker: Worker) -> bool:
        """Forget a worker; whether it had nothing to do."""
        self._workers.discard(worker)
        idle = worker in self._idle
        if idle:
            self._idle.remove(worker)
        return idle
