"""SHACL Core and SHACL-SPARQL as the official suite has them, through `graphsvc validate`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import RDF, SH
from rdflib.collection import Collection

from graphsvc.build.shapes import validate
from graphsvc.cli.main import main
from graphsvc.errors import GraphsvcError
from tests.conformance.known import KNOWN, SHARED, parameters

SUITE = SHARED / "w3c/shacl"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
COMPARED = (SH.focusNode, SH.resultPath, SH.resultSeverity, SH.sourceConstraintComponent,
            SH.sourceShape, SH.value)  # fmt: skip

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason=f"the official suite is not at {SUITE}")


@dataclass(frozen=True)
class Case:
    """Two files, and the report that must come out; None where validation must fail."""

    data: Path
    shapes: Path
    report: Counter | None


def cases(manifest: Path) -> dict[str, Case]:
    """The cases of a manifest and of those it includes, by group and name."""
    graph = rdflib.Graph().parse(manifest, publicID=manifest.as_uri())
    found = {}
    for included in graph.objects(None, MF.include):
        found |= cases(path_of(included))
    for case in graph.subjects(RDF.type, SHT.Validate):
        action, result = graph.value(case, MF.action), graph.value(case, MF.result)
        name = f"{manifest.relative_to(SUITE).parent}/{str(case).rsplit('/', 1)[-1]}"
        found[name] = Case(
            path_of(graph.value(action, SHT.dataGraph)),
            path_of(graph.value(action, SHT.shapesGraph)),
            None if result == SHT.Failure else report_of(graph, result))
    return found


def path_of(iri: object) -> Path:
    return Path(unquote(urlparse(str(iri)).path))


def report_of(graph: rdflib.Graph, report: object) -> Counter:
    """What a report says: `sh:conforms`, and each result by its terms (SHACL, section 3.6.1)."""
    results: Counter = Counter(
        tuple(term_of(graph, graph.value(result, predicate)) for predicate in COMPARED)
        for result in graph.objects(report, SH.result)
    )
    results[str(graph.value(report, SH.conforms))] += 1
    return results


def term_of(graph: rdflib.Graph, term: object) -> str:
    """A term that can be compared: of a blank node the path or list that it stands for."""
    if not isinstance(term, rdflib.BNode):
        return term.n3() if isinstance(term, rdflib.term.Node) else ""
    if graph.value(term, RDF.first):
        return " / ".join(term_of(graph, step) for step in Collection(graph, term))
    steps = (SH.alternativePath, SH.inversePath, SH.zeroOrMorePath, SH.oneOrMorePath,
             SH.zeroOrOnePath)  # fmt: skip
    for step in steps:
        if (inner := graph.value(term, step)) is not None:
            return f"{step.n3()}({term_of(graph, inner)})"
    return "_:b"


CASES = cases(SUITE / "manifest.ttl") if SUITE.is_dir() else {}


@pytest.mark.parametrize("case", parameters("shacl", CASES, ("core/complex/shacl-shacl",)))
def test_case(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(arguments(case))
    said = capsys.readouterr()
    if case.report is None:
        assert (status, said.out) == (1, "")
        assert "Validation failed: " in said.err
        return
    check(case, said.out, status)


@pytest.mark.parametrize("case", parameters("shacl-fast", CASES))
def test_the_fast_engine_reports_the_same(case: Case) -> None:
    """What a build and `graphsvc validate FILE` use; it does not say the shapes of results."""
    data = ox.Store()
    data.load(path=str(case.data), format=ox.RdfFormat.TURTLE, base_iri=case.data.as_uri())
    if case.report is None:
        with pytest.raises(GraphsvcError, match="The shapes cannot be used"):
            validate(data, [case.shapes])
        return
    found = {(result.focus, result.path, result.severity, result.component, result.value)
             for result in validate(data, [case.shapes])}
    expected = {row[:4] + row[5:] for row in case.report if isinstance(row, tuple)}
    assert set(map(comparable, found)) == set(map(comparable, expected))


def comparable(row: tuple[str, ...]) -> tuple[str, ...]:
    """The terms of a result: of a path only whether it is one property, literals as stored."""
    focus, path, severity, component, value = row
    return (stored(focus), path if re.fullmatch("<[^>]*>", path) else "", severity, component,
            stored(value))


def stored(term: str) -> str:
    """A term as rdflib writes it anew, which has read the suite, and then as a store gives it
    back, which knows numbers by their value."""
    if not term or term.startswith("_:"):
        return term[:2]
    (anew,) = rdflib.Graph().parse(data=f"<x:x> <x:x> {term} .", format="nt").objects()
    store = ox.Store()
    store.extend(ox.parse(f"<x:x> <x:x> {anew.n3()} .", format=ox.RdfFormat.N_TRIPLES))
    return str(next(iter(store)).object)


def arguments(case: Case) -> list[str]:
    return ["validate", "--shapes", str(case.shapes), "--data", str(case.data),
            "--format", "turtle"]  # fmt: skip


def check(case: Case, told: str, status: int) -> None:
    """Compare a printed report with the expected one."""
    graph = rdflib.Graph().parse(data=told, format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert report_of(graph, report) == case.report
    assert status == (0 if case.report and case.report["true"] else 1)


@pytest.mark.parametrize(
    "name", ["core/node/and-001", "core/property/minCount-001", "sparql/property/sparql-001"])
def test_the_command_says_the_same_in_a_process_of_its_own(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "graphsvc", *arguments(CASES[name])],
        capture_output=True, text=True, check=False)
    assert run.stderr == ""
    check(CASES[name], run.stdout, run.returncode)


def test_known_failures_are_cases() -> None:
    assert set(KNOWN["shacl"]) | set(KNOWN["shacl-fast"]) <= set(CASES)


def test_the_suite_is_complete() -> None:
    assert len(CASES) == 120
    assert len(CASES) - len(KNOWN["shacl"]) >= 117
