"""The processes that evaluate: a zygote that holds the data, and the workers it forks.

`python -m graphsvc.engine.worker CONTROL_FD SOURCE_JSON` is the zygote. It loads the source, then
forks a worker for each message over the control socket, which has the worker's nice level and its
socket; it reports with lines of JSON that it is ready, and which signal ended a worker. A worker
answers one query at a time.

Nothing stops a query from within: memory is limited by the kernel, and the rest by killing.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import gzip
import json
import marshal
import os
import resource
import select
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import Store

from graphsvc.engine.evaluation import Data, Functions, Order, evaluate, fill_default_graph
from graphsvc.engine.frames import DATA, END, ERROR, HELLO, NOTICE, Frames, frame
from graphsvc.errors import GraphsvcError
from graphsvc.formats import GRAPH_FORMATS, named

FORK = struct.Struct("!b")
"""The message that orders a worker: its nice level. Its socket comes along."""

_PART = 1 << 16
_PR_SET_PDEATHSIG = 1


class _TooLarge(Exception):
    """The answer exceeds the limit of bytes."""


class _Output:
    """A file that sends what is written as frames, and stops at a limit of bytes.

    A notice of unknown functions goes before the first frame; later calls stay unreported.
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
            raise _TooLarge
        self._buffer += data
        if len(self._buffer) >= _PART:
            self.send(DATA)
        return len(data)

    def flush(self) -> None:
        """Nothing: frames are sent when they are full, and at the end."""

    def send(self, type_: bytes) -> None:
        """Send a frame of what was written since the last one."""
        notice = b""
        if self.functions.called and not self._begun:
            notice = frame(NOTICE, json.dumps(sorted(self.functions.called)).encode())
        self._begun = True
        self._sock.sendall(notice + frame(type_, self._buffer))
        self._buffer.clear()

    def fail(self, type_: str, text: str = "") -> None:
        """Send what kept it from going on, in the last frame."""
        self._buffer[:] = json.dumps([type_, text]).encode()
        self.send(ERROR)


def _answer(data: Data, order: Order, result_bytes: int, sock: socket.socket) -> None:
    """Answer one query with frames; the last one has the last part, or the error."""
    output = _Output(sock, result_bytes)
    try:
        evaluate(data, order, cast(IO[bytes], output), output.functions)
    except _TooLarge:
        output.fail("size")
    except MemoryError:
        output.fail("memory")
    except SyntaxError as error:
        output.fail("syntax", str(error))
    except ValueError as error:
        output.fail("iri", str(error))
    except ConnectionError:
        raise
    except (OSError, RuntimeError) as error:
        output.fail("failed", str(error))
    else:
        output.send(END)


def _work(data: Data, result_bytes: int, sock: socket.socket) -> None:
    """Answer queries until the service hangs up."""
    frames = Frames()
    with contextlib.suppress(ConnectionError):
        sock.sendall(frame(HELLO, str(os.getpid()).encode()))
        while received := sock.recv(_PART):
            for _, payload in frames.feed(received):
                _answer(data, Order(*marshal.loads(payload)), result_bytes, sock)


def _confine(nice: int, memory_bytes: int, offline: bool) -> None:
    """Bind this process to its limits; offline: it can open no further file or connection."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # end when the zygote ends
    os.nice(nice)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(OSError):  # the kernel's choice, should the machine run out of memory
        Path("/proc/self/oom_score_adj").write_text("1000")
    null = os.open(os.devnull, os.O_RDWR)  # the service reports an abort in its own words
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)
    if offline:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


class _Zygote:
    """Holds the data, forks workers that share it, and reports how they ended."""

    def __init__(self, control: socket.socket, source: dict[str, Any]) -> None:
        self._control = control
        self._source = source
        self._data: Data | None = None
        self._wake, self._waker = os.pipe()

    def run(self) -> None:
        """Load, then fork until the service goes; the workers go along."""
        try:
            self._load()
        except GraphsvcError as error:
            with contextlib.suppress(OSError):
                self._report(problem=error.message, location=error.location, hint=error.hint)
            return
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with contextlib.suppress(EOFError, OSError):  # the service has gone, perhaps long ago
            self._report(ready=True)
            while True:
                readable, _, _ = select.select([self._control.fileno(), self._wake], [], [])
                if self._wake in readable:
                    os.read(self._wake, 4096)
                    self._reap()
                if self._control.fileno() in readable:
                    self._fork()

    def _load(self) -> None:
        """Load the files into memory; a store on disk is only tried, since workers open it.

        Raises GraphsvcError.
        """
        folder = self._source["store"]
        if folder is None:
            store = Store()
            for name in self._source["files"]:
                load_file(store, Path(name))
            if self._source["union_default_graph"]:
                fill_default_graph(store)
            self._data = Data.of(store)
        else:
            try:
                Store.read_only(folder)
            except (OSError, RuntimeError, ValueError) as error:
                raise GraphsvcError(
                    f"The store cannot be opened: {error}.",
                    location=folder,
                    hint="Build the release again.",
                ) from error
        gc.collect()
        gc.freeze()

    def _report(self, **message: Any) -> None:
        """Send one line of JSON to the service."""
        self._control.sendall(json.dumps(message).encode() + b"\n")

    def _fork(self) -> None:
        """Fork the worker of one message. Raises EOFError where the service has gone."""
        record, descriptors, _, _ = socket.recv_fds(self._control, FORK.size, 1)
        if not record:
            raise EOFError
        if os.fork() == 0:
            try:
                self._become_worker(FORK.unpack(record)[0], socket.socket(fileno=descriptors[0]))
            finally:
                os._exit(0)
        os.close(descriptors[0])

    def _become_worker(self, nice: int, sock: socket.socket) -> None:
        """In the child: let go of the zygote's things, take the limits, work."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._control.close()
        os.close(self._wake)
        os.close(self._waker)
        data = self._data
        if data is None:
            store = Store.read_only(self._source["store"])
            data = Data(store, store)
        _confine(nice, self._source["memory_bytes"], offline=self._data is not None)
        _work(data, self._source["result_bytes"], sock)

    def _reap(self) -> None:
        """Report every worker that ended, and the signal that ended it (0: none)."""
        with contextlib.suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    return
                signalled = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
                self._report(ended=process, signal=signalled)


def load_file(store: Store, path: Path) -> None:
    """Add the triples or quads of one file to the store.

    Relative IRIs are resolved against the file's own address. Raises GraphsvcError that names
    file and line.
    """
    packed = path.suffix == ".gz"
    ending = (path.with_suffix("") if packed else path).suffix.lower()
    written = named(ending, GRAPH_FORMATS)
    if written is None or written.rdf is None:
        raise GraphsvcError(
            f"The ending '{ending}' names no RDF format.",
            location=str(path),
            hint=f"Use one of {', '.join(format.ending for format in GRAPH_FORMATS)}.",
        )
    try:
        with cast(IO[bytes], gzip.open(path)) if packed else path.open("rb") as file:
            store.bulk_load(file, written.rdf, base_iri=path.resolve().as_uri())
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise GraphsvcError(f"{error.msg}.", location=f"{path}{line}") from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GraphsvcError(f"The file cannot be read: {reason}.", location=str(path)) from error


def main() -> None:
    """Run the zygote for the service that started this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service decides when to end
    control = socket.socket(fileno=int(sys.argv[1]))
    _Zygote(control, json.loads(sys.argv[2])).run()


if __name__ == "__main__":
    main()
