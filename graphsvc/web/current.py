"""What is served now, and the change to what is served next."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
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
        self._held = Held(serving)

    @property
    def now(self) -> T:
        """What is served at this moment; to keep it across an `await`, hold it."""
        return self._held.serving

    def hold(self) -> Held[T]:
        """What is served at this moment, which stays open until the context is left."""
        return self._held

    async def switch(self, serving: T) -> None:
        """Serve another thing from now on; return when the old one is closed."""
        old, self._held = self._held, Held(serving)
        await old.close()

    async def close(self) -> None:
        """Wait for the requests that are under way, then close."""
        await self._held.close()


class Held(AbstractContextManager[T]):
    """Something that stays open while it is held."""

    def __init__(self, serving: T) -> None:
        self.serving = serving
        self.holders = 0
        self.replaced = False
        self.unused = asyncio.Event()

    def __enter__(self) -> T:
        self.holders += 1
        return self.serving

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Hold it no longer."""
        self.holders -= 1
        if self.holders == 0 and self.replaced:
            self.unused.set()

    async def close(self) -> None:
        """Close it as soon as nobody holds it."""
        self.replaced = True
        if self.holders:
            await self.unused.wait()
        await self.serving.close()
