"""Statements and provisions: what bears on what, since when, and that no document loses links."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.project import Project
from graphsvc.release import Release
from tests.asking import store_of
from tests.policies.judge import DERIVED, PREFIXES, WRONG, compare, draw

SHARES = {
    "national-review-2012-2017": (20, 53),
    "south-lanarkshire-2020": (4, 53),
    "midlothian-2020": (4, 52),
    "clackmannanshire-2015": (7, 44),
    "north-ayrshire-2022": (7, 53),
}
"""Per cent of each document's findings that name a policy at least, and that have any link."""

JUDGEMENTS = Path(__file__).parent / "judgements"

BOTH = ("getting-it-right-for-every-child", "pace", "safe-and-together")


def ask(release: Release, query: str) -> list[tuple[str, ...]]:
    """The rows of a query over everything, IRIs as their last part, without those that repeat."""
    rows = store_of(release).query(PREFIXES + query)
    assert isinstance(rows, ox.QuerySolutions)
    return sorted({tuple("" if value is None else str(getattr(value, "value", value))
                         .rpartition("/")[2] for value in row) for row in rows})


@pytest.mark.parametrize("document", SHARES)
def test_no_document_loses_links(document: str, release: Release) -> None:
    rows = ask(release, f"""SELECT ?finding (EXISTS {{ ?finding ji:policy ?policy }} AS ?said)
        (EXISTS {{ ?finding ji:policy|ji:bearsOn ?any }} AS ?linked) {{
          ?finding a ji:Finding ; ji:reportedIn
            <https://w3id.org/joint-inspections/id/document/{document}> }}""")
    said, linked = (100 * sum(row[at] == "true" for row in rows) / len(rows) for at in (1, 2))
    assert said >= SHARES[document][0]
    assert linked >= SHARES[document][1]


@pytest.mark.parametrize("slug", BOTH)
def test_an_instrument_that_is_an_approach_is_one_thing(slug: str, release: Release) -> None:
    classes = {row[0] for row in ask(release, f"""SELECT ?class {{
        <https://w3id.org/joint-inspections/id/approach/{slug}> a ?class }}""")}
    assert {"def#Approach", "def#PolicyInstrument"} <= classes
    assert ask(release, f"""SELECT ?other {{ ?other a ji:PolicyInstrument ; skos:prefLabel ?name .
        <https://w3id.org/joint-inspections/id/approach/{slug}> skos:prefLabel ?name }}""") == [
            (slug,)]


def test_every_national_approach_is_linked_to_an_instrument(release: Release) -> None:
    assert ask(release, """SELECT ?approach { ?approach a ji:Approach ; skos:prefLabel ?name .
        OPTIONAL { ?approach ji:developedBy ?by }
        FILTER(STRSTARTS(?name, "National") || ?by =
          <https://w3id.org/joint-inspections/id/organisation/scottish-government>)
        FILTER NOT EXISTS { ?approach a ji:PolicyInstrument }
        FILTER NOT EXISTS { ?approach ji:implementsPolicy ?policy }
        FILTER NOT EXISTS { ?part ji:metBy ?approach } }""") == []


def test_no_statement_bears_on_what_was_not_in_force_all_the_time(release: Release) -> None:
    assert ask(release, """SELECT ?statement ?provision {
        ?statement ji:bearsOn ?provision ; ji:asOf ?time ; ji:observedFrom ?begin .
        ?provision ji:inForce ?from .
        OPTIONAL { ?provision ji:outOfForce ?until }
        OPTIONAL { ?provision ji:askedSince ?earlier }
        BIND(CONCAT(?time, SUBSTR("9999-12-31", STRLEN(?time) + 1)) AS ?latest)
        FILTER(IF(BOUND(?earlier), ?latest, ?time) < STR(?from)
          || ?begin < STR(COALESCE(?earlier, ?from))
          || (BOUND(?until) && ?latest >= STR(?until))) }""") == []
    never = ask(release, "SELECT ?part { ?part ji:asks ?what "
                         "FILTER NOT EXISTS { ?part ji:inForce ?from } }")
    assert ("cyp-act-named-person",) in never
    assert ask(release, "SELECT ?part { ?any ji:bearsOn ?part "
                        "FILTER NOT EXISTS { ?part ji:inForce ?from } }") == []


@pytest.mark.parametrize(("statement", "provision"), [
    ("finding/nr-key-11", "pace-permanence"),
    ("use/nr-kinship-care-support", "cyp-act-kinship-care"),
    ("use/mid-care-experienced-participation", "promise-voice"),
])
def test_what_was_seen_in_part_before_a_duty_does_not_count_for_it(
    statement: str, provision: str, release: Release
) -> None:
    """The review looks back to 2012, and Midlothian was inspected while the Promise came out."""
    links = ask(release, f"""SELECT ?link {{
        <https://w3id.org/joint-inspections/id/{statement}> ?link
          <https://w3id.org/joint-inspections/id/provision/{provision}> }}""")
    assert links == [("def#beganBefore",)]


def test_every_provision_can_be_reached_or_says_why_not(release: Release) -> None:
    parts = dict(ask(release, """SELECT ?part ?because { ?part a ji:Provision
        OPTIONAL { ?part ji:beyondRules ?because } }"""))
    reached = {row[0] for row in ask(release, """SELECT ?part {
        ?any ji:bearsOnByApproach|ji:bearsOnByTheme|ji:cameBefore|ji:beganBefore ?part }""")}
    assert len(parts) > 90
    assert not {part for part, because in parts.items() if because} & reached
    means = {row[0] for row in ask(release, """SELECT ?part {
        ?part ji:inForce ?from ; ji:metBy|ji:shownByTheme ?way }""")}
    assert {part for part, because in parts.items() if not because} == means


@pytest.mark.slow
def test_a_part_of_a_cohort_counts_for_all_of_it_and_not_the_other_way(release: Release) -> None:
    assert ("care-experienced",) in ask(release, """SELECT ?wide {
        <https://w3id.org/joint-inspections/id/cohort/foster> skos:broaderTransitive ?wide }""")
    assert ask(release, """SELECT ?statement ?part {
        ?statement ji:bearsOnByTheme ?part . ?part ji:cohort ?for .
        FILTER NOT EXISTS { ?statement ji:cohort|ji:theme/ji:impliesCohort ?whom .
          ?part ji:cohort ?meant . ?whom skos:broaderTransitive? ?meant }
        FILTER NOT EXISTS { ?part ji:cohort
          <https://w3id.org/joint-inspections/id/cohort/all-children> } }""") == []


@pytest.mark.parametrize(("statement", "time"), [
    ("finding/clack-priority-1", "2014-02"), ("finding/sl-q4-continuing-care", "2019-12"),
    ("finding/na-strength-1", "2022-04"), ("finding/nr-key-4", "2017"),
    ("figure/nr-staff-understand-named-person-pre-2014", "2014"),
])
def test_a_statement_holds_up_to_a_time(statement: str, time: str, release: Release) -> None:
    assert ask(release, f"""SELECT ?time {{
        <https://w3id.org/joint-inspections/id/{statement}> ji:asOf ?time }}""") == [(time,)]


def test_ways_are_kept_apart_and_nothing_is_left_out(release: Release) -> None:
    every = set(ask(release, "SELECT ?one ?part { ?one ji:bearsOn ?part }"))
    ways = [set(ask(release, f"SELECT ?one ?part {{ ?one ji:bearsOnBy{way} ?part }}"))
            for way in ("Approach", "Theme", "Conclusion")]
    assert all(len(way) > 50 for way in ways)
    assert set.union(*ways) == every


def test_what_a_report_puts_first_bears_on_a_provision(release: Release) -> None:
    assert ask(release, """SELECT ?statement {
        VALUES ?class { ji:KeyFinding ji:KeyMessage ji:Strength ji:ImprovementPriority
                        ji:ImprovementAction }
        ?statement a ?class FILTER NOT EXISTS { ?statement ji:bearsOn ?part } }""") == []


@pytest.mark.slow
def test_the_sheet_for_judges_is_the_same_each_time(release: Release) -> None:
    store = store_of(release)
    sheet, key = draw(store)
    assert (sum(key.values()), len(key)) == (DERIVED, DERIVED + WRONG)
    assert (sheet, key) == draw(store)
    assert all(entry["statement"] and entry["provision"] for entry in sheet)


def test_two_judgements_are_compared() -> None:
    key = {"1": True, "2": True, "3": False, "4": False}
    first = {"1": True, "2": True, "3": False, "4": False}
    second = {"1": True, "2": False, "3": False, "4": False}
    assert compare(key, first, second) == {
        "derived": 2, "derived found right by the first": 2,
        "derived found right by the second": 1, "wrong pairs found right by the first": 0,
        "wrong pairs found right by the second": 0, "kappa": 0.5}


def test_two_judges_find_the_derived_links_right(project: Project) -> None:
    sheet, *judged = (json.loads((JUDGEMENTS / f"{name}.json").read_text())
                      for name in ("sheet", "key", "first", "second"))
    assert all([entry["id"] for entry in sheet] == sorted(by_id) for by_id in judged)
    assert [len(sheet), sum(judged[0].values())] == [DERIVED + WRONG, DERIVED]
    found = compare(*judged)
    right = [found[f"derived found right by the {judge}"] for judge in ("first", "second")]
    assert min(right) >= 54
    assert found["kappa"] >= 0.8
    said = " ".join((project.root / "docs" / "codebook.md").read_text(encoding="utf-8").split())
    assert (f"The first found {right[0]} of the {DERIVED} right, the second {right[1]}; "
            f"Cohen's kappa is {found['kappa']:.2f}.") in said
