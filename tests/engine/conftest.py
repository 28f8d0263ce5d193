"""A graph in which hopeless queries are easily asked, and services over it with tight limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphsvc.release import Release
from tests.conformance.servers import DataServer
from tests.engine.answers import Answers, answers

PEOPLE = 5000
Start = Callable[..., DataServer]


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People who know each other, in N-Triples: four triples for each."""
    path = tmp_path_factory.mktemp("people") / "people.nt"
    lines = []
    for number in range(PEOPLE):
        person = f"<urn:person:{number}>"
        lines.append(f'{person} <urn:name> "Person number {number}" .')
        for other in (number * 7 + 1, number * 13 + 2, number + 1):
            lines.append(f"{person} <urn:knows> <urn:person:{other % PEOPLE}> .")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def start(people: Path) -> Iterator[Start]:
    """Starts services over the people; they must end cleanly, without a word of complaint."""
    servers: list[DataServer] = []

    def begin(*options: object) -> DataServer:
        servers.append(DataServer([people], *options))
        return servers[-1]

    yield begin
    for server in servers:
        status, _ = server.stop()
        assert status == 0


@pytest.fixture(scope="module")
def strict(start: Start) -> DataServer:
    """A service that gives a query one second, 192 MiB, and 64 KiB of answer."""
    return start("--time-limit", 1, "--memory-limit", 192, "--result-limit", 1 / 16)


@pytest.fixture(scope="module")
def patient(start: Start) -> DataServer:
    """A service with the usual limits."""
    return start()


@pytest.fixture(scope="session")
def embedded(release: Release) -> Answers:
    """The answers of the embedded engine, with which those of others are compared."""
    found = answers(release)
    assert len(found) >= 40
    assert [error for error in found.values() if isinstance(error, Exception)] == []
    return found
