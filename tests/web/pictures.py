"""The pictures of the pages in docs/pictures: `python -m tests.web.pictures ADDRESS` of a service
that runs."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH = 1000


@dataclass(frozen=True)
class Picture:
    """A part of a page. top: the element that it begins with."""

    name: str
    path: str
    height: int
    top: str = "body"
    dark: bool = False


PICTURES = (
    Picture("approach", "/id/approach/safe-and-together", 640),
    Picture("map", "/", 760, top=".map"),
    Picture("compare", "/compare?thing=midlothian&thing=south-lanarkshire", 640, dark=True),
    Picture("explorer", "/explore?thing=safe-and-together", 700, top="#explorer"),
)


def draw(address: str) -> None:
    """Write all pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"])
        for picture in PICTURES:
            page = browser.new_page(
                base_url=address, viewport={"width": WIDTH, "height": picture.height},
                color_scheme="dark" if picture.dark else "light", reduced_motion="reduce")
            page.goto(picture.path, wait_until="networkidle")
            page.wait_for_timeout(1_500)  # the explorer's layout comes to rest
            top = page.evaluate("(css) => document.querySelector(css).getBoundingClientRect().top",
                                picture.top)
            page.screenshot(
                path=FOLDER / f"web-{picture.name}.png", full_page=True,
                clip={"x": 0, "y": max(0, top - 20), "width": WIDTH, "height": picture.height})
            page.close()
        browser.close()


if __name__ == "__main__":
    draw(sys.argv[1])
