"""Load from wrk: so many clients, each with one request under way at any time."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from benchmarks.data import QUERIES
from benchmarks.servers import Server
from graphsvc.questions.template import Template, Value

JSON, CSV = "application/sparql-results+json", "text/csv"
TIMEOUT_SECONDS = 30

_NUMBER = 987654321
_ranges = count(1000, 1_000_000)


@dataclass(frozen=True)
class Load:
    """What clients saw: requests a second, milliseconds, how many had another answer than 200."""

    rate: float
    p50: float
    p99: float
    failed: int
    requests: int


def bound(name: str, number: int, thing: Value | None = None) -> str:
    """A query of `queries/` with its number and its thing."""
    values: dict[str, Sequence[Value]] = {"number": [ox.Literal(number)]}
    if thing is not None:
        values["thing"] = [thing]
    text = (QUERIES / f"{name}.rq").read_text(encoding="utf-8")
    return Template(text, file=name).bind(values).replace(str(ox.Literal(number)), str(number))


def fresh(names: Sequence[str], things: Sequence[Value]) -> list[str]:
    """Queries of which each has a place for a number that no other request has."""
    return [bound(name, _NUMBER, thing).replace(str(_NUMBER), "NUMBER")
            for thing in things for name in names]


def repeated(names: Sequence[str], things: Sequence[Value]) -> list[str]:
    """Queries that come again and again."""
    return [bound(name, number, thing) for number, thing in enumerate(things) for name in names]


def measure(
    server: Server, queries: Sequence[str], clients: int, seconds: int, accept: str = JSON
) -> Load:
    """Ask queries for some seconds. Raises RuntimeError where wrk fails."""
    address = urlsplit(server.url)
    return paths(f"http://{address.netloc}",
                 [f"{address.path}?query={quote(query, safe='')}" for query in queries],
                 clients, seconds, accept)


def paths(
    server: str, addresses: Sequence[str], clients: int, seconds: int, accept: str = "*/*"
) -> Load:
    """Ask for addresses in rotation, with wrk. Raises RuntimeError where it fails."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{address}\n" for address in addresses)
        file.flush()
        done = subprocess.run(
            ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s",
             "--timeout", f"{TIMEOUT_SECONDS}s", "--header", f"Accept: {accept}",
             "--script", str(Path(__file__).parent / "requests.lua"),
             server, "--", file.name, str(next(_ranges))],
            capture_output=True, text=True)
    results = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not results:
        raise RuntimeError(f"wrk failed: {done.stderr or done.stdout}")
    return Load(**json.loads(results[0].removeprefix("RESULT ")))
