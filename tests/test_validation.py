"""Validation: the fast engine agrees with the reference, and people read what to fix where."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.shapes import Result, report_graph, validate, validate_pair
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.sources.turtle import read_turtle
from tests.mutations import Damage, Data
from tests.test_shapes import BAD, BASE

REPORT = "data/reports/midlothian-2020.ttl"
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://example.org/> .
ex:BookShape a sh:NodeShape ; sh:targetClass ex:Book ;
    sh:property [ sh:path ex:title ; sh:minCount 1 ; sh:message "A book has a title."@en ] .
"""
BOOK = "@prefix ex: <https://example.org/> .\nex:emma a ex:Book {} .\n"
NO_TITLE = ("https://example.org/emma", "https://example.org/title",
            str(SH.MinCountConstraintComponent), "A book has a title.")

CANDIDATE = """\
@prefix ji: <https://w3id.org/joint-inspections/def#> .
@prefix prov: <http://www.w3.org/ns/prov#> .

# A use with two mistakes that shapes find, and one that names show.
<https://w3id.org/joint-inspections/id/use/mid-candidate> a ji:ApproachUse ;
    ji:approach <https://w3id.org/joint-inspections/id/approach/pac> ;
    ji:partnership <https://w3id.org/joint-inspections/id/partnership/midlothian> ;
    ji:effectKind <https://w3id.org/joint-inspections/id/effect/not-stated> ;
    prov:wasDerivedFrom <https://w3id.org/joint-inspections/id/passage/south-lanarkshire-2020/8> .
"""
THINGS = "https://w3id.org/joint-inspections/id"

Row = tuple[str, str, str, str, str]
"""Focus, path if it is one property, severity, component, value."""


@pytest.fixture(scope="module")
def damaged(project: Project) -> ox.Store:
    """All files of bad data, and a piece of real data for each kind of damage, with the core of
    the ontology and the terms that they mention (the reference needs minutes for everything).
    """
    core = [path for path in project.ontology_files if path.parent.name == "ontology"]
    triples = {ox.Triple(*t) for path in [*core, BASE, *BAD] for t in read_turtle(path).triples}
    data = Data(project)
    for mutation in {m.kind: m for m in Damage(data).all()}.values():
        triples = (triples | data.reach(mutation)) - set(mutation.removed) | set(mutation.added)
    terms = {s for path in project.ontology_files for s, _, _ in read_turtle(path).triples}
    for _ in ("terms", "their schemes"):
        triples |= {t for triple in triples if triple.object in terms
                    for t in data.out[triple.object]}
    store = ox.Store()
    store.extend(ox.Quad(*triple, ox.NamedNode("urn:damaged")) for triple in triples)
    for rule in read_rules(project):
        apply_rule(store, rule)
    return store


@pytest.mark.slow
def test_both_engines_report_the_same_of_bad_and_of_damaged_data(
    project: Project, damaged: ox.Store
) -> None:
    fast = {_row(result): result.message for result in validate(damaged, project.shape_files)}
    reference = _reference(damaged, project.shape_files)
    assert len(fast) > len(BAD)
    assert set(fast) == set(reference)
    assert {row: text for row, text in fast.items() if text not in reference[row]} == {}


def test_some_nodes_have_the_results_that_they_have_among_all(
    project: Project, damaged: ox.Store
) -> None:
    results = validate(damaged, project.shape_files)
    focus = {result.focus_iri for result in results[::3]}
    assert validate(damaged, project.shape_files, focus) == [
        result for result in results if result.focus_iri in focus]
    assert validate(damaged, project.shape_files, set()) == []


TARGETS = {
    "a class and what is below it": "sh:targetClass ex:Work",
    "a node": "sh:targetNode ex:emma",
    "what has a property": "sh:targetSubjectsOf ex:by",
    "what a property leads to": "sh:targetObjectsOf ex:wrote",
    "a class that is a shape": "a rdfs:Class",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_shapes_find_some_nodes_by_each_way_to_name_them(target: str, tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(f"""@prefix sh: <{SH}> . @prefix ex: <https://example.org/> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        ex:Work a sh:NodeShape ; {target} ; sh:property [ sh:path ex:title ; sh:minCount 1 ] .""")
    data = _store("""@prefix ex: <https://example.org/> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        ex:emma a ex:Book ; ex:by ex:jane . ex:Book rdfs:subClassOf ex:Work .
        ex:jane ex:wrote ex:emma .""")
    results = validate(data, [path])
    assert [result.focus for result in results] == ["<https://example.org/emma>"]
    assert validate(data, [path], {"https://example.org/emma"}) == results
    assert validate(data, [path], {"https://example.org/jane"}) == []


CONSTRAINT = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .
ex:s a sh:%s ; sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT $this { %s }" ] .
"""


def test_a_query_with_a_path_of_several_properties_is_refused(tmp_path: Path) -> None:
    """The engine would take `$PATH` for any property."""
    path = tmp_path / "shapes.ttl"
    path.write_text(CONSTRAINT % ("PropertyShape ; sh:path ( ex:p ex:q )", "$this $PATH ?value"))
    with pytest.raises(GraphsvcError) as caught:
        validate(ox.Store(), [path])
    assert str(caught.value) == (
        "The shapes cannot be used: <https://example.org/s> has a query and a path of several"
        " properties. Put its sh:sparql into a node shape, and write the path out in the query.")


@pytest.mark.parametrize(("what", "written"), [
    ("VALUES", "VALUES ?any { true } $this ?any ?value"),
    ("VALUES", "$this <urn:p> ?value } VALUES ?x { 1"),
    ("VALUES", "values(?any) { (true) }"),
    ("AS ?this", "$this <urn:p> ?value BIND(<urn:a> AS ?this)"),
    ("AS ?this", "{ SELECT (SAMPLE(?one) AS $this) { ?one <urn:p> ?value } }"),
])
def test_a_query_that_gives_another_value_to_what_is_bound_is_refused(
    what: str, written: str, tmp_path: Path
) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(CONSTRAINT % ("NodeShape", written))
    with pytest.raises(GraphsvcError) as caught:
        validate(ox.Store(), [path])
    assert str(caught.value) == (
        f"The shapes cannot be used: a query of <https://example.org/s> has {what}. Write it"
        " without VALUES and without a new value for a variable that is bound before the query"
        " runs (SHACL, appendix A).")
    harmless = "$this <urn:p> ?as, 'VALUES (', <urn:values?x> BIND(STR(?as) AS ?values)"
    path.write_text(CONSTRAINT % ("NodeShape", harmless))
    assert validate(ox.Store(), [path]) == []


def test_a_report_in_rdf_says_what_the_results_say(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(SHAPES)
    results = validate(_store(BOOK.format("")), [path])
    report = rdflib.Graph().parse(data=report_graph(results), format="nt")
    assert _reported(report) == [NO_TITLE]
    assert (None, SH.conforms, rdflib.Literal(False)) in report
    assert (None, SH.conforms, rdflib.Literal(True)) in rdflib.Graph().parse(
        data=report_graph([]), format="nt")


@pytest.mark.parametrize("written, code, expected", [
    ("", 1, [NO_TITLE]),
    ('; ex:title "Emma"', 0, []),
], ids=["bad", "good"])
@pytest.mark.parametrize("format_, syntax", [("turtle", "turtle"), ("json", "json-ld")])
def test_the_command_prints_the_report_of_a_pair(
    written: str, code: int, expected: list[tuple[str, ...]], format_: str, syntax: str,
    tmp_path: Path,
) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    (tmp_path / "data.ttl").write_text(BOOK.format(written))
    done = _graphsvc("--shapes", tmp_path / "shapes.ttl", "--data", tmp_path / "data.ttl",
                     "--format", format_)
    report = rdflib.Graph().parse(data=done.stdout, format=syntax)
    assert (done.returncode, done.stderr) == (code, "")
    assert list(report.objects(None, SH.conforms)) == [rdflib.Literal(not expected)]
    assert _reported(report) == expected


@pytest.mark.parametrize("data, shapes, problem", [
    ("ex:emma a", SHAPES, "data.ttl: The file is not RDF"),
    (BOOK.format(""), SHAPES + "ex:BookShape sh:sparql [ sh:select 'SELECT oops' ] .",
     "shapes.ttl: The shapes cannot be used"),
    (None, SHAPES, "data.ttl: The file cannot be read"),
])
def test_a_pair_that_cannot_be_validated_is_reported(
    data: str | None, shapes: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / "shapes.ttl").write_text(shapes)
    if data is not None:
        (tmp_path / "data.ttl").write_text(data)
    with pytest.raises(GraphsvcError) as caught:
        validate_pair(tmp_path / "data.ttl", tmp_path / "shapes.ttl")
    assert problem in str(caught.value)


def test_a_candidate_without_mistakes_is_accepted(project: Project) -> None:
    path = project.root / REPORT
    done = _graphsvc("--project", project.root, path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"No mistakes in {path}\n", "")


def test_mistakes_of_a_candidate_name_file_line_thing_and_remedy(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "candidate.ttl"
    path.write_text(CANDIDATE)
    done = _graphsvc("--project", project.root, path)
    use = f"<{THINGS}/use/mid-candidate>"
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == (
        f"{path}:5: {use} refers to <{THINGS}/approach/pac>, which no file describes."
        f" Did you mean <{THINGS}/approach/pace>?")
    assert (f"{path}:5: {use} <https://w3id.org/joint-inspections/def#stage>: A use is at one"
            " stage: point ji:stage at one of ontology/vocabularies/stages.ttl, and give different"
            " ones each a ji:stageReport."
            ) in done.stdout.splitlines()
    assert any(line.startswith(f"{path}:5: {use}") and "The evidence is in another document" in
               line for line in done.stdout.splitlines())
    assert done.stdout.splitlines()[-1] == f"4 mistakes in {path}"


@pytest.mark.slow
def test_mistakes_of_a_candidate_as_json_and_as_a_report(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "candidate.ttl"
    path.write_text(CANDIDATE)
    done = _graphsvc("--project", project.root, path, "--format", "json")
    assert done.returncode == 1
    mistakes = json.loads(done.stdout)
    assert [mistake["location"] for mistake in mistakes] == [f"{path}:5"] * 4
    done = _graphsvc("--project", project.root, path, "--format", "turtle")
    assert done.returncode == 1
    assert {focus for focus, *_ in _reported(rdflib.Graph().parse(data=done.stdout))} == {
        f"{THINGS}/use/mid-candidate"}


def test_a_changed_file_of_the_project_is_checked_in_place_of_the_old(copy: Path) -> None:
    path = copy / REPORT
    lines = path.read_text().splitlines()
    number = next(i for i, line in enumerate(lines) if line.strip().startswith("ji:stage "))
    subject = next(i for i in range(number, -1, -1) if lines[i].startswith("use:"))
    del lines[number]
    path.write_text("\n".join(lines) + "\n")
    done = _graphsvc("--project", copy, path)
    assert done.returncode == 1
    mistakes = done.stdout.splitlines()
    assert mistakes[0].startswith(f"{REPORT}:{subject + 1}: <{THINGS}/use/")
    assert "point ji:stage at one of ontology/vocabularies/stages.ttl" in mistakes[0]
    assert mistakes[1:] == [f"1 mistake in {path}"]


def _graphsvc(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "graphsvc", "validate", *map(str, arguments)],
                          text=True, capture_output=True, timeout=120)


def _row(result: Result) -> Row:
    one = result.path.startswith("<") and " " not in result.path
    return (result.focus, result.path if one else "", result.severity,
            result.component, result.value)


def _reference(data: ox.Store, shapes: list[Path]) -> dict[Row, list[str]]:
    """What pySHACL reports: the messages of each result."""
    graph = rdflib.Graph().parse(
        data=ox.serialize((q.triple for q in data), format=ox.RdfFormat.N_TRIPLES), format="nt")
    shapes_graph = rdflib.Graph()
    for path in shapes:
        shapes_graph.parse(path)
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes_graph, inference="none")
    rows: dict[Row, list[str]] = {}
    for result in report.objects(None, SH.result):
        said = {name: report.value(result, SH[name]) for name in (
            "focusNode", "resultPath", "resultSeverity", "sourceConstraintComponent", "value")}
        texts = {name: term.n3() if term is not None else "" for name, term in said.items()}
        if not isinstance(said["resultPath"], rdflib.URIRef):
            texts["resultPath"] = ""
        messages = [str(message) for message in report.objects(result, SH.resultMessage)]
        rows.setdefault(tuple(texts.values()), []).extend(messages)  # type: ignore[arg-type]
    return rows


def _reported(report: rdflib.Graph) -> list[tuple[str, ...]]:
    """Focus, path, component and message of the results of the one report in a graph."""
    [head] = report.subjects(RDF.type, SH.ValidationReport)
    return sorted(
        tuple(str(report.value(result, said)) for said in (
            SH.focusNode, SH.resultPath, SH.sourceConstraintComponent, SH.resultMessage))
        for result in report.objects(head, SH.result)
        if (result, RDF.type, SH.ValidationResult) in report)


def _store(turtle: str) -> ox.Store:
    store = ox.Store()
    store.extend(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    return store
