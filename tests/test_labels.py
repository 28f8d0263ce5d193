"""A label is unique, in sentence case, and can be understood without the page it is on."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from graphsvc.release import Release
from tests.asking import ask

LABELLED = ("ApproachUse", "Figure", "Finding", "Claim", "MethodLimitation", "ImprovementAction",
            "ProgressItem", "StageReport", "ConfidenceStatement", "Term", "Approach",
            "Disagreement", "Organisation", "StrategicGroup", "PolicyInstrument", "Provision",
            "Plan", "Theme", "Cohort", "Measure")
PLACED = ("ApproachUse", "Figure", "Finding", "Claim", "MethodLimitation", "ImprovementAction",
          "ProgressItem", "StageReport", "ConfidenceStatement", "Term")
"""Classes of which a label says where it is so, or which document says it."""
IN_SENTENCES = ("Theme", "Cohort", "Measure")
"""Classes whose labels are words in sentences and in other labels, and so in lower case."""
NAMES = {"Covid-19 pandemic", "Getting it right for every child", "graphsvc project"}


@pytest.mark.parametrize("cls", LABELLED)
def test_no_two_things_of_a_class_share_a_label(cls: str, release: Release) -> None:
    rows = ask(release, f"SELECT DISTINCT ?thing ?label "
                        f"WHERE {{ ?thing a ji:{cls} ; skos:prefLabel ?label }}")
    labels = Counter(label.lower() for _, label in rows)
    assert len(labels) > 5
    assert {label for label, count in labels.items() if count > 1} == set()


@pytest.mark.parametrize("cls", LABELLED)
def test_a_label_is_in_sentence_case(cls: str, release: Release) -> None:
    labels = [label for _, label in ask(release, f"SELECT DISTINCT ?thing ?label WHERE {{"
                                                 f" ?thing a ji:{cls} ; skos:prefLabel ?label }}")]
    wrong = str.isupper if cls in IN_SENTENCES else str.islower
    assert {label for label in labels
            if wrong(label[0]) and not label.split()[0].isupper()} <= NAMES


def test_a_disagreement_is_a_question_that_can_be_understood_alone(release: Release) -> None:
    rows = ask(release, "SELECT DISTINCT ?thing ?label "
                        "WHERE { ?thing a ji:Disagreement ; skos:prefLabel ?label }")
    labels = [label for _, label in rows]
    question = re.compile(r"(Are|Did|Do|Does|How|Is|On|Up|Was|Were|What|When|Which|Who) .*\?")
    assert len(labels) > 50
    assert [label for label in labels if not question.match(label)] == []


@pytest.mark.parametrize("cls", PLACED)
def test_a_label_says_where_it_is_so(cls: str, release: Release) -> None:
    """What is said of one named place names it, wherever the label is read."""
    places = {"midlothian-2020": "Midlothian", "south-lanarkshire-2020": "South Lanarkshire",
              "north-ayrshire-2022": "Ayrshire|IJB|HSCP|NHS AA", "clackmannanshire-2015":
              "Clackmannanshire|Forth Valley|Larbert|Stirling"}
    if cls in ("Finding", "Term"):
        places["national-review-2012-2017"] = (
            "Scotland|[Nn]ational review|artnership|: children's social work integrated")
    rows = ask(release, f"SELECT DISTINCT ?label ?document WHERE {{ ?thing a ji:{cls} ; "
                        "skos:prefLabel ?label ; ji:reportedIn ?document }")
    assert len(rows) > 5
    assert [label for label, document in rows
            if not re.search(places.get(document.split("/")[-1], "") + "|Scotland", label)] == []
