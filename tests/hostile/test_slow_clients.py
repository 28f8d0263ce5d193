"""Clients that send slowly, or do not read, are dropped after a while (defects 7 and 8); a signal
ends the service whatever clients do.

The clients of the first tests begin together, so that their deadlines pass together.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hostile.conftest import Start
from tests.hostile.queries import ENDLESS, LARGE, SLOW, once_more
from tests.hostile.raw import Wire, head, sparql
from tests.hostile.service import MIB, Own, children, wait_until

HEAD_SECONDS = 30
"""Until a client that does not finish its head is dropped, at most; the service says less."""
BODY_SECONDS = 60
WRITE_SECONDS = 90
STOP_SECONDS = 30
"""From SIGTERM to the end of the process, at most, whatever clients do."""
DEAF = 150
"""Clients that do not read."""


@pytest.fixture(scope="module")
def begun(service: Own, request: pytest.FixtureRequest) -> Iterator[dict[str, list[Wire]]]:
    """Slow clients of all sorts, which have just begun."""
    with ExitStack() as stack:
        def wires(number: int, beginning: bytes) -> list[Wire]:
            found = [stack.enter_context(service.wire(patience=BODY_SECONDS + 5))
                     for _ in range(number)]
            for wire in found:
                wire.send(beginning)
            return found

        post = ("Host: here", "Content-Type: application/sparql-query")
        yield {
            "nothing": wires(5, b""),
            "half a line": wires(5, b"GET /hea"),
            "half a head": wires(5, b"GET /health HTTP/1.1\r\nHost: here\r\n"),
            "half a body": wires(5, head("POST", "/sparql", *post, "Content-Length: 10") + b"ASK"),
            "half a chunk": wires(5, head("POST", "/sparql", *post, "Transfer-Encoding: chunked")
                                  + b"5\r\nASK"),
            "no trailer": wires(5, head("POST", "/sparql", *post, "Transfer-Encoding: chunked")
                                + b"5\r\nASK{}\r\n0\r\n"),
        }


@pytest.mark.slow
@pytest.mark.parametrize("what", ["half a line", "half a head", "half a body", "half a chunk",
                                  "no trailer"])
def test_a_client_that_stops_in_the_middle_of_a_request_is_dropped(
    what: str, begun: dict[str, list[Wire]]
) -> None:
    for wire in begun[what]:
        answers = wire.answers()  # until the service closes
        assert [answer.status for answer in answers] in ([], [408], [400])


@pytest.mark.slow
@pytest.mark.parametrize("part", ["head", "body"])
def test_a_client_that_sends_a_byte_at_a_time_is_dropped_too(part: str, own: Own) -> None:
    with own.wire() as wire:
        wire.send(b"GET /health HTTP/1.1\r\nHost: here\r\nX-Long: " if part == "head" else
                  head("POST", "/sparql", "Host: here", "Content-Type: application/sparql-query",
                       "Content-Length: 90000"))
        began = time.monotonic()
        limit = HEAD_SECONDS if part == "head" else BODY_SECONDS
        with pytest.raises(OSError):
            while time.monotonic() < began + limit:
                wire.send(b"#")
                time.sleep(0.2)


@pytest.mark.slow
def test_half_requests_up_to_the_last_descriptor_lock_nobody_out_for_long(
    start: Start, shelf: Path
) -> None:
    service = start(shelf, descriptors=256)
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(service.wire()).send(b"GET /health HTTP/1.1\r\nHost: here\r\n")
        wait_until(service.healthy, HEAD_SECONDS, "/health stays out of reach")


@pytest.mark.slow
def test_clients_that_do_not_read_take_little_memory_and_are_dropped(
    start: Start, shelf: Path
) -> None:
    service = start(shelf)
    request = head("GET", sparql(LARGE), "Host: here", "Accept: text/csv")
    assert len(service.ask(sparql(LARGE), "Accept: text/csv").body) > 4_000_000
    before, idle = service.memory, service.connections()
    with ExitStack() as stack:
        for _ in range(DEAF):
            stack.enter_context(service.wire(receive_buffer=4096)).send(request)
        wait_until(lambda: service.connections() >= idle + DEAF)
        highest = before

        def dropped() -> bool:
            nonlocal highest
            highest = max(highest, service.memory)
            assert service.ask("/health").status == 200
            return service.connections() <= idle + 1

        wait_until(dropped, WRITE_SECONDS, "they are not dropped")
        assert highest < before + 2 * DEAF * MIB  # half of what they asked for
    assert service.memory < before + DEAF * MIB


@pytest.mark.slow
@pytest.mark.parametrize("clients", ["deaf", "half", "endless"])
def test_sigterm_ends_the_service_in_time_whatever_clients_do(
    clients: str, start: Start, shelf: Path
) -> None:
    service = start(shelf, "--time-limit", 300)
    request = {
        "deaf": head("GET", sparql(LARGE), "Host: here", "Accept: text/csv"),
        "half": head("POST", "/sparql", "Host: here", "Content-Length: 10"),
        "endless": head("GET", sparql(ENDLESS), "Host: here"),
    }[clients]
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(service.wire(receive_buffer=4096)).send(request)
        service.ask(sparql(once_more(SLOW)))
        assert service.stop(STOP_SECONDS) == 0


@pytest.mark.slow
def test_sigterm_lets_a_request_under_way_finish_and_ends_idle_connections(
    start: Start, shelf: Path
) -> None:
    service = start(shelf)
    with service.wire() as idle, service.wire() as busy:
        idle.ask("GET", "/health")
        idle.answer()
        busy.send(head("GET", sparql(once_more(SLOW)), "Host: here", "Accept: text/csv"))
        service.ask("/health")
        service.process.send_signal(signal.SIGTERM)
        assert busy.answer().body.startswith(b"n\r\n")
        assert idle.closed()
    assert service.process.wait(STOP_SECONDS) == 0
    assert "Traceback" not in service.said


@pytest.mark.slow
def test_sighup_ends_no_request_under_way(start: Start, shelf: Path) -> None:
    service = start(shelf)
    with service.wire() as busy:
        busy.send(head("GET", sparql(once_more(SLOW)), "Host: here", "Accept: text/csv"))
        service.ask("/health")
        service.process.send_signal(signal.SIGHUP)
        assert busy.answer().status == 200


@pytest.mark.slow
def test_a_client_that_hangs_up_frees_what_its_query_held(start: Start, shelf: Path) -> None:
    service = start(shelf, "--time-limit", 300)
    service.ask(sparql(once_more(SLOW)))
    for _ in range(12):
        with service.wire() as wire:
            wire.send(head("GET", sparql(once_more(ENDLESS)), "Host: here"))
            service.ask("/health")
    answer = service.ask(sparql(once_more(SLOW)), "Accept: text/csv")
    assert answer.status == 200


def test_a_flood_of_connections_that_end_at_once_leaves_no_descriptor_open(own: Own) -> None:
    def open_sockets() -> int:
        return own.connections()

    before = open_sockets()
    for turn in range(300):
        with own.wire() as wire:
            if turn % 2:
                wire.send(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
    wait_until(lambda: open_sockets() <= before)
    assert json.loads(own.ask("/health").body)["release"]


def test_a_broken_connection_in_the_middle_of_an_answer_is_no_news(own: Own) -> None:
    for _ in range(10):
        with own.wire(receive_buffer=4096) as wire:
            wire.send(head("GET", sparql(once_more(LARGE)), "Host: here"))
            wire.first_byte()
    wait_until(own.healthy)
    assert children(own.process.pid)
    assert "Traceback" not in own.said
