"""HermiT, a complete OWL 2 DL reasoner, finds no contradiction in ontology and data."""

from __future__ import annotations

import shutil
from pathlib import Path

import owlready2
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS

from graphsvc.project import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, which is not here"),
]

JI = rdflib.Namespace("https://w3id.org/joint-inspections/def#")
DATATYPES = {None, *(rdflib.XSD[name] for name in ("string", "integer", "decimal", "boolean"))}
"""The datatypes in use that OWL 2 knows. It has no days, months and years."""
TWOFOLD = rdflib.URIRef("http://purl.org/linked-data/sdmx/2009/dimension#refPeriod")
"""The one property whose values are literals (years) and things (a period that is not stated)."""


@pytest.fixture(scope="module")
def ontology(project: Project) -> rdflib.Graph:
    """The ontology, and what the vocabularies that it re-uses say of their terms."""
    return _graph([*project.ontology_files, Path(__file__).parent / "vocabularies.ttl"])


def test_ontology_and_data_are_consistent(
    project: Project, ontology: rdflib.Graph, tmp_path: Path
) -> None:
    everything = ontology + _graph(project.data_files)
    assert len(everything) > 50_000
    assert unsatisfiable(everything, tmp_path) == []


@pytest.mark.parametrize("subject, predicate, value", [
    (JI.thing, RDF.type, JI.Area),
    (JI.thing, JI.memberPartnership, JI.another),
    (JI.another, JI.councilArea, JI.thing),
    (JI.thing, JI.grade, JI.thing),
    (JI.thing, JI.code, rdflib.Literal(5)),
], ids=["type", "domain", "range", "two ranges", "datatype"])
def test_a_contradiction_is_found(
    subject: rdflib.URIRef, predicate: rdflib.URIRef, value: rdflib.term.Node,
    ontology: rdflib.Graph, tmp_path: Path
) -> None:
    planted = _partnership()
    planted.add((subject, predicate, value))
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        unsatisfiable(ontology + planted, tmp_path)


def test_a_class_that_can_have_no_member_is_found(ontology: rdflib.Graph, tmp_path: Path) -> None:
    planted = _partnership()
    planted.add((JI.Impossible, RDF.type, OWL.Class))
    for broader in (JI.Inspection, JI.ProgressReview):
        planted.add((JI.Impossible, RDFS.subClassOf, broader))
    assert unsatisfiable(ontology + planted, tmp_path) == [str(JI.Impossible)]


def unsatisfiable(graph: rdflib.Graph, folder: Path) -> list[str]:
    """The classes that can have no member.

    Raises OwlReadyInconsistentOntologyError when the graph contradicts itself.
    """
    known = rdflib.Graph()
    for triple in graph:
        if TWOFOLD not in triple and not _unknown(triple[2]):
            known.add(triple)
    file = folder / "ontology.nt"
    known.serialize(file, format="nt", encoding="utf-8")
    world = owlready2.World()
    with world.get_ontology(file.as_uri()).load():
        owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    return sorted(cls.iri for cls in world.inconsistent_classes() if cls.iri != str(OWL.Nothing))


def _partnership() -> rdflib.Graph:
    """A thing that is a partnership and so can be no grade, which is no contradiction."""
    graph = rdflib.Graph()
    graph.add((JI.thing, RDF.type, JI.NamedPartnership))
    graph.add((JI.Grade, OWL.disjointWith, JI.Partnership))
    return graph


def _unknown(value: rdflib.term.Node) -> bool:
    return isinstance(value, rdflib.Literal) and value.datatype not in DATATYPES


def _graph(files: list[Path]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in files:
        graph.parse(path)
    return graph
