"""How the kernel shares the processors among the processes of the service (sched(7))."""

from __future__ import annotations

import os
from contextlib import suppress

NORMAL = os.SCHED_OTHER
"""Runs as soon as something comes for it."""
BATCH = os.SCHED_BATCH
"""Never runs in the middle of another's share of a processor; waits for its end."""
IDLE = os.SCHED_IDLE
"""Runs only where nothing else wants the processor."""


def schedule(process: int, policy: int) -> None:
    """Schedule a process (0: this thread) by a policy, where the kernel has it and allows it.

    Containers may have the default policy alone; what is gained by another is speed, no more.
    """
    with suppress(OSError):
        os.sched_setscheduler(process, policy, os.sched_param(0))
