"""Exports of the real release: over HTTP, on the command line, with errors that say the mend."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import httpx
import networkx as nx
import pytest
from fastapi import FastAPI

from graphsvc.cli import main
from graphsvc.release import Release, Releases
from graphsvc.service import Serving
from graphsvc.web.export import export_router


def fetch(release: Release, *paths: str, **headers: str) -> list[httpx.Response]:
    """What a server over the release answers to GET, path by path."""
    async def ask() -> list[httpx.Response]:
        serving = await Serving.open(release)
        app = FastAPI()
        app.include_router(export_router(lambda: serving))
        try:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return [await client.get(path, headers=headers) for path in paths]
        finally:
            await serving.close()
    return asyncio.run(ask())


def run(releases: Releases, project: Path, *arguments: str) -> int:
    return main(["export", *arguments, "--project", str(project),
                 "--releases", str(releases.folder)])


def test_the_whole_graph_has_every_thing_and_link_of_the_release(release: Release) -> None:
    response, = fetch(release, "/export/graph.graphml")
    graph = nx.read_graphml(io.BytesIO(response.content))
    assert response.headers["content-type"] == "application/graphml+xml"
    assert response.headers["x-release"] == release.id
    assert graph.graph["release"] == release.id
    names = {data["iri"] for _, data in graph.nodes(data=True)}
    store = release.store()
    rows = store.query(
        "SELECT DISTINCT ?thing { ?thing a ?class . FILTER(STRSTARTS(STR(?thing),"
        f" '{release.manifest['header']['base']}')) }}")
    assert names >= {row["thing"].value for row in rows}
    assert {data["label"] for _, data in graph.nodes(data=True)} >= {"Midlothian"}
    assert all(data["type"] for _, data in graph.nodes(data=True))


def test_command_line_and_http_give_the_same_bytes(
    release: Release, releases: Releases, tmp_path: Path
) -> None:
    file = tmp_path / "graph.graphml"
    assert run(releases, tmp_path, "graph", "-o", str(file)) == 0
    response, = fetch(release, "/export/graph.graphml")
    assert file.read_bytes() == response.content


@pytest.mark.parametrize(("path", "status", "mend"), [
    ("/export/graf.graphml", 404, "Near to it: graph"),
    ("/export/graph.xlsx", 404, "Use one of graphml"),
    ("/export/graph.graphml?stage=pilot", 400, "It has none."),
    ("/export/graph.graphml?%ff=1", 400, "Percent-encode"),
])
def test_a_wrong_address_is_told_with_its_mend(
    release: Release, path: str, status: int, mend: str
) -> None:
    response, = fetch(release, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert mend in response.json()["detail"]
