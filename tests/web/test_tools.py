"""The explorer and the SPARQL editor, in a real browser: what is drawn can be read, what is taken
away is what is drawn, and no query is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import pytest
from PIL import Image

Box = tuple[float, float, float, float]
SVG = "{http://www.w3.org/2000/svg}"
QUERY = "document.querySelector('.CodeMirror').CodeMirror.getValue()"
DRAWN = """() => {
    const drawing = document.querySelector(".canvas")._cyreg.cy;
    const box = (node) => node.renderedBoundingBox({ includeOverlays: false, includeEdges: false });
    return [[drawing.width(), drawing.height()], drawing.nodes().map(box)
        .map(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2])];
}"""
THROUGH = """() => {
    const drawing = document.querySelector(".canvas")._cyreg.cy;
    const box = (node) => node.boundingBox({ includeOverlays: false, includeEdges: false });
    const shares = [...Array(201).keys()].map((at) => at / 200);
    return drawing.edges(":visible").map((edge) => [edge.source(), edge.target()])
        .flatMap(([from, to]) => drawing.nodes(":visible").difference(from.union(to))
            .filter((node) => shares.some((share) => {
                const [x, y] = ["x", "y"].map((axis) =>
                    from.position(axis) + share * (to.position(axis) - from.position(axis)));
                const { x1, y1, x2, y2 } = box(node);
                return x1 < x && x < x2 && y1 < y && y < y2;
            })).map((node) => [from, to, node].map((one) => one.data("label"))));
}"""


def _meeting(boxes: list[Box]) -> list[tuple[Box, Box]]:
    return [(one, other) for at, one in enumerate(boxes) for other in boxes[:at]
            if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]]


def _drawing(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_text(re.compile(r"things and \d+ links? are drawn")).wait_for()
    page.wait_for_timeout(600)  # the drawing comes to rest


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), (360, 740)], ids=["wide", "narrow"])
def test_all_names_are_in_the_frame_and_none_is_over_another(
    open_page: Callable[..., Any], bundle: None, size: tuple[int, int]
) -> None:
    page = open_page(viewport={"width": size[0], "height": size[1]})
    _drawing(page, "/explore?thing=safe-and-together"
                   "&open=approach:safe-and-together&open=partnership:north-ayrshire")
    (width, height), boxes = page.evaluate(DRAWN)
    assert len(boxes) > 15
    assert min(box[0] for box in boxes) >= 0 and max(box[2] for box in boxes) <= width
    assert min(box[1] for box in boxes) >= 0 and max(box[3] for box in boxes) <= height
    across = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    down = max(box[3] for box in boxes) - min(box[1] for box in boxes)
    assert across > 0.7 * width and down > 0.7 * height
    assert not _meeting(boxes)


@pytest.mark.slow
@pytest.mark.parametrize("thing", ["partnership:midlothian", "theme:domestic-abuse"])
def test_no_line_passes_through_another_thing_or_its_name(
    page: Any, bundle: None, thing: str
) -> None:
    _drawing(page, f"/explore?thing={thing}")
    through = page.evaluate(THROUGH)
    assert page.evaluate(DRAWN)[1][20:] and through == []


@pytest.mark.slow
def test_documents_and_mere_values_are_drawn_where_somebody_chooses_them(
    page: Any, bundle: None
) -> None:
    _drawing(page, "/explore?thing=parenting-programmes"
             + 2 * "&open=approach:parenting-programmes")
    things = page.locator(".explore .total")
    few = things.inner_text()
    document = page.get_by_label("source document")
    assert not document.is_checked() and page.get_by_label("finding").is_checked()
    document.check()
    assert things.inner_text() != few and "without=cohort" in page.url
    many = things.inner_text()
    _drawing(page, page.url)
    assert things.inner_text() == many and document.is_checked()


@pytest.mark.slow
def test_a_picture_is_as_it_is_drawn_and_each_file_has_what_is_drawn(
    page: Any, bundle: None, tmp_path: Path
) -> None:
    _drawing(page, "/explore?thing=safe-and-together"
                   "&open=approach:safe-and-together" + 3 * "&open=partnership:midlothian")
    things, links = map(int, re.findall(r"\d+", page.locator(".explore .total").inner_text()))
    assert things > 60
    names = set()
    for format in ("svg", "png", "graphml", "gexf"):
        page.get_by_label("Take away as").select_option(format)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        names.add(Path(download.value.suggested_filename).stem)
        download.value.save_as(tmp_path / f"drawn.{format}")
    assert names == {"safe-and-together-links"}

    svg = ElementTree.parse(tmp_path / "drawn.svg").getroot()
    wide, high = map(float, svg.get("viewBox", "").split()[2:])
    assert high < 1.5 * wide and wide < 1_100
    assert svg.get("font-size") == "12"
    boxes = []
    for text in svg.iter(f"{SVG}text"):
        if lines := text.findall(f"{SVG}tspan"):
            half = max(len(line.text or "") for line in lines) * 3
            x, (top, *_, bottom) = float(lines[0].get("x", "")), [
                float(line.get("y", "")) for line in (lines[0], lines[-1])]
            boxes.append((x - half, top - 10, x + half, bottom + 2))
    assert len(boxes) == things and not _meeting(boxes)
    assert min(box[0] for box in boxes) > 0 and max(box[2] for box in boxes) < wide
    foot = [text for text in svg.iter(f"{SVG}text") if text.get("font-size") == "11"]
    assert all(len(text.text or "") * 6 < wide for text in foot)
    with Image.open(tmp_path / "drawn.png") as image:
        assert abs(image.height / image.width - high / wide) < 0.02

    graph = networkx.read_graphml(tmp_path / "drawn.graphml", force_multigraph=True)
    assert (len(graph), graph.number_of_edges()) == (things, links)
    assert {"title", "dataset", "release", "date", "licence", "source", "address"} <= {*graph.graph}
    other = networkx.read_gexf(tmp_path / "drawn.gexf")
    assert {*other} == {*graph} and other.number_of_edges() == links
    assert graph.graph["licence"] in (tmp_path / "drawn.gexf").read_text("utf-8")


@pytest.mark.slow
def test_a_way_leads_to_what_can_be_explored_and_not_through_documents(
    page: Any, bundle: None
) -> None:
    _drawing(page, "/explore?thing=safe-and-together")
    page.get_by_label("Find the shortest way to").fill("Champions board")  # a heading, too
    page.get_by_role("button", name="Find the way").click()
    page.get_by_role("heading", name="From Safe and Together to Champions board").wait_for()
    assert "Midlothian" in page.locator(".way li").first.inner_text()
    assert "report" not in page.locator(".way").inner_text()
    page.get_by_role("link", name="Through all things").click()
    page.wait_for_url("**past=")
    page.get_by_text("are drawn").wait_for()
    assert page.url.endswith("past=") and page.locator(".way li").count()


@pytest.mark.slow
def test_of_several_things_of_a_name_one_is_chosen_and_the_start_is_kept(
    page: Any, bundle: None
) -> None:
    _drawing(page, "/explore?thing=safe-and-together&to=chronologies")
    page.get_by_role("alert").get_by_text("is the name of several things").wait_for()
    page.get_by_role("heading", name="Around Safe and Together").wait_for()
    page.get_by_role("listitem").filter(has_text="theme").get_by_role(
        "link", name="chronologies").click()
    page.get_by_role("heading", name="From Safe and Together to chronologies").wait_for()
    page.goto("/explore?thing=safe-and-together&to=midlothia")
    assert "Midlothian named partnership" in page.get_by_role("listitem").all_inner_texts()


@pytest.mark.slow
def test_going_back_and_reloading_bring_the_query_that_ran(page: Any, bundle: None) -> None:
    page.goto("/editor?question=evaluation-matrix")
    page.locator("#results tbody tr").first.wait_for()
    asked = page.evaluate(QUERY)
    page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue("
                  "'SELECT ?grade WHERE { ?grade <https://w3id.org/joint-inspections/def#points>"
                  " ?points } ORDER BY ?points')")
    page.get_by_role("button", name="Run").click()
    link = page.locator("#results").get_by_role("link", name="Unsatisfactory")
    link.click()
    page.wait_for_url("**/id/grade/unsatisfactory")
    page.go_back()
    link.wait_for()
    page.reload()
    link.wait_for()
    page.go_back()
    page.get_by_role("columnheader", name="evidence").wait_for()
    assert page.evaluate(QUERY) == asked


@pytest.mark.slow
def test_a_class_is_asked_for_until_the_cursor_is_somewhere(page: Any, bundle: None) -> None:
    page.goto("/sparql")
    page.get_by_label("Find a class or property").fill("disagreement")
    assert page.get_by_role("link", name="What are the grades").is_visible()
    page.get_by_role("button", name="ji:Disagreement", exact=True).click()
    page.locator("#results").get_by_role("columnheader", name="thing").wait_for()
    query = page.evaluate(QUERY)
    assert query.count("PREFIX") == 1 and "?thing a ji:Disagreement }" in query


@pytest.mark.slow
def test_the_chart_of_a_query_has_the_columns_that_are_chosen_and_the_questions_title(
    page: Any, bundle: None
) -> None:
    page.goto("/editor?question=evaluation-matrix")
    evidence = page.locator("#results tbody tr").first.locator("td").last
    evidence.get_by_role("link").first.wait_for()
    assert evidence.get_by_role("link").first.get_attribute("href").startswith("/id/passage/")
    page.get_by_role("button", name="Chart").click()
    names = page.locator("#results .bar-label")
    assert len({*names.all_inner_texts()}) == names.count() > 5
    page.get_by_label("Name of the bars", exact=True).select_option("inspection")
    page.get_by_label("Further name of the bars").select_option("–")
    page.get_by_text("points by inspection").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the chart (SVG)").click()
    assert download.value.suggested_filename.startswith("what-are-the-grades-indicator-by-")
    chart = ElementTree.fromstring(download.value.path().read_bytes())
    texts = [text.text or "" for text in chart.iter(f"{SVG}text")]
    assert texts[0] == "What are the grades, indicator by partnership?"
    assert not [text for text in texts if "…" in text]
    page.get_by_role("button", name="Cite").click()
    cited = page.locator("#editor .note")
    cited.get_by_text("What are the grades, indicator by partnership? In: ").wait_for()
    assert "127.0.0.1" not in cited.inner_text()
    assert cited.get_by_role("button").all_inner_texts() == ["Copy", "Copy as BibTeX"]


@pytest.mark.slow
def test_a_known_prefix_is_declared_as_soon_as_it_is_written_and_the_editor_grows(
    open_page: Callable[..., Any], bundle: None
) -> None:
    page = open_page(expected="400")
    page.goto("/editor?query=SELECT+*+WHERE+{}")
    editor = page.locator(".CodeMirror")
    low = editor.bounding_box()["height"]
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT * WHERE { ?approach a ji:Approach } LIMIT 3", delay=1)
    page.wait_for_function("document.querySelector('.CodeMirror').CodeMirror.getValue().startsWith("
                           "'PREFIX ji: <https://w3id.org/joint-inspections/def#>')")
    page.get_by_role("button", name="Run").click()
    page.get_by_text(re.compile("^3 rows")).wait_for()
    page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue('\\n'.repeat(60))")
    assert low < 260 and 600 < editor.bounding_box()["height"] < 720


@pytest.mark.slow
def test_the_first_rows_of_an_example_are_seen_at_once(page: Any, bundle: None) -> None:
    page.goto("/editor?question=approach-partnerships&approach=safe-and-together")
    row = page.locator("#results tbody tr").first
    row.wait_for()
    assert row.bounding_box()["height"] < 200
