"""The codebook has a section for every vocabulary that points at it, and a row for every value."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib import RDFS, SKOS

from graphsvc.project import Project
from graphsvc.release import Release
from tests.asking import JI, ask

CODED = ("stages", "effects", "assessments", "disagreement-kinds", "trends")
"""The vocabularies of which the codebook explains every value in a table."""

QUANTITIES = {
    "some": r"\b(some|several|a number of)\b", "few": r"\b(few|small (number|proportion))\b",
    "most": r"\b(most|mostly|in the main|generally)\b", "all": r"\b(all|every|each)\b",
    "almost-all": "(almost|practically|nearly) all|few exceptions", "none": r"\b(no|none)\b",
    "over-a-third": "third|one in three", "just-over-a-third": "third", "one-third": "third",
    "nearly-one-third": "third", "two-thirds": "third", "one-in-six": "one in six",
    "one-quarter": "quarter", "nearly-one-quarter": "quarter", "three-quarters": "quarter",
    "just-under-half": "half", "just-over-half": "half", "less-than-half": "half"}
"""The words that lead to a quantity; for others it is the name of the quantity."""
IN_LABELS = {
    r"almost all": QUANTITIES["almost-all"], r"(?<!al)\bmost\b": QUANTITIES["most"],
    r"\bmajority\b": "majority", r"\bmany\b": "many", r"\bhalf\b": "half",
    r"\b(few|small number)\b": QUANTITIES["few"],
    r"\bsome\b": r"\b(some|several|a number of|specific|examples?|others)\b|not all",
    r"\bthird of\b": "third", r"\bquarter of\b": "quarter"}
"""The quantity words of labels, and the words of a passage that lead to each."""
STAGES = {
    "completed": "complet|finish|review|challenge|already|restructur",
    "ended": "previous|disband|lost|ceas", "not-yet-launched": "not yet",
    "planned": "plan|propos|agreed|explor|consider",
    "in-development": "develop|scop|being|design|work(ed|ing) on",
    "pilot": "pilot|tests? of change|trial", "re-established": "re-?establish|again",
    "recently-launched": "recent|new|launch|agreed",
    "early-implementation": "early|beginning|begun|started", "rolling-out": "roll|extend|expand",
    "partly-embedded": "embed|everywhere|consistent",
    "embedded": "embed|established|routine|integr"}
"""The words that lead to a stage, where the use quotes none with ji:wording."""


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


@pytest.mark.parametrize("scheme", [
    "approach-kinds", "assessments", "cohorts", "disagreement-kinds", "effects", "quantities",
    "stages", "themes", "trends"])
def test_each_value_of_a_scheme_leads_to_its_rule(scheme: str, release: Release) -> None:
    rows = ask(release, f"""SELECT ?value ?rule ?note WHERE {{
        ?value skos:inScheme <https://w3id.org/joint-inspections/id/scheme/{scheme}>
        OPTIONAL {{ ?value rdfs:seeAlso ?rule ; skos:scopeNote ?note
                   FILTER(CONTAINS(STR(?rule), "/codebook#")) }} }}""")
    assert len(rows) > 3
    assert [value for value, rule, note in rows if not rule or not note] == []


def test_each_coded_property_leads_to_its_rule(
    release: Release, sections: dict[str, str]
) -> None:
    coded = {"stage", "effectKind", "effect", "assessment", "extent", "condition", "verbalValue",
             "trend", "theme", "cohort", "provider", "disagreementKind", "approach",
             "approachKind", "wording", "definedIn", "concludedBy", "aboutFinding",
             "indicator", "question", "wellbeingIndicator"}
    rules = {property_.removeprefix(JI): rule.split("#")[1] for property_, rule in ask(
        release, "SELECT ?property ?rule WHERE { ?property rdfs:seeAlso ?rule ; "
                 "skos:scopeNote ?note FILTER(CONTAINS(STR(?rule), '/codebook#')) }")}
    assert coded - rules.keys() == set()
    assert "https://schema.org/funder" in rules
    assert set(rules.values()) <= sections.keys()


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


@pytest.mark.parametrize("start", ["Described as", "Called", "Counted as", "Meant to", "Aims to"])
def test_praise_and_purpose_are_no_effects(start: str, release: Release) -> None:
    assert ask(release, f"SELECT ?use WHERE {{ ?use ji:effect ?text "
                        f"FILTER(STRSTARTS(?text, '{start}')) }}") == []


@pytest.mark.parametrize(("property_", "words"), [
    ("extent", QUANTITIES), ("verbalValue", QUANTITIES), ("stage", STAGES)])
def test_a_code_has_a_word_in_its_passages(
    property_: str, words: dict[str, str], lines: dict[str, list[str]], release: Release
) -> None:
    """What a curator concluded, or of a stage quotes, has its reason there."""
    reasons = "ji:concludedBy" + ("|ji:wording|ji:stageReport" if property_ == "stage" else "")
    explained = ask(release, f"SELECT DISTINCT ?thing WHERE {{ ?thing {reasons} ?reason }}")
    passages = {(thing, value.split("/")[-1]): text for (thing, value), text
                in passages_of(f"ji:{property_}", lines, release).items()
                if (thing,) not in explained}
    assert len(passages) > 50
    assert {(thing, code) for (thing, code), text in passages.items()
            if code not in ("implemented", "mentioned-only")
            and not re.search(words.get(code, code.replace("-", " ")), text, re.I)} == set()


def test_a_wording_is_in_its_passages_and_short(
    lines: dict[str, list[str]], release: Release
) -> None:
    passages = passages_of("ji:wording", lines, release)
    assert len(passages) > 100
    assert {thing for (thing, wording), text in passages.items()
            if len(wording.split()) > 8 or _plain(wording) not in _plain(text)} == set()


def test_a_quantity_in_a_label_is_a_word_of_its_passages(
    lines: dict[str, list[str]], release: Release
) -> None:
    """A few parents are not some parents, and the majority of minutes are not most."""
    labels = {label: text for (thing, label), text
              in passages_of("skos:prefLabel", lines, release).items()
              if thing.split("/")[-2] in ("finding", "progress-item", "confidence", "action")}
    assert len(labels) > 900
    assert {label for label, text in labels.items() for word, words in IN_LABELS.items()
            if re.search(word, label, re.I) and not re.search(words, text, re.I)} == set()


@pytest.mark.parametrize("forbidden", [
    "?thing a ji:Approach FILTER NOT EXISTS { ?use a ji:ApproachUse ; ji:approach ?thing }",
    """{ SELECT ?thing ?name { ?thing a ji:Approach ; skos:prefLabel|skos:altLabel ?called
          BIND(LCASE(STR(?called)) AS ?name) } }
        { SELECT ?body ?name { ?body a ?kind ; skos:prefLabel ?called
          VALUES ?kind { ji:Organisation ji:StrategicGroup }
          BIND(LCASE(STR(?called)) AS ?name) } }
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
    assert ask(release, f"SELECT DISTINCT ?thing WHERE {{ {forbidden} }}") == []


def test_each_item_of_progress_has_passages_of_its_own(release: Release) -> None:
    rows = ask(release, "SELECT ?item (COUNT(DISTINCT ?passage) AS ?passages) WHERE {"
                        " ?item a ji:ProgressItem ; prov:wasDerivedFrom ?passage } GROUP BY ?item")
    assert len(rows) > 40
    assert [item for item, passages in rows if int(passages) > 3] == []


def test_nearly_every_approach_is_found_by_what_its_passages_call_it(
    lines: dict[str, list[str]], release: Release
) -> None:
    names, texts = defaultdict(set), defaultdict(str)
    for use, name, passage in ask(release, """SELECT DISTINCT ?use ?name ?passage WHERE {
            ?use a ji:ApproachUse ; prov:wasDerivedFrom ?passage ; ji:approach ?approach .
            ?approach skos:prefLabel|skos:altLabel ?name }"""):
        document, line = passage.split("/")[-2:]
        names[use].add(_plain(name))
        text = _plain(lines[document][int(line) - 1])
        if text not in texts[use]:
            texts[use] += f" {text} "
    found = [use for use in names
             if any(re.search(rf"\b{name}s?\b", texts[use]) for name in names[use])]
    assert len(names) > 300
    assert len(found) / len(names) >= 0.95


def test_a_chapter_has_its_question_or_indicator_on_all_statements_or_none(
    release: Release
) -> None:
    rows = ask(release, """SELECT DISTINCT ?section ?thing ?about WHERE {
        VALUES ?kind { "body" "key-messages" } VALUES ?cls { ji:Finding ji:ApproachUse }
        ?section dcterms:type ?kind . ?passage dcterms:isPartOf ?section .
        ?thing prov:wasDerivedFrom ?passage ; a ?cls
        OPTIONAL { ?thing ji:question|ji:indicator ?about } }""")
    chapters: dict[str, dict[str, bool]] = defaultdict(dict)
    for section, thing, about in rows:
        chapters[section][thing] = bool(about)
    assert len(chapters) > 100
    assert {section: things for section, things in chapters.items()
            if len(set(things.values())) > 1} == {}


def passages_of(
    property_: str, lines: dict[str, list[str]], release: Release
) -> dict[tuple[str, str], str]:
    """The text on which each thing with a value of a property rests, in reading order."""
    places = {(thing, value, *passage.split("/")[-2:]) for thing, value, passage in ask(
        release, f"SELECT ?thing ?value ?passage WHERE {{ ?thing {property_} ?value ; "
                 "prov:wasDerivedFrom ?passage }")}
    texts: dict[tuple[str, str], str] = defaultdict(str)
    for thing, value, document, line in sorted(places, key=lambda it: (*it[:3], int(it[3]))):
        texts[thing, value] += lines[document][int(line) - 1] + "\n"
    return texts


def _plain(text: str) -> str:
    """Words only, in lower case, without the marks and addresses of Markdown."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("’", "'").replace("*", "")
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _first_cells(section: str) -> Iterator[str]:
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield line.split("|")[1].strip()
