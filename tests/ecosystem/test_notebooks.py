"""The notebooks of the documentation, executed again: what they print is what they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from docs.make import as_page

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
ADDRESS = "http://127.0.0.1:8000"


def printed(notebook: Any) -> list[str]:
    """What each cell prints; pictures are the business of matplotlib."""
    return ["".join(output.text for output in cell.get("outputs", ())
                    if output.output_type == "stream" and output.name == "stdout")
            for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_three_notebooks_each_with_a_picture_or_a_table() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["figure", "network", "table"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_page_of_a_notebook_is_of_what_the_notebook_shows(path: Path) -> None:
    pytest.importorskip("nbconvert")
    assert path.with_suffix(".html").read_text(encoding="utf-8") == as_page(path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_shows(path: Path, server: str) -> None:
    nbformat, nbclient = (pytest.importorskip(name) for name in ("nbformat", "nbclient"))
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    notebook = nbformat.read(path, as_version=4)
    shown = printed(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace(ADDRESS, server)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert printed(notebook) == shown
    assert any(shown)
