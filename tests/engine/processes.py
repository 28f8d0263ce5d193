"""The processes below another, as the kernel tells of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def children(pid: int) -> list[int]:
    """The process ids of what a process started itself."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except FileNotFoundError:
        return []
    return [child for thread in threads for child in _children_of_thread(thread)]


def _children_of_thread(thread: Path) -> list[int]:
    """None where the thread has ended meanwhile: then another has its children."""
    try:
        return [int(child) for child in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def below(pid: int) -> list[int]:
    """The process ids of all descendants."""
    return [pid for child in children(pid) for pid in (child, *below(child))]


def zygote(pid: int) -> int:
    """The process that forks the workers of a service."""
    return below(pid)[0]


def workers(pid: int) -> list[int]:
    """The workers of a service that live."""
    return [child for child in below(zygote(pid)) if state(child) not in ("Z", "")]


def state(pid: int) -> str:
    """What a process does, in one letter: R runs, S sleeps, Z is over; nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def idle_class(pid: int) -> bool:
    """Whether a process runs only where nothing else wants the processor."""
    try:
        return os.sched_getscheduler(pid) == os.SCHED_IDLE
    except ProcessLookupError:
        return False


def memory(pid: int) -> int:
    """Bytes that a service and all its processes take together."""
    return sum(_share(each) for each in (pid, *below(pid)))


def _share(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something to become true; fail where it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
