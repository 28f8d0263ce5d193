"""What pages look like: changes are seen, not forbidden."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from tests.web.screens import REPORT, STATES, WIDTHS, Screen, changed, compared, taken


@pytest.mark.slow
def test_each_state_is_shown_at_each_width_and_nothing_scrolls_sideways(
    browser: Any, server: str, bundle: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pictures and what changed in them are in build/screenshots/index.html."""
    screens: list[Screen] = []
    for name, state in STATES.items():
        screens += (taken(browser, server, state, name, width) for width in WIDTHS)
    with capsys.disabled():
        print(*("", *compared(screens), f"See {REPORT / 'index.html'}."), sep="\n")
    assert [screen.name for screen in screens if screen.wide] == []


def test_a_pixel_that_changed_is_counted_and_marked() -> None:
    before = Image.new("RGB", (20, 10), "white")
    after = Image.new("RGB", (20, 12), "white")
    after.putpixel((3, 4), (0, 0, 0))
    after.putpixel((5, 5), (250, 250, 250))  # what compression loses
    count, marked = changed(before, after)
    assert count == 1
    assert marked.getpixel((3, 4)) == (220, 30, 30)
    assert changed(after, after)[0] == 0
