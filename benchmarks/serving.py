"""Measures of the running servers. Rounds are interleaved: each server has its turn in each."""

from __future__ import annotations

import asyncio
import select
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx

from benchmarks import load, servers
from benchmarks.data import QUERIES, Prepared
from benchmarks.figures import Figure, Figures
from benchmarks.servers import Server
from graphsvc.service import Serving

SMALL = ("look-up", "uses")
SHAPES = ("narrower", "trends", "co-occurrence", "matrix", "top", "sort", "not-exists", "text",
          "two-hop", "rows", "look-up")
CLIENTS = (1, 8, 64)
THINGS = 100
WEB = {
    "API answer, repeated": "/api/approaches/pace/partnerships",
    "home, repeated": "/", "partnership, repeated": "/id/partnership/midlothian",
    "API answer, new": "/api/approaches/THING/partnerships?limit=LIMIT",
    "partnership, new": "/id/partnership/midlothian?n=NUMBER",
    "approach, new": "/id/approach/safe-and-together?n=NUMBER",
    "theme, new": "/id/theme/leadership?n=NUMBER",
}
"""Addresses of the real release; a number that no other request has makes them new."""
LIMITS = 50
"""How many new addresses there are of each thing in a round."""
QUESTION_SECONDS = 30.0
LONGEST_ADDRESS = 2000
"""Bytes up to which a query is asked by GET, as clients do."""
START_ROUNDS = 5


class Bench:
    """The servers of one size, where measures are taken and kept."""

    def __init__(
        self, data: Prepared, peers: Path, names: Iterable[str], figures: Figures,
        seconds: int, rounds: int,
    ) -> None:
        self.data, self.peers, self.names = data, peers, list(names)
        self.figures, self.seconds, self.rounds = figures, seconds, rounds
        self._limit = 0

    @property
    def _engines(self) -> list[str]:
        """The servers that answer SPARQL."""
        return [name for name in self.names if name != "datasette"]

    def _keep(self, measure: str, subject: str, case: str, numbers: Mapping[str, float | None],
              failure: str = "") -> None:
        for name, number in numbers.items():
            self.figures.add(Figure(measure, self.data.size, subject, case, name, number, failure))

    def starting(self) -> None:
        """Seconds from the start of a process to its first answer, and its memory then."""
        for _ in range(START_ROUNDS if self.rounds > 1 else 1):
            for name in (name for name in ("graphsvc", "oxigraph") if name in self.names):
                with servers.running(name, self.data, self.peers) as server:
                    self._keep("starting", name, "", {"seconds": server.start_seconds,
                                                      "MiB": server.resident_mib()})

    def throughput(self) -> None:
        """Requests a second and latency: repeated, never repeated, and 10,000 rows."""
        self.figures.begin("memory", self.data.size)
        few, many = self.data.things[:10], self.data.things[:THINGS]
        plans = [(f"repeated, {n}", load.repeated(SMALL, few), n, load.JSON) for n in CLIENTS]
        plans += [(f"never repeated, {n}", load.fresh(SMALL, many), n, load.JSON)
                  for n in CLIENTS]
        plans.append(("10,000 rows of CSV, never repeated, 8",
                      load.fresh(["rows"], many[:1]), 8, load.CSV))
        with ExitStack() as stack:
            running = self._start(stack, self._engines)
            for server in running:  # what each loads at its first queries
                load.measure(server, plans[3][1], 8, 1)
            for _ in range(self.rounds):
                for case, queries, clients, accept in plans:
                    for server in running:
                        seen = load.measure(server, queries, clients, self.seconds, accept)
                        answered = seen.requests > seen.failed
                        numbers: dict[str, float | None] = {
                            name: number if answered or name in ("rate", "failed") else None
                            for name, number in asdict(seen).items()}
                        self._keep("throughput", server.name, case, numbers)
            for server in running:
                self._keep("memory", server.name, "after load", {"MiB": server.resident_mib()})

    def web(self) -> None:
        """Requests a second for pages and API answers, repeated and never asked before."""
        with ExitStack() as stack:
            running = self._start(stack, [n for n in self.names if n in ("graphsvc", "datasette")])
            for _ in range(self.rounds):
                for server in running:
                    root, _, path = server.url.partition("//")[2].partition("/")
                    table = {"table as JSON": f"/{path}", "home": "/",
                             "table as page": f"/{path.removesuffix('.json')}"}
                    for case, address in (WEB if server.name == "graphsvc" else table).items():
                        seen = load.paths(f"http://{root}", self._addresses(address), 8,
                                          self.seconds)
                        self._keep("web", server.name, case, asdict(seen))

    def _addresses(self, address: str) -> list[str]:
        """The addresses that a pattern stands for: itself, or many that come once."""
        if "THING" not in address:
            return [address]
        slugs = [thing.value.rpartition("/")[2] for thing in self.data.things]
        self._limit += LIMITS
        return [address.replace("THING", slug).replace("LIMIT", str(self._limit - n))
                for n in range(LIMITS) for slug in slugs]

    def shapes(self) -> None:
        """Milliseconds of the usual research queries, one client."""
        def asked(name: str) -> Callable[[int], str]:
            return lambda number: load.bound(name, number, self.data.things[0])

        self._one_by_one("shapes", {name: asked(name) for name in SHAPES},
                         [name for name in self.names if name != "shmarql"])

    def questions(self) -> None:
        """Milliseconds of every question of the library, with its first example."""
        bound = asyncio.run(_questions(self.data))

        def asked(text: str) -> Callable[[int], str]:
            return lambda number: f"{text}\n# {number}\n"

        names = [name for name in self.names if name in ("graphsvc", "oxigraph", "virtuoso")]
        self._one_by_one("questions", {name: asked(text) for name, text in bound.items()}, names)

    def runaway(self) -> None:
        """What clients of small queries see while a query that never ends runs at the same time."""
        queries = load.fresh(SMALL, self.data.things[:THINGS])
        endless = (QUERIES / "runaway.rq").read_text(encoding="utf-8")
        for _ in range(self.rounds):
            for name in self._engines:
                with servers.running(name, self.data, self.peers) as server:
                    server.settle()
                    load.measure(server, queries, 8, 1)
                    without = load.measure(server, queries, 8, self.seconds)
                    self._keep("runaway", name, "without", asdict(without))
                    threading.Thread(target=_abandon, args=(server.url, endless),
                                     daemon=True).start()
                    time.sleep(0.5)
                    during = load.measure(server, queries, 8, self.seconds)
                    lost = during.requests == 0
                    self._keep("runaway", name, "with it",
                               {key: None if lost and key.startswith("p") else number
                                for key, number in asdict(during).items()})

    def _start(self, stack: ExitStack, names: list[str]) -> list[Server]:
        running = [stack.enter_context(servers.running(name, self.data, self.peers))
                   for name in names]
        for server in running:
            server.settle()
        return running

    def _one_by_one(
        self, measure: str, queries: Mapping[str, Callable[[int], str]], names: list[str]
    ) -> None:
        number = 0
        with ExitStack() as stack:
            running = self._start(stack, names)
            clients = {server.name: _client(server.url) for server in running}
            given_up: set[tuple[str, str]] = set()
            for _ in range(self.rounds):
                for case, write in queries.items():
                    for server in running:
                        if (case, server.name) in given_up:
                            continue
                        number += 1
                        numbers, failure = _timed(clients[server.name], server.url, write(number))
                        if failure:
                            given_up.add((case, server.name))
                        self._keep(measure, server.name, case, numbers, failure)


async def _questions(data: Prepared) -> dict[str, str]:
    """The SPARQL that the first page of each question runs."""
    serving = await Serving.open(data.release)
    try:
        bound = {}
        for question in serving.questions.library:
            example = question.examples[0].values if question.examples else {}
            understood = await serving.questions.understand(question, example)
            answer = await serving.questions.page(question, understood)
            bound[question.name] = answer.sparql
        return bound
    finally:
        await serving.close()


def _client(url: str) -> HTTPConnection:
    """A connection that is kept; other clients take as long as a small query."""
    address = urlsplit(url)
    assert address.hostname, "a server has an address"
    return HTTPConnection(address.hostname, address.port, timeout=QUESTION_SECONDS)


def _timed(
    client: HTTPConnection, url: str, query: str
) -> tuple[dict[str, float | None], str]:
    """Milliseconds until the last byte, and rows; or how it failed."""
    accept = "text/csv" if "CONSTRUCT" not in query else "application/n-triples"
    path, form = urlsplit(url).path, urlencode({"query": query})
    headers = {"Accept": accept}
    short = len(form) < LONGEST_ADDRESS
    if not short:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if client.sock and select.select([client.sock], [], [], 0)[0]:
        client.close()  # as the server has done
    nothing: dict[str, float | None] = {"ms": None}
    begun = time.perf_counter()
    try:
        if short:
            client.request("GET", f"{path}?{form}", headers=headers)
        else:
            client.request("POST", path, form, headers)
        answer = client.getresponse()
        content = answer.read()
    except TimeoutError:
        client.close()
        return nothing, f"over {QUESTION_SECONDS:.0f} s"
    except (OSError, HTTPException) as error:
        client.close()
        return nothing, type(error).__name__
    taken = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        return nothing, f"status {answer.status}"
    return {"ms": taken, "rows": content.count(b"\n")}, ""


def _abandon(url: str, query: str) -> None:
    """Ask what never ends, until somebody hangs up."""
    with suppress(httpx.HTTPError):
        httpx.post(url, data={"query": query}, timeout=120)
