"""Many clients at once, from addresses of their own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlsplit

from tests.hostile.raw import Wire, head, sparql


@dataclass
class Crowd:
    """Clients that ask queries again and again, in a thread of their own, until the context ends.

    query: makes the next query; sources: the addresses that they come from in turn.
    """

    address: str
    clients: int
    query: Callable[[], str]
    sources: tuple[str, ...]
    statuses: list[int] = field(default_factory=list)
    retry_after: list[str] = field(default_factory=list)
    asked: int = 0

    def __enter__(self) -> Crowd:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        deadline = time.monotonic() + 20
        while self.asked < self.clients:
            assert time.monotonic() < deadline, "the clients could not all ask"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: type[BaseException] | TracebackType | BaseException | None) -> None:
        self._stop.set()
        self._thread.join()

    async def _run(self) -> None:
        clients = [asyncio.create_task(self._client(number)) for number in range(self.clients)]
        while not self._stop.is_set():
            await asyncio.sleep(0.05)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, number: int) -> None:
        place = urlsplit(self.address)
        source = self.sources[number % len(self.sources)]
        first = True
        while True:
            try:
                reader, writer = await asyncio.open_connection(
                    place.hostname, place.port, local_addr=(source, 0))
            except OSError:
                await asyncio.sleep(0.1)
                continue
            try:
                writer.write(head("GET", sparql(self.query()), f"Host: {place.netloc}",
                                  "Connection: close"))
                await writer.drain()
                self.asked += first
                first = False
                answer = (await reader.read()).partition(b"\r\n\r\n")[0].decode("latin-1")
                self._count(answer)
                if " 429 " in answer[:20] or " 503 " in answer[:20]:
                    await asyncio.sleep(0.2)  # as even a rude client does
            except OSError:
                pass
            finally:
                writer.close()

    def _count(self, answer: str) -> None:
        lines = answer.splitlines()
        if not lines:
            return
        self.statuses.append(int(lines[0].split()[1]))
        if self.statuses[-1] == 429:
            self.retry_after += [line.partition(":")[2].strip() for line in lines
                                 if line.lower().startswith("retry-after:")]


@dataclass
class Asked:
    """What small queries got while a crowd was there: statuses, and seconds in order."""

    statuses: list[int]
    seconds: list[float]

    def at(self, share: float) -> float:
        """The seconds within which so large a share was answered."""
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


def small_queries(address: str, number: int, query: Callable[[], str], *, clients: int = 4,
                  source: str = "127.0.0.1") -> Asked:
    """Ask so many queries, one after the other on each of some connections."""
    statuses: list[int] = []
    taken: list[float] = []

    def client() -> None:
        with Wire(address, source=source, patience=60) as wire:
            for _ in range(number // clients):
                began = time.perf_counter()
                wire.ask("GET", sparql(query()), "Accept: text/csv")
                statuses.append(wire.answer().status)
                taken.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == number // clients * clients, "a connection broke"
    return Asked(statuses, sorted(taken))
