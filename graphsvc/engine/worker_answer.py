"""The answer that one worker writes: it waits for its turn, begins, and goes on in frames."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Protocol

from graphsvc.engine.base import (
    Limit,
    Limits,
    Overloaded,
    QuerySyntaxError,
    Stopped,
    UpstreamError,
)
from graphsvc.engine.evaluation import Order
from graphsvc.engine.inspection import syntax_error
from graphsvc.engine.lanes import LaneQueue, Taker, Worker
from graphsvc.engine.worker import DATA, END, ERROR, NOTICE
from graphsvc.errors import GraphsvcError

Done = Callable[[GraphsvcError | None], None]
"""Told that an answer has begun, or what kept it from that."""


class Workplace(Protocol):
    """Where workers come from."""

    @property
    def limits(self) -> Limits: ...

    def dispatch(self, worker: Worker, order: Order) -> None:
        """Send a worker its order. Raises ConnectionError."""

    def watch(self, worker: Worker) -> None:
        """See to it that it is in nobody's way, from now until it is given back."""

    def give_back(self, worker: Worker, finished: bool) -> None:
        """Take it back."""

    def take_back(self, worker: Worker, taker: Taker) -> None:
        """Want no answer to an order that is behind the present one."""


class WorkerAnswer:
    """An answer, from joining a queue until its last byte.

    done: called once, when the first bytes are there or cannot come; never after `cancel`.
    """

    def __init__(self, place: Workplace, queue: LaneQueue, order: Order, done: Done) -> None:
        self.media_type = order.media_type
        self.unknown_functions: tuple[str, ...] = ()
        self._place = place
        self._queue = queue
        self._order = order
        self._done: Done | None = done
        self._worker: Worker | None = None
        self._frames: deque[tuple[bytes, bytes]] = deque()

    @property
    def whole(self) -> bytes | None:
        """All of it, where its end has come and nothing was read yet."""
        if not self._frames or self._frames[-1][0] != END:
            return None
        return b"".join([payload for _, payload in self._frames])

    def assign(self, worker: Worker) -> None:
        """Let a worker write it."""
        try:
            self._place.dispatch(worker, self._order)
        except ConnectionError:  # it was killed while it was idle; another has taken its place
            worker.quick = False
            if worker.turn is None:
                self._place.give_back(worker, finished=False)
            try:
                self._queue.join(self)
            except Overloaded as error:
                asyncio.get_running_loop().call_soon(self.refuse, error)
        else:
            self._worker = worker
            worker.take(self)

    def start(self) -> None:
        """Read it: it is the next one that its worker writes."""
        assert self._worker is not None, "a worker has its order"
        self._place.watch(self._worker)
        self._read()

    def requeue(self) -> None:
        """Wait for another worker, before all who came later."""
        self._worker = None
        self._queue.join_again(self)

    def refuse(self, error: GraphsvcError) -> None:
        """Tell what keeps it from beginning."""
        self._release(finished=False)
        self._tell(error)

    def postpone(self) -> None:
        """Begin again when there is room for one more slow query."""
        self._release(finished=False)
        try:
            self._queue.join_slow(self)
        except Overloaded as error:
            self.refuse(error)

    def _read(self) -> None:
        """Read what has come, until the answer has begun."""
        worker = self._worker
        if worker is None:
            return
        while frame := worker.channel.come():
            if frame[0] == NOTICE:
                self.unknown_functions = tuple(json.loads(frame[1]))
                continue
            self._frames.append(frame)
            if frame[0] != DATA:
                break
        if self._frames:
            self._begin(worker)
        elif worker.channel.ended:
            worker.ended.add_done_callback(partial(self._mourn, worker))
        else:
            worker.channel.tell(self._read)

    def _mourn(self, worker: Worker, ended: asyncio.Future[int]) -> None:
        """Tell why the worker ended, unless it has been let go since."""
        if self._worker is worker:
            self.refuse(self._death(ended.result()))

    def _begin(self, worker: Worker) -> None:
        kind, payload = self._frames[0]
        worker.begun = kind == DATA
        if self._frames[-1][0] != DATA:
            self._release(finished=True)
        self._tell(self._error(payload) if kind == ERROR else None)

    def _tell(self, error: GraphsvcError | None) -> None:
        done, self._done = self._done, None
        if done:
            done(error)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            kind, payload = self._frames.popleft() if self._frames else await self._frame()
            if kind == DATA:
                yield payload
                continue
            self._release(finished=True)
            if kind == ERROR:
                raise self._error(payload)
            if payload:
                yield payload
            return

    async def _frame(self) -> tuple[bytes, bytes]:
        """The next frame. Raises what ended the worker."""
        worker = self._worker
        assert worker is not None, "what is finished or cancelled is not read on"
        frame = await worker.channel.receive()
        if frame is None:
            raise self._death(await worker.ended)
        return frame

    def _death(self, ended_by: int) -> GraphsvcError:
        """Why the worker ended in the middle of its answer, by the signal that ended it."""
        if ended_by == signal.SIGALRM:
            return Stopped(Limit.TIME, self._place.limits, self._order.seconds)
        if ended_by in (signal.SIGABRT, signal.SIGKILL):
            return Stopped(Limit.MEMORY, self._place.limits)
        if ended_by in (signal.SIGSEGV, signal.SIGBUS):
            return QuerySyntaxError("The query is nested too deeply to be evaluated.")
        return UpstreamError("The process that evaluated the query ended.", status=503)

    def _error(self, payload: bytes) -> GraphsvcError:
        """The error that the worker tells in its last frame."""
        told: dict[str, str] = json.loads(payload)
        if told["kind"] == "syntax":
            return syntax_error(told["text"], self._order.query)
        if told["kind"] == "iri":
            return QuerySyntaxError(f"A graph is not named by an IRI: {told['text']}.")
        if told["kind"] == "failed":
            return UpstreamError(f"The query could not be evaluated: {told['text']}.", status=503)
        return Stopped(Limit(told["kind"]), self._place.limits)

    def cancel(self) -> None:
        """Give the worker back; stop it where it is still at work."""
        self._done = None
        self._queue.leave(self)
        self._release(finished=False)

    async def aclose(self) -> None:
        """Cancel it, as far as it is not finished."""
        self.cancel()

    def _release(self, finished: bool) -> None:
        worker, self._worker = self._worker, None
        if worker and worker.turn is not self:
            self._place.take_back(worker, self)
        elif worker:
            self._place.give_back(worker, finished)


class Unwanted:
    """The answer to an order that was taken back: nothing, where the worker heard of it in time."""

    def __init__(self, place: Workplace, worker: Worker) -> None:
        self._place = place
        self._worker = worker

    def start(self) -> None:
        """Read it, and throw it away."""
        self._place.watch(self._worker)
        self._read()

    def _read(self) -> None:
        while frame := self._worker.channel.come():
            if frame[0] in (END, ERROR):
                self._place.give_back(self._worker, finished=True)
                return
        if self._worker.channel.ended:
            self._worker.ended.add_done_callback(lambda _: self.postpone())
        else:
            self._worker.channel.tell(self._read)

    def postpone(self) -> None:
        """Stop the worker."""
        self._place.give_back(self._worker, finished=False)

    def requeue(self) -> None:
        """Nothing: the worker ends."""
