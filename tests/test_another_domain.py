"""Another domain needs other files and no other software: a shelf of books, built and served."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Releases
from tests.conftest import ROOT
from tests.serving import running


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over the books."""
    releases = Releases(tmp_path_factory.mktemp("releases"))
    build(Project(ROOT / "tests/projects/books"), releases)
    with running("--releases", releases.folder) as address:
        yield address


@pytest.mark.parametrize(("path", "shown"), [
    ("/", "Books"),
    ("/search?q=shelley", "Percy Bysshe Shelley"),
    ("/id/work/frankenstein", "The Modern Prometheus"),
    ("/id/passage/letters-1", "Letters of a bookseller"),
    ("/id/document/catalogue", "Catalogue"),  # of which no passage is held
    ("/def", "Gothic novel"),
    ("/questions", "Editions of a work"),
    ("/questions/editions?work=emma", "1815"),
    ("/explore", "Books"),
    ("/about", "Books"),
    ("/docs", "Books"),
    ("/editor", "Books"),
    ("/export", "Books"),
])
def test_every_page_speaks_of_books(shelf: str, path: str, shown: str) -> None:
    answer = httpx.get(shelf + path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert shown in answer.text


def test_questions_queries_and_linked_data_answer_about_books(shelf: str) -> None:
    rows = httpx.get(f"{shelf}/api/works/the modern prometheus/editions").json()["rows"]
    assert [row["year"] for row in rows] == [1818, 1823, 1831]
    assert rows[0]["evidence"][0]["section"] == ["The year 1818"]
    query = "PREFIX : <https://example.org/books/def#> SELECT ?n { ?e :copies ?n } ORDER BY ?n"
    answer = httpx.post(f"{shelf}/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert answer.text.split() == ["n", "500", "500", "2000", "4020"]
    turtle = httpx.get(f"{shelf}/id/author/mary", headers={"Accept": "text/turtle"}).text
    assert "Mary Shelley" in turtle
