"""A real browser, which may speak to nobody but the service under test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BUNDLE = Path(__file__).parents[2] / "graphsvc" / "web" / "pages" / "static" / "build" / "editor.js"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")
"""Chromium itself shall not look for hosts either."""
WAIT = 15_000
SEEN_ELSEWHERE = ("Failed to load",)
"""Answers are looked at themselves."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, or Chrome, of this machine.

    Not for longer than a module: as long as it is there, the thread has a running event loop.
    """
    found = next(filter(None, map(shutil.which, (
        "chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any, server: str) -> Iterator[Callable[..., Any]]:
    """Opens pages in a browser of given settings; holds them to speaking to the service alone,
    and to running without any error but the status that is expected."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_(expected: str = "no error", **settings: Any) -> Any:
        context = browser.new_context(base_url=server, **settings)
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: request.url.startswith(
            (server, "data:", "blob:")) or wrong.append(f"asks {request.url}"))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and str(answer.status) != expected
                and wrong.append(f"{answer.status} {answer.url}"))
        page.on("console", lambda message: message.type == "error"
                and not message.text.startswith(SEEN_ELSEWHERE) and wrong.append(message.text))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A browser's page as most people have it."""
    return open_page(viewport={"width": 1440, "height": 900})


@pytest.fixture(scope="session")
def bundle() -> None:
    """The editor and the explorer, which `make` bundles where npm's packages can be had."""
    if not BUNDLE.exists():
        pytest.skip("the editor and the explorer are not bundled (make bundles them)")


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    if not AXE.exists():
        pytest.skip("axe-core is not there (frontend/setup.sh installs it)")
    return AXE.read_text(encoding="utf-8")
