"""Drafts from the narrative of a report that nobody has curated: every text is invented."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphsvc.curate.drafting.candidates import draft_candidates
from graphsvc.curate.drafting.statements import draft_narrative, draft_uses
from graphsvc.curate.drafting.text import Text
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Kind, Paragraph, Reading
from graphsvc.project import Project

Drafted = Callable[..., list[Draft]]
TITLE = "Joint inspection of services for children and young people in Stirling"


@pytest.fixture(scope="module")
def graph(project: Project) -> CuratedGraph:
    return CuratedGraph(project)


@pytest.fixture
def drafted(graph: CuratedGraph) -> Drafted:
    """What the drafter of a class finds in a report with some paragraphs."""
    def find(kind: str, *texts: str, title: str = TITLE) -> list[Draft]:
        drafter = {"approach use": draft_uses, "approach": draft_candidates,
                   "finding": draft_narrative}[kind]
        paragraphs = [Paragraph(line=1, text="Support for families", kind=Kind.HEADING, level=1)]
        paragraphs += [Paragraph(line=3 + 2 * n, text=text) for n, text in enumerate(texts)]
        reading = Reading(slug="stirling-2019", title=title, sha256="", paragraphs=(*paragraphs,))
        return [one for one in drafter(Text(reading, graph)) if one.kind_label == kind]
    return find


def values(one: Draft) -> dict[str, str]:
    """The label of the value of each property."""
    return {value.property_label: value.label for value in one.values}


def test_the_use_of_a_known_thing_is_coded_from_the_words_around_its_name(
    drafted: Drafted
) -> None:
    first, = drafted("approach use", "Safe and Together was well established in all localities. "
                     "It had led to better joint work with families.")
    assert values(first) == {
        "approach": "Safe and Together", "partnership": "Stirling", "stage": "embedded",
        "kind of effect": "positive",
        "in the document's words": "well established in all localities",
        "reported effect": "led to better joint work with families"}
    assert first.passages == (3,) and first.cue == "Safe and Together"
    assert {value.label: value.cue for value in first.values}["embedded"] == "well established"


@pytest.mark.parametrize(("text", "stage", "effect"), [
    ("Safe and Together was being rolled out.", "rolling out", "not stated"),
    ("Staff were at an early stage of using Safe and Together.", "early implementation",
     "not stated"),
    ("Safe and Together had not yet been launched.", "not yet launched", "not stated"),
    ("The partnership planned to introduce Safe and Together.", "planned", "not stated"),
    ("Safe and Together was in place to help families.", "in use", "not stated"),
    ("Safe and Together was in place. It was too early to see results.", "in use",
     "too early to judge"),
    ("Safe and Together helped families, but access was inconsistent.", "in use", "mixed"),
    ("Staff used a range of tools that improved practice, including Safe and Together.", "in use",
     "not stated"),
])
def test_stages_and_effects_follow_the_codebook(
    drafted: Drafted, text: str, stage: str, effect: str
) -> None:
    first, = drafted("approach use", text)
    assert (values(first)["stage"], values(first)["kind of effect"]) == (stage, effect)


def test_when_it_began_and_for_whom_are_taken_from_the_sentence_that_names_it(
    drafted: Drafted
) -> None:
    first, = drafted("approach use", "Mind of My Own was introduced in May 2018 for care leavers.")
    assert values(first)["from"] == "2018-05" and values(first)["cohort"] == "care leavers"


def test_an_ordinary_word_is_not_taken_for_a_name_in_capitals(drafted: Drafted) -> None:
    assert drafted("approach use", "Leaders kept up the pace of change in their services.") == []
    assert drafted("approach use", "The PACE programme had reduced delays.") != []


def test_a_report_of_an_unknown_place_gives_drafts_without_the_place(drafted: Drafted) -> None:
    first, = drafted("approach use", "Safe and Together was in place in Ruritania.",
                     title="Report on services in Ruritania")
    assert "partnership" not in values(first) and "group of partnerships" not in values(first)


def test_what_the_project_says_already_is_known_and_what_it_says_otherwise_clashes(
    drafted: Drafted
) -> None:
    title = "Report of a joint inspection of services in North Ayrshire"
    same, = drafted("approach use", "Staff were at an early stage of using Safe and Together.",
                    title=title)
    other, = drafted("approach use", "Safe and Together was well established.", title=title)
    assert same.known and same.known.endswith("safe-and-together") and same.clashes == ()
    assert other.known is None and other.clashes == (same.known,)


@pytest.mark.slow
def test_names_that_the_project_does_not_have_are_candidates_with_what_is_like_them(
    drafted: Drafted
) -> None:
    found = drafted("approach", "Families were helped by several services, such as the Family "
                    "Nurture Partnership Programme (FNPP) and Safe and Together.")
    named = {value.text for one in found for value in one.values if value.text}
    assert {"Family Nurture Partnership Programme", "FNPP"} <= named
    assert not any("Together" in name for name in named)
    new = next(one for one in found if one.cue.startswith("Family"))
    assert values(new)["kind of approach"] == "programme"
    assert "Family Nurse Partnership" in {near.label for near in new.near}


@pytest.mark.slow
def test_a_judgement_of_the_narrative_is_coded_with_its_theme(drafted: Drafted) -> None:
    weak, = drafted("finding", "Young carers were not always identified, and support for young "
                    "carers was limited.")
    assert {value.label for value in weak.values} >= {"weakness", "young carers"}
    good, = drafted("finding", "Staff were very effective at identifying young carers early.")
    assert values(good)["assessment"] == "strength"


def test_a_body_of_another_place_is_meant_only_where_that_place_is_named(drafted: Drafted) -> None:
    said = "child protection committee had led effective improvement across all services."
    ours, = drafted("finding", f"The {said}")
    theirs, = drafted("finding", f"The Clackmannanshire {said}")
    assert "organisation" not in values(ours)
    assert values(theirs)["organisation"] == "Clackmannanshire child protection committee"


def test_who_is_quoted_and_the_first_word_of_a_quotation_are_no_names(drafted: Drafted) -> None:
    assert drafted("approach", "Anna Smith, chief executive, said: “However slow it was, leaders "
                   "were effective.”", "The report notes: “Based on this, it was good.”") == []


def test_a_sentence_that_a_page_break_cuts_is_one(drafted: Drafted) -> None:
    first, = drafted("approach use", "The partnership had recently introduced Safe and",
                     "Together across all of its localities.")
    assert first.passages == (3, 5) and values(first)["stage"] == "recently launched"
