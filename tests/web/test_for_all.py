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


@pytest.mark.parametrize("kind", PAGES)
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


def test_a_wide_answer_in_the_editor_does_not_widen_a_narrow_page(
    open_page: Callable[..., Any], bundle: None
) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    page.goto("/editor?question=approach-partnerships&approach=safe-and-together")
    page.locator("#results table tbody tr").first.wait_for()
    assert not page.evaluate(TOO_WIDE)


@pytest.mark.parametrize("kind", ["answer", "partnership", "passage", "map"])
def test_axe_finds_nothing_serious_where_all_that_is_folded_is_open(
    show: Callable[[str], Any], axe: str, kind: str
) -> None:
    page = show(kind)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(axe)
    assert page.evaluate(RUN, {"runOnly": RULES}) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(RUN, {"runOnly": ["color-contrast"]}) == []
    page.set_viewport_size({"width": 320, "height": 740})
    assert not page.evaluate(TOO_WIDE)


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
        reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
        assert page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert any(re.fullmatch(r".*, paragraph \d+ and \d+ more", text) for text in reached)


def test_the_keyboard_leaves_the_editor(page: Any, bundle: None) -> None:
    page.goto("/sparql")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "run"
