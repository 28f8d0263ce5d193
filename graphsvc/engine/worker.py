"""The processes that evaluate: a zygote that holds the data, and the workers it forks.

`python -m graphsvc.engine.worker CONTROL_FD SOURCE_JSON` is the zygote. It loads the source, then
obeys the orders of the service that started it, which come as fixed-size records (see RECORD) over
the control socket; it answers with lines of JSON. A worker gets its own socket, takes one request
at a time and answers in frames.

Nothing stops a query from within, so limits are the kernel's: an interval timer and RLIMIT_AS.
"""

from __future__ import annotations

import contextlib
import gc
import json
import marshal
import os
import resource
import select
import signal
import socket
import struct
import sys
from collections import deque
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import Store

from graphsvc import scheduling
from graphsvc.engine.channel import FRAME
from graphsvc.engine.evaluation import Data, Functions, Order, evaluate
from graphsvc.engine.loading import default_graph, fill_default_graph, load_file
from graphsvc.errors import GraphsvcError

DATA, END, ERROR, NOTICE, REQUEST, SKIP = b"D", b"E", b"X", b"N", b"Q", b"S"

NUMBER = struct.Struct("!I")
"""Which order is taken back, counted from 1."""

RECORD = struct.Struct("!cIq")
"""Order, number of the worker, argument: nice level of a new one."""
FORK, KILL, DEMOTE, IDLE = b"F", b"K", b"D", b"I"

_CHUNK = 1 << 16
_LAST = 19
"""The nice level of a demoted worker: what wants the processor as well gets most of it."""


class TooLarge(Exception):
    """The answer exceeds the request's limit of bytes."""


class Output:
    """A file that sends what is written as frames, and stops at a limit of bytes.

    A notice of unknown functions goes before the first frame; a call after that stays untold.
    """

    def __init__(self, sock: socket.socket, allowed: int) -> None:
        self.functions = Functions()
        self._sock = sock
        self._allowed = allowed
        self._buffer = bytearray()
        self._begun = False

    def write(self, data: bytes) -> int:
        self._allowed -= len(data)
        if self._allowed < 0:
            raise TooLarge
        self._buffer += data
        if len(self._buffer) >= _CHUNK:
            self._send(DATA)
        return len(data)

    def flush(self) -> None:
        """Nothing: frames are sent when they are full, and at the end."""

    def end(self) -> None:
        """Send what is left, in the last frame."""
        self._send(END)

    def fail(self, told: dict[str, str]) -> None:
        """Send what kept it from going on, in the last frame."""
        self._buffer[:] = json.dumps(told).encode()
        self._send(ERROR)

    def _send(self, kind: bytes) -> None:
        """Send a frame of what was written since the last one."""
        notice = b""
        if self.functions.called and not self._begun:
            names = json.dumps(sorted(self.functions.called)).encode()
            notice = FRAME.pack(NOTICE, len(names)) + names
        self._begun = True
        self._sock.sendall(notice + FRAME.pack(kind, len(self._buffer)) + self._buffer)
        self._buffer.clear()


def answer(data: Data, order: Order, sock: socket.socket) -> None:
    """Answer one request with data frames and a last frame: END, or ERROR with its kind.

    END has the last part of the answer, so that a small one is a single frame.
    """
    output = Output(sock, order.result_bytes)
    signal.setitimer(signal.ITIMER_REAL, order.seconds)
    told: dict[str, str] | None = None
    try:
        evaluate(data, order, cast(IO[bytes], output), output.functions)
    except TooLarge:
        told = {"kind": "size"}
    except MemoryError:
        told = {"kind": "memory"}
    except SyntaxError as error:
        told = {"kind": "syntax", "text": str(error)}
    except ValueError as error:
        told = {"kind": "iri", "text": str(error)}
    except (OSError, RuntimeError) as error:
        told = {"kind": "failed", "text": str(error)}
    signal.setitimer(signal.ITIMER_REAL, 0)
    if told:
        output.fail(told)
    else:
        output.end()


class Inbox:
    """The orders of the service, in the order in which they came."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._bytes = b""
        self._orders: deque[bytes] = deque()
        self._taken = 0
        self._skipped: set[int] = set()

    def next(self) -> bytes | None:
        """The payload of the next order; None where it was taken back.

        Raises EOFError where the service has gone.
        """
        if self._orders:
            with contextlib.suppress(BlockingIOError):  # it may have been taken back
                self._receive(socket.MSG_DONTWAIT)
        while not self._orders:
            self._receive()
        self._taken += 1
        order = self._orders.popleft()
        if self._taken not in self._skipped:
            return order
        self._skipped.remove(self._taken)
        return None

    def _receive(self, flags: int = 0) -> None:
        part = self._sock.recv(_CHUNK, flags)
        if not part:
            raise EOFError
        self._bytes += part
        while len(self._bytes) >= FRAME.size:
            kind, length = FRAME.unpack_from(self._bytes)
            end = FRAME.size + length
            if len(self._bytes) < end:
                return
            payload, self._bytes = self._bytes[FRAME.size:end], self._bytes[end:]
            if kind == SKIP:
                (number,) = NUMBER.unpack(payload)
                if number > self._taken:
                    self._skipped.add(number)
            else:
                self._orders.append(payload)


def work(data: Data, sock: socket.socket) -> None:
    """Answer requests until the service hangs up."""
    inbox = Inbox(sock)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            order = inbox.next()
            if order is None:
                sock.sendall(FRAME.pack(END, 0))
            else:
                answer(data, Order(*marshal.loads(order)), sock)


def confine(nice: int, memory_bytes: int, offline: bool) -> None:
    """Bind this process to its limits; offline: it can open no further file or connection."""
    os.nice(nice)
    scheduling.schedule(0, scheduling.BATCH)  # never in the service's way
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(OSError):  # the kernel's choice, should the machine run out of memory
        Path("/proc/self/oom_score_adj").write_text("1000")
    null = os.open(os.devnull, os.O_RDWR)  # an abort's message is told by the service instead
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)
    if offline:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


class Zygote:
    """Holds the data, forks workers that share it, and tells how they ended."""

    def __init__(self, control: socket.socket, source: dict[str, Any]) -> None:
        self.control = control
        self.source = source
        self.data: Data | None = None
        self.numbers: dict[int, int] = {}  # by process id
        self.processes: dict[int, int] = {}  # by number
        self.wake, self._waker = os.pipe()

    def load(self) -> None:
        """Load the files into memory; a store on disk is only tried, since workers open it.

        Raises GraphsvcError.
        """
        if self.source["store"] is None:
            store = Store()
            for name in self.source["files"]:
                load_file(store, Path(name))
            if self.source["union_default_graph"]:
                fill_default_graph(store)
            self.data = Data(store, default_graph(store))
        else:
            check_store(self.source["store"])
        gc.collect()
        gc.freeze()

    def run(self) -> None:
        """Load, then obey until the service goes; then take the workers along."""
        try:
            self.load()
        except GraphsvcError as error:
            with contextlib.suppress(OSError):
                self.tell(problem=error.message, location=error.location, hint=error.hint)
            return
        os.set_blocking(self.wake, False)
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with contextlib.suppress(EOFError, OSError):  # the service has gone, perhaps long ago
            self.tell(ready=True)
            while True:
                readable, _, _ = select.select([self.control.fileno(), self.wake], [], [])
                if self.wake in readable:
                    os.read(self.wake, 4096)
                    self.reap()
                if self.control.fileno() in readable:
                    self.obey()
        for process in self.numbers:
            os.kill(process, signal.SIGKILL)

    def tell(self, **message: Any) -> None:
        """Send one line of JSON to the service."""
        self.control.sendall(json.dumps(message).encode() + b"\n")

    def obey(self) -> None:
        """Read one order and do it. Raises EOFError where the service has gone."""
        record, descriptors, _, _ = socket.recv_fds(self.control, RECORD.size, 1)
        if not record:
            raise EOFError
        order, number, argument = RECORD.unpack(record)
        if order == FORK:
            self.fork(number, argument, descriptors[0])
        elif number in self.processes and order == KILL:
            os.kill(self.processes[number], signal.SIGKILL)
        elif number in self.processes and order == DEMOTE:
            os.setpriority(os.PRIO_PROCESS, self.processes[number], _LAST)
        elif number in self.processes and order == IDLE:
            scheduling.schedule(self.processes[number], scheduling.IDLE)

    def fork(self, number: int, nice: int, descriptor: int) -> None:
        """Make a worker that talks over the descriptor."""
        process = os.fork()
        if process == 0:
            try:
                self.become_worker(nice, descriptor)
            finally:
                os._exit(0)
        os.close(descriptor)
        self.numbers[process] = number
        self.processes[number] = process

    def become_worker(self, nice: int, descriptor: int) -> None:
        """In the child: let go of the zygote's things, take the limits, work."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent()
        self.control.close()
        os.close(self.wake)
        os.close(self._waker)
        if self.data is None:
            store = Store.read_only(self.source["store"])
            data = Data(store, store)
        else:
            data = self.data
        confine(nice, self.source["memory_bytes"], offline=self.data is not None)
        work(data, socket.socket(fileno=descriptor))

    def reap(self) -> None:
        """Tell the service of every worker that ended, and of the signal that ended it."""
        while self.numbers:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            number = self.numbers.pop(process)
            del self.processes[number]
            ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            self.tell(died=number, signal=ended_by)


def check_store(folder: str) -> None:
    """Raise GraphsvcError where no store can be opened."""
    try:
        Store.read_only(folder)
    except (OSError, RuntimeError, ValueError) as error:
        raise GraphsvcError(
            f"The store cannot be opened: {error}.",
            location=folder,
            hint="Build the release again.",
        ) from error


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends, however that ends."""
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def main() -> None:
    """Run the zygote that the service has asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service decides when to end
    control = socket.socket(fileno=int(sys.argv[1]))
    Zygote(control, json.loads(sys.argv[2])).run()


if __name__ == "__main__":
    main()
