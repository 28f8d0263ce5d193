"""Measures asked for stand on the nodes, and agree with another library's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphsvc.graphs.graph import MEASURES, TooLarge
from tests.views.conftest import Drawn

GIVEN = {"minWeight": ["2"], "measure": list(MEASURES)}


@pytest.fixture(scope="module")
def measured(drawn: Drawn) -> dict[str, Any]:
    """Approaches used together, with all measures, as a JSON document."""
    view = drawn.view("approaches-used-together")
    document: dict[str, Any] = json.loads(drawn.file(view, "json", GIVEN))
    return document


@pytest.fixture(scope="module")
def other(measured: dict[str, Any]) -> Any:
    """The same graph in igraph."""
    igraph = pytest.importorskip("igraph")
    names = [node["id"] for node in measured["nodes"]]
    graph = igraph.Graph(len(names), [(names.index(link["source"]), names.index(link["target"]))
                                      for link in measured["links"]])
    graph.es["weight"] = [link["weight"] for link in measured["links"]]
    return graph


def values(measured: dict[str, Any], name: str) -> list[Any]:
    return [node[name] for node in measured["nodes"]]


def test_degree_strength_betweenness_and_closeness_are_igraphs(
    measured: dict[str, Any], other: Any
) -> None:
    count = other.vcount()
    pairs = (count - 1) * (count - 2) / 2
    assert values(measured, "degree") == other.degree()
    assert values(measured, "strength") == pytest.approx(other.strength(weights="weight"))
    assert values(measured, "betweenness") == pytest.approx(
        [found / pairs for found in other.betweenness()], abs=1e-8)
    assert other.is_connected()
    assert values(measured, "closeness") == pytest.approx(other.closeness(), abs=1e-8)


def test_components_are_igraphs(drawn: Drawn) -> None:
    igraph = pytest.importorskip("igraph")
    view = drawn.view("concept-hierarchies")
    document = json.loads(drawn.file(view, "json", {"measure": ["component"]}))
    names = {node["id"]: at for at, node in enumerate(document["nodes"])}
    graph = igraph.Graph(len(names), [(names[link["source"]], names[link["target"]])
                                      for link in document["links"]])
    parts: dict[int, set[int]] = {}
    for at, node in enumerate(document["nodes"]):
        parts.setdefault(node["component"], set()).add(at)
    assert len(parts) > 2
    assert sorted(map(sorted, parts.values())) == sorted(map(sorted, graph.components()))
    sizes = [len(parts[number]) for number in sorted(parts)]
    assert sizes == sorted(sizes, reverse=True)


def test_communities_are_about_as_good_as_igraphs(
    measured: dict[str, Any], other: Any
) -> None:
    found = [number - 1 for number in values(measured, "community")]
    best = other.community_multilevel(weights="weight").modularity
    assert len(set(found)) > 1
    assert other.modularity(found, weights="weight") > best - 0.02


def test_the_same_graph_has_the_same_communities_each_time(drawn: Drawn) -> None:
    view = drawn.view("approaches-used-together")
    assert drawn.written(view, "json", GIVEN) == drawn.written(view, "json", GIVEN)


@pytest.mark.parametrize("format", ["graphml", "gexf", "cyjs", "cx2", "dot", "json", "nodes.csv",
                                    "neo4j-nodes.csv", "jsonld"])
def test_every_format_that_has_attributes_carries_measures(drawn: Drawn, format: str) -> None:
    view = drawn.view("selection")
    given = view.question.examples[0].values
    without = drawn.file(view, format, given).decode()
    text = drawn.file(view, format, {**given, "measure": ["betweenness"]}).decode()
    assert text.count("betweenness") > without.count("betweenness")
    assert drawn.export(view, format, {**given, "measure": ["betweenness"]}).recipe.facts[
        "measures"] == "betweenness"


@pytest.mark.slow
def test_a_measure_that_would_take_too_long_is_refused(drawn: Drawn) -> None:
    with pytest.raises(TooLarge, match="too many for betweenness"):
        drawn.file(drawn.view("graph"), "json", {"measure": ["betweenness"]})
