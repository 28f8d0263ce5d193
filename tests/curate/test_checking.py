"""A statement alone is judged as in the full graph, and what is wrong is said in a sentence."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.build.shapes import Result, validate
from graphsvc.curate.checking import Checker, Surroundings
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Value
from graphsvc.project import Project
from graphsvc.sources.documents import read_document, read_outline
from graphsvc.sources.turtle import Triple, read_turtle
from tests.conftest import ROOT
from tests.curate.statements import drafts_of
from tests.test_shapes import BAD, BASE, validate_files

REPORT = "midlothian-2020"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Surroundings]:
    """The real ontology with a few things that have no mistakes."""
    root = tmp_path_factory.mktemp("small")
    shutil.copytree(ROOT / "ontology", root / "ontology")
    (root / "queries").mkdir()
    (root / "data").mkdir()
    shutil.copy2(BASE, root / "data")
    project = Project(root)
    return project, Surroundings(CuratedGraph(project))


@pytest.fixture(scope="module")
def there(project: Project) -> set[str]:
    """The things that the project says something of."""
    return {triple[0].value for file in (*project.ontology_files, *project.data_files)
            for triple in read_turtle(file).triples if isinstance(triple[0], ox.NamedNode)}


@pytest.fixture(scope="module")
def refused(project: Project) -> list[Result]:
    """What is wrong in the files of bad data, all in one graph: no thing is in two of them."""
    return validate_files(project, [BASE, *BAD])


@pytest.mark.slow
@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_one_thing_is_refused_for_what_it_is_refused_for_in_the_full_graph(
    path: Path, small: tuple[Project, Surroundings], there: set[str], refused: list[Result]
) -> None:
    project, surroundings = small
    things: dict[str, list[Triple]] = {}
    for triple in read_turtle(path).triples:
        if isinstance(triple[0], ox.NamedNode):
            things.setdefault(triple[0].value, []).append(triple)
    if things.keys() <= there:
        pytest.skip("it adds to what is said of a thing; a decision replaces that")
    surroundings.accept(read_turtle(path).triples)
    assert _said(result for iri, triples in things.items()
                 for result in validate(surroundings.of(triples), project.shape_files, {iri})
                 ) == _said(result for result in refused if result.focus_iri in things)


def _said(results: Iterable[Result]) -> set[tuple[object, ...]]:
    return {(result.focus_iri, result.path, result.message, result.value) for result in results}


@pytest.fixture(scope="module")
def checker(project: Project, shared: Path) -> Checker:
    document = read_document(shared / "sources" / f"{REPORT}.txt")
    return Checker(CuratedGraph(project), document, read_outline(project, REPORT), REPORT)


@pytest.fixture(scope="module")
def statements(project: Project) -> dict[str, Draft]:
    path = project.root / "data" / "reports" / f"{REPORT}.ttl"
    return {str(d.iri).removeprefix(project.header.base): d
            for d in drafts_of(project, path, REPORT)}


@pytest.mark.parametrize("number", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_what_curators_wrote_has_no_problem(
    checker: Checker, statements: dict[str, Draft], number: int
) -> None:
    drawn = random.Random(21).sample(sorted(statements), number)
    assert {name: found for name in drawn if (found := checker.check(statements[name]))} == {}


def changed(draft: Draft, end: str, *values: Value, passages: tuple[int, ...] | None = None
            ) -> Draft:
    """A draft with other values of the property whose address ends so."""
    kept = [value for value in draft.values if not value.property.endswith(end)]
    return draft.model_copy(update={
        "values": (*kept, *values), "passages": draft.passages if passages is None else passages})


def test_each_mistake_is_said_in_a_sentence_at_its_property(
    checker: Checker, statements: dict[str, Draft], project: Project, shared: Path
) -> None:
    ji, base = project.header.namespace, project.header.base
    text = next(p.text for p in read_document(shared / "sources" / f"{REPORT}.txt").paragraphs
                if len(p.text.split()) > 40)
    copied = " ".join(text.split()[:20])
    use = statements["use/mid-safe-and-together"]

    def said(draft: Draft) -> list[tuple[str, str]]:
        return [(problem.property.removeprefix(ji), problem.message.partition(": ")[0])
                for problem in checker.check(draft)]

    assert said(use) == []
    assert said(changed(use, "#stage")) == [("stage", "A use is at one stage")]
    (link, message), = said(changed(
        use, "#effect", Value(property=f"{ji}effect", text=copied, language="en")))
    assert link == "effect" and message.startswith("20 words in a row are the document's")
    misspelt = f"{base}approach/safe-and-togethre"
    assert said(changed(use, "#approach", Value(property=f"{ji}approach", iri=misspelt)))[0] == (
        "approach", f"Nothing is called <{misspelt}>. Did you mean"
                    f" <{base}approach/safe-and-together>?")
    assert said(changed(use, "#colour", Value(property=f"{ji}colour", text="red")))[0] == (
        "colour", f"The ontology has no term <{ji}colour>")
    assert said(changed(use, "none", passages=(1,)))[0][1] == (
        "Line 1 of the document holds no paragraph")
    assert said(changed(use, "none", passages=()))[0][1] == "Nothing is cited"
    (_, message), = said(changed(use, "#wording", Value(property=f"{ji}wording", iri="no address")))
    assert message == (
        "<no address> is no address. Choose a thing from the list, or write its full address.")


def test_what_is_accepted_counts_as_described(
    checker: Checker, statements: dict[str, Draft], project: Project
) -> None:
    use, ji = statements["use/mid-safe-and-together"], project.header.namespace
    approach = f"{project.header.base}approach/newly-met"
    of_new = changed(use, "#approach", Value(property=f"{ji}approach", iri=approach))
    assert checker.check(of_new) != []
    new = Draft(document=REPORT, kind=f"{ji}Approach", iri=approach, values=(), passages=(201,))
    checker.accept([new])
    assert checker.check(of_new) == []
    checker.accept([])
    assert checker.check(of_new) != []
