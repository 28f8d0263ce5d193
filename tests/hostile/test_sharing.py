"""Nobody makes others wait: fairness between clients, small queries next to endless ones, exports
(defects 11 and 12)."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from graphsvc.release import Releases
from tests.hostile.conftest import Start
from tests.hostile.crowd import Crowd, small_queries
from tests.hostile.queries import ENDLESS, MEDIUM, SMALL, once_more
from tests.hostile.service import Service

SLOWEST = 5.0
"""Seconds; what is promised is two, on a machine that does nothing else."""


def small() -> str:
    return once_more(SMALL)


def endless() -> str:
    return once_more(ENDLESS)


@pytest.mark.slow
@pytest.mark.alone
def test_a_client_that_floods_the_service_makes_no_other_wait(
    service: Service, from_here: str
) -> None:
    with Crowd(service.address, 300, endless, (from_here + "2",)) as flood:
        others = small_queries(service.address, 200, small, source=from_here + "3")
    assert Counter(others.statuses) == {200: 200}
    assert others.seconds[-1] < SLOWEST
    assert set(flood.statuses) <= {429, 503}
    assert flood.statuses.count(429) == len(flood.retry_after)
    assert all(1 <= int(seconds) <= 600 for seconds in flood.retry_after)


def test_a_client_may_ask_many_small_queries_at_once(service: Service, from_here: str) -> None:
    asked = small_queries(service.address, 640, small, clients=64, source=from_here + "4")
    assert Counter(asked.statuses) == {200: 640}


@pytest.mark.slow
@pytest.mark.alone
def test_small_queries_are_all_answered_soon_next_to_endless_and_medium_ones(
    service: Service, from_here: str
) -> None:
    many = tuple(f"127.0.1.{number}" for number in range(1, 65))
    with Crowd(service.address, 64, endless, many), \
            Crowd(service.address, 3, lambda: once_more(MEDIUM), (from_here + "5",)) as medium:
        asked = small_queries(service.address, 10_000, small)
    assert Counter(asked.statuses) == {200: 10_000}
    assert asked.at(0.99) < 0.5 and asked.seconds[-1] < SLOWEST
    assert medium.statuses.count(200) > 10


@pytest.mark.slow
@pytest.mark.alone
def test_exports_are_limited_and_the_service_answers_meanwhile(
    start: Start, request: pytest.FixtureRequest
) -> None:
    releases: Releases = request.getfixturevalue("releases")
    service = start(releases.folder)
    views = json.loads(service.ask("/export", "Accept: application/json").body)["views"]
    paths = [view["example"].replace(".graphml", f".{ending}")
             for view in views for ending in ("png", "graphml")]
    wires = [service.wire(patience=120) for _ in paths]
    for wire, path in zip(wires, paths, strict=True):
        wire.ask("GET", path)
    others = small_queries(service.address, 200, small)
    answers = [wire.answer() for wire in wires]
    for wire in wires:
        wire.close()
    assert Counter(others.statuses) == {200: 200}
    assert others.seconds[-1] < SLOWEST
    refused = [answer for answer in answers if answer.status in (429, 503)]
    assert all(answer.header("retry-after") for answer in refused)
    assert {answer.status for answer in answers if answer not in refused} <= {200, 404, 413, 422}
