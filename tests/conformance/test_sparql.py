"""SPARQL 1.0 and 1.1 as the official suites have it: evaluation, syntax, result formats.

Each test that fails stands in known_failures.toml with its reason; one that is missing there, or
stands there and passes, fails the suite.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from tests.conformance.known import KNOWN, SHARED, parameters
from tests.conformance.results import (
    FORMATS,
    csv_rows,
    read_result_set,
    read_tabular,
    same_graph,
    same_rows,
)
from tests.conformance.servers import DataServer
from tests.conformance.suite import Case, Dataset, cases

SUITE = SHARED / "w3c/sparql"
CASES = cases(SUITE) if SUITE.is_dir() else []
AHEAD = 2
"""Servers that start while another is asked."""

pytestmark = pytest.mark.skipif(not CASES, reason=f"the official suite is not at {SUITE}")


class Servers:
    """The servers of datasets in the order in which they are wanted, each wanted for a while.

    The next ones start before their turn comes, as starting takes longer than asking.
    """

    def __init__(self, folder: Path, wanted: Iterable[Dataset]) -> None:
        self._folder = folder
        self._wanted = list(dict.fromkeys(wanted))
        self._pool = ThreadPoolExecutor(AHEAD)
        self._started: dict[Dataset, Future[DataServer]] = {}
        self._stopped: list[Future[tuple[int, str]]] = []

    def over(self, dataset: Dataset) -> DataServer:
        at = self._wanted.index(dataset)
        now_and_soon = self._wanted[at:at + 1 + AHEAD]
        for past in self._started.keys() - now_and_soon:
            self._stop(past)
        for coming in now_and_soon:
            if coming not in self._started:
                self._started[coming] = self._pool.submit(self._start, coming)
        return self._started[dataset].result()

    def _start(self, dataset: Dataset) -> DataServer:
        named = self._folder / f"named-{self._wanted.index(dataset)}.nq"
        named.write_bytes(b"".join(_named(iri, path) for iri, path in dataset.named))
        return DataServer([*dataset.default, named])

    def _stop(self, dataset: Dataset) -> None:
        self._stopped.append(self._pool.submit(self._started.pop(dataset).result().stop))

    def stop(self) -> None:
        """Stop what runs; every server must have ended cleanly, without a word of complaint."""
        for dataset in list(self._started):
            self._stop(dataset)
        assert {stopped.result() for stopped in self._stopped} <= {(0, "")}
        self._pool.shutdown()


def _named(iri: str, path: Path) -> bytes:
    graph = NamedNode(iri)
    return serialize(
        (
            Quad(quad.subject, quad.predicate, quad.object, graph)
            for quad in parse(path=str(path), base_iri=path.as_uri(), rename_blank_nodes=True)
        ),
        format=RdfFormat.N_QUADS,
    )


@pytest.fixture(scope="module")
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """The servers of the cases that are to be tried."""
    wanted = (item.callspec.params["case"].dataset for item in request.session.items
              if item.path == Path(__file__) and item.originalname == "test_case")
    running = Servers(tmp_path_factory.mktemp("named"), wanted)
    yield running
    running.stop()


@pytest.mark.parametrize("case", parameters("sparql", {case.name: case for case in CASES}))
def test_case(case: Case, servers: Servers) -> None:
    server = servers.over(case.dataset)
    if case.kind.startswith("PositiveSyntax"):
        status, _, body = server.ask(case.query.read_bytes(), "*/*")
        assert status == 200, body.decode()
    elif case.kind.startswith("NegativeSyntax"):
        status, _, _ = server.ask(case.query.read_bytes(), "*/*")
        assert status in (400, 403)
    else:
        evaluate(case, server)


def evaluate(case: Case, server: DataServer) -> None:
    """Ask the query and compare its whole result with the expected one."""
    query = f"BASE <{case.query.as_uri()}>\n{case.query.read_text()}"
    expected = case.expectation
    assert expected is not None
    if expected.suffix in FORMATS:
        wanted = FORMATS[expected.suffix]
        status, media_type, body = server.ask(query, wanted)
        assert (status, media_type) == (200, wanted), body.decode()
        if expected.suffix == ".csv":
            assert csv_rows(body) == csv_rows(expected.read_bytes())
            return
        compare(read_tabular(body, wanted), read_tabular(expected.read_bytes(), wanted), case)
        return
    result_set = read_result_set(expected)
    if result_set is None:
        status, _, body = server.ask(query, "application/n-triples")
        assert status == 200, body.decode()
        assert same_graph(body, expected)
        return
    status, media_type, body = server.ask(query, FORMATS[".srx"])
    assert status == 200, body.decode()
    found = read_tabular(body, media_type)
    if isinstance(result_set, bool):
        assert found is result_set
    else:
        compare(found, result_set[:2], case, ordered=result_set[2])


def compare(found, expected, case: Case, ordered: bool = False) -> None:
    """Fail where two results differ."""
    if isinstance(expected, bool) or isinstance(found, bool):
        assert found is expected
        return
    assert found[0] == expected[0]
    assert same_rows(found[1], expected[1], ordered, case.lax), (found[1], expected[1])


def test_known_failures_are_cases() -> None:
    assert set(KNOWN["sparql"]) <= {case.name for case in CASES}


def test_the_suite_is_complete() -> None:
    assert len(CASES) == 820
    assert len(CASES) - len(KNOWN["sparql"]) >= 794
