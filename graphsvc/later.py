"""Calls that are nearly always called off: a timer for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Call:
    """A call that will be made unless it is called off."""

    __slots__ = ("at", "function")

    def __init__(self, at: float, function: Callable[[], None]) -> None:
        self.at = at
        self.function: Callable[[], None] | None = function

    def cancel(self) -> None:
        """Call it off."""
        self.function = None

    def make(self) -> None:
        """Make it, unless it was called off at the last moment."""
        if self.function is not None:
            self.function()


class Later:
    """Calls functions after one and the same delay, in seconds.

    An event loop's own timers cost several microseconds each, here they cost one for all: as
    every call waits equally long, they come due in the order in which they were asked for.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._calls: deque[Call] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._armed = False

    def call(self, function: Callable[[], None]) -> Call:
        """Call the function after the delay, from the event loop that runs at the first call."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()  # which asks the kernel, each time
        call = Call(self._loop.time() + self._delay, function)
        calls = self._calls
        while calls and calls[0].function is None:
            calls.popleft()
        calls.append(call)
        if not self._armed:
            self._armed = True
            self._loop.call_later(self._delay, self._due)
        return call

    def _due(self) -> None:
        loop = self._loop
        assert loop is not None, "armed by a call"
        now = loop.time()
        calls = self._calls
        while calls and (calls[0].function is None or calls[0].at <= now):
            call = calls.popleft()
            if call.function is not None:
                loop.call_soon(call.make)
        self._armed = bool(calls)
        if calls:
            loop.call_later(max(0.0, calls[0].at - now), self._due)
