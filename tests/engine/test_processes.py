"""What the other tests are told of processes is true while threads come and go."""

from __future__ import annotations

import os
import subprocess
import threading

from tests.engine.processes import children


def test_no_child_is_overlooked_while_threads_end() -> None:
    over = threading.Event()

    def start_and_end_threads() -> None:
        while not over.is_set():
            thread = threading.Thread(target=bool)
            thread.start()
            thread.join()

    restless = threading.Thread(target=start_and_end_threads)
    child = subprocess.Popen(["sleep", "60"])
    restless.start()
    try:
        seen = [child.pid in children(os.getpid()) for _ in range(500)]
    finally:
        over.set()
        restless.join()
        child.kill()
        child.wait()
    assert all(seen)
