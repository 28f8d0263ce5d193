"""What people come for, in a real browser from start to end."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import pytest
from PIL import Image

from tests.web.kinds import PAGES, PASSAGE, SAFE

SOON = 500
"""Milliseconds after which a page has asked for what goes with the text that was typed."""


def _suggestions(page: Any, **which: bool) -> Any:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option", **which)


class _Held:
    """Keeps what a page asks suggestions for from being answered at once."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._routes: list[Any] = []
        page.route("**/suggest?*", lambda route: self._routes.append(route))

    def wait(self) -> None:
        """Until the page has asked."""
        for _ in range(1_000):
            if self._routes:
                return
            self._page.wait_for_timeout(10)
        pytest.fail("The page asks for no suggestions.")

    def let_go(self) -> None:
        """Answer, and let the page do what it will with it."""
        while self._routes:
            with self._page.expect_response("**/suggest?*") as answer:
                self._routes.pop(0).continue_()
            answer.value.finished()
        self._page.wait_for_timeout(100)


def test_a_newcomer_learns_who_uses_an_approach_and_takes_a_spreadsheet_and_a_picture(
    page: Any, bundle: None, tmp_path: Path
) -> None:
    page.goto("/")
    box = page.get_by_role("combobox", name="Search")
    box.press_sequentially("safe and tog")
    _suggestions(page).first.filter(has_text="Safe and Together").wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(f"**{SAFE}")

    assert page.get_by_role("heading", level=1).inner_text() == "Safe and Together"
    panel = page.get_by_role("region", name="Who uses Safe and Together")
    used = {entry.locator("strong").first.inner_text(): entry.inner_text()
            for entry in panel.locator(".brief").all()}
    assert {"Midlothian", "North Ayrshire", "The 32 partnerships"} < set(used)
    assert "in use" in used["Midlothian"]
    assert "The texts disagree" in used["North Ayrshire"]
    positive = panel.locator(".group").filter(has=page.get_by_role("heading", name="Positive"))
    assert "Midlothian" in positive.inner_text()
    assert "North Ayrshire" not in positive.inner_text()

    midlothian = panel.locator(".brief").filter(has=page.locator(
        'strong a[href="/id/partnership/midlothian"]'))
    midlothian.locator(".evidence summary").first.click()
    passage = midlothian.get_by_role("link", name=re.compile("^Midlothian 2020, .*: ")).first
    place = passage.inner_text().partition("'")[0]
    passage.click()
    page.wait_for_url("**/id/passage/midlothian-2020/*")
    assert page.get_by_role("heading", level=1).inner_text() in place
    assert place in page.locator("#main > header").inner_text()
    page.go_back()

    panel.get_by_role("link", name=re.compile("^Table, sources and downloads")).click()
    page.get_by_text("Take away").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    download.value.save_as(tmp_path / "used.csv")
    rows = list(csv.DictReader((tmp_path / "used.csv").open(encoding="utf-8-sig")))
    assert {"Midlothian", "North Ayrshire"} < {row["whoLabel"] for row in rows}
    assert all(row["evidence"] for row in rows)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Compare").click()
    page.get_by_label("First").fill("Midlothian")
    page.get_by_label("Second").fill("South Lanarkshire")
    page.get_by_role("button", name="Compare").click()
    line = page.get_by_role("row", name=re.compile("2.1 Impact on children"))
    assert [re.sub(r"\s.*", "", cell.inner_text(), flags=re.S)
            for cell in line.get_by_role("cell").all()] == ["Good", "Adequate"]
    page.get_by_role("link", name="Differences only").click()
    page.wait_for_url("**differences=yes*")
    assert page.get_by_role("row", name=re.compile("1.1 Improvements")).is_visible()
    assert page.get_by_role("row", name=re.compile("2.2 Impact on families")).count() == 0
    page.get_by_text("Take away", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    download.value.save_as(tmp_path / "compared.csv")
    compared = list(csv.reader((tmp_path / "compared.csv").open(encoding="utf-8-sig")))
    assert compared[0][2::2] == ["Midlothian", "South Lanarkshire"]
    assert all(len(row) == 6 for row in compared)

    page.goto(SAFE)
    page.get_by_role("link", name="Explore its links").click()
    page.get_by_text(re.compile("things and .* links are drawn")).wait_for()
    page.get_by_label("Take away as").select_option("png")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "links.png")
    assert (tmp_path / "links.png").read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.slow
def test_suggestions_for_what_was_typed_before_are_not_shown(page: Any) -> None:
    page.clock.install()
    page.goto("/")
    page.clock.pause_at(datetime.now() + timedelta(hours=1))
    held = _Held(page)
    box = page.get_by_role("combobox", name="Search")
    box.press_sequentially("saf")
    page.clock.run_for(SOON)
    held.wait()
    box.press_sequentially("e and tog")
    held.let_go()
    assert _suggestions(page).count() == 0

    page.clock.run_for(SOON)
    held.wait()
    held.let_go()
    _suggestions(page).first.filter(has_text="Safe and Together").wait_for()


@pytest.mark.slow
def test_suggestions_stay_while_one_chooses_among_them(page: Any) -> None:
    page.goto("/")
    box = page.get_by_role("combobox", name="Search")
    box.press_sequentially("saf")
    _suggestions(page).first.wait_for()
    held = _Held(page)
    box.press_sequentially("e and tog", delay=1)
    held.wait()
    box.press("ArrowDown")
    chosen = _suggestions(page, selected=True)
    name = chosen.inner_text()
    held.let_go()
    assert chosen.inner_text() == name


def test_a_researcher_opens_an_example_changes_it_runs_it_and_takes_the_answer(
    page: Any, bundle: None, tmp_path: Path
) -> None:
    page.goto("/sparql")
    page.get_by_text(re.compile("questions of the library as queries")).click()
    page.get_by_role("link", name="Which grades are there?").or_(page.get_by_role(
        "link", name=re.compile("grades", re.IGNORECASE)).first).first.click()
    editor = page.locator(".CodeMirror")
    editor.wait_for()
    assert "SELECT" in editor.inner_text()

    page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue("
                  "'PREFIX ji: <https://w3id.org/joint-inspections/def#>\\n'"
                  " + 'SELECT ?grade ?points WHERE { ?grade ji:points ?points } ORDER BY ?points')")
    page.get_by_role("button", name="Run").click()
    table = page.locator("#results table")
    table.get_by_role("link", name="Unsatisfactory").wait_for()
    assert table.get_by_role("link", name="Unsatisfactory").get_attribute("href") == (
        "/id/grade/unsatisfactory")
    assert table.locator("tbody tr").count() == 6

    with page.expect_download() as download:
        page.get_by_label("Download the answer").select_option("csv")
    assert download.value.suggested_filename.startswith("sparql-query-")
    download.value.save_as(tmp_path / "grades.csv")
    rows = list(csv.reader((tmp_path / "grades.csv").open(encoding="utf-8")))
    assert rows[0] == ["grade", "points"]
    assert len(rows) == 7


@pytest.mark.slow
def test_the_editor_runs_what_it_opens_with_and_shows_labels_and_plain_numbers(
    page: Any, bundle: None
) -> None:
    page.goto("/sparql")
    table = page.locator("#results table")
    row = table.get_by_role("row", name=re.compile("^statement"))
    row.wait_for()
    assert re.search(r"\b\d,\d{3}$", row.inner_text().strip())
    assert row.get_by_role("link").get_attribute("href") == "/def#Statement"
    page.get_by_role("button", name="Chart").click()
    assert page.locator("#results .chart li").count() == 25
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the chart (SVG)").click()
    assert re.fullmatch(r"how-many-things-are-there-of-each-kind-\w{8}\.svg",
                        download.value.suggested_filename)
    chart = ElementTree.fromstring(download.value.path().read_bytes())
    assert len(chart.findall("{*}rect")) == 1 + 25
    assert [text.text for text in chart.findall("{*}text")][:2] == [
        "How many things are there of each kind?", "things by kind"]
    page.get_by_role("button", name="Cite").click()
    cited = page.locator("#editor .note")
    cited.get_by_text("How many things are there of each kind? In: ").wait_for()
    assert re.search(r"release (\w{16})\. https://w3id\.org/\S+/release/\1/editor\n",
                     cited.inner_text())
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# Which measures?\n")
    cited.get_by_text("Which measures? In: ").wait_for()
    page.goto(cited.get_by_role("link").get_attribute("href"))
    page.get_by_role("status").get_by_text("25 rows").wait_for()
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()").startswith(
        "# Which measures?\n# How many things")


@pytest.mark.slow
def test_a_name_of_the_schema_goes_into_the_query_with_its_prefix(
    open_page: Callable[..., Any], bundle: None
) -> None:
    page = open_page(expected="400")
    page.goto("/editor?query=SELECT+*+WHERE+{+?s+a+")
    page.get_by_label("Find a class or property").fill("disagreement")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="ji:Disagreement", exact=True).click()
    query = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
    assert query.startswith("PREFIX ji: <") and query.rstrip().endswith("?s a ji:Disagreement")


@pytest.mark.slow
def test_the_editor_completes_classes_of_the_release(page: Any, bundle: None) -> None:
    page.goto("/sparql")
    page.locator(".CodeMirror").wait_for()
    page.evaluate("""() => {
        const editor = document.querySelector('.CodeMirror').CodeMirror;
        editor.setValue('PREFIX ji: <https://w3id.org/joint-inspections/def#>\\n'
            + 'SELECT * WHERE { ?use a ji:Approach');
        editor.focus();
        editor.setCursor(1, 35);
    }""")
    page.keyboard.press("Control+Space")
    hints = page.locator(".CodeMirror-hints li")
    hints.first.wait_for()
    assert any("ApproachUse" in hint for hint in hints.all_inner_texts())


@pytest.mark.slow
def test_an_error_in_a_query_is_shown_in_the_editor(
    open_page: Callable[..., Any], bundle: None
) -> None:
    page = open_page(expected="400")
    page.goto("/sparql")
    page.locator(".CodeMirror").wait_for()
    page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue("
                  "'SELECT ?a WHERE { ?a unknown:b ?c }')")
    page.get_by_role("button", name="Run").click()
    page.locator("#results").get_by_text("The query is not SPARQL 1.1.").wait_for()
    assert "(query, line 1, column 31)" in page.locator("#results").inner_text()


@pytest.mark.slow
def test_an_analyst_filters_what_the_explorer_draws_and_opens_the_file(
    page: Any, bundle: None, tmp_path: Path
) -> None:
    page.goto("/explore")
    box = page.get_by_role("combobox", name="Start from")
    box.press_sequentially("chronologies")
    _suggestions(page).first.filter(has_text="chronologies").wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.get_by_role("button", name="Start").click()
    status = page.get_by_text(re.compile(r"things and \d+ links are drawn"))
    status.wait_for()

    def drawn() -> int:
        return int(status.inner_text().split()[0])

    def links() -> int:
        return int(status.inner_text().split()[3])

    before = drawn()
    kinds = page.get_by_role("group", name="Kinds of thing")
    finding = kinds.get_by_label(re.compile("^ ?finding"))
    shown = int(finding.locator("xpath=..").locator(".count").inner_text())
    finding.uncheck()
    after = drawn()
    assert after <= before - shown
    page.get_by_label("Take away as").select_option("graphml")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "selection.graphml")
    graph = networkx.read_graphml(tmp_path / "selection.graphml", force_multigraph=True)
    assert len(graph) == after > 3
    assert "Chronologies" in {data.get("label", "") for _, data in graph.nodes(data=True)} | {
        str(data.get("label", "")).capitalize() for _, data in graph.nodes(data=True)}
    assert graph.number_of_edges() == links()

    page.get_by_role("group", name="Kinds of link").get_by_role("checkbox").first.uncheck()
    page.wait_for_function("""([nodes, edges]) => {  // It is drawn with the next frame.
        const drawing = document.querySelector(".canvas")._cyreg.cy;
        return drawing.nodes(":visible").length === nodes
            && drawing.edges(":visible").length === edges;
    }""", arg=[drawn(), links()])
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "fewer.graphml")
    fewer = networkx.read_graphml(tmp_path / "fewer.graphml", force_multigraph=True)
    assert (len(fewer), fewer.number_of_edges()) == (drawn(), links())
    assert links() < graph.number_of_edges()


@pytest.mark.slow
def test_a_graph_analyst_takes_what_is_drawn_into_a_paper(
    page: Any, bundle: None, tmp_path: Path
) -> None:
    page.goto("/explore?thing=safe-and-together")
    page.get_by_text(re.compile("things and .* links are drawn")).wait_for()
    kinds = page.get_by_role("group", name="Kinds of thing")
    kinds.get_by_label(re.compile("^ ?finding")).uncheck()
    page.get_by_label("Take away as").select_option("svg")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "links.svg")
    svg = ElementTree.parse(tmp_path / "links.svg").getroot()
    texts = ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert svg.get("width") == "180mm" and svg.get("font-size") == "12"
    assert {"Around Safe and Together", "Midlothian", "in use", "named partnership"} <= {*texts}
    assert "finding" not in texts
    assert any("release" in text for text in texts)

    with page.context.browser.new_page(base_url=page.url) as other:  # the address holds the state
        other.goto(page.url)
        other.get_by_text(re.compile("things and .* links are drawn")).wait_for()
        assert other.locator(".explore .total").first.inner_text() == page.locator(
            ".explore .total").first.inner_text()
        assert not other.get_by_role("group", name="Kinds of thing").get_by_label(
            re.compile("^ ?finding")).is_checked()


@pytest.mark.slow
def test_the_keyboard_goes_through_the_drawing_and_a_card_says_where_it_is(
    page: Any, bundle: None
) -> None:
    page.goto("/explore?thing=safe-and-together")
    status = page.get_by_text(re.compile("things and .* links are drawn"))
    status.wait_for()
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    name = page.locator(".chosen-thing h2").inner_text()
    assert name != "Safe and Together"
    assert page.locator(".card b").inner_text() == name
    before = status.inner_text()
    page.keyboard.press("Delete")
    assert status.inner_text() != before
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**open=*")


@pytest.mark.slow
def test_the_shortest_way_goes_through_a_statement(page: Any, bundle: None) -> None:
    page.goto("/explore?thing=indicator:2018-2-1")
    page.get_by_label("Find the shortest way to").fill("partnership:midlothian")
    page.get_by_role("button", name="Find the way").click()
    page.wait_for_url("**to=partnership*")
    steps = page.locator(".way li").all_inner_texts()
    assert len(steps) == 1 and "Good" in steps[0] and "Midlothian" in steps[0]
    page.get_by_text("2 things and 1 link are drawn").wait_for()


def test_all_of_it_works_without_scripts(open_page: Callable[..., Any], tmp_path: Path) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 1000, "height": 800})
    page.goto("/")
    page.get_by_label("Search").first.fill("Safe & Together")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("link", name="Safe and Together", exact=True).first.click()
    page.wait_for_url(f"**{SAFE}")
    page.get_by_role("link", name="Explore its links").click()
    page.get_by_role("heading", name="The links of Safe and Together as a list").click()
    page.get_by_role("link", name="The 32 partnerships").first.wait_for()
    page.get_by_label("Find the shortest way to").fill("Midlothian")
    page.goto("/explore?thing=theme:domestic-abuse&to=partnership:midlothian")
    assert page.locator(".way li").count() in range(1, 4)

    page.goto("/questions/approach-partnerships")
    page.get_by_label(re.compile("^Approach")).fill("Safe and Together")
    page.locator("#main").get_by_role("button", name="Ask").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader").get_by_role(
        "link", name="North Ayrshire", exact=True))
    assert "The texts disagree" in row.inner_text()
    row.locator("summary").click()
    row.get_by_role("link", name=re.compile("^North Ayrshire 2022, .*paragraph")).first.wait_for()
    midlothian = page.get_by_role("row").filter(has=page.get_by_role("rowheader").get_by_role(
        "link", name="Midlothian", exact=True))
    midlothian.locator("summary").click()
    outside = midlothian.get_by_role("link", name="A page about the document, on midlothian.gov.uk")
    assert outside.get_attribute("href").startswith("https://www.midlothian.gov.uk/news/")

    page.get_by_role("link", name="Sources").click()
    silent = page.locator("dl div").filter(has_text="Looked at, and silent on this")
    assert silent.locator("li").all_inner_texts() == [
        "Clackmannanshire Council paper with progress review, October 2015",
        "South Lanarkshire joint inspection report, June 2020"]

    page.get_by_role("link", name="Map").click()
    drawn = page.get_by_role("region", name="Stage", exact=True).get_by_role("link")
    assert drawn.count() == 32
    assert drawn.filter(has_text="North Ayrshire").text_content().split() == [
        "North", "Ayrshire", "early", "implementation"]
    page.get_by_text("Add a filter").click()
    page.get_by_label("mixed").check()
    page.get_by_role("button", name="Add").click()
    page.get_by_text("Kind of effect: mixed", exact=True).wait_for()
    page.get_by_role("link", name="Ask without Kind of effect").click()
    page.get_by_role("link", name="Stage").click()
    page.wait_for_url("**sort=stageReached*")
    assert page.get_by_role("columnheader", name="Stage").get_attribute("aria-sort") == "ascending"
    assert "North Ayrshire" in page.locator("tbody tr").first.inner_text()

    page.goto("/sparql")
    page.get_by_label("Query").fill("SELECT (COUNT(*) AS ?n) WHERE { ?s a ?o }")
    page.get_by_label("Answer as").select_option("json")
    with page.expect_response("**/sparql?*") as answer:
        page.get_by_role("button", name="Run").click()
    assert int(json.loads(answer.value.text())["results"]["bindings"][0]["n"]["value"]) > 1_000


def test_a_profile_has_tabs_that_are_addresses(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page.goto(PAGES["partnership"])
    assert page.evaluate("document.documentElement.scrollHeight") < 3_500
    grades = page.get_by_role("region", name="Grades", exact=True)
    assert grades.locator(".strip > li > b").all_inner_texts() == ["Good"] * 4
    assert page.locator("#panel-priorities .brief").count() == 4
    assert page.get_by_role("img", name="Midlothian on a map of 32 areas").is_visible()
    tabs = page.get_by_role("navigation", name="Parts of this page")
    tabs.get_by_role("link", name=re.compile("^Approaches")).click()
    page.wait_for_url("**?tab=approaches")
    approaches = page.get_by_role("region", name="Approaches", exact=True)
    assert {"In use", "Embedded", "Planned"} < {
        re.sub(r" \d+$", "", text) for text in approaches.get_by_role(
            "heading", level=3).all_inner_texts()}
    assert tabs.get_by_role("link", name=re.compile("^Approaches")).get_attribute(
        "aria-current") == "page"


@pytest.mark.slow
def test_a_profile_says_what_a_document_counts_and_what_nobody_reports(
    open_page: Callable[..., Any]
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/id/partnership/clackmannanshire")
    grades = page.get_by_role("region", name="Grades", exact=True).inner_text()
    assert re.search(r"Good 3\s+Adequate \(concluded\) 5\s+Weak 1", grades)
    page.goto("/id/partnership/fife")
    assert "No document here reports on Fife by name" in page.locator(".says").inner_text()
    silent = page.get_by_role("region", name="Not reported")
    silent.locator("summary").click()
    assert "Grades of Fife" in silent.inner_text()


@pytest.mark.slow
def test_a_document_is_read_part_by_part(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page.goto(PAGES["document"])
    contents = page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="Involvement of children and families").click()
    assert page.get_by_role("heading", level=1).inner_text() == (
        "Involvement of children and families")
    second = page.locator(".near > li").filter(has=page.locator(f'a[href="{PASSAGE}"]'))
    assert "Most parents who took part in … and prioritised safety plans for children." in (
        second.inner_text())
    second.locator("summary").click()
    assert second.get_by_role("link", name="Safe and Together in Midlothian").is_visible()
    page.get_by_role("link", name=re.compile("^Next: ")).click()
    page.get_by_role("link", name="Before: Involvement of children and families").wait_for()


@pytest.mark.slow
def test_things_are_browsed_by_letter_and_as_a_tree(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(PAGES["theme"])
    page.locator(".eyebrow").get_by_role("link", name="Themes").click()
    page.get_by_role("link", name="A to Z").click()
    page.get_by_role("region", name="C", exact=True).get_by_role(
        "link", name="chronologies").wait_for()
    page.get_by_role("link", name="As a tree").click()
    above = page.locator(".tree li").filter(has=page.get_by_role(
        "link", name="assessment of risk and need", exact=True))
    assert above.last.get_by_role("link", name="chronologies").is_visible()


def test_a_comparison_says_plainly_what_has_no_data(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/compare?thing=midlothian&thing=angus&part=grades")
    assert "No document here reports on Angus by name." in page.get_by_role("status").inner_text()
    line = page.get_by_role("row", name=re.compile("2.1 Impact on children"))
    assert line.get_by_role("cell").last.inner_text() == "no document"
    line.locator("summary").first.click()
    place = line.get_by_role("link", name=re.compile("^Midlothian 2020, .*paragraph"))
    assert place.first.is_visible()


@pytest.mark.slow
def test_the_map_is_coloured_by_what_one_chooses(page: Any) -> None:
    page.goto("/")
    tiles = page.get_by_role("region", name="Report", exact=True).get_by_role("link")
    assert tiles.count() == 32
    assert "named in other reports" in tiles.filter(has_text="Highland").text_content()
    page.get_by_label("Shade the map by").select_option(
        label="An approach")
    page.wait_for_url("**map=approach-coverage*")
    answer = page.get_by_role("region", name="Answer", exact=True)
    tile = answer.get_by_role("link").filter(has_text="Midlothian")
    assert "in use" in tile.text_content()
    look = tile.get_attribute("class")
    assert answer.locator(f".desk g.{look}").count() == 1  # its colour is in the legend


@pytest.mark.slow
def test_an_answer_is_taken_away_as_pictures_citations_and_a_frame_for_other_pages(
    page: Any, tmp_path: Path
) -> None:
    page.goto(PAGES["answer"])
    page.get_by_text("Take away").click()
    files = {}
    for name in ("PNG of the map", "SVG of the map", "BibTeX", "RIS"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        files[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[name])
    with Image.open(files["PNG of the map"]) as picture:
        assert picture.width == 2032
    drawing = ElementTree.parse(files["SVG of the map"])
    said = " ".join(drawing.getroot().itertext())
    assert "Who uses Safe and Together" in said
    assert f"release {page.locator('.foot code').inner_text()}" in said
    assert "CC BY 4.0" in said
    assert "early implementation" in said
    assert "booktitle" in files["BibTeX"].read_text()
    assert files["RIS"].read_text().startswith("TY  - CHAP")
    embedded = re.search(r'src="([^"]+)"', page.locator("#embed").inner_text())
    assert embedded
    page.keyboard.press("Escape")
    assert not page.get_by_text("BibTeX").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Take away"

    other = f'<iframe src="{embedded[1]}" width="900" height="600"></iframe>'
    page.route("**/other-page", lambda route: route.fulfill(
        content_type="text/html", body=other))
    page.goto("/other-page")
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Who uses Safe and Together").wait_for()
    assert not frame.get_by_role("navigation").count()


def test_a_long_table_is_narrowed_to_the_rows_with_some_words(page: Any) -> None:
    page.goto("/questions/themes")
    rows = page.locator("table.answer tbody tr")
    every = rows.count()
    page.get_by_label("Find in the table").fill("domestic")
    page.get_by_text(f"1 of {every}").wait_for()
    assert rows.filter(visible=True).get_by_role("rowheader").first.inner_text().startswith(
        "domestic abuse")


@pytest.mark.slow
def test_a_choice_of_colours_holds_on_the_next_page(page: Any) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/about")
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    switch = page.get_by_role("button", name="Colours: as the device")
    switch.click()
    page.get_by_role("button", name="Colours: light").click()
    page.get_by_role("button", name="Colours: dark").wait_for()
    page.goto("/docs")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != paper


def test_on_a_phone_the_map_fits_with_names_that_are_not_cut(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(PAGES["map of an answer"])
    assert not page.evaluate(
        "(({scrollWidth, clientWidth}) => scrollWidth > clientWidth)"
        "(document.querySelector('.drawn'))")
    tiles = page.locator(".drawing.phone [aria-label]:has(rect + text)")
    shown = {tile.get_attribute("aria-label").partition(":")[0]:
             tile.locator("text:not(.strong)").all_text_contents() for tile in tiles.all()}
    assert len(shown) == 32
    assert shown["Clackmannanshire"] == ["Clacks"]
    assert shown["Perth and Kinross"] == ["Perth", "& Kin"]
    letters = page.locator(".drawing.phone a text").first.evaluate(
        "one => one.getBoundingClientRect().height")
    assert letters > 11  # the line of a letter of 10 pixels
    wide = [tile.get_attribute("aria-label") for tile in tiles.all() if tile.evaluate(
        "it => [...it.querySelectorAll('text')].some(text => text.getBBox().width > "
        "it.querySelector('rect').getBBox().width)")]
    assert wide == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/", SAFE, PAGES["comparison"], PAGES["answer"], PAGES["partnership"]])
def test_a_printed_page_has_its_content_and_no_controls(page: Any, path: str) -> None:
    page.goto(path)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})  # of A4 within its margins
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert page.locator("main").evaluate(
        "main => [...main.querySelectorAll('.cited li')].filter("
        "one => one.offsetWidth && one.offsetWidth < 150).map(one => one.textContent)") == []
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.locator("form:visible").count() == 0
    assert page.locator("details.behind:visible").count() == 0
    if path == PAGES["answer"]:
        assert page.locator(".evidence .cited:visible").count() > 3
        assert "/questions/approach-partnerships?approach=" in page.locator(
            ".figure > footer").inner_text()
        assert not page.get_by_text("Take away").is_visible()
