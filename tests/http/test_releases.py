"""Answers belong to a release: named, tagged, kept, and never mixed when it changes."""

from __future__ import annotations

import gzip
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Release, Releases
from tests.engine.processes import wait_until
from tests.serving import running

BOOKS = Path(__file__).parents[1] / "projects" / "books"
NEW = "\n<https://example.org/books/id/work/emma> " \
      "<http://www.w3.org/2004/02/skos/core#altLabel> \"Another name\"@en .\n"
QUERIES = ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "ASK { ?s ?p 'Another name'@en }",
           "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o")
CSV = {"Accept": "text/csv"}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Releases, Release, Release]:
    """Two releases of the books, the first of them current."""
    folder = tmp_path_factory.mktemp("books")
    project = shutil.copytree(BOOKS, folder / "project")
    releases = Releases(folder / "releases")
    old = build(Project(project), releases).release
    works = project / "data" / "works.ttl"
    works.write_text(works.read_text() + NEW)
    new = build(Project(project), releases).release
    assert old.id != new.id
    releases.switch(old)
    return releases, old, new


@pytest.fixture(scope="module")
def books(two: tuple[Releases, Release, Release]) -> Iterator[str]:
    with running("--releases", two[0].folder) as address:
        yield f"{address}/sparql"


def ask(url: str, query: str, **headers: str) -> httpx.Response:
    return httpx.get(url, params={"query": query}, timeout=30,
                     headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_an_answer_names_its_release_and_its_tag_is_good_for_asking_again(
    books: str, two: tuple[Releases, Release, Release]
) -> None:
    answer = ask(books, QUERIES[0], Accept="text/csv")
    assert answer.headers["x-release"] == two[1].id
    assert "public" in answer.headers["cache-control"]
    again = ask(books, QUERIES[0], Accept="text/csv", If_None_Match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    assert httpx.get(books, headers={"Accept": "text/turtle"}).headers["x-release"] == two[1].id


def test_release_query_format_and_data_set_each_have_a_tag_of_their_own(books: str) -> None:
    answers = [
        ask(books, QUERIES[0], Accept="text/csv"),
        ask(books, QUERIES[0], Accept="application/sparql-results+json"),
        ask(books, QUERIES[0] + " ", Accept="text/csv"),
        httpx.get(books, params={"query": QUERIES[0], "default-graph-uri": "urn:x"}, headers=CSV),
        httpx.get(books, params={"query": QUERIES[0], "named-graph-uri": "urn:x"}, headers=CSV),
    ]
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)
    stale = answers[0].headers["etag"]
    assert ask(books, QUERIES[2], Accept="text/csv", If_None_Match=stale).status_code == 200


@pytest.mark.parametrize("location", [
    "GRAPH ?g { ?s ?p ?o }", "graph ?g { ?s ?p ?o }",
    "VALUES ?g { UNDEF } #\nGRAPH#\n?g{ ?s ?p ?o }",
    "{ SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } } ?s ?p ?o",
    "?s ?p ?o FILTER EXISTS { GRAPH ?g { ?s ?p ?o } }", "?s ?p ?o FILTER('graph' != 'GRAPH')",
    "?s ?p ?o",
])
def test_named_graphs_are_seen_by_those_who_ask_for_them_and_else_their_union(
    location: str, books: str, two: tuple[Releases, Release, Release]
) -> None:
    """The default graph is held alone once more, for queries that name no graph."""
    with gzip.open(two[1].dump) as dump:
        total = len(list(ox.parse(dump, format=ox.RdfFormat.N_QUADS)))
    answer = ask(books, f"SELECT (COUNT(?s) AS ?n) {{ {location} }}", Accept="text/csv")
    assert answer.text.split() == ["n", str(total)]


@pytest.mark.parametrize(
    "call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "now ( )", "RAND #c\n ()"])
def test_what_differs_each_time_is_not_kept(books: str, call: str) -> None:
    query = f"SELECT ({call} AS ?v) {{}}"
    first, second = (ask(books, query, Accept="text/csv") for _ in range(2))
    assert first.headers["cache-control"] == "no-store" and "etag" not in first.headers
    assert first.text != second.text


def test_a_repeated_query_is_answered_from_the_cache(books: str) -> None:
    """A query that takes a second the first time is there at once the next time."""
    query = ("SELECT (COUNT(*) AS ?n) "
             "{ SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 2000000 }")
    began = time.monotonic()
    first = ask(books, query, Accept="text/csv")
    between = time.monotonic()
    again = ask(books, query, Accept="text/csv")
    assert time.monotonic() - between < (between - began) / 3
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    head = httpx.head(books, params={"query": query}, headers=CSV)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(first.content)))


@pytest.mark.slow
def test_a_switch_under_load_loses_no_request_and_mixes_no_answer(
    books: str, two: tuple[Releases, Release, Release]
) -> None:
    releases, old, new = two
    seen: list[tuple[int, str, int, str, str]] = []
    stop = threading.Event()

    def keep_asking(number: int) -> None:
        with httpx.Client(timeout=30) as client:
            turn = 0
            while not stop.is_set():
                turn += 1
                query = QUERIES[turn % 3] + (f" # {number} {turn}" if turn % 2 else "")
                answer = client.get(books, params={"query": query}, headers={
                    "Accept": "text/tab-separated-values, application/sparql-results+json;q=0.5"})
                seen.append((answer.status_code, answer.headers["x-release"], turn % 3,
                             answer.text, answer.headers["etag"] if not turn % 2 else ""))

    threads = [threading.Thread(target=keep_asking, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for release in (new, old, new):
        releases.switch(release)
        wait_until(lambda: len([1 for _, id, *_ in seen[-50:] if id == release.id]) >= 40)  # noqa: B023
    stop.set()
    for thread in threads:
        thread.join()
    releases.switch(old)
    assert {status for status, *_ in seen} == {200}
    for which in range(3):
        texts = {(told, text) for _, told, query, text, _ in seen if query == which}
        assert {told for told, _ in texts} == {old.id, new.id}
        assert len(texts) == len({text for _, text in texts}) == 2
        tags = {(told, tag) for _, told, query, _, tag in seen if query == which and tag}
        assert len(tags) == len({tag for _, tag in tags}) == 2
