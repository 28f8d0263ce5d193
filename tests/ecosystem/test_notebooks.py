"""The notebooks of the documentation, executed again: what they print is what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.make import as_page, executed, printed

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_there_are_three_notebooks_each_with_a_picture_or_a_table() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["figure", "network", "table"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_page_of_a_notebook_is_of_what_the_notebook_shows(path: Path) -> None:
    pytest.importorskip("nbconvert")
    assert path.with_suffix(".html").read_text(encoding="utf-8") == as_page(path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_shows(path: Path, server: str) -> None:
    for name in ("nbclient", "ipykernel", "matplotlib"):
        pytest.importorskip(name)
    shown = printed(pytest.importorskip("nbformat").read(path, as_version=4))
    assert printed(executed(path, server)) == shown
    assert any(shown)
