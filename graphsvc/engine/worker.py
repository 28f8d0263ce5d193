"""The processes that evaluate: a zygote that holds the data, and the workers it forks.

`python -m graphsvc.engine.worker CONTROL_FD SOURCE_JSON` is the zygote. It loads the source and
reports over the control socket, in JSON, null or the error that kept it from that.
Then it forks a worker for each message, which comes with the worker's socket.

A worker says its process id on a line. Then it takes one order after the other, a line of JSON
(Request and Inspected), and answers in frames: their type (one byte), the length of their payload,
and the payload. Nothing stops a query from within: memory is limited by the kernel, and the rest by
killing. Where a query brought its worker to an end, the zygote writes the last frame.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import gzip
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import Store, parse

from graphsvc.engine.base import Request
from graphsvc.engine.evaluation import Data, evaluate, fill_default_graph
from graphsvc.engine.inspect import Inspected
from graphsvc.errors import GraphsvcError
from graphsvc.formats import BY_MEDIA_TYPE, GRAPH_FORMATS, named

NOTICE, DATA, END, ERROR, DEATH = b"N", b"D", b"E", b"X", b"Z"
"""An order is answered with a NOTICE of unknown functions, if there are some, with DATA, and with
END (and the last part) or ERROR. DEATH is an ERROR that the worker did not survive."""

HEAD = struct.Struct("!cI")
"""Type and length of a frame."""

_CAUSES: dict[int, str] = {
    signal.SIGABRT: "memory", signal.SIGSEGV: "depth", signal.SIGBUS: "depth"}
"""What a query did wrong whose worker ended by a signal."""

_PART = 1 << 16
_PR_SET_PDEATHSIG = 1


class _TooLarge(Exception):
    """The answer exceeds the limit of bytes."""


class _Output:
    """A file that sends what is written as frames, and stops at a limit of bytes."""

    def __init__(self, sock: socket.socket, allowed: int) -> None:
        self._sock, self._allowed = sock, allowed
        self._buffer = bytearray()

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
        self._sock.sendall(frame(type_, self._buffer))
        self._buffer.clear()


def frame(type_: bytes, payload: bytes | bytearray) -> bytes:
    """The bytes of a frame."""
    return HEAD.pack(type_, len(payload)) + payload


def _answer(
    data: Data, request: Request, asked: Inspected, sock: socket.socket, allowed: int
) -> None:
    """Answer one query with frames; the last one has the last part, or the error."""
    output, text = _Output(sock, allowed), ""
    written = BY_MEDIA_TYPE[request.media_type]
    try:
        results, unknown = evaluate(data, request, asked)
        if unknown:
            sock.sendall(frame(NOTICE, json.dumps(unknown).encode()))
        results.serialize(cast(IO[bytes], output), written.rdf or written.results)
        output.send(END)
        return
    except ConnectionError:
        raise
    except _TooLarge:
        failure = "size"
    except MemoryError:
        failure = "memory"
    except SyntaxError as error:
        failure, text = "syntax", str(error)
    except ValueError as error:
        failure, text = "iri", str(error)
    except (OSError, RuntimeError) as error:
        failure, text = "failed", str(error)
    sock.sendall(frame(ERROR, json.dumps([failure, text]).encode()))


def _confine(memory_bytes: int, offline: bool) -> None:
    """Bind this process to its limits; offline: it can open no further file or connection."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # end when the zygote ends
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
    """Holds the data, forks workers that share it, and reports how they ended.

    children: by the descriptor that becomes readable when it ends, a worker's id and socket.
    """

    def __init__(self, control: socket.socket, source: dict[str, Any]) -> None:
        self._control, self._source = control, source
        self._data: Data | None = None
        self._children: dict[int, tuple[int, socket.socket]] = {}

    def run(self) -> None:
        """Load, then fork until the service goes; the workers go along."""
        with contextlib.suppress(OSError, EOFError):  # the service has gone, perhaps long ago
            try:
                self._load()
            except GraphsvcError as error:
                report = {name: getattr(error, name) for name in ("message", "location", "hint")}
                self._control.send(json.dumps(report).encode())
                return
            self._control.send(b"null")
            while True:
                control = self._control.fileno()
                for descriptor in select.select([control, *self._children], [], [])[0]:
                    if descriptor == control:
                        self._fork()
                    else:
                        self._bury(descriptor)

    def _load(self) -> None:
        """Load the files into memory; a store on disk is only tried, since workers open it.

        Raises GraphsvcError.
        """
        folder = self._source["store"]
        if folder is None:
            store = Store()
            files = self._source["files"]
            for name in files:
                load_file(store, Path(name), only=len(files) == 1)
            if self._source["union_default_graph"]:
                fill_default_graph(store)
            self._data = Data.of(store)
        else:
            try:
                Store.read_only(folder)
            except (OSError, RuntimeError, ValueError) as error:
                raise GraphsvcError(
                    f"The store cannot be opened: {error}.", location=folder,
                    hint="Build the release again.") from error
        gc.collect()
        gc.freeze()

    def _fork(self) -> None:
        """Fork the worker of one message. Raises EOFError where the service has gone."""
        message, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        if not message:
            raise EOFError
        sock = socket.socket(fileno=descriptors[0])
        process = os.fork()
        if process == 0:
            try:
                self._work(sock)
            finally:
                os._exit(0)
        self._children[os.pidfd_open(process)] = process, sock

    def _work(self, sock: socket.socket) -> None:
        """In the child: let go of the zygote's things, take the limits, answer queries."""
        self._control.close()
        for descriptor, (_, other) in self._children.items():
            os.close(descriptor)
            other.close()
        data = self._data or Data(*[Store.read_only(self._source["store"])] * 2)
        _confine(self._source["memory_bytes"], offline=self._data is not None)
        with contextlib.suppress(ConnectionError), sock.makefile("rb") as orders:
            sock.sendall(b"%d\n" % os.getpid())
            for order in orders:
                request, asked = json.loads(order)
                _answer(data, Request(*request), Inspected(*asked), sock,
                        self._source["result_bytes"])

    def _bury(self, descriptor: int) -> None:
        """Report why a worker ended, where its query is to blame and the service still listens."""
        process, sock = self._children.pop(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(process, 0)
        with sock, contextlib.suppress(OSError):
            if os.WIFSIGNALED(status) and (cause := _CAUSES.get(os.WTERMSIG(status))):
                sock.send(frame(DEATH, json.dumps([cause, ""]).encode()), socket.MSG_DONTWAIT)


def load_file(store: Store, path: Path, *, only: bool = False) -> None:
    """Add the triples or quads of one file to the store.

    Relative IRIs are resolved against the file's own address. only: whether no other file is
    loaded; then its blank nodes keep their labels, so that every service over a release, whenever
    it was started, gives the same bytes. Raises GraphsvcError that names file and line.
    """
    packed = path.suffix == ".gz"
    ending = (path.with_suffix("") if packed else path).suffix.lower()
    written = named(ending, GRAPH_FORMATS)
    if written is None or written.rdf is None:
        raise GraphsvcError(
            f"The ending '{ending}' names no RDF format.", location=str(path),
            hint=f"Use one of {', '.join(format.name for format in GRAPH_FORMATS)}.")
    try:
        with cast(IO[bytes], gzip.open(path)) if packed else path.open("rb") as file:
            store.bulk_extend(parse(file, written.rdf, base_iri=path.resolve().as_uri(),
                                    rename_blank_nodes=not only))
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise GraphsvcError(f"{error.msg}.", location=f"{path}{line}") from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GraphsvcError(f"The file cannot be read: {reason}.", location=str(path)) from error


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service decides when to end
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # which waits while it starts
    _Zygote(socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2])).run()
