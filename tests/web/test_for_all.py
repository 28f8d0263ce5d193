"""Pages that everyone can use: axe, the keyboard, narrow and wide windows, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.kinds import ERRORS, HEAVY, HTML, PAGES, SAFE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (rules) => (await axe.run(document, rules)).violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => `${found.id}: ${found.nodes.slice(0, 3).map((node) => node.html).join(" ")}`)"""
OPENED = RUN.replace("document", "'.pop'")
"""The same for what opens over a page; what it half covers is too small to hit until it closes."""
SOME = ("home", "partnership", "answer", "comparison", "explorer")
"""Kinds of pages of which the daily tests look at each; the longer ones look at all."""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def show(open_page: Callable[..., Any]) -> Callable[[str], Any]:
    """Opens a page of a kind, and waits until scripts have done what they do."""
    page = open_page(viewport={"width": 1440, "height": 900})

    def show_(kind: str) -> Any:
        page.goto(PAGES[kind])
        if kind in HEAVY:
            page.locator("#results, canvas").first.wait_for(state="attached")
        return page
    return show_


@pytest.mark.parametrize("kind", [
    kind if kind in SOME else pytest.param(kind, marks=pytest.mark.slow) for kind in PAGES])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(
    show: Callable[[str], Any], axe: str, bundle: None, kind: str
) -> None:
    page = show(kind)
    page.evaluate(axe)
    assert page.evaluate(RUN, {"runOnly": RULES}) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(RUN, {"runOnly": ["color-contrast"]}) == []
    assert not page.evaluate(TOO_WIDE)
    page.set_viewport_size({"width": 360, "height": 740})
    assert not page.evaluate(TOO_WIDE)


@pytest.mark.slow
def test_a_wide_answer_in_the_editor_does_not_widen_a_narrow_page(
    open_page: Callable[..., Any], bundle: None
) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    page.goto("/editor?question=approach-partnerships&approach=safe-and-together")
    page.locator("#results table tbody tr").first.wait_for()
    assert not page.evaluate(TOO_WIDE)


@pytest.mark.parametrize("opened", [
    "Take away", pytest.param("Add a filter", marks=pytest.mark.slow), "Approach:"])
def test_axe_finds_nothing_serious_in_what_opens_over_an_answer(
    show: Callable[[str], Any], axe: str, opened: str
) -> None:
    page = show("answer")
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("button", name="Colours: light").click()
    summary = page.locator("summary").filter(has_text=opened)
    summary.focus()
    page.keyboard.press("Enter")
    if opened == "Approach:":
        page.keyboard.press("Tab")
        page.keyboard.type("pac")
        page.get_by_role("option").first.wait_for()
    page.evaluate(axe)
    assert page.evaluate(OPENED, {"runOnly": RULES}) == []
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        assert not page.evaluate(TOO_WIDE)
        box = page.locator(".pop:visible").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width


@pytest.mark.parametrize("kind", [
    "answer", *(pytest.param(kind, marks=pytest.mark.slow)
                for kind in ("partnership", "passage", "map"))])
def test_axe_finds_nothing_serious_where_all_that_is_folded_is_open(
    show: Callable[[str], Any], axe: str, kind: str
) -> None:
    page = show(kind)
    page.evaluate("document.querySelectorAll('details:not([name])')"
                  ".forEach((one) => { one.open = true; })")
    page.evaluate(axe)
    assert page.evaluate(RUN, {"runOnly": RULES}) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(RUN, {"runOnly": ["color-contrast"]}) == []
    page.set_viewport_size({"width": 320, "height": 740})
    assert not page.evaluate(TOO_WIDE)


@pytest.mark.slow
def test_axe_finds_nothing_serious_on_an_error(
    browser: Any, server: str, axe: str
) -> None:
    page = browser.new_page(base_url=server, extra_http_headers=HTML)
    for path in ERRORS.values():
        page.goto(path)
        page.evaluate(axe)
        assert page.evaluate(RUN, {"runOnly": RULES}) == [], path
    page.close()


def test_the_keyboard_reaches_the_content_first_and_then_everything(page: Any) -> None:
    page.goto(SAFE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 80)"))
        assert page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert any(re.fullmatch(r".*, paragraph \d+ and \d+ more", text) for text in reached)


@pytest.mark.slow
def test_the_keyboard_leaves_the_editor(page: Any, bundle: None) -> None:
    page.goto("/sparql")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "run"


def _run(page: Any) -> None:
    page.locator("#results tbody tr").first.wait_for()


def _cited_chart(page: Any) -> None:
    page.get_by_role("button", name="Chart").click()
    page.get_by_role("button", name="Cite").click()
    page.get_by_label("Find a class or property").fill("partner")


def _wrong_query(page: Any) -> None:
    page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue('SELECT')")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("alert").wait_for()


def _card(page: Any) -> None:
    page.get_by_text("links are drawn").wait_for()
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".card").wait_for()
    page.get_by_text("All things drawn").click()


def _suggestions(page: Any) -> None:
    page.locator("input[data-suggest]").last.press_sequentially("safe and")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


def _unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


ACTIONS: dict[str, tuple[str, list[Callable[[Any], None]]]] = {
    "a query that ran": ("/sparql", [_run]),
    "a chart and a citation of a query": ("/sparql", [_run, _cited_chart]),
    "a query with a mistake": ("/sparql", [_run, _wrong_query]),
    "a card in the explorer": ("/explore?thing=safe-and-together", [_card]),
    "the way to a thing": ("/explore?thing=theme:domestic-abuse&to=partnership:midlothian",
                           [_card]),
    "suggestions in the explorer": ("/explore", [_suggestions]),
    "a view with all that is folded": (
        "/export/partnerships-approaches?theme=domestic+abuse", [_unfold]),
    "a search with all that is folded": ("/search?q=domestic+abuse", [_unfold]),
    "what changed in a release": ("/releases", [
        lambda page: page.locator(".changes a").first.click(), _unfold]),
}


@pytest.mark.slow
@pytest.mark.parametrize("action", ACTIONS)
def test_axe_finds_nothing_serious_after_an_action(
    open_page: Callable[..., Any], axe: str, bundle: None, action: str
) -> None:
    page = open_page("400", viewport={"width": 1440, "height": 900})
    path, steps = ACTIONS[action]
    page.goto(path)
    for step in steps:
        step(page)
    page.evaluate(axe)
    assert page.evaluate(RUN, {"runOnly": RULES}) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(RUN, {"runOnly": ["color-contrast"]}) == []
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        assert not page.evaluate(TOO_WIDE), width
