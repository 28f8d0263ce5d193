"""One search over the real release: words in every form find the same things, and say why."""

from __future__ import annotations

import pytest

from graphsvc.index import Index
from graphsvc.release import Release


@pytest.fixture(scope="module")
def found(release: Release) -> Index:
    return Index(release.index_path, prefixes=release.manifest["prefixes"])


@pytest.mark.parametrize(("one", "other"), [
    ("test of change", "tests of change"), ("waits", "waiting"), ("2744", "2,744"),
    ("26 days", "twenty-six days"), ("child protectoin", "child protection"),
    ("minimum dataset", "minimum data set"), ("Covid-19", "covid 19"),
])
def test_forms_of_the_same_words_find_the_same(found: Index, one: str, other: str) -> None:
    first, second = (found.search(text, {}, limit=500) for text in (one, other))
    assert first.total > 0
    assert {hit.entry.iri for hit in first.hits} == {hit.entry.iri for hit in second.hits}


@pytest.mark.parametrize(("text", "label", "why"), [
    ("PACE", "Permanence and Care Excellence programme", "also called PACE"),
    ("safe and together", "Safe and Together", "in its name"),
    ("protectoin", "child protection", "in its name"),
])
def test_each_thing_says_why_it_was_found(found: Index, text: str, label: str, why: str) -> None:
    hits = {hit.entry.label: hit.why for hit in found.search(text, {}, limit=500).hits}
    assert hits[label] == why


def test_a_number_is_found_in_texts_and_as_a_value(found: Index) -> None:
    hits = found.search("2,744", {}).hits
    assert hits and {hit.why for hit in hits} == {"has the number 2744"}
    assert any(hit.entry.kind and hit.entry.kind.endswith("Figure") for hit in hits)


def test_an_acronym_that_is_a_word_is_found_by_its_capitals(found: Index) -> None:
    acronym, word = (
        {hit.entry.iri for hit in found.search(text, {}, limit=500).hits if "name" in hit.why}
        for text in ("PACE", "pace"))
    assert acronym < word


def test_a_theme_leads_to_what_is_on_it_and_on_narrower_ones(found: Index) -> None:
    hits = found.search("kinship care", {}, limit=500).hits
    assert {"on kinship care"} <= {hit.why for hit in hits}
    narrower = found.search("child protection", {}, limit=1000).hits
    assert any(hit.why == "narrower than child protection" for hit in narrower)


def test_a_misspelt_word_is_corrected_and_the_search_says_so(found: Index) -> None:
    assert found.search("child protectoin", {}).corrected == {"protectoin": "protection"}
    assert found.search("child protection", {}).corrected == {}


def test_what_a_question_names_is_found_first_and_values_of_vocabularies_last(found: Index) -> None:
    hits = found.search("Who uses Safe and Together and with what effect?", {}, limit=1000).hits
    assert hits[0].entry.label == "Safe and Together"
    kinds = [(hit.entry.kind or "").endswith("EffectKind") for hit in hits]
    assert any(kinds) and not any(kinds[:20])
