"""Calls that are nearly always called off."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest

from graphsvc.later import Later

pytestmark = pytest.mark.alone


def test_calls_are_made_in_order_unless_they_were_called_off() -> None:
    made: list[int] = []

    async def ask() -> list[float]:
        loop = asyncio.get_running_loop()
        later = Later(0.2)
        begun, times = loop.time(), []
        calls = []
        for number in range(6):
            calls.append(later.call(partial(made.append, number)))
            later.call(lambda: times.append(loop.time() - begun))
            await asyncio.sleep(0.01)
        for number in (0, 3, 5):
            calls[number].cancel()
        await asyncio.sleep(0.4)
        later.call(partial(made.append, 6))
        await asyncio.sleep(0.3)
        return times

    times = asyncio.run(ask())
    assert made == [1, 2, 4, 6]
    assert len(times) == 6
    assert times == sorted(times)
    assert times[0] >= 0.19


def test_what_was_called_off_is_not_kept() -> None:
    async def ask() -> int:
        later = Later(60)
        for _ in range(10_000):
            later.call(lambda: None).cancel()
        return len(later._calls)

    assert asyncio.run(ask()) == 1


def test_a_call_that_fails_does_not_keep_others_from_being_made() -> None:
    made: list[int] = []

    async def ask() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        later = Later(0.01)
        later.call(lambda: made[7])
        later.call(partial(made.append, 1))
        await asyncio.sleep(0.1)

    asyncio.run(ask())
    assert made == [1]


def test_a_call_may_be_called_off_by_one_that_is_due_with_it() -> None:
    made: list[int] = []

    async def ask() -> None:
        later = Later(0.01)
        calls = [later.call(lambda: calls[1].cancel()), later.call(partial(made.append, 1)),
                 later.call(partial(made.append, 2))]
        time.sleep(0.02)  # now they are due at once
        await asyncio.sleep(0.1)

    asyncio.run(ask())
    assert made == [2]
