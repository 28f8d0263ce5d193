"""The client for notebooks: of the running service and of releases on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphsvc.client import Client
from graphsvc.errors import GraphsvcError
from graphsvc.release import Release


@pytest.fixture(scope="module", params=[
    "service", pytest.param("disk", marks=pytest.mark.slow)])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    source = (request.getfixturevalue("server") if request.param == "service"
              else request.getfixturevalue("releases").folder)
    with Client(source) as client:
        yield client


def test_an_answer_has_names_evidence_and_release(client: Client, release: Release) -> None:
    answer = client.ask("approach-partnerships", approach="PACE")
    assert answer.release == release.id
    assert [(row["who"], row["stageReached"]) for row in answer] == [
        ("Midlothian", "in use"), ("The 32 partnerships", "mentioned only")]
    assert len(answer.named[0]["evidence"]) == 3
    assert answer.rows[0]["who"].endswith("/id/partnership/midlothian")
    assert answer.sentence and "1 named partnership: Midlothian" in answer.sentence


def test_an_answer_becomes_a_data_frame_a_graph_and_a_table(client: Client) -> None:
    pytest.importorskip("pandas")
    answer = client.ask("approach-partnerships", approach="PACE", narrower=True)
    frame = answer.to_pandas()
    assert list(frame.columns) == [column.name for column in answer.columns]
    assert frame["who"].tolist() == ["Midlothian", "The 32 partnerships"]
    assert frame.attrs["release"] == answer.release
    graph = answer.to_networkx("who", "variant")
    assert {label for _, label in graph.nodes(data="label")} == {
        "The 32 partnerships", "Midlothian", "Permanence and Care Excellence programme"}
    assert [edge["stageReached"] for *_, edge in graph.edges(data=True)] == [
        "in use", "mentioned only"]
    html = answer._repr_html_()
    assert html.count("<tr>") == 3
    assert "<td>Midlothian</td>" in html and "Period in words" not in html


def test_silence_is_said(client: Client) -> None:
    answer = client.ask("approach-partnerships", approach="PACE", partnership=["Clackmannanshire"])
    assert len(answer) == 0
    assert any("silent" in line for line in answer.silence)


def test_questions_queries_and_views_are_there_too(client: Client) -> None:
    assert "approach-partnerships" in {one["name"] for one in client.questions()}
    assert client.sparql("SELECT (1 + 1 AS ?two) {}") == [{"two": "2"}]
    graph = client.graph("partnerships-sharing-approaches", minWeight=5)
    assert graph.graph["view"] == "partnerships-sharing-approaches"
    assert "Midlothian" in {name for _, name in graph.nodes(data="name")}


def test_what_is_refused_says_why(client: Client) -> None:
    with pytest.raises(GraphsvcError, match="no question called `approach-partnership`"):
        client.ask("approach-partnership")
    with pytest.raises(GraphsvcError, match="Did you mean `approach`"):
        client.ask("approach-partnerships", aproach="PACE")


def test_a_folder_without_a_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphsvcError, match="There is no release yet"):
        Client(tmp_path)
