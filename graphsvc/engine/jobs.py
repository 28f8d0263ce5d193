"""A query on its way to its answer, and the worker process that writes it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import marshal
import os
import signal
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from graphsvc.engine.base import (
    LimitExceeded,
    LimitKind,
    Limits,
    QuerySyntaxError,
    Request,
    UpstreamError,
)
from graphsvc.engine.evaluation import Order, unnamed_graph
from graphsvc.engine.frames import DATA, END, ERROR, HELLO, NOTICE, QUERY, Frames, frame
from graphsvc.engine.inspection import syntax_error
from graphsvc.errors import GraphsvcError

if TYPE_CHECKING:
    from graphsvc.engine.pool import LanePool

HOLD_BACK = 4 << 20
"""Bytes of an answer that are kept until it begins; a larger answer counts as a slow query."""

REPORT_SECONDS = 1.0
"""How long a worker that is gone may stay unreported."""

READ_AHEAD = 1 << 20
"""Bytes of an answer that wait for its reader before the worker has to."""

FRESH, AGAIN, STOPPED = 0, 1, 2
"""What a waiting query has been through: nothing, a glimpse, and being stopped as slow."""


class Job:
    """A query, from waiting for a worker to the last byte of its answer (see ResultStream).

    waits_as: FRESH, AGAIN or STOPPED.
    deadline: when it is stopped; until it runs, when it waits no longer.
    retried: whether it began again because its worker had ended.
    """

    def __init__(self, pool: LanePool, request: Request) -> None:
        limits = pool.limits
        self.media_type = request.media_type
        self.unknown_functions: tuple[str, ...] = ()
        self.client = request.client
        self.query = request.query
        self.order = frame(QUERY, marshal.dumps([*Order.of(request)]))
        self.seconds = min(limits.seconds, request.timeout or limits.seconds)
        self._gives_up = self.deadline = time.monotonic() + limits.seconds
        self.waits_as = FRESH
        self.worker: Worker | None = None
        self.begun = False
        self.retried = False
        self._pool = pool
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._finished = False
        self._error: GraphsvcError | None = None
        self._news = asyncio.get_running_loop().create_future()

    @property
    def complete(self) -> bytes | None:
        """The full answer, where all of it has arrived and nothing was read yet."""
        if self._finished and self._error is None and not self.begun:
            return b"".join(self._parts)
        return None

    async def wait(self) -> None:
        """Wait until the answer begins. Raises what kept it from that."""
        await self._news
        if self._error:
            raise self._error

    def add(self, part: bytes) -> None:
        """Take a part of the answer."""
        self._parts.append(part)
        self._size += len(part)
        if self.begun:
            self._notify()
            if self._size > READ_AHEAD and self.worker:
                self.worker.pause(True)
        elif self._size > HOLD_BACK:
            self.begun = self._pool.may_begin(self)
            if self.begun:
                self._notify()

    def finish(self, error: GraphsvcError | None = None) -> None:
        """Take note that nothing more comes, and of the error that ended it."""
        self.worker = None
        self._finished, self._error = True, error
        self._notify()

    def restart(self, waits_as: int) -> None:
        """Forget what has come; it will be evaluated again."""
        self.worker = None
        self.waits_as = waits_as
        self.deadline = self._gives_up
        self.unknown_functions = ()
        self._parts.clear()
        self._size = 0

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


class Worker(asyncio.Protocol):
    """A process that answers queries, as the service sees it.

    process: its id; 0 until it is ready.
    job: what it works on.
    slow: whether it has been demoted; it then ends with its query.
    gone: whether its socket has ended.
    ended_by: the signal that ended it (0: none); None as long as that is not known.
    """

    def __init__(self, pool: LanePool) -> None:
        self.process = 0
        self.job: Job | None = None
        self.slow = False
        self.gone = False
        self.ended_by: int | None = None
        self._pool = pool
        self._frames = Frames()
        self._before = 0.0
        self._transport: asyncio.Transport | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        for type_, payload in self._frames.feed(data):
            if type_ == HELLO:
                self.process = int(payload)
                self._pool.welcome(self)
                continue
            job = self.job
            if job is None:  # it was stopped; this was on its way
                return
            if type_ == NOTICE:
                job.unknown_functions = tuple(json.loads(payload))
            elif type_ == ERROR:
                self._pool.finished(self, _error(job, payload, self._pool.limits))
            elif type_ in (DATA, END):
                job.add(payload)
                if type_ == END and self.job is job:
                    self._pool.finished(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        if self.ended_by is not None or not self.job:
            self._pool.lost(self)
        else:  # the zygote is about to report why
            asyncio.get_running_loop().call_later(REPORT_SECONDS, self._pool.lost, self)

    def ended(self, by: int) -> None:
        """Take note of the signal that ended the process; something of it may still be unread."""
        self.ended_by = by
        if self.gone:
            self._pool.lost(self)

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

    def pause(self, wanted: bool) -> None:
        """Read nothing more for now, or read on."""
        if self._transport and wanted != self._paused:
            self._paused = wanted
            if wanted:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def demote(self) -> None:
        """Let it run only where nothing else wants the processor, or nearly so."""
        self.slow = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process, 19)
        with contextlib.suppress(OSError):  # some containers forbid it
            os.sched_setscheduler(self.process, os.SCHED_IDLE, os.sched_param(0))

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.job = None
        if self.process and not self.gone:
            with contextlib.suppress(OSError):
                os.kill(self.process, signal.SIGKILL)
        if self._transport:
            self._transport.abort()


def _error(job: Job, payload: bytes, limits: Limits) -> GraphsvcError:
    """The error that a worker reports."""
    type_, text = json.loads(payload)
    if type_ == "syntax":
        return syntax_error(text, job.query)
    if type_ == "iri":
        return unnamed_graph(text)
    if type_ == "failed":
        return UpstreamError(f"The query could not be evaluated: {text}.", status=503)
    return LimitExceeded(LimitKind(type_), limits)


def death(ended_by: int | None, limits: Limits) -> GraphsvcError:
    """Why a worker ended in the middle of its answer, by the signal that ended it."""
    if ended_by in (signal.SIGABRT, signal.SIGKILL):
        return LimitExceeded(LimitKind.MEMORY, limits)
    if ended_by in (signal.SIGSEGV, signal.SIGBUS):
        return QuerySyntaxError("The query is nested too deeply to be evaluated.")
    return UpstreamError("The process that evaluated the query ended.", status=503)
