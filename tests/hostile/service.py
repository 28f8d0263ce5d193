"""The service under test: one that runs already, or one that is started here with its processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.hostile.raw import Answer, Ended, Wire, once
from tests.serving import free_port

MIB = 1 << 20


@dataclass
class Service:
    """A service at an address."""

    address: str

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 80

    def ask(self, path: str, *headers: str, method: str = "GET", body: bytes = b"",
            source: str = "") -> Answer:
        """The answer to one request."""
        return once(self.address, method, path, *headers, body=body, source=source)

    def wire(self, **options: object) -> Wire:
        """A connection."""
        return Wire(self.address, **options)  # type: ignore[arg-type]

    def healthy(self) -> bool:
        """Whether it says that it is ready."""
        try:
            return self.ask("/health").status == 200
        except (OSError, Ended):
            return False


@dataclass
class Own(Service):
    """A service that the test started, whose processes it may look at and end."""

    releases: Path
    process: subprocess.Popen[bytes]
    log: Path
    _ended: bool = field(default=False)

    @property
    def tree(self) -> list[int]:
        """The service's process and all below it."""
        return [self.process.pid, *below(self.process.pid)]

    @property
    def server(self) -> int:
        """The process that answers HTTP: the one that holds our connection."""
        with self.wire() as wire:
            wire.ask("GET", "/health")
            wire.answer()
            inode = _inode(self.port, wire.local_port)
            return next(pid for pid in self.tree if inode in descriptors(pid).values())

    @property
    def memory(self) -> int:
        """Bytes that all its processes take together, shared ones counted once."""
        return sum(_share(pid) for pid in self.tree)

    @property
    def said(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(errors="replace")

    @property
    def lines(self) -> list[str]:
        """What it wrote so far, by line."""
        return self.said.splitlines()

    def connections(self) -> int:
        """The connections that are established with it."""
        return sum(local == self.port and state == "01" for local, _, state, _ in _sockets())

    def stop(self, seconds: float = 60.0) -> int:
        """SIGTERM; its exit status. Raises TimeoutExpired where it goes on."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@contextlib.contextmanager
def started(releases: Path, log: Path, *options: object, descriptors: int = 0) -> Iterator[Own]:
    """Run `graphsvc serve` over a folder of releases until the context is left.

    descriptors: how many it may open. Raises RuntimeError with what it wrote where it ends at once.
    """
    port = free_port()
    limit = ["prlimit", f"--nofile={descriptors}"] if descriptors else []
    command = [*limit, sys.executable, "-m", "graphsvc", "serve", "--releases", str(releases),
               "--port", str(port), *map(str, options)]
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT,
                                   start_new_session=True)
    service = Own(f"http://127.0.0.1:{port}", releases, process, log)
    try:
        wait_until(lambda: process.poll() is not None or service.healthy(), 60, "it does not start")
        if process.poll() is not None:
            raise RuntimeError(service.said)
        yield service
    finally:
        left = service.tree
        with contextlib.suppress(subprocess.TimeoutExpired):
            service.stop(20)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def wait_until(holds: Callable[[], object], seconds: float = 20.0, otherwise: str = "") -> None:
    """Look again and again until something is true; fail where it is not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise or f"not within {seconds:g} seconds"
        time.sleep(0.02)


def always(holds: Callable[[], object], seconds: float, otherwise: str) -> None:
    """Look again and again for so long whether something stays true; fail where it is not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert holds(), otherwise
        time.sleep(0.02)


def below(pid: int) -> list[int]:
    """The process ids of all descendants that live."""
    found = []
    for child in children(pid):
        found += [child, *below(child)]
    return found


def children(pid: int) -> list[int]:
    """The process ids of what a process started and that live."""
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in tasks.read_text().split()]
    return [child for child in found if _lives(child)]


def descriptors(pid: int) -> dict[str, str]:
    """What a process holds open, by number."""
    found = {}
    for path in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            found[path.name] = os.readlink(path)
    return found


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def _share(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def _sockets() -> Iterator[tuple[int, int, str, str]]:
    """Local port, remote port, state and inode of all TCP sockets of IPv4."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        local, remote = (int(parts[i].rpartition(":")[2], 16) for i in (1, 2))
        yield local, remote, parts[3], parts[9]


def _inode(local: int, remote: int) -> str:
    return next(f"socket:[{inode}]" for here, there, _, inode in _sockets()
                if (here, there) == (local, remote))
