"""The workers of a lane, and the requests that wait for one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from graphsvc.engine.base import Lane, Limits, Overloaded
from graphsvc.engine.channel import Channel
from graphsvc.errors import GraphsvcError
from graphsvc.later import Call, Later

SLOW_WORKERS = 8
"""Slow queries of a lane that run at a time, beside its quick ones; more of them wait."""

SLOW_READERS = 32
"""Answers of a lane that may be slow because nobody reads them, which takes no processor."""


def _future() -> asyncio.Future[int]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False)
class Worker:
    """A process of the zygote's, as the service sees it.

    turn: what it works for.
    proven: whether it has answered before; one that has not may still be starting.
    begun: whether something of its present answer has come.
    slow: whether its query has been demoted.
    timer: demotes it.
    ended: the signal that ended it (0: none).
    """

    number: int
    queue: LaneQueue
    channel: Channel
    turn: Turn | None = None
    proven: bool = False
    begun: bool = False
    slow: bool = False
    timer: Call | asyncio.TimerHandle | None = None
    ended: asyncio.Future[int] = field(default_factory=_future)

    @property
    def in_the_way(self) -> bool:
        """Whether others wait while nothing comes from it."""
        return self.queue.crowded and not (self.begun or self.channel.has_news())


class Turn(Protocol):
    """Something that waits for a worker."""

    def assign(self, worker: Worker) -> None:
        """Use the worker, and offer it again afterwards."""

    def refuse(self, error: GraphsvcError) -> None:
        """Wait no longer."""

    def postpone(self) -> None:
        """Let go of the worker, of which nothing has come, and wait for another."""


class LaneQueue:
    """Hands the workers of one lane to requests, in the order they came."""

    def __init__(self, lane: Lane, size: int, limits: Limits) -> None:
        self.lane = lane
        self._size = size
        self._limits = limits
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []  # the last one, whose memory is still in the caches, is next
        self._waiting: dict[Turn, Call] = {}
        self._postponed: dict[Turn, Call] = {}
        self._patience = Later(limits.seconds)

    @property
    def missing(self) -> int:
        """How many workers to add, so that there are enough beside the slow ones."""
        slow = sum(worker.slow for worker in self._workers)
        return self._size + min(slow, SLOW_WORKERS + SLOW_READERS) - len(self._workers)

    @property
    def has_room_for_slow(self) -> bool:
        """Whether one more slow query may run."""
        return sum(worker.slow and not worker.begun for worker in self._workers) < SLOW_WORKERS

    @property
    def crowded(self) -> bool:
        """Whether a request waits."""
        return bool(self._waiting)

    def join(self, turn: Turn) -> None:
        """Assign a worker now, or when it is this turn's. Raises Overloaded."""
        if self._idle:
            turn.assign(self._idle.pop())
        elif len(self._waiting) >= self._limits.waiting:
            raise Overloaded
        else:
            self._waiting[turn] = self._patience.call(partial(self._give_up, turn))

    def join_slow(self, turn: Turn) -> None:
        """Wait until there is room for one more slow query. Raises Overloaded."""
        if len(self._postponed) >= self._limits.waiting:
            raise Overloaded
        self._postponed[turn] = self._patience.call(partial(self._give_up, turn))

    def next_slow(self) -> Turn | None:
        """The slow query that may run now, if any; it waits no longer."""
        if not self._postponed or not self.has_room_for_slow:
            return None
        turn = next(iter(self._postponed))
        self._postponed.pop(turn).cancel()
        return turn

    def leave(self, turn: Turn) -> None:
        """Wait no longer."""
        for waiting in (self._waiting, self._postponed):
            call = waiting.pop(turn, None)
            if call:
                call.cancel()

    def _give_up(self, turn: Turn) -> None:
        if self._waiting.pop(turn, None) or self._postponed.pop(turn, None):
            turn.refuse(Overloaded())

    def add(self, worker: Worker) -> None:
        """Welcome a new worker; a slow one is not for everybody."""
        self._workers.add(worker)
        if not worker.slow:
            self.offer(worker)

    def offer(self, worker: Worker) -> None:
        """Give a free worker to whoever waits longest, or keep it."""
        if self._waiting:
            turn = next(iter(self._waiting))
            self._waiting.pop(turn).cancel()
            turn.assign(worker)
        else:
            self._idle.append(worker)

    def remove(self, worker: Worker) -> bool:
        """Forget a worker; whether it had nothing to do."""
        self._workers.discard(worker)
        idle = worker in self._idle
        if idle:
            self._idle.remove(worker)
        return idle
