"""Orders that wait at a worker, and those that wait for one."""

from __future__ import annotations

import asyncio
import socket

from graphsvc.engine.base import Lane, Limits
from graphsvc.engine.channel import Channel
from graphsvc.engine.lanes import LaneQueue, Worker
from graphsvc.errors import GraphsvcError


class Asker:
    """Something that waits for a worker, and notes what becomes of that."""

    worker: Worker | None = None
    started = False

    def assign(self, worker: Worker) -> None:
        self.worker = worker
        worker.take(self)

    def start(self) -> None:
        self.started = True

    def postpone(self) -> None:
        raise AssertionError("no query here is slow")

    def requeue(self) -> None:
        raise AssertionError("no worker is taken here")

    def refuse(self, error: GraphsvcError) -> None:
        raise AssertionError(error)


def at_one_worker(**state: bool) -> tuple[list[list[bool]], list[list[bool]]]:
    """Six orders of a lane with one worker, before and after the first is answered: whether each
    is at the worker, and whether it has begun."""

    async def ask() -> tuple[list[list[bool]], list[list[bool]]]:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            queue = LaneQueue(Lane.FREE, 1, Limits())
            worker = Worker(1, queue, Channel(ours), **state)
            queue.add(worker)
            askers = [Asker() for _ in range(6)]
            for asker in askers:
                queue.join(asker)
            before = [[asker.worker is not None, asker.started] for asker in askers]
            queue.offer(worker)
            after = [[asker.worker is not None, asker.started] for asker in askers]
            for asker in askers:
                queue.leave(asker)
            return before, after

    return asyncio.run(ask())


BEGUN, AT_WORKER, IN_QUEUE = [True, True], [True, False], [False, False]


def test_two_orders_wait_at_a_worker_whose_last_answer_came_at_once() -> None:
    assert at_one_worker(quick=True) == (
        [BEGUN, AT_WORKER, AT_WORKER, IN_QUEUE, IN_QUEUE, IN_QUEUE],
        [BEGUN, BEGUN, AT_WORKER, AT_WORKER, IN_QUEUE, IN_QUEUE])


def test_no_order_waits_at_a_worker_that_takes_its_time() -> None:
    expected = ([BEGUN] + 5 * [IN_QUEUE], [BEGUN, BEGUN] + 4 * [IN_QUEUE])
    assert at_one_worker(quick=False) == expected
    assert at_one_worker(quick=True, late=True) == expected
