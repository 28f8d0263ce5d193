"""Exports of the real release: over HTTP, on the command line, with errors that say the mend."""

from __future__ import annotations

import io
import json
from pathlib import Path

import networkx as nx
import pytest

from graphsvc.cli.main import main
from graphsvc.graphs.export import FORMATS
from graphsvc.release import Release, Releases
from tests.asking import store_of
from tests.conftest import Fetch


def run(releases: Releases, project: Path, *arguments: str) -> int:
    return main(["export", *arguments, "--project", str(project),
                 "--releases", str(releases.folder)])


@pytest.mark.slow
def test_the_whole_graph_has_every_thing_and_link_of_the_release(
    fetch: Fetch, release: Release
) -> None:
    response, = fetch("/export/graph.graphml")
    graph = nx.read_graphml(io.BytesIO(response.content))
    assert response.headers["content-type"] == "application/graphml+xml"
    assert response.headers["x-release"] == release.id
    assert graph.graph["release"] == release.id
    names = {data["iri"] for _, data in graph.nodes(data=True)}
    rows = list(store_of(release).query(
        "SELECT DISTINCT ?thing { GRAPH ?any { ?thing a ?class } FILTER(STRSTARTS(STR(?thing),"
        f" '{release.manifest['header']['base']}')) }}"))
    assert len(rows) > 1000
    assert names >= {row["thing"].value for row in rows}
    assert {data["label"] for _, data in graph.nodes(data=True)} >= {"Midlothian"}
    assert all(data["type"] for _, data in graph.nodes(data=True))


@pytest.mark.slow
def test_command_line_and_http_give_the_same_bytes_in_every_format(
    fetch: Fetch, releases: Releases, tmp_path: Path
) -> None:
    responses = fetch(*(f"/export/selection.{name}?thing=safe-and-together&measure=degree"
                        for name in FORMATS))
    for name, response in zip(FORMATS, responses, strict=True):
        file = tmp_path / f"selection.{name}"
        assert run(releases, tmp_path, "selection", "--param", "thing=safe-and-together",
                   "--param", "measure=degree", "-o", str(file)) == 0
        assert response.status_code == 200
        assert response.headers["content-type"] == FORMATS[name].content_type
        assert response.headers["content-disposition"] == f'inline; filename="{file.name}"'
        assert file.read_bytes() == response.content


@pytest.mark.slow
def test_every_view_is_given_as_a_picture_and_as_a_table(fetch: Fetch) -> None:
    listing, = fetch("/export")
    paths = [f"{path}{query and '?'}{query}" for view in listing.json()["views"]
             for query in [view["example"].partition("?")[2]]
             for name, path in view["formats"].items()
             if name in ("svg", "nodes.csv", "edges.csv")]
    assert len(paths) == 10 * 3 + 2
    assert {path: response.status_code for path, response in zip(
        paths, fetch(*paths), strict=True)} == dict.fromkeys(paths, 200)


@pytest.mark.slow
def test_the_list_of_views_is_whole_and_its_examples_work(
    fetch: Fetch, releases: Releases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listing, = fetch("/export")
    views = listing.json()["views"]
    assert len(views) == 11
    for view in views:
        assert view.keys() >= {"name", "title", "description", "parameters", "formats", "example"}
        assert list(view["formats"]) == [name for name in FORMATS if view["name"] != "graph"
                                         or name not in ("svg", "png")]
        assert "measure" in [parameter["name"] for parameter in view["parameters"]]
        assert view["example"].startswith(f"/export/{view['name']}.graphml")
    assert run(releases, tmp_path, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == listing.json()
    one, = fetch("/export/graph")
    assert one.json() == next(view for view in views if view["name"] == "graph")


@pytest.mark.slow
def test_people_get_pages(fetch: Fetch) -> None:
    whole, one, wrong = fetch("/export", "/export/neighbourhood", "/export/neighbour",
                              Accept="text/html,*/*;q=0.8")
    assert [page.headers["content-type"] for page in (whole, one, wrong)] == [
        "text/html; charset=utf-8"] * 3
    assert [page.status_code for page in (whole, one, wrong)] == [200, 200, 404]
    assert all(f'href="/export/{name}"' in whole.text for name in ("graph", "neighbourhood"))
    assert 'name="depth"' in one.text and 'name="measure"' in one.text
    assert all(f'href="/export/neighbourhood.{name}?' in one.text for name in FORMATS)
    assert all(known.use in one.text.replace("&#39;", "'") for known in FORMATS.values())


@pytest.mark.slow
def test_a_page_offers_no_picture_of_a_view_too_large_for_any(fetch: Fetch) -> None:
    whole, near = fetch("/export/graph", "/export/neighbourhood", Accept="text/html")
    assert 'href="/export/graph.graphml' in whole.text
    assert "href=\"/export/graph.svg" not in whole.text
    assert 'src="/export/neighbourhood.svg?' in near.text


def test_a_page_shows_what_its_parameters_give_and_says_what_is_wrong_with_them(
    fetch: Fetch
) -> None:
    one, none, wrong = fetch(
        "/export/partnerships-approaches?partnership=Midlothian",
        "/export/partnerships-approaches?partnership=Fife",
        "/export/partnerships-approaches?partnership=Nowhere+at+all", Accept="text/html")
    assert 'src="/export/partnerships-approaches.svg?partnership=Midlothian"' in one.text
    assert "named partnership" in one.text and "things and" in one.text
    assert "Nothing in the data fits these choices." in none.text
    assert wrong.status_code == 200 and 'role="alert"' in wrong.text


def test_what_a_form_leaves_empty_was_not_given(fetch: Fetch) -> None:
    plain, form = fetch("/export/partnerships-approaches.net",
                        "/export/partnerships-approaches.net?stage=&theme=&partnership=")
    assert form.content == plain.content


def test_a_file_is_not_sent_twice(fetch: Fetch) -> None:
    first, = fetch("/export/organisations.json")
    again, = fetch("/export/organisations.json", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(("path", "status", "hint"), [
    ("/export/graf.graphml", 404, "Did you mean graph"),
    ("/export/graph.xlsx", 404, "Use one of graphml"),
    ("/export/graph.graphml?stage=pilot", 400, "It has measure, raw."),
    ("/export/graph.graphml?%ff=1", 400, "Percent-encode"),
    ("/export/organisations.json?partner=Midlothian", 400, "Did you mean `partnership`?"),
    ("/export/neighbourhood.json", 400, "`thing` is missing"),
    ("/export/neighbourhood.json?thing=safe-and-together&depth=4", 400, "3"),
    ("/export/graph.json?measure=pagerank", 400, "Choose one of: degree, strength, betweenness"),
    ("/export/graph.svg", 413, "Narrow the view"),
])
def test_a_wrong_address_is_told_with_its_mend(
    fetch: Fetch, path: str, status: int, hint: str
) -> None:
    response, = fetch(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert hint in response.json()["detail"]
