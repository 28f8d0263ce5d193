"""SPARQL 1.0 and 1.1 as the official suites have it: evaluation, syntax, result formats.

Every case is evaluated in this process by the functions that the workers of the service use, and
every twentieth case over HTTP by the real service. Each test that fails is in known_failures.toml
with its reason; one that is missing there, or is there and passes, fails the suite.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from tests.conformance.evaluated import Evaluated
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
BY_NAME: dict[str, object] = {case.name: case for case in CASES}
SAMPLE: dict[str, object] = {name: BY_NAME[name] for name in sorted(BY_NAME)[::20]}

pytestmark = pytest.mark.skipif(not CASES, reason=f"the official suite is not at {SUITE}")


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory):
    """What evaluates queries over a dataset; cases over the same dataset follow each other."""

    @lru_cache(maxsize=1)
    def over(dataset: Dataset) -> Evaluated:
        return Evaluated(files_of(dataset, tmp_path_factory.mktemp("data")))

    return over


@pytest.mark.parametrize("case", parameters("sparql", BY_NAME))
def test_case(case: Case, evaluated) -> None:
    check(case, evaluated(case.dataset))


@pytest.fixture
def served(case: Case, tmp_path: Path) -> Iterator[DataServer]:
    """The real service over the dataset of a case; it must end cleanly, without a complaint."""
    server = DataServer(files_of(case.dataset, tmp_path))
    yield server
    assert server.stop() == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("case", parameters("sparql", SAMPLE))
def test_case_over_http(case: Case, served: DataServer) -> None:
    check(case, served)


def files_of(dataset: Dataset, folder: Path) -> list[Path]:
    """The files of the default graph, and one with all named graphs."""
    named = folder / "named.nq"
    named.write_bytes(b"".join(
        serialize(
            (Quad(quad.subject, quad.predicate, quad.object, NamedNode(iri))
             for quad in parse(path=str(path), base_iri=path.as_uri(), rename_blank_nodes=True)),
            format=RdfFormat.N_QUADS)
        for iri, path in dataset.named))
    return [*dataset.default, named]


def check(case: Case, service: Evaluated | DataServer) -> None:
    """Ask the query and compare its complete result with the expected one."""
    query = case.query.read_text()
    if case.kind.startswith("PositiveSyntax"):
        status, _, body = service.ask(query)
        assert status == 200, body.decode()
        return
    if case.kind.startswith("NegativeSyntax"):
        status, _, _ = service.ask(query)
        assert status in (400, 403)
        return
    query = f"BASE <{case.query.as_uri()}>\n{query}"
    expected = case.expectation
    assert expected is not None
    if expected.suffix in FORMATS:
        body = answer(service, query, FORMATS[expected.suffix])
        if expected.suffix == ".csv":
            assert csv_rows(body) == csv_rows(expected.read_bytes())
            return
        wanted = FORMATS[expected.suffix]
        compare(read_tabular(body, wanted), read_tabular(expected.read_bytes(), wanted), case)
        return
    result_set = read_result_set(expected)
    if result_set is None:
        assert same_graph(answer(service, query, "application/n-triples"), expected)
        return
    found = read_tabular(answer(service, query, FORMATS[".srx"]), FORMATS[".srx"])
    if isinstance(result_set, bool):
        assert found is result_set
    else:
        compare(found, result_set[:2], case, ordered=result_set[2])


def answer(service: Evaluated | DataServer, query: str, media_type: str) -> bytes:
    """The body of a good answer of this type."""
    status, given, body = service.ask(query, media_type)
    assert (status, given) == (200, media_type), body.decode()
    return body


def compare(found, expected, case: Case, ordered: bool = False) -> None:
    """Fail where two results differ."""
    if isinstance(expected, bool) or isinstance(found, bool):
        assert found is expected
        return
    assert found[0] == expected[0]
    assert same_rows(found[1], expected[1], ordered, case.lax), (found[1], expected[1])


def test_known_failures_are_cases() -> None:
    assert set(KNOWN["sparql"]) <= set(BY_NAME)


def test_the_suite_is_complete() -> None:
    assert len(CASES) == 820
    assert len(CASES) - len(KNOWN["sparql"]) >= 794
