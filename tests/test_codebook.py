"""The codebook has a section for every vocabulary that points at it, and a row for every value."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib import RDFS, SKOS

from graphsvc.project import Project
from graphsvc.release import Release

JI = "https://w3id.org/joint-inspections/def#"
PROV = "http://www.w3.org/ns/prov#"
CODED = ("stages", "effects", "assessments", "disagreement-kinds", "trends")
"""The vocabularies of which the codebook explains every value in a table."""

EXTENTS = {"some": r"\b(some|several|a number of)\b", "few": r"\b(few|small (number|proportion))\b",
           "most": r"\b(most|in the main)\b", "all": r"\b(all|every|each)\b",
           "almost-all": "almost all|practically all|few exceptions"}
"""The words that lead to an extent; for others it is the name of the quantity."""


@pytest.fixture(scope="module")
def sections(project: Project) -> dict[str, str]:
    """Anchor of each section of the codebook, and its text."""
    text = (project.root / "docs" / "codebook.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    anchors = [re.sub(r"[^a-z ]", "", name.lower()).replace(" ", "-") for name in parts[::2]]
    return dict(zip(anchors, parts[1::2], strict=True))


@pytest.fixture(scope="module")
def concepts(project: Project) -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in sorted((project.root / "ontology" / "vocabularies").glob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def lines(shared: Path) -> dict[str, list[str]]:
    """The lines of each source document."""
    return {path.stem: path.read_text(encoding="utf-8").split("\n")
            for path in (shared / "sources").glob("*.txt")}


def test_what_points_at_the_codebook_points_at_a_section_and_has_the_rule(
    concepts: rdflib.Graph, sections: dict[str, str]
) -> None:
    links = [(thing, link) for thing, link in concepts.subject_objects(RDFS.seeAlso)
             if "/codebook#" in link]
    assert len(links) > 30
    assert {link for _, link in links if link.split("#")[1] not in sections} == set()
    assert {thing for thing, _ in links if (thing, SKOS.scopeNote, None) not in concepts} == set()


@pytest.mark.parametrize("scheme", CODED)
def test_every_value_has_a_row_in_its_section(
    scheme: str, project: Project, concepts: rdflib.Graph, sections: dict[str, str]
) -> None:
    iri = rdflib.URIRef(f"{project.header.base}scheme/{scheme}")
    section = sections[str(concepts.value(iri, RDFS.seeAlso)).split("#")[1]]
    rows = set(_first_cells(section))
    values = {str(concepts.value(value, SKOS.prefLabel))
              for value in concepts.subjects(SKOS.inScheme, iri)}
    assert len(values) > 3
    assert values == rows - {"code"}


@pytest.mark.parametrize("cls", ["Figure", "Finding", "Claim", "Approach", "Disagreement"])
def test_no_two_things_of_a_class_share_a_label(cls: str, release: Release) -> None:
    rows = release.store().query(
        f"SELECT DISTINCT ?thing ?label "
        f"WHERE {{ ?thing a <{JI}{cls}> ; <{SKOS.prefLabel}> ?label }}",
        use_default_graph_as_union=True)
    labels = Counter(row["label"].value.lower() for row in rows)
    assert len(labels) > 50
    assert {label for label, count in labels.items() if count > 1} == set()


@pytest.mark.parametrize("start", ["Described as", "Called", "Counted as", "Meant to", "Aims to"])
def test_praise_and_purpose_are_no_effects(start: str, release: Release) -> None:
    rows = release.store().query(
        f"SELECT ?use WHERE {{ ?use <{JI}effect> ?text FILTER(STRSTARTS(?text, '{start}')) }}",
        use_default_graph_as_union=True)
    assert [row["use"].value for row in rows] == []


@pytest.mark.parametrize("forbidden", [
    "?thing a ji:Approach FILTER NOT EXISTS { ?use a ji:ApproachUse ; ji:approach ?thing }",
    """?thing a ji:Approach ; skos:prefLabel|skos:altLabel ?name .
        ?body a ?kind ; skos:prefLabel ?its
        VALUES ?kind { ji:Organisation ji:StrategicGroup } FILTER(LCASE(?name) = LCASE(?its))
        FILTER NOT EXISTS { ?use ji:approach ?thing ; ji:provider ?body }
        FILTER NOT EXISTS { ?thing ji:developedBy ?body }""",
    """?thing ji:stage ?stage ; ji:stageReport ?report
        FILTER NOT EXISTS { ?thing ji:stageReport/ji:stage ?stage }""",
    "?thing ji:stageReport ?report FILTER NOT EXISTS { ?thing ji:stageReport ?other "
    "FILTER(?other != ?report) }",
    "?thing a ji:Finding ; ji:grade ?grade",
    "?thing a ji:Disagreement FILTER NOT EXISTS { ?thing ji:betweenDocuments ?between }",
    "?thing ji:trend ?trend ; sdmx:obsValue ?value",
], ids=["an approach without use", "an approach and a body of one name, not linked",
        "a stage that no report gives", "a single report of a stage", "a grade on a finding",
        "a disagreement within or between?", "a trend with a number"])
def test_what_the_codebook_forbids_is_not_there(forbidden: str, release: Release) -> None:
    rows = release.store().query(
        f"PREFIX ji: <{JI}> PREFIX skos: <{SKOS}> "
        f"PREFIX sdmx: <http://purl.org/linked-data/sdmx/2009/measure#> "
        f"SELECT DISTINCT ?thing WHERE {{ {forbidden} }}", use_default_graph_as_union=True)
    assert [row["thing"].value for row in rows] == []


def test_each_item_of_progress_has_passages_of_its_own(release: Release) -> None:
    rows = list(release.store().query(
        f"SELECT ?item (COUNT(DISTINCT ?passage) AS ?passages) "
        f"WHERE {{ ?item a <{JI}ProgressItem> ; <{PROV}wasDerivedFrom> ?passage }} GROUP BY ?item",
        use_default_graph_as_union=True))
    assert len(rows) > 40
    assert [row["item"].value for row in rows if int(row["passages"].value) > 3] == []


def test_nearly_every_approach_is_found_by_what_its_passages_call_it(
    lines: dict[str, list[str]], release: Release
) -> None:
    names, texts = defaultdict(set), defaultdict(str)
    for row in release.store().query(
            f"SELECT DISTINCT ?use ?name ?passage WHERE {{ ?use a <{JI}ApproachUse> ; "
            f"<{PROV}wasDerivedFrom> ?passage ; <{JI}approach> ?approach . "
            f"?approach <{SKOS.prefLabel}>|<{SKOS.altLabel}> ?name }}",
            use_default_graph_as_union=True):
        document, line = row["passage"].value.split("/")[-2:]
        names[row["use"].value].add(_plain(row["name"].value))
        text = _plain(lines[document][int(line) - 1])
        if text not in texts[row["use"].value]:
            texts[row["use"].value] += f" {text} "
    found = [use for use in names
             if any(re.search(rf"\b{name}s?\b", texts[use]) for name in names[use])]
    assert len(names) > 300
    assert len(found) / len(names) >= 0.95


def test_an_extent_has_a_word_in_its_passages(
    lines: dict[str, list[str]], release: Release
) -> None:
    passages = defaultdict(str)
    for row in release.store().query(
            f"SELECT DISTINCT ?thing ?extent ?passage WHERE {{ ?thing <{JI}extent> ?extent ; "
            f"<{PROV}wasDerivedFrom> ?passage }}", use_default_graph_as_union=True):
        document, line = row["passage"].value.split("/")[-2:]
        passages[row["thing"].value, row["extent"].value.split("/")[-1]] += (
            lines[document][int(line) - 1] + "\n")
    assert len(passages) > 50
    assert {thing for (thing, extent), text in passages.items()
            if not re.search(EXTENTS.get(extent, extent.replace("-", " ")), text, re.I)} == set()


def _plain(text: str) -> str:
    """Words only, in lower case, without the marks and addresses of Markdown."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("’", "'").replace("*", "")
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _first_cells(section: str) -> Iterator[str]:
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield line.split("|")[1].strip()
