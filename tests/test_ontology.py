"""The ontology is complete: terms are defined and explained, labels differ, the header is there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, VANN

from graphsvc.project import Project
from graphsvc.sources.turtle import read_turtle
from tests.mutations import name_errors

JI = rdflib.Namespace("https://w3id.org/joint-inspections/def#")
TYPE = ox.NamedNode(str(RDF.type))


@pytest.fixture(scope="module")
def ontology(project: Project) -> rdflib.Graph:
    return _graph(project.ontology_files)


@pytest.fixture(scope="module")
def data(project: Project) -> list[ox.Triple]:
    """Everything that the ontology and the data say."""
    return [ox.Triple(*triple) for path in project.ontology_files + project.data_files
            for triple in read_turtle(path).triples]


@pytest.fixture(scope="module")
def concepts(data: list[ox.Triple], ontology: rdflib.Graph) -> rdflib.Graph:
    """What is said of every controlled term. Approaches are concepts too, but of no closed list."""
    types = {str(cls) for cls in ontology.subjects(RDFS.subClassOf, SKOS.Concept)
             if cls != JI.Approach}
    terms = {t.subject for t in data if t.predicate == TYPE and t.object.value in types}
    assert len(terms) > 500
    return _of_triples(triple for triple in data if triple.subject in terms)


def test_no_term_is_used_that_is_not_defined(project: Project) -> None:
    assert [str(error) for error in name_errors(project)] == []


@pytest.mark.parametrize("statement, term, meant", [
    ("use:x a ji:ApproachUs .", JI.ApproachUs, JI.ApproachUse),
    ("use:x a ji:ApproachUse ; ji:aproach approach:pace .", JI.aproach, JI.approach),
    ("use:x a ji:ApproachUse ; skos:prefLable \"X\"@en .", f"{SKOS}prefLable", SKOS.prefLabel),
])
def test_a_misspelt_term_is_found_with_line_and_nearest(
    statement: str, term: str, meant: str, project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "candidate.ttl"
    path.write_text(f"@prefix ji: <{JI}> .\n@prefix skos: <{SKOS}> .\n"
                    f"@prefix use: <{project.header.base}use/> .\n"
                    f"@prefix approach: <{project.header.base}approach/> .\n\n{statement}\n")
    assert [str(error) for error in name_errors(project, path)] == [
        f"{path}:6: The term <{term}> is not defined. Did you mean <{meant}>?"]


def test_shapes_rules_and_questions_use_defined_terms_only(
    project: Project, ontology: rdflib.Graph
) -> None:
    defined = set(_terms(ontology))
    used = {(path.name, node) for path in project.shape_files
            for triple in _graph([path]) for node in triple
            if isinstance(node, rdflib.URIRef) and node.startswith(JI)}
    for path in [*project.shape_files, *project.rule_files,
                 *(path for path in project.query_files if path.suffix == ".rq")]:
        text = path.read_text(encoding="utf-8")
        used |= {(path.name, JI[name]) for name in re.findall(r"(?<![\w-])ji:([A-Za-z]+)", text)}
    assert len(used) > 200
    assert {(file, term) for file, term in used if term not in defined} == set()


def test_every_term_has_one_label_and_one_comment_in_english(ontology: rdflib.Graph) -> None:
    terms = _terms(ontology)
    assert len(terms) > 100
    assert [term for term in terms for said in (RDFS.label, RDFS.comment)
            if [text.language for text in ontology.objects(term, said)] != ["en"]] == []


@pytest.mark.parametrize("types", [
    [OWL.Class],
    [OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property],
], ids=["classes", "properties"])
def test_no_two_classes_and_no_two_properties_share_a_label(
    types: list[rdflib.URIRef], ontology: rdflib.Graph
) -> None:
    labels = defaultdict(set)
    for term in {term for type_ in types for term in ontology.subjects(RDF.type, type_)}:
        labels[str(ontology.value(term, RDFS.label)).lower()].add(term)
    assert len(labels) > 50
    assert {label: terms for label, terms in labels.items() if len(terms) > 1} == {}


def test_every_class_and_property_that_is_used_is_explained(
    data: list[ox.Triple], ontology: rdflib.Graph
) -> None:
    used = {triple.predicate.value for triple in data}
    used |= {triple.object.value for triple in data if triple.predicate == TYPE}
    explained = {str(term) for term in ontology.subjects(RDFS.label)} & {
        str(term) for term in ontology.subjects(RDFS.comment)}
    assert {term for term in used - explained
            if not term.startswith((str(RDF), str(RDFS), str(OWL)))} == set()


def test_properties_keep_to_owl_2_dl(data: list[ox.Triple], ontology: rdflib.Graph) -> None:
    """A property has things or literals as values, never both, and so has its superproperty."""
    types = {type_: {str(term) for term in ontology.subjects(RDF.type, type_)} for type_ in (
        OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)}
    assert {str(term).rsplit("#")[-1] for term in types[RDF.Property]} == {"refPeriod"}
    assert max(Counter(term for terms in types.values() for term in terms).values()) == 1
    assert [pair for pair in ontology.subject_objects(RDFS.subPropertyOf)
            if not any({str(term) for term in pair} <= terms for terms in types.values())] == []
    assert {triple.predicate.value for triple in data if triple.predicate.value in types[
        OWL.DatatypeProperty if not isinstance(triple.object, ox.Literal) else OWL.ObjectProperty]
    } == set()


def test_every_concept_has_one_name_one_definition_and_a_scheme(concepts: rdflib.Graph) -> None:
    for concept in set(concepts.subjects(RDF.type)):
        assert len(list(concepts.objects(concept, SKOS.prefLabel))) == 1, concept
        assert len(list(concepts.objects(concept, SKOS.definition))) == 1, concept
        assert (concept, SKOS.inScheme, None) in concepts, concept


def test_no_two_concepts_of_a_scheme_share_a_name(concepts: rdflib.Graph) -> None:
    names = Counter(
        (str(scheme), str(name).lower()) for concept, scheme in concepts.subject_objects(
            SKOS.inScheme) for name in concepts.objects(concept, SKOS.prefLabel))
    assert {name for name, count in names.items() if count > 1} == set()


@pytest.mark.parametrize("scheme", [
    "stages", "grades", "themes", "cohorts", "policy-types", "approach-kinds"])
def test_every_concept_of_a_scheme_has_a_definition_and_an_alternative_label(
    scheme: str, project: Project, concepts: rdflib.Graph
) -> None:
    members = set(concepts.subjects(
        SKOS.inScheme, rdflib.URIRef(f"{project.header.base}scheme/{scheme}")))
    assert members
    assert {(concept, said) for concept in members for said in (SKOS.definition, SKOS.altLabel)
            if (concept, said, None) not in concepts} == set()


def test_the_header_says_title_version_licence_creator_and_prefix(
    project: Project, ontology: rdflib.Graph
) -> None:
    header = project.header
    iri = rdflib.URIRef(header.iri)
    assert (header.iri, header.prefix, header.namespace) == (str(JI)[:-1], "ji", str(JI))
    assert str(ontology.value(iri, VANN.preferredNamespacePrefix)) == "ji"
    assert ontology.value(iri, OWL.versionIRI) == rdflib.URIRef(f"{iri}/{header.version}")
    assert all(ontology.value(iri, said) for said in (
        DCTERMS.title, DCTERMS.description, DCTERMS.license, DCTERMS.creator))


def _terms(graph: rdflib.Graph) -> list[rdflib.URIRef]:
    """Classes and properties of the project's own namespace."""
    types = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    return sorted({term for type_ in types for term in graph.subjects(RDF.type, type_)
                   if isinstance(term, rdflib.URIRef) and term.startswith(JI)})


def _graph(files: list[Path]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in files:
        graph.parse(path)
    return graph


def _of_triples(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=text, format="nt")
