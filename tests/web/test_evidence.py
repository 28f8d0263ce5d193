"""Facts are shown with the passage that carries them first, and what is concluded is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from graphsvc.passage import Passage, foremost
from tests.web.kinds import HTML

TWO = "thing=partnership:midlothian&thing=partnership:south-lanarkshire"
MIDLOTHIAN = "https://w3id.org/joint-inspections/id/passage/midlothian-2020"


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, headers=HTML, timeout=30) as client:
        yield client


def shown(page: str) -> str:
    """The text of a page in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_passages_on_which_much_rests_come_after_those_that_say_one_thing() -> None:
    cover, busy, plain, main = (
        Passage("cover", aside=True, bears=1), Passage("busy", bears=9),
        Passage("plain", bears=2), Passage("main", bears=20))
    assert foremost([cover, busy, plain, main], {"main"}) == [main, plain, busy, cover]


@pytest.mark.slow
def test_a_comparison_begins_with_what_carries_the_effect_and_says_how_much_is_left_out(
    client: httpx.Client,
) -> None:
    compared = client.get(f"/compare?{TWO}&format=json").json()
    services = next(row for part in compared["parts"] for row in part["rows"]
                    if row["about"] == "Child and adolescent mental health services")
    # Waits; last is the description of the area, which only says who provides the services.
    assert [iri.rsplit("/")[-1] for iri in services["cells"][0][0]["evidence"]] == [
        "250", "220", "463", "341", "306", "141"]
    page = client.get(f"/compare?{TWO}&part=confidence").text
    assert "in the files" not in shown(page)
    cell = page[page.index("Very confident that the Midlothian"):]
    cell = cell[:cell.index("</td>")]
    passages = re.findall(r"/id/passage/midlothian-2020/(\d+)", cell)
    assert passages[0] == "413" and "10" not in passages  # the judgement; the cover is the last
    assert f"{6 - len(passages)} more in the answer" in shown(cell)


def test_a_page_and_the_api_begin_with_the_same_passage(client: httpx.Client) -> None:
    page = client.get("/id/use/mid-camhs").text
    rows = client.get("/api/questions/approach-partnerships?approach=CAMHS",
                      headers={"Accept": "application/json"}).json()["rows"]
    own = next(row for row in rows if row["statement"].endswith("/mid-camhs"))
    assert own["evidence"][0]["passage"] == f"{MIDLOTHIAN}/250"
    assert re.findall(r"/id/passage/midlothian-2020/(\d+)", page)[0] == "250"


def test_the_property_that_is_concluded_is_marked_and_no_other(client: httpx.Client) -> None:
    text = shown(client.get("/id/use/mid-camhs").text)
    assert re.findall(r"[A-Z]\w+ \w+ \w+ \(concluded\)", text) == [
        "Provider NHS Lothian (concluded)"]
    assert "Concluded by" not in text


def test_a_grade_whose_indicator_is_concluded_is_marked_in_every_rendering(
    client: httpx.Client
) -> None:
    marked = re.compile(r"(Weak|5.2 Assessing and responding to risks and needs) \(concluded\)")
    evaluations = "/questions/evaluations?indicator=2012-5-2"
    for path in ("/id/partnership/clackmannanshire", "/id/indicator/2012-5-2",
                 "/questions/evaluation-matrix?framework=any", f"{evaluations}&view=table",
                 f"{evaluations}&view=map", f"{evaluations}&view=time",
                 "/compare?thing=partnership:clackmannanshire&thing=partnership:midlothian"):
        text = shown(client.get(path).text)
        assert marked.search(text), path
    assert marked.search(client.get(f"/api{evaluations}&format=csv&headings=labels").text)
    rows = client.get(f"/api{evaluations}&format=json").json()
    assert [(row["gradeGiven"].rsplit("/")[-1], row["notStated"]) for row in rows["rows"]] == [
        ("weak", ["against"])]


def test_grades_that_are_given_counted_and_concluded_are_one_bar_and_none_is_left_out(
    client: httpx.Client
) -> None:
    page = client.get("/id/partnership/clackmannanshire").text
    assert ("Grades: Adequate for 5 indicators (concluded, not stated), Good for 3 indicators and "
            "Weak for 1 indicator. Inspectors asked for 5 improvements.") in shown(page)
    grades = page[page.index('id="panel-evaluations"'):]
    grades = grades[:grades.index("</section>")]
    assert [shown(it).split() for it in re.findall(
        r"<li>(.*?)</li>", grades[:grades.index('class="strip"')])] == [
        ["Good", "3"], ["Adequate", "(concluded)", "5"], ["Weak", "1"]]
    assert grades.count('class="steps') == 1
    assert "The indicator is concluded: The paper gives the grade to the approach" in grades
    assert not re.search(r"<b>0</b>", page)


def test_what_is_reported_is_counted_without_what_is_concluded(client: httpx.Client) -> None:
    answer = client.get("/api/questions/evaluation-matrix?framework=any&format=json").json()
    assert answer["sentence"].startswith("8 grades are reported (all frameworks): Midlothian, ")
    assert answer["sentence"].endswith(
        "Not stated in full: Weak for Clackmannanshire (5.2 Assessing and responding to risks"
        " and needs; the indicator is concluded).")
    assert {value["label"]: value["rows"] for summary in answer["summary"]
            if summary["column"] == "gradeGiven" for value in summary["values"]} == {
        "Good": 6, "Adequate": 2, "Weak": 1}


def test_grades_of_two_frameworks_stand_under_their_own_heads(client: httpx.Client) -> None:
    page = client.get("/questions/evaluation-matrix?framework=any").text
    heads = re.findall(r'<th scope="colgroup" colspan="(\d)">(.*?)</th>', page)
    assert [(over, shown(text).strip()) for over, text in heads] == [
        ("4", "Quality framework for children in need of care and protection"),
        ("1", "Quality indicator framework of 2012")]
    row = page[page.index(">Clackmannanshire</a></th>"):]
    assert re.findall(r"<td[^>]*>(.*?)</td>", row[:row.index("</tr>")]) == [
        *["not inspected by it"] * 4, "Weak (concluded)"]


def test_a_card_says_once_that_a_page_about_a_document_has_not_its_text(
    client: httpx.Client,
) -> None:
    page = client.get("/id/use/mid-camhs").text
    card = page[page.index('id="evidence"'):]
    text = shown(card[:card.index("</section>")])
    assert text.count("Midlothian 2020, ") == 6
    assert text.count("midlothian.gov.uk") == text.count("It does not have the text.") == 1


def test_weaknesses_are_next_to_strengths_and_can_be_sorted(client: httpx.Client) -> None:
    page = client.get("/id/partnership/midlothian?tab=themes").text
    heads = re.findall(r'<th scope="col"[^>]*>\s*<a href="([^"]*)">([^<]*)', page)
    assert [text for _, text in heads] == [
        "Theme", "Findings", "Weaknesses or worsening", "Mixed", "Strengths or improving",
        "No judgement"]
    table = client.get(heads[2][0].replace("&amp;", "&").partition("#")[0]).text
    assert re.findall(r'data-label="Weaknesses or worsening">(\d+)', table)[:2] == ["8", "7"]
    assert page.count('class="balance"') == 20


def test_a_way_between_two_things_is_not_over_a_kind_that_they_share(client: httpx.Client) -> None:
    found = client.get("/explore/links?thing=approach:safe-and-together"
                       "&to=policy:children-and-young-people-act-2014").json()
    assert [node["kind"] for node in found["nodes"]] == [
        "approach", "finding", "theme", "policy instrument"]
