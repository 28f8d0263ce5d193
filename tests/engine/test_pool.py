"""The embedded engine, asked as the service asks it: fair, limited, and back after any death."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import uvloop

from graphsvc.engine.base import (
    Lane,
    LimitExceeded,
    LimitKind,
    Limits,
    Overloaded,
    Request,
    UpstreamError,
    read,
)
from graphsvc.engine.embedded import EmbeddedEngine, Source
from graphsvc.engine.pool import WORKERS
from graphsvc.errors import GraphsvcError
from tests.engine.conftest import PEOPLE
from tests.engine.processes import below, children, state

PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
RUNAWAY = f"SELECT (COUNT(*) AS ?n) {{{{ {PRODUCT} }}}} # {{}}"
SMALL = "SELECT ?o {{ <urn:person:{}> <urn:knows> ?o }}"
MEDIUM = ("SELECT (COUNT(*) AS ?n) {{ SELECT * {{ ?a <urn:knows>/<urn:knows>/<urn:knows> ?b }}"
          " LIMIT 40000 }} # {}")  # fmt: skip
Ask = Callable[..., Coroutine[Any, Any, bytes]]


@asynccontextmanager
async def engine_over(people: Path, **limits: Any) -> AsyncIterator[EmbeddedEngine]:
    """An engine over the people, which is closed at the end."""
    source = Source((people,), None, union_default_graph=False, release="people")
    engine = EmbeddedEngine(source, Limits(**limits))
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()


def ask(engine: EmbeddedEngine, query: str, client: str | None = None, **more: Any) -> Any:
    """The answer as CSV."""
    return read(engine, Request(query, "text/csv", client=client, **more))


async def outcome(asked: Coroutine[Any, Any, bytes]) -> bytes | GraphsvcError:
    """An answer, or the error in its place."""
    try:
        return await asked
    except GraphsvcError as error:
        return error


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run in the event loop that the server has."""
    uvloop.run(asyncio.wait_for(work, 240))


async def until(holds: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait for something to become true; fail where it does not."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


def zygote() -> int:
    """The process that holds the data; other tests may have left services of theirs running."""
    return next(child for child in children(os.getpid()) if state(child) != "Z"
                and b"graphsvc.engine.worker" in Path(f"/proc/{child}/cmdline").read_bytes())


def workers() -> list[int]:
    """The workers that live."""
    return [child for child in below(zygote()) if state(child) not in ("Z", "")]


def demoted() -> list[int]:
    """The workers of slow queries."""
    found = []
    for worker in workers():
        with suppress(ProcessLookupError):
            if os.getpriority(os.PRIO_PROCESS, worker) == 19:
                found.append(worker)
    return found


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("addresses", ["one address", "an address each"])
def test_small_queries_are_answered_next_to_runaways_and_slower_ones(
    people: Path, addresses: str
) -> None:
    async def work() -> None:
        async with engine_over(people) as engine:
            def client(name: str) -> str:
                return "here" if addresses == "one address" else name

            async def repeat(query: str, name: str) -> None:
                for number in range(10**6):
                    await outcome(ask(engine, query.format(f"{name} {number}"), client(name)))

            taken: list[float] = []
            numbers = iter(range(10_000))

            async def small(name: str) -> None:
                for number in numbers:
                    began = time.monotonic()
                    query = SMALL.format(number % PEOPLE) + f" # {number}"
                    rows = await ask(engine, query, client(name))
                    taken.append(time.monotonic() - began)
                    assert len(rows.splitlines()) in (3, 4)

            others = [asyncio.create_task(repeat(RUNAWAY, f"runaway {n}")) for n in range(64)]
            others += [asyncio.create_task(repeat(MEDIUM, f"medium {n}")) for n in range(3)]
            await asyncio.gather(*(small(f"small {n}") for n in range(8)))
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            taken.sort()
            assert len(taken) == 10_000
            assert taken[9_900] < 0.1
            assert taken[-1] < 2

    run(work())


@pytest.mark.slow
def test_a_client_that_floods_makes_nobody_else_wait_or_be_refused(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people, seconds=120) as engine:
            flood = [asyncio.create_task(outcome(ask(engine, RUNAWAY.format(n), "flood")))
                     for n in range(300)]
            await until(lambda: sum(task.done() for task in flood) >= 90)
            for number in range(500):
                await ask(engine, SMALL.format(number), "other")
            await until(lambda: len(demoted()) <= engine.limits.slow_per_client)  # some still end
            refused = [task.result() for task in flood if task.done()]
            assert len(refused) < 300  # the others were answered first
            for error in refused:
                assert isinstance(error, Overloaded)
                assert (error.status, error.headers) == (429, {"Retry-After": "5"})
            for task in flood:
                task.cancel()
            await asyncio.gather(*flood, return_exceptions=True)
            await until(lambda: not demoted())

    run(work())


@pytest.mark.slow
def test_the_slow_queries_of_a_client_are_counted_over_both_lanes(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people, slow_per_client=2, seconds=60) as engine:
            slow = [asyncio.create_task(outcome(ask(engine, RUNAWAY.format(n), "one", lane=lane)))
                    for lane in Lane for n in range(4)]
            await until(lambda: len(demoted()) >= 2)
            for number in range(50):
                await ask(engine, SMALL.format(number), "one")
            await until(lambda: len(demoted()) == 2)
            await ask(engine, SMALL.format(50), "other", lane=Lane.REVIEWED)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    run(work())


@pytest.mark.slow
def test_the_queue_of_all_is_full_when_everybody_asks(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people, seconds=3, waiting=4) as engine:
            found = await asyncio.gather(*(
                outcome(ask(engine, RUNAWAY.format(n), f"client {n}")) for n in range(60)))
            kinds = {(type(error), error.status) for error in found  # type: ignore[union-attr]
                     if isinstance(error, GraphsvcError)}
            assert kinds == {(LimitExceeded, 503), (Overloaded, 503)}
            assert await ask(engine, "ASK {}") == b"true"

    run(work())


@pytest.mark.alone
def test_a_query_that_finds_no_room_is_answered_when_there_is(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people, slow_per_client=1) as engine:
            hopeless = asyncio.create_task(
                outcome(ask(engine, RUNAWAY.format(0), "one", timeout=10)))
            await until(demoted)
            slow = "SELECT (COUNT(*) AS ?n) { ?a <urn:name> ?b . ?c <urn:name> ?d } # "
            more = [asyncio.create_task(ask(engine, slow + str(n), "one")) for n in range(3)]
            small = [await ask(engine, SMALL.format(n), "one") for n in range(50)]
            assert len(demoted()) <= 1 and len(small) == 50
            for counted in await asyncio.gather(*more):
                assert counted.split() == [b"n", b"%d" % PEOPLE**2]
            error = await hopeless
            assert isinstance(error, LimitExceeded) and error.limit is LimitKind.TIME

    run(work())


def test_a_query_that_nobody_waits_for_is_stopped(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people, seconds=600) as engine:
            asked = [asyncio.create_task(outcome(ask(engine, RUNAWAY.format(n), f"c{n}")))
                     for n in range(20)]
            await until(lambda: len(demoted()) >= 8)
            for task in asked:
                task.cancel()
            stream = await engine.query(Request(f"SELECT * {{ {PRODUCT} }}", "text/csv"))
            async for _ in stream:
                break
            await stream.aclose()
            await until(lambda: not demoted() and len(workers()) == 2 * WORKERS)
            assert await ask(engine, "ASK {}") == b"true"

    run(work())


@pytest.mark.parametrize(("query", "limits", "limit"), [
    (RUNAWAY.format(0), {"seconds": 1}, LimitKind.TIME),
    (f"SELECT * {{ {PRODUCT} }} ORDER BY ?l ?a", {"memory_bytes": 64 << 20}, LimitKind.MEMORY),
    (f"SELECT * {{ {PRODUCT} }}", {"result_bytes": 1 << 20}, LimitKind.SIZE),
    (f"SELECT * {{ {PRODUCT} }}", {"result_bytes": 8 << 20}, LimitKind.SIZE),
    (f"SELECT * {{ {PRODUCT} }}", {"seconds": 0.5, "result_bytes": 4 << 30}, LimitKind.TIME),
])
def test_an_answer_that_is_stopped_never_looks_complete(
    people: Path, query: str, limits: dict[str, Any], limit: LimitKind
) -> None:
    async def work() -> None:
        async with engine_over(people, **limits) as engine:
            error = await outcome(ask(engine, query))
            assert isinstance(error, LimitExceeded) and error.limit is limit
            assert await ask(engine, "ASK {}") == b"true"

    run(work())


def test_an_answer_is_complete_at_once_or_comes_in_parts(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people) as engine:
            names = await engine.query(Request("SELECT ?s { ?s <urn:name> ?o }", "text/csv"))
            assert sum([part.count(b"\n") async for part in names]) == PEOPLE + 1
            large = await engine.query(Request(
                "SELECT * { ?a <urn:name> ?b . ?c <urn:name> ?d } LIMIT 200000", "text/csv"))
            parts = [part async for part in large]
            assert len(parts) > 1
            assert sum(part.count(b"\n") for part in parts) == 200_001

    run(work())


def test_calls_of_unknown_functions_are_reported(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people) as engine:
            stream = await engine.query(Request("SELECT (<urn:f>(1) AS ?x) {}", "text/csv"))
            assert stream.unknown_functions == ("urn:f",)

    run(work())


@pytest.mark.alone
def test_everybody_gets_their_own_answer_whatever_others_ask_or_leave(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people) as engine:
            async def client(random: Random) -> None:
                for _ in range(60):
                    number = random.randrange(1_000_000)
                    rows = random.choice([1, 1, 1, 1, 1, 3000, 200_000])
                    query = (f"SELECT ({number} AS ?n) {{ ?a <urn:name> ?b . ?c <urn:name> ?d }}"
                             f" LIMIT {rows}")
                    asked = asyncio.create_task(ask(engine, query, f"client {number % 5}"))
                    if random.random() < 0.1:
                        await asyncio.sleep(0)
                        asked.cancel()
                    else:
                        answer = await asked
                        assert answer == b"n\r\n" + b"%d\r\n" % number * rows

            await asyncio.gather(*(client(Random(seed)) for seed in range(24)))

    run(work())


def test_workers_that_are_killed_are_replaced_and_no_answer_is_lost(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people) as engine:
            await until(lambda: len(workers()) == 2 * WORKERS)
            at_rest = set(workers())
            asking = asyncio.gather(*(
                ask(engine, SMALL.format(number)) for number in range(150)))
            for worker in at_rest:
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            for rows in await asking:
                assert len(rows.splitlines()) in (3, 4)
            await until(lambda: at_rest.isdisjoint(workers()) and len(workers()) == 2 * WORKERS)

    run(work())


def test_the_engine_comes_back_when_the_process_that_holds_the_data_is_killed_again(
    people: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with engine_over(people) as engine:
            for _ in range(2):
                killed = zygote()
                os.kill(killed, signal.SIGKILL)
                await until(partial(is_another, killed))
                os.kill(zygote(), signal.SIGKILL)  # while it loads
                with pytest.raises(UpstreamError):
                    await engine.health()
                assert len((await ask(engine, SMALL.format(1))).splitlines()) == 4
                await engine.health()

    run(work())
    assert len(caplog.records) >= 4


def is_another(killed: int) -> bool:
    """Whether another process holds the data, or is about to."""
    try:
        return zygote() != killed
    except StopIteration:
        return False


@pytest.mark.slow
def test_health_asks_a_worker(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people) as engine:
            await engine.health()
            os.kill(zygote(), signal.SIGSTOP)
            stopped = [worker for worker in workers() if not os.kill(worker, signal.SIGSTOP)]
            with pytest.raises(UpstreamError):
                await engine.health()
            for process in (*stopped, zygote()):
                os.kill(process, signal.SIGCONT)
            await until_healthy(engine)

    run(work())


async def until_healthy(engine: EmbeddedEngine) -> None:
    """Wait until the engine is well."""
    async with asyncio.timeout(30):
        while isinstance(await outcome(engine.health()), GraphsvcError):  # type: ignore[arg-type]
            await asyncio.sleep(0.01)


def test_reviewed_queries_do_not_wait_for_free_ones(people: Path) -> None:
    async def work() -> None:
        async with engine_over(people, seconds=60) as engine:
            free = [asyncio.create_task(outcome(ask(engine, RUNAWAY.format(n)))) for n in range(40)]
            await until(lambda: len(demoted()) >= 8)
            for number in range(100):
                await ask(engine, SMALL.format(number), lane=Lane.REVIEWED)
            assert not any(task.done() for task in free)
            for task in free:
                task.cancel()
            await asyncio.gather(*free, return_exceptions=True)

    run(work())


def test_no_process_outlives_the_engine(people: Path) -> None:
    before = set(below(os.getpid()))

    async def work() -> None:
        async with engine_over(people) as engine:
            asked = asyncio.create_task(outcome(ask(engine, RUNAWAY.format(0))))
            await until(demoted)
            await engine.close()
            assert isinstance(await asked, UpstreamError)
            await until(lambda: set(below(os.getpid())) <= before)

    run(work())


def test_a_file_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bad.ttl"
    file.write_text("<urn:a> <urn:b>\n<urn:c")

    async def work() -> None:
        engine = EmbeddedEngine(Source((file,), None, False, "bad"))
        try:
            for _ in range(2):
                with pytest.raises(GraphsvcError, match=r"bad\.ttl, line 2"):
                    await engine.start()
        finally:
            await engine.close()

    run(work())
