"""The HTTP server: Granian, on a socket of ours, with one process that serves.

What HTTP asks of a server (parsing, pipelining, timeouts of heads) is Granian's. The socket is made
here for two reasons: a port that is taken, or chosen by the system, is known before anything
starts, and the kernel drops clients that do not read (TCP_USER_TIMEOUT), which no server does.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import multiprocessing
import os
import resource
import signal
import socket
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from graphsvc.errors import GraphsvcError
from graphsvc.web.request import AsgiApp
from graphsvc.web.responses import TruncatedResponse

HEAD_SECONDS = 15
"""How long a client may take for the head of a request, and keep an idle connection."""
UNREAD_SECONDS = 30
"""How long a client may leave what was sent to it unread."""
STOP_SECONDS = 10
"""How long requests under way may take to end when the server stops."""
SEND_BUFFER_BYTES = 1 << 18
"""What the kernel holds of an answer for a client that does not read."""
HEAD_BYTES = 1 << 16
"""Length of the head of a request."""
CONNECTIONS = 1_000
"""Connections that are served at a time; others wait."""
_STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}
_TURNS = 20
"""Turns of the event loop from the start of the application until Granian serves: it stops the
loop within a few, and forgets a signal that comes before; until then, signals wait."""
_PR_SET_PDEATHSIG = 1
_DESCRIPTORS = 64
"""Descriptors that the service needs for itself."""
_LOGGING: dict[str, Any] = {
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {name: {"class": "logging.StreamHandler", "formatter": "plain"}
                 for name in ("console", "access")},
    "loggers": {name: {"handlers": ["console"], "level": "WARNING", "propagate": False}
                for name in ("_granian", "graphsvc", "granian.access")},
}
"""Everything that is worth a line goes to standard error."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address. Raises GraphsvcError where nothing can listen there."""
    if not 0 <= port <= 65535:
        raise GraphsvcError("Ports go from 0 to 65535.", location=f"{host}:{port}",
                            hint="Choose another --port.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
        listener.bind((host, port))
        listener.listen(1024)
        listener.setblocking(False)
    except OSError as error:
        raise GraphsvcError(
            f"Nothing can listen there: {error.strerror or error}.", location=f"{host}:{port}",
            hint="Choose another --port, or stop the program that uses it.") from error
    return listener


def address(host: str, listener: socket.socket) -> str:
    """The address of a service at a host, with the port that its socket got."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


class Server(MPServer):
    """Granian on a socket that is open already."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        super().__init__(
            target="graphsvc", interface=Interfaces.ASGI, loop=Loops.uvloop,
            http=HTTPModes.http1, websockets=False,
            log_level=LogLevels.warning, log_dictconfig=_LOGGING, backpressure=_connections(),
            http1_settings=HTTP1Settings(
                header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES * 2),
            workers_kill_timeout=STOP_SECONDS, respawn_failed_workers=True)

    def _init_shared_socket(self) -> None:
        self._shd: Any = SocketHolder(self._listener.fileno(), False, 1024)  # type: ignore[call-arg]
        self._sso = None

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> WorkerProcess:
        """Granian's worker, of which its sentinel says whether it lives: two threads wait for its
        end, and the one that misses it would report and kill a process that has ended."""
        worker = super()._spawn_worker(*args, **kwargs)
        worker.is_alive = lambda: not wait(  # type: ignore[method-assign]
            [worker.inner.sentinel], timeout=0)
        return worker


def serve(
    make_app: Callable[[Callable[[], None], Callable[[str], None]], AsgiApp],
    listener: socket.socket, announce: Callable[[], None],
) -> None:
    """Serve an application in a process of its own until SIGINT or SIGTERM.

    make_app: called in that process, with what to call once the application has started, and
    where it cannot. announce: called when requests are answered. A process that dies is replaced;
    SIGHUP replaces it after the requests under way. Raises GraphsvcError where the application
    cannot start.
    """
    multiprocessing.set_start_method("fork", force=True)  # the process inherits the socket
    failures: multiprocessing.SimpleQueue[str] = multiprocessing.SimpleQueue()
    service = os.getpid()

    def fail(message: str) -> None:
        failures.put(message)
        os.kill(service, signal.SIGINT)
        os._exit(1)

    def start(turns: int = _TURNS) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(start, turns - 1)
        else:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
            announce()

    def load() -> AsgiApp:
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # end when the service ends
        logging.getLogger("_granian.utils").addFilter(_is_news)
        return make_app(start, fail)

    server = Server(listener)
    logging.getLogger("_granian").addFilter(lambda record: failures.empty())
    try:
        server.serve(target_loader=load, wrap_loader=False)
    except SystemExit:
        if failures.empty():
            raise
    if not failures.empty():
        raise GraphsvcError(failures.get())


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of the server says more than the application has said already."""
    return record.exc_info is None or record.exc_info[0] is not TruncatedResponse


def _connections() -> int:
    """Connections at a time, as far as the process may open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        soft = min(hard, max(soft, 4 * CONNECTIONS))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(16, min(CONNECTIONS, soft - _DESCRIPTORS))
