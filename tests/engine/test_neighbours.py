"""No query hurts another: small ones go on beside hopeless ones, whose workers are replaced."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from statistics import quantiles
from urllib.parse import quote

import httpx
import pytest
from graphsvc.engine.lanes import SLOW_WORKERS

from tests.conformance.servers import DataServer
from tests.engine.conftest import PEOPLE, Start
from tests.engine.processes import below, idle_class, wait_until, workers, zygote
from tests.engine.test_limits import ENDLESS, GREEDY
from tests.engine.wire import Wire, get

pytestmark = pytest.mark.alone

SMALL = "SELECT ?o {{ <urn:person:{}> <urn:knows> ?o }}"
HOPELESS_SECONDS = 2
MANY_TIMES = 20
"""How much slower than the slowest alone 99 in 100 beside others may be, on a busy machine."""


def ask_hundred(server: DataServer, label: str) -> list[float]:
    """Ask a hundred small queries, none of which is cached; the seconds that each took."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    taken = []
    for number in range(100):
        query = quote(f"{SMALL.format(number)} # {label}")
        began = time.perf_counter()
        connection.request("GET", f"/sparql?query={query}", headers={"Accept": "text/csv"})
        answer = connection.getresponse()
        rows = answer.read().splitlines()
        taken.append(time.perf_counter() - began)
        assert answer.status == 200 and len(rows) in (3, 4)
    connection.close()
    return taken


def test_small_queries_are_answered_while_hopeless_ones_are_stopped(start: Start) -> None:
    server = start("--time-limit", HOPELESS_SECONDS, "--memory-limit", 256)
    ask_hundred(server, "first")
    alone = max(ask_hundred(server, "alone"))
    hopeless = [*ENDLESS.values(), *GREEDY.values()][-SLOW_WORKERS:]
    with ThreadPoolExecutor(len(hopeless)) as pool:
        stopped = [pool.submit(httpx.get, server.url, params={"query": query}, timeout=30)
                   for query in hopeless]
        wait_until(lambda: len(workers(server.pid)) > len(hopeless))
        beside = []
        while not all(future.done() for future in stopped):
            beside += ask_hundred(server, f"beside {len(beside)}")
        answers = [future.result() for future in stopped]
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.json()["limit"] for answer in answers} <= {"time", "memory"}
    assert len(beside) >= 100
    assert max(beside) < HOPELESS_SECONDS / 2  # nobody waits for the end of a hopeless one
    assert quantiles(beside, n=100)[-1] < MANY_TIMES * max(alone, 0.01)


def test_more_hopeless_queries_than_there_is_room_for_leave_small_ones_their_workers(
    start: Start
) -> None:
    server = start("--time-limit", 6)
    ask_hundred(server, "before the crowd")
    crowd = 3 * SLOW_WORKERS
    with ThreadPoolExecutor(crowd) as pool:
        query = ENDLESS["count of a cross product"]
        stopped = [pool.submit(httpx.get, server.url, params={"query": f"{query} # crowd {n}"},
                               timeout=60) for n in range(crowd)]
        time.sleep(2)
        taken = ask_hundred(server, "in the crowd")
        assert not any(future.done() for future in stopped)
        assert len(workers(server.pid)) < 2 * SLOW_WORKERS
        told = {(answer.status_code, answer.json()["type"].rsplit(":")[-1])
                for answer in (future.result() for future in stopped)}
    assert told == {(503, "time-limit"), (503, "overloaded")}
    assert sorted(taken)[50] < 0.1 and max(taken) < 2


def test_a_postponed_query_is_answered_when_there_is_room(start: Start) -> None:
    server = start("--time-limit", 5)
    counted = "SELECT (COUNT(*) AS ?n) { ?a <urn:knows>/<urn:knows>/<urn:knows> ?b }"
    server.ask("ASK {}", "*/*")
    with ThreadPoolExecutor(30) as pool:
        query = ENDLESS["count of a cross product"]
        stopped = [pool.submit(httpx.get, server.url, params={"query": f"{query} # room {n}"},
                               timeout=60) for n in range(SLOW_WORKERS + 2)]
        time.sleep(3)  # what is asked now is waited for until three seconds after these are stopped
        answers = list(pool.map(
            lambda n: httpx.get(server.url, params={"query": f"{counted} # room {n}"}, timeout=60),
            range(12)))
        assert {future.result().status_code for future in stopped} == {503}
    assert {answer.status_code for answer in answers} == {200}


def test_clients_that_hang_up_free_their_workers(start: Start) -> None:
    server = start("--time-limit", 600)
    server.ask("ASK {}", "*/*")
    at_rest = len(workers(server.pid))
    for way in ("GET", "POST", "GET streaming"):
        connections = [_hopeless(server.port, way) for _ in range(6)]
        wait_until(lambda: sum(map(idle_class, workers(server.pid))) >= 6)
        for connection in connections:
            connection.close()
        wait_until(lambda: not any(map(idle_class, workers(server.pid)))
                   and len(workers(server.pid)) == at_rest)
    assert server.ask("ASK { ?s ?p ?o }", "*/*")[0] == 200


def _hopeless(port: int, way: str) -> socket.socket:
    """A connection over which a hopeless query was asked."""
    connection = socket.create_connection(("127.0.0.1", port))
    query = ENDLESS["count of a cross product"]
    if way == "POST":
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/sparql-query\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(query), query.encode()))
        return connection
    if way == "GET streaming":
        query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    connection.sendall(
        f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    if way == "GET streaming":
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
    return connection


def test_everybody_gets_their_own_answer_whatever_the_others_ask_or_leave(start: Start) -> None:
    server = start("--time-limit", 60)
    server.ask("ASK {}", "*/*")
    with ThreadPoolExecutor(24) as pool:
        told = list(pool.map(lambda client: _ask_all_sorts(server, Random(client)), range(24)))
    assert sum(map(len, told)) > 1000
    assert {status for statuses in told for status in statuses} == {200, 400}
    assert not any(map(idle_class, workers(server.pid)))


def test_a_worker_that_is_killed_takes_no_answer_with_it_but_its_own(start: Start) -> None:
    server = start("--time-limit", 60)
    server.ask("ASK {}", "*/*")
    killed = 0
    with ThreadPoolExecutor(12) as pool:
        clients = [pool.submit(_ask_all_sorts, server, Random(client)) for client in range(12)]
        while not all(client.done() for client in clients):
            with suppress(IndexError, ProcessLookupError):
                os.kill(workers(server.pid)[-1], signal.SIGKILL)
                killed += 1
            time.sleep(0.05)
        told = [status for client in clients for status in client.result()]
    assert {*told} <= {200, 400, 503} and len(told) > 500
    assert told.count(503) <= killed


def _ask_all_sorts(server: DataServer, random: Random) -> list[int]:
    """Ask small, slower, large and wrong queries, and go away now and then; what was told."""
    wire, told = Wire(server), []
    for _ in range(60):
        number = random.randrange(1_000_000)
        small = f"SELECT ({number} AS ?n) {{}}"
        counted = "SELECT (COUNT(*) AS ?pairs) { ?a <urn:knows>/<urn:knows> ?b }"
        slower = f"SELECT ({number} AS ?n) {{ {{ {counted} }} FILTER(?pairs > 0) }}"
        large = f"SELECT ({number} AS ?n) ?s {{ ?s <urn:name> ?name }}"
        query, status, expected = random.choices([
            (small, 200, b"n\r\n%d\r\n" % number),
            (slower, 200, b"n\r\n%d\r\n" % number),
            (large, 200, b"n,s\r\n" + b"".join(sorted(
                b"%d,urn:person:%d\r\n" % (number, person) for person in range(PEOPLE)))),
            (f"SELECT {number} {{}}", 400, None),
        ], [20, 2, 1, 2])[0]
        wire.send(get(query, "Accept: text/csv"))
        if random.random() < 0.1:
            wire.close()
            wire = Wire(server)
            continue
        answer = wire.answer()
        assert answer[0] in (status, 503)
        if answer[0] == 200:
            first, *rows = answer[2].splitlines(keepends=True)
            assert first + b"".join(sorted(rows)) == expected
        told.append(answer[0])
    wire.close()
    return told


def test_workers_that_are_killed_are_replaced(start: Start) -> None:
    server = start()
    server.ask("ASK {}", "*/*")
    at_rest = set(workers(server.pid))
    for worker in at_rest:
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: at_rest.isdisjoint(workers(server.pid)))
    for number in range(20):
        assert server.ask(f"{SMALL.format(number)} # killed", "text/csv")[0] == 200
    wait_until(lambda: len(workers(server.pid)) == len(at_rest))


def test_a_query_whose_worker_is_killed_is_told_so(start: Start) -> None:
    server = start()
    with ThreadPoolExecutor() as pool:
        query = ENDLESS["count of a cross product"]
        asked = pool.submit(httpx.get, server.url, params={"query": query}, timeout=30)
        wait_until(lambda: any(map(idle_class, workers(server.pid))))
        for worker in filter(idle_class, workers(server.pid)):
            os.kill(worker, signal.SIGTERM)
        answer = asked.result()
    assert (answer.status_code, answer.json()["title"]) == (503, "The service cannot answer now")
    assert server.ask("ASK { ?s ?p ?o }", "*/*")[0] == 200


def test_the_death_of_the_process_that_holds_the_data_is_survived(start: Start) -> None:
    server = start()
    server.ask("ASK {}", "*/*")
    old = zygote(server.pid)
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: old not in below(server.pid))
    wait_until(lambda: server.ask(f"{SMALL.format(1)} # {time.time()}", "text/csv")[0] == 200)
    wait_until(lambda: len(workers(server.pid)) > 0)


def test_no_process_outlives_the_service(start: Start, people: object) -> None:
    server = DataServer([people])  # type: ignore[list-item]
    asking = threading.Thread(target=_ask_in_vain, args=(server,))
    asking.start()
    wait_until(lambda: any(map(idle_class, workers(server.pid))))
    family = below(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    asking.join()
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in family))


def _ask_in_vain(server: DataServer) -> None:
    try:
        server.ask(ENDLESS["count of a cross product"], "*/*")
    except (http.client.HTTPException, OSError):
        return
    raise AssertionError("the query was answered")
