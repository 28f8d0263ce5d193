"""Screenshots of ten states at three widths, compared with those that are kept in `screens/`.

    python -m tests.web.screens      keeps the present ones, after somebody has looked at them
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from tests.conftest import ROOT
from tests.web.kinds import PAGES, SAFE

KEPT = Path(__file__).parent / "screens"
REPORT = ROOT / "build" / "screenshots"
WIDTHS = (360, 768, 1440)
HIGHEST = 1800
SCALE, QUALITY = 0.5, 60
"""Pictures are kept in half their size, so that all of them are small."""
STRONG = 48
"""From which difference of 255 on a pixel has changed: less is what compression loses."""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass(frozen=True)
class State:
    """A page as people see it. ready: what must be there; status: what the service answers."""

    path: str
    ready: str = "h1"
    dark: bool = False
    status: int = 200


STATES = {
    "home": State("/"),
    "answer": State(PAGES["answer"], "table"),
    "answer-dark": State(PAGES["answer"], "table", dark=True),
    "approach": State(SAFE),
    "partnership": State(PAGES["partnership"]),
    "comparison": State(PAGES["comparison"], "table"),
    "explorer": State("/explore?thing=safe-and-together", "canvas"),
    "sparql": State("/sparql", "#results tbody tr"),
    "about": State("/about"),
    "not-found": State("/id/approach/safe-and-togther", "#near", status=404),
}


@dataclass(frozen=True)
class Screen:
    """What a state looks like at a width. wide: whether it scrolls sideways."""

    name: str
    picture: Image.Image
    wide: bool


def taken(browser: Any, address: str, state: State, name: str, width: int) -> Screen:
    """The screen of a state. Raises AssertionError where it cannot be shown."""
    page = browser.new_page(
        base_url=address, viewport={"width": width, "height": 900}, reduced_motion="reduce",
        color_scheme="dark" if state.dark else "light")
    try:
        answer = page.goto(state.path)
        assert answer.status == state.status, f"{state.path} answers {answer.status}"
        page.locator(state.ready).first.wait_for(state="visible")
        page.evaluate("document.fonts.ready")
        page.wait_for_load_state("networkidle")
        if state.ready == "canvas":
            page.get_by_text("links are drawn").wait_for()
            page.evaluate("new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))")
        high = min(HIGHEST, page.evaluate("document.documentElement.scrollHeight"))
        shot = page.screenshot(full_page=True, clip={
            "x": 0, "y": 0, "width": width, "height": high})
        return Screen(f"{name}-{width}", _small(Image.open(BytesIO(shot)).convert("RGB")),
                      bool(page.evaluate(TOO_WIDE)))
    finally:
        page.close()


def _small(picture: Image.Image) -> Image.Image:
    return picture.resize((round(picture.width * SCALE), round(picture.height * SCALE)),
                          Image.Resampling.LANCZOS)


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture as WebP."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "WEBP", quality=QUALITY, method=6)


def changed(before: Image.Image, after: Image.Image) -> tuple[int, Image.Image]:
    """How many pixels differ, and the picture of now with these in red."""
    size = max(before.width, after.width), max(before.height, after.height)
    sheets = []
    for picture in (before, after):
        sheet = Image.new("RGB", size, "white")
        sheet.paste(picture)
        sheets.append(sheet)
    strong = ImageChops.difference(*sheets).convert("L").point(
        lambda value: 255 if value >= STRONG else 0)
    marked = sheets[1].copy()
    marked.paste((220, 30, 30), mask=strong)
    return strong.histogram()[255], marked


def compared(screens: list[Screen]) -> Iterator[str]:
    """Write the report, `index.html` with pictures side by side; gives a line for each state."""
    shutil.rmtree(REPORT, ignore_errors=True)
    rows = []
    for screen in screens:
        name, kept = screen.name, KEPT / f"{screen.name}.webp"
        save(screen.picture, REPORT / f"{name}.webp")
        if not kept.exists():
            said = "is new"
        else:
            with Image.open(kept) as before:
                count, marked = changed(before.convert("RGB"), screen.picture)
            share = 100 * count / (screen.picture.width * screen.picture.height)
            said = f"{count:,} pixels changed ({share:.1f}%)"
            shutil.copy(kept, REPORT / f"{name}-kept.webp")
            save(marked, REPORT / f"{name}-changed.webp")
        rows.append(f"<h2>{escape(name)}: {said}</h2><p>" + "".join(
            f'<img src="{name}{ending}.webp" alt="{title}" title="{title}"> '
            for ending, title in (("-kept", "kept"), ("", "now"), ("-changed", "what changed"))
            if (REPORT / f"{name}{ending}.webp").exists()) + "</p>")
        yield f"{name}: {said}"
    (REPORT / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>Screenshots</title>"
        "<style>img{max-width:32%;border:1px solid #ccc;vertical-align:top}</style>"
        + "".join(rows), encoding="utf-8")


def keep() -> None:
    """Render all states of the present release, and keep them."""
    from playwright.sync_api import sync_playwright

    from tests.serving import running
    from tests.web.conftest import QUIET

    with running("--releases", ROOT / "releases") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(QUIET))
        for name, state in STATES.items():
            for width in WIDTHS:
                screen = taken(browser, address, state, name, width)
                save(screen.picture, KEPT / f"{screen.name}.webp")
                print(f"{screen.name}{' SCROLLS SIDEWAYS' if screen.wide else ''}")
        browser.close()
    print(f"{sum(path.stat().st_size for path in KEPT.glob('*.webp')) / 1e6:.1f} MB")


if __name__ == "__main__":
    keep()
