"""What is served now, and the change to what is served next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """Something that holds resources."""

    async def close(self) -> None:
        """Let go of them."""
        ...


T = TypeVar("T", bound=Closable)


class Current(Generic[T]):
    """Gives every request one thing to answer from, for as long as the request lasts.

    Switching changes it for requests that begin afterwards; the old one is closed when the last
    request that holds it has ended.
    """

    def __init__(self, serving: T) -> None:
        self._held = _Held(serving)

    @property
    def now(self) -> T:
        """What is served at this moment; to keep it across an `await`, hold it."""
        return self._held.serving

    @contextmanager
    def hold(self) -> Iterator[T]:
        """What is served at this moment, which stays open until the context is left."""
        held = self._held
        held.holders += 1
        try:
            yield held.serving
        finally:
            held.holders -= 1
            if held.holders == 0 and held.replaced:
                held.unused.set()

    async def switch(self, serving: T) -> None:
        """Serve another thing from now on; return when the old one is closed."""
        old, self._held = self._held, _Held(serving)
        await old.close()

    async def close(self) -> None:
        """Wait for the requests that are under way, then close."""
        await self._held.close()


class _Held(Generic[T]):
    def __init__(self, serving: T) -> None:
        self.serving = serving
        self.holders = 0
        self.replaced = False
        self.unused = asyncio.Event()

    async def close(self) -> None:
        self.replaced = True
        if self.holders:
            await self.unused.wait()
        await self.serving.close()
