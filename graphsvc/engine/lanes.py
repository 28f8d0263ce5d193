"""The workers of a lane, and the requests that wait for one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
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

MOST_BEHIND = 2
"""Orders that wait at a worker for the end of its present one, so that it need not sleep between
them: the process that runs after another finds the processor's caches cold."""


def _future() -> asyncio.Future[int]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False)
class Worker:
    """A process of the zygote's, as the service sees it.

    turn: whose answer comes next.
    behind: whose come after it: a worker that need not wait for its next order loses no time.
    sent: how many orders it got.
    proven: whether it has answered before; one that has not may still be starting.
    quick: whether its last answer came at once.
    late: whether its present one does not.
    begun: whether something of its present answer has come.
    slow: whether its query has been demoted.
    timer: demotes it.
    ended: the signal that ended it (0: none).
    """

    number: int
    queue: LaneQueue
    channel: Channel
    turn: Taker | None = None
    behind: deque[Taker] = field(default_factory=deque)
    sent: int = 0
    proven: bool = False
    quick: bool = False
    late: bool = False
    begun: bool = False
    slow: bool = False
    timer: Call | asyncio.TimerHandle | None = None
    ended: asyncio.Future[int] = field(default_factory=_future)

    @property
    def in_the_way(self) -> bool:
        """Whether others wait while nothing comes from it."""
        return self.queue.crowded and not (self.begun or self.channel.has_news())

    @property
    def takes_another(self) -> bool:
        """Whether one more order may wait at the worker for the end of the present one."""
        return (self.quick and not self.late and self.turn is not None
                and len(self.behind) < MOST_BEHIND)

    def take(self, taker: Taker) -> None:
        """Work for the one who sent an order, now or next."""
        if self.turn is None:
            self.turn = taker
            taker.start()
        else:
            self.behind.append(taker)


def _orders(worker: Worker) -> int:
    return len(worker.behind)


class Taker(Protocol):
    """Something that a worker has an order of."""

    def start(self) -> None:
        """Take what comes from now on, and offer the worker again afterwards."""

    def postpone(self) -> None:
        """Let go of the worker, of which nothing has come, and wait for another."""

    def requeue(self) -> None:
        """Forget the worker, which will not come to the order, and wait for another."""


class Turn(Taker, Protocol):
    """Something that waits for a worker."""

    def assign(self, worker: Worker) -> None:
        """Send the worker the order."""

    def refuse(self, error: GraphsvcError) -> None:
        """Wait no longer."""


class LaneQueue:
    """Hands the workers of one lane to requests, in the order they came."""

    def __init__(self, lane: Lane, size: int, limits: Limits) -> None:
        self.lane = lane
        self._size = size
        self._limits = limits
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []  # the last one, whose memory is still in the caches, is next
        self._waiting: OrderedDict[Turn, Call] = OrderedDict()
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
        worker = self._next_worker()
        if worker:
            turn.assign(worker)
        elif len(self._waiting) >= self._limits.waiting:
            raise Overloaded
        else:
            self._waiting[turn] = self._patience.call(partial(self._give_up, turn))

    def join_again(self, turn: Turn) -> None:
        """Assign a worker that is free, or be the first who waits for one."""
        if self._idle:
            turn.assign(self._idle.pop())
        else:
            self._waiting[turn] = self._patience.call(partial(self._give_up, turn))
            self._waiting.move_to_end(turn, last=False)

    def _next_worker(self) -> Worker | None:
        if self._idle:
            return self._idle.pop()
        if self._waiting:
            return None
        ready = [worker for worker in self._workers if worker.takes_another]
        return min(ready, key=_orders, default=None)

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
        for call in (self._waiting.pop(turn, None), self._postponed.pop(turn, None)):
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
        """Let a worker go on with its order, or give it to whoever waits longest, or keep it."""
        worker.turn = worker.behind.popleft() if worker.behind else None
        if worker.turn:
            self._let_follow(worker)
            worker.turn.start()
        elif self._waiting:
            self._next_turn().assign(worker)
            self._let_follow(worker)
        else:
            self._idle.append(worker)

    def _let_follow(self, worker: Worker) -> None:
        while self._waiting and worker.takes_another:
            self._next_turn().assign(worker)

    def _next_turn(self) -> Turn:
        turn, call = self._waiting.popitem(last=False)
        call.cancel()
        return turn

    def remove(self, worker: Worker) -> bool:
        """Forget a worker; whether it had nothing to do."""
        self._workers.discard(worker)
        idle = worker in self._idle
        if idle:
            self._idle.remove(worker)
        return idle
