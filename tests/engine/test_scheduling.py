"""The processes of the service leave one another the processors, where the kernel lets them."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from graphsvc.scheduling import schedule
from tests.conformance.servers import DataServer
from tests.engine.conftest import Start
from tests.engine.processes import wait_until, workers
from tests.engine.test_limits import ENDLESS
from tests.engine.wire import get


def policies(server: DataServer) -> tuple[int, set[int]]:
    """Of the service, and of its workers."""
    found = set()
    for worker in workers(server.pid):
        with suppress(ProcessLookupError):
            found.add(os.sched_getscheduler(worker))
    return os.sched_getscheduler(server.pid), found


def test_neither_service_nor_workers_interrupt_one_another(start: Start) -> None:
    server = start()
    wait_until(lambda: policies(server) == (os.SCHED_BATCH, {os.SCHED_BATCH}))
    for number in range(20):
        server.ask(f"ASK {{ FILTER({number} > 10) }}", "*/*")
    wait_until(lambda: policies(server) == (os.SCHED_BATCH, {os.SCHED_BATCH}))


def test_the_service_is_woken_at_once_while_a_query_takes_its_share_of_a_processor(
    start: Start
) -> None:
    server = start()
    with socket.create_connection(("127.0.0.1", server.port)) as asking:
        asking.sendall(get(ENDLESS["rows that match nothing"]))
        wait_until(lambda: policies(server) == (os.SCHED_OTHER, {os.SCHED_BATCH}))
        wait_until(lambda: policies(server) == (os.SCHED_BATCH, {os.SCHED_BATCH, os.SCHED_IDLE}))
        with socket.create_connection(("127.0.0.1", server.port)) as another:
            another.sendall(get(ENDLESS["rows that match nothing"] + " # another"))
            wait_until(lambda: policies(server)[0] == os.SCHED_OTHER)
        wait_until(lambda: policies(server)[0] == os.SCHED_BATCH)
    wait_until(lambda: policies(server) == (os.SCHED_BATCH, {os.SCHED_BATCH}))


def test_a_policy_that_the_kernel_does_not_have_is_done_without() -> None:
    before = os.sched_getscheduler(0)
    schedule(0, 99)
    assert os.sched_getscheduler(0) == before
