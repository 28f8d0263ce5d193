"""Whatever is killed inside the service, it comes back by itself, and `/health` does not lie
(defect 5)."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest

from tests.hostile.conftest import Start
from tests.hostile.queries import ENDLESS, SMALL, once_more
from tests.hostile.raw import Ended, head, sparql
from tests.hostile.service import Own, below, children, wait_until

BACK_SECONDS = 30


def kill(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def answers(service: Own) -> bool:
    """Whether it answers a query that no cache knows."""
    return service.ask(sparql(once_more(SMALL))).status == 200


def lies(service: Own) -> bool:
    """Whether it says that it is ready, and refuses a query."""
    before = service.healthy()
    refused = not answers(service)
    return before and refused and service.healthy()


def comes_back(service: Own, *, kills: int) -> None:
    """Wait until it answers ten queries in a row. In between `/health` may be wrong once a kill,
    for that long it can take to notice; anything more is a lie."""
    wrong = in_a_row = 0

    def back() -> bool:
        nonlocal wrong, in_a_row
        wrong += lies(service)
        in_a_row = in_a_row + 1 if answers(service) else 0
        return in_a_row >= 10

    wait_until(back, BACK_SECONDS, f"it does not come back; it wrote: {service.said[-2000:]}")
    assert wrong <= kills
    assert service.healthy()


@pytest.fixture
def fresh(start: Start, shelf: Path) -> Own:
    return start(shelf)


@pytest.mark.slow
def test_the_engine_killed_once_comes_back(fresh: Own) -> None:
    kill(*children(fresh.server))
    comes_back(fresh, kills=1)


@pytest.mark.slow
def test_the_engine_killed_again_while_it_loads_comes_back(fresh: Own) -> None:
    server = fresh.server
    first = set(children(server))
    kill(*first)

    def successor() -> set[int]:
        with contextlib.suppress(OSError, Ended):
            fresh.ask(sparql(once_more(SMALL), timeout="0.05"))  # some services load when asked
        return set(children(server)) - first

    wait_until(successor, BACK_SECONDS, "nothing takes its place")
    kill(*set(children(server)) - first)
    comes_back(fresh, kills=2)


@pytest.mark.slow
def test_the_engine_killed_many_times_comes_back(fresh: Own) -> None:
    server = fresh.server
    for _ in range(6):
        kill(*children(server))
        with contextlib.suppress(OSError, Ended):
            fresh.ask(sparql(once_more(SMALL), timeout="0.2"))
    comes_back(fresh, kills=6)


@pytest.mark.slow
def test_workers_killed_under_load_cost_only_their_own_queries(fresh: Own) -> None:
    server = fresh.server
    zygotes = set(children(server))
    with fresh.wire() as wire:
        wire.send(head("GET", sparql(once_more(ENDLESS), timeout="5"), "Host: here"))
        wait_until(lambda: set(below(server)) - zygotes, 20, "no worker runs")
        kill(*set(below(server)) - zygotes)
        assert wire.answer().status in (500, 502, 503)
    comes_back(fresh, kills=1)


@pytest.mark.slow
def test_an_end_of_the_engine_is_written_to_the_log(fresh: Own) -> None:
    kill(*children(fresh.server))
    comes_back(fresh, kills=1)
    assert any("engine" in line.lower() or "worker" in line.lower() for line in fresh.lines)
