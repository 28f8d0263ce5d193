"""Every constraint with a message refuses a file of bad data, and no other constraint does.

`tests/shapes/base.ttl` is a small project without mistakes. Each other file is wrong in one way;
its first lines name the shape that refuses it and the message it gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from graphsvc.build.rules import apply_rule, read_rules
from graphsvc.build.shapes import Result, validate
from graphsvc.project import Project
from graphsvc.sources.turtle import read_turtle

FOLDER = Path(__file__).parent / "shapes"
BASE = FOLDER / "base.ttl"
BAD = sorted(path for path in FOLDER.glob("*.ttl") if path != BASE)


@pytest.fixture(scope="module")
def shapes(project: Project) -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in project.shape_files:
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def reported(project: Project) -> dict[Path | None, set[tuple[str, str]]]:
    """(thing, message) of every result, by the bad file that describes the thing.

    All files are validated together, because no thing is in two of them.
    """
    homes = {iri: path for path in BAD for iri in _subjects(path)}
    results: dict[Path | None, set[tuple[str, str]]] = defaultdict(set)
    for result in validate_files(project, [BASE, *BAD]):
        results[homes.get(result.focus_iri)].add((result.focus_iri, result.message))
    return results


def test_the_base_has_no_mistakes(project: Project) -> None:
    assert validate_files(project, [BASE]) == []


def test_the_base_has_a_thing_of_every_class_that_a_shape_is_for(
    project: Project, shapes: rdflib.Graph
) -> None:
    store = store_of(project, [BASE])
    classes = set(shapes.objects(None, SH.targetClass))
    things = {cls: next(store.quads_for_pattern(None, ox.NamedNode(str(RDF.type)),
                                                ox.NamedNode(str(cls))), None) for cls in classes}
    assert [str(cls) for cls, thing in things.items() if thing is None] == []


def test_each_message_belongs_to_one_constraint(shapes: rdflib.Graph) -> None:
    owners = defaultdict(set)
    for node, message in shapes.subject_objects(SH.message):
        owners[str(message)].add(node)
    assert {message for message, nodes in owners.items() if len(nodes) > 1} == set()


def test_every_shape_and_every_constraint_has_a_message(shapes: rdflib.Graph) -> None:
    named = set(shapes.subjects(RDF.type, SH.NodeShape))
    assert named - {_shape_of(shapes, node) for node in shapes.subjects(SH.message)} == set()
    parts = {node for predicate in (SH.property, SH.sparql) for shape in named
             for node in shapes.objects(shape, predicate)}
    assert {node for node in parts if (node, SH.message, None) not in shapes} == set()


def test_every_constraint_with_a_message_has_a_file_of_bad_data(shapes: rdflib.Graph) -> None:
    wanted = {(_local(_shape_of(shapes, node)), str(message))
              for node, message in shapes.subject_objects(SH.message)}
    assert wanted == {_expected(path) for path in BAD}


def test_no_thing_is_described_by_two_files() -> None:
    homes = defaultdict(list)
    for path in [BASE, *BAD]:
        for iri in _subjects(path):
            homes[iri].append(path.stem)
    assert {iri: files for iri, files in homes.items() if len(files) > 1} == {}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_data_is_refused_with_one_message(
    path: Path, reported: dict[Path | None, set[tuple[str, str]]]
) -> None:
    shape, message = _expected(path)
    assert {text for _, text in reported[path]} == {message}, shape


def test_nothing_else_is_refused(reported: dict[Path | None, set[tuple[str, str]]]) -> None:
    assert reported[None] == set()


def validate_files(project: Project, files: Iterable[Path]) -> list[Result]:
    """The results for some files in the context of the project's ontology, after its rules."""
    return validate(store_of(project, files), project.shape_files)


def store_of(project: Project, files: Iterable[Path]) -> ox.Store:
    store = ox.Store()
    for path in [*project.ontology_files, *files]:
        graph = ox.NamedNode(path.as_uri())
        store.extend(ox.Quad(*triple, graph) for triple in read_turtle(path).triples)
    for rule in read_rules(project):
        apply_rule(store, rule)
    return store


def _subjects(path: Path) -> set[str]:
    return {s.value for s, _, _ in read_turtle(path).triples if isinstance(s, ox.NamedNode)}


def _expected(path: Path) -> tuple[str, str]:
    """The shape and message that the first two lines of a bad file name."""
    shape, message = path.read_text(encoding="utf-8").splitlines()[:2]
    assert shape.startswith("# shape: ") and message.startswith("# message: "), path
    return shape.removeprefix("# shape: "), message.removeprefix("# message: ")


def _shape_of(shapes: rdflib.Graph, node: rdflib.term.Node) -> rdflib.term.Node:
    """The named shape that a constraint belongs to."""
    if isinstance(node, rdflib.URIRef):
        return node
    owners = [owner for owner, _ in shapes.subject_predicates(node)]
    assert len(owners) == 1, node
    return _shape_of(shapes, owners[0])


def _local(shape: rdflib.term.Node) -> str:
    return str(shape).rsplit("/", 1)[1]
