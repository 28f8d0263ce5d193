"""Recorded answers notice every change of an answer; examples serve SPARQL editors too."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from books import StoreEngine
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize
from rdflib import Graph

from graphsvc.description import executables
from graphsvc.errors import GraphsvcError
from graphsvc.index import Index
from graphsvc.questions.answer import Questions
from graphsvc.questions.library import Library
from tests.recorded import differences, record

ID = "https://example.org/books/id/"
DEF = "https://example.org/books/def#"


def different(questions: Questions, folder: Path) -> list[str]:
    found = asyncio.run(differences(questions, folder))
    return [f"{error.location}: {error.message}" for error in found]


def test_what_was_recorded_is_found_again(questions: Questions, tmp_path: Path) -> None:
    files = asyncio.run(record(questions, tmp_path))
    assert [file.name for file in files] == [
        "coverage.json", "editions.json", "kinds.json", "works.json"]
    assert different(questions, tmp_path) == []
    first = json.loads((tmp_path / "editions.json").read_text())[0]
    assert first["title"] == "All editions of Frankenstein"
    assert first["parameters"]["work"] == f"{ID}work/frankenstein"
    assert first["rows"][0] == {
        "edition": f"{ID}edition/f1", "year": 1818, "copies": 500, "cost": 0.75,
        "issued": "1818-01-01", "isSigned": False,
        "evidence": [f"{ID}passage/letters-1", f"{ID}passage/letters-2"]}


def test_a_changed_answer_is_told(
    questions: Questions, engine: StoreEngine, tmp_path: Path
) -> None:
    asyncio.run(record(questions, tmp_path))
    questions = Questions(questions.library, engine, questions.index)
    emma = Quad(NamedNode(f"{ID}edition/e1"), NamedNode(f"{DEF}copies"), Literal(2000))
    engine.store.remove(emma)
    assert different(questions, tmp_path) == [
        "queries/editions.rq: The answer is not the recorded one: Cheap and early ones."]


def test_missing_and_forgotten_recordings_are_told(questions: Questions, tmp_path: Path) -> None:
    asyncio.run(record(questions, tmp_path))
    (tmp_path / "kinds.json").rename(tmp_path / "sorts.json")
    assert different(questions, tmp_path) == [
        "queries/kinds.rq: There is no recorded answer.",
        "sorts.json: This is the recorded answer of no question."]
    asyncio.run(record(questions, tmp_path))
    assert different(questions, tmp_path) == []


@pytest.mark.parametrize(("column", "problem"), [
    ("{type: integer, label: C}", "The column `of` (integer) holds `https://example.org"),
    ("{type: iri, label: C}", "Two rows are equal in all columns of `order`."),
])
def test_an_answer_that_is_not_what_the_file_says_is_not_recorded(
    engine: StoreEngine, index: Index, tmp_path: Path, column: str, problem: str
) -> None:
    (tmp_path / "q.rq").write_text(f"""\
#+ title: T
#+ description: D
#+ columns:
#+   of: {column}
#+ examples: [{{title: All}}]
SELECT ?of WHERE {{ ?edition <{DEF}of> ?of }}""")
    questions = Questions(Library.load(tmp_path, {}), engine, index)
    with pytest.raises(GraphsvcError) as raised:
        asyncio.run(record(questions, tmp_path / "answers"))
    assert raised.value.message.startswith(problem)
    assert raised.value.location == f"{tmp_path.name}/q.rq, example `All`"


def test_editors_find_every_example_ready_to_run(
    questions: Questions, engine: StoreEngine
) -> None:
    triples = asyncio.run(executables(questions))
    graph = Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES) or b"", format="nt")
    found = graph.query("""
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT ?example ?comment ?query ?target WHERE {
          ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select ?query ;
            <https://schema.org/target> ?target .
        } ORDER BY ?example""")
    listed = [(str(row[0]), str(row[1]), len(list(engine.store.query(str(row[2])))), str(row[3]))
              for row in found]
    example = "http://service.invalid/api/questions/{}#example-{}".format
    target = "http://service.invalid/sparql"
    assert listed == [
        (example("coverage", 1), "What was looked at: All documents", 2, target),
        (example("editions", 1), "Editions of a work: All editions of Frankenstein", 3, target),
        (example("editions", 2), "Editions of a work: Signed ones since 1820", 2, target),
        (example("editions", 3), "Editions of a work: Cheap and early ones", 1, target),
        (example("editions", 4), "Editions of a work: Editions that nobody recorded", 0, target),
        (example("kinds", 1), "Kinds of works: All kinds", 3, target),
        (example("works", 1), "Works: All works", 4, target),
        (example("works", 2), "Works: Gothic works of two authors", 2, target),
        (example("works", 3), "Works: Titles with a quote, of which there are none", 0, target),
        (example("works", 4), "Works: Novels in the narrow sense, with an edition", 2, target),
    ]
    prefixes = graph.query("""
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT DISTINCT ?prefix ?namespace WHERE {
          ?example sh:prefixes/sh:declare [ sh:prefix ?prefix ; sh:namespace ?namespace ]
        } ORDER BY ?prefix""")
    assert [(str(row[0]), str(row[1])) for row in prefixes] == [
        ("b", DEF), ("work", f"{ID}work/")]
