"""The same words are coded alike: no document has a code much more often than the others have."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest

from graphsvc.release import Release
from tests.asking import ask

SHUFFLES = 200
NO_NAMES = {"national-review-2012-2017": 0.2}
"""The review names none of the partnerships that it reports on, and so seldom who provides."""


@pytest.mark.parametrize(("coded", "most", "unlike"), [
    ("?thing a ji:ApproachUse ; ji:stage ?code", 0.05, {}),
    ("?thing a ji:ApproachUse ; ji:effectKind ?code", 0.08, {}),
    # How good services were differs as well: North Ayrshire's report has most strengths.
    ("?thing a ji:Finding ; ji:assessment ?code", 0.11, {}),
    ("?thing a ji:Figure ; ji:verbalValue ?code", 0.05, {}),
    ("?thing a ji:Figure ; ji:trend ?code", 0.05, {}),
    ("?thing a ji:Figure BIND(EXISTS { ?thing ji:trend ?any } AS ?code)", 0.06, {}),
    ("?thing a ji:ApproachUse BIND(EXISTS { ?thing ji:provider ?any } AS ?code)", 0.05, NO_NAMES),
    ("?thing a ji:Disagreement ; ji:disagreementKind ?code ;"
     " ji:disagreeingStatement ?side . ?side ji:reportedIn ?document", 0.05, {}),
    ("?thing a ji:Finding BIND(EXISTS { ?thing ji:concludedBy ?any } AS ?code)", 0.05, {}),
    ("?thing a ?code VALUES ?code { ji:Finding ji:ApproachUse ji:Figure ji:Claim ji:Term "
     "ji:MethodLimitation ji:Evaluation ji:ImprovementAction ji:ConfidenceStatement }", 0.13, {}),
    # What a document is about, and not how it is coded: the one of North Ayrshire is only about
    # children at risk of harm, the review about services of all kinds and the law.
    ("?thing a ji:Finding ; ji:theme ?code", 0.18, {}),
    ("?thing a ji:Finding ; ji:cohort ?code", 0.25, {}),
    ("?thing a ji:ApproachUse ; ji:cohort ?code", 0.18, {}),
], ids=["stage", "effect", "assessment", "verbal quantity", "trend", "has a trend",
        "has a provider", "kind of disagreement", "is concluded", "kind of statement",
        "theme", "cohort", "cohort of a use"])
def test_a_code_is_about_as_frequent_in_each_document_as_in_the_others(
    coded: str, most: float, unlike: dict[str, float], release: Release
) -> None:
    """The distance of a document from the others is half the sum of the differences between the
    shares of codes, from 0 to 1. It exceeds what chance does (nineteen of twenty shuffles of the
    documents over the statements) by at most `most`; by how much in `unlike`, if that is more."""
    document = "" if "?document" in coded else "?thing ji:reportedIn ?document . "
    rows = sorted(set(ask(release, f"SELECT DISTINCT ?thing ?document ?code WHERE {{"
                                   f" {document}{coded} }}")))
    documents = [document.split("/")[-1] for _, document, _ in rows]
    codes = [code for *_, code in rows]
    distances, chance = _distances(documents, codes), random.Random(18)
    shuffled = [_distances(documents, chance.sample(codes, len(codes))) for _ in range(SHUFFLES)]
    assert len(distances) == 5
    expected = {document: sorted(distance[document] for distance in shuffled)[-SHUFFLES // 20]
                for document in distances}
    assert {document: round(distance - expected[document], 2)
            for document, distance in distances.items()
            if distance - expected[document] > unlike.get(document, most)} == {}


def _distances(documents: list[str], codes: list[str]) -> dict[str, float]:
    """How far each document is from the others together."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for document, code in zip(documents, codes, strict=True):
        counts[document][code] += 1
    together = sum(counts.values(), Counter[str]())
    return {document: sum(abs(count[code] / count.total() - (together[code] - count[code])
                              / (len(codes) - count.total())) for code in together) / 2
            for document, count in counts.items()}


def test_only_a_document_on_several_partnerships_says_for_how_many(release: Release) -> None:
    rows = ask(release, "SELECT DISTINCT ?document WHERE { ?thing ji:extent|ji:condition ?code ; "
                        "ji:reportedIn ?document }")
    assert [document.split("/")[-1] for document, in rows] == ["national-review-2012-2017"]
