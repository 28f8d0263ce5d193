"""Drafts of reports of several kinds, as inspectorates write them: every text is invented."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphsvc.curate.drafting import draft
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Kind, Paragraph, Reading
from graphsvc.project import Project

pytestmark = pytest.mark.slow
Found = Callable[..., list[dict[str, str]]]
OF_MANY = """Review of joint inspections of services in community planning partnerships in Scotland

# Support for families

In one partnership, Safe and Together was well established and had reduced risk to mothers.

Some partnerships had introduced Mind of My Own. Staff in almost all areas knew of self-directed
support.

# Quality indicator 5.1: help at an early stage

Three partnerships were good, and five partnerships were evaluated as adequate. Of the 32
partnerships, 25 were good or better.
"""
OF_ONE = """Joint inspection of services for children at risk of harm in Stirling

# How well are children helped?

Independent advocacy was provided by Northern Lights. It had helped children to speak up. Self
directed support was being piloted.

Young people valued services such as lantern clubs, the Harbour Project and stepping stones groups.

We graded quality indicator 2.1 this time. Services were given a grade of 'good'.

The inspection took place between October 2022 and February 2023 and its report was published on
18 April 2023.

# What the service does well

- Officers visit victims quickly.

# Areas for improvement

- The force should record the views of children.
"""


@pytest.fixture(scope="module")
def found(project: Project) -> Found:
    """The drafts of a class for one of the texts: labels of values by label of property."""
    graph = CuratedGraph(project)
    drafted = {text: _drafted(graph, text) for text in (OF_MANY, OF_ONE)}

    def of(kind: str, text: str) -> list[dict[str, str]]:
        return [{value.property_label: value.label for value in one.values}
                for one in drafted[text] if one.kind_label == kind]
    return of


def _drafted(graph: CuratedGraph, text: str) -> list[Draft]:
    title, *blocks = text.split("\n\n")
    paragraphs = []
    for number, block in enumerate(blocks):
        shown = " ".join(block.split())
        kind = {"#": Kind.HEADING, "-": Kind.ITEM}.get(shown[0], Kind.BODY)
        paragraphs.append(Paragraph(line=3 + 2 * number, text=shown.lstrip("#- "), kind=kind,
                                    level=kind is Kind.HEADING))
    return draft(Reading(slug="invented", title=title, sha256="", paragraphs=(*paragraphs,)), graph)


def test_a_use_of_a_partnership_that_has_no_name_is_its_own_and_brings_that_partnership(
    found: Found
) -> None:
    name = "Unnamed partnership (Safe and Together)"
    assert {"approach": "Safe and Together", "partnership": name, "stage": "embedded",
            "kind of effect": "positive", "in the document's words": "well established",
            "reported effect": "reduced risk to mothers"} in found("approach use", OF_MANY)
    assert found("unnamed partnership", OF_MANY) == [{"name": name}]


def test_how_many_of_a_group_use_something_is_its_extent(found: Found) -> None:
    extents = {one["approach"]: one.get("extent") for one in found("approach use", OF_MANY)}
    assert extents == {"Safe and Together": None, "Mind of My Own": "some",
                       "Self-directed support": "almost all"}


def test_so_many_with_a_grade_are_parts_of_a_distribution(found: Found) -> None:
    parts = {one["partnerships with the grade"]: one["grade"]
             for one in found("part of a distribution", OF_MANY)}
    assert parts.keys() == {"3", "5", "25"} and parts["5"] == "Adequate"
    whole = found("distribution of evaluations", OF_MANY)
    assert {one["indicator"][:3] for one in whole} == {"5.1"}
    assert {one["group of partnerships"] for one in whole} == {"The 32 partnerships"}


def test_who_provides_something_is_drafted_also_where_nobody_knows_them(found: Found) -> None:
    use = next(one for one in found("approach use", OF_ONE)
               if one["approach"] == "Independent advocacy")
    assert use["provider"] == "Northern Lights"
    assert {"name": "Northern Lights"} in found("organisation", OF_ONE)


def test_new_things_are_found_in_a_list_of_examples(found: Found) -> None:
    names = {one["name"] for one in found("approach", OF_ONE)}
    assert names >= {"lantern clubs", "Harbour Project"}


def test_a_grade_is_of_the_indicator_of_the_sentence_before(found: Found) -> None:
    assert [(one["indicator"][:3], one["grade"]) for one in found("evaluation", OF_ONE)] == [
        ("2.1", "Good")]


def test_each_date_is_of_what_is_said_next_to_it(found: Found) -> None:
    assert sorted(sorted(one.items()) for one in found("inspection", OF_ONE)) == [
        [("from", "2022-10"), ("partnership", "Stirling"), ("until", "2023-02")],
        [("partnership", "Stirling"), ("published", "2023-04-18")]]


def test_a_statement_of_a_list_has_its_theme_and_a_name_to_begin_with(found: Found) -> None:
    strength, = found("strength", OF_ONE)
    priority, = found("improvement priority", OF_ONE)
    assert strength["name"].endswith(": strength 1") and strength["assessment"] == "strength"
    assert priority["name"].endswith(": improvement priority 1") and priority["theme"]
