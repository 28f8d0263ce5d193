"""Every format, read by an independent reader, is the view: node by node, edge by edge."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from dataclasses import replace

import networkx as nx
import pytest

from tests.views.conftest import Drawn
from tests.views.readers import READERS, UNDIRECTED_IS_NOT_TOLD, empty_table
from tests.views.truth import Values, Whole

CASES = {
    "approaches-used-together": 1, "concept-hierarchies": 1, "documents-passages-facts": 1,
    "neighbourhood": 0, "ontology": 0, "organisations": 1, "partnerships-approaches": 2,
    "partnerships-sharing-approaches": 0, "policy-to-practice": 1, "selection": 0,
}
"""Each view with one of its examples; the whole graph is too large to be read by all readers."""
DAILY = ("approaches-used-together", "policy-to-practice", "selection")
"""Views that the daily tests look at; the longer checks look at all."""
NAMES = [pytest.param(name, marks=[] if name in DAILY else pytest.mark.slow) for name in CASES]


def test_every_view_is_among_the_cases(drawn: Drawn) -> None:
    assert {view.name for view in drawn.serving.views} == {*CASES, "graph"}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_the_view_with_its_recipe(
    drawn: Drawn, name: str, reader: str
) -> None:
    formats, read, typed = READERS[reader]
    view, given = drawn.view(name), drawn.view(name).question.examples[CASES[name]].values
    whole, recipe = read(*(drawn.file(view, format, given) for format in formats))
    expected = drawn.truth(view, given)
    expected = expected if typed else expected.as_texts()
    if formats == ("gexf",):
        expected = in_days(expected)
    if UNDIRECTED_IS_NOT_TOLD & set(formats):
        expected = replace(expected, directed=True)
    assert_same(whole, expected)
    assert recipe == drawn.export(view, formats[0], given).recipe.facts


@pytest.mark.parametrize("name", NAMES)
def test_pajek_has_names_kinds_and_weights(drawn: Drawn, name: str) -> None:
    view, given = drawn.view(name), drawn.view(name).question.examples[CASES[name]].values
    text = drawn.file(view, "net", given).decode()
    graph = nx.parse_pajek(line for line in text.splitlines() if not line.startswith("%"))
    expected = drawn.truth(view, given)
    shared = Counter(values["label"] for values in expected.nodes.values())
    base = drawn.release.manifest["header"]["base"]

    def called(iri: str) -> str:
        label = expected.nodes[iri]["label"]
        local = iri.removeprefix(base).replace("/", ":")
        return f"{label} ({local})" if shared[label] > 1 else label

    assert graph.is_directed() == expected.directed
    assert set(graph) == {called(iri) for iri in expected.nodes}

    def ends(one: str, other: str) -> tuple[str, ...]:
        return (one, other) if expected.directed else tuple(sorted((one, other)))

    assert Counter((*ends(one, other), data["weight"], data.get("l"))
                   for one, other, data in graph.edges(data=True)) == Counter(
        (*ends(called(one), called(other)), float(values["weight"]), values.get("kind"))
        for one, other, values in expected.edges)
    head = text.partition("*Network")[0]
    for fact, value in drawn.export(view, "net", given).recipe.facts.items():
        for line in f"{fact}: {value}".splitlines():
            assert f"% {line}\n" in head


@pytest.mark.parametrize("format", ["edges.csv", "neo4j-edges.csv"])
def test_a_table_without_rows_has_its_columns_and_its_recipe(drawn: Drawn, format: str) -> None:
    view, lone = drawn.view("selection"), {"thing": ["safe-and-together"]}
    columns, recipe = empty_table(drawn.file(view, format, lone))
    some = drawn.file(view, format, view.question.examples[0].values).decode()
    assert columns == some.splitlines()[0].split(",")
    assert recipe == drawn.export(view, format, lone).recipe.facts


@pytest.mark.slow
def test_the_whole_graph_as_graphml_is_the_whole_graph(drawn: Drawn) -> None:
    view = drawn.view("graph")
    formats, read, _ = READERS["graphml by igraph"]
    whole, _ = read(drawn.file(view, *formats, {}))
    assert_same(whole, drawn.truth(view, {}))


def test_dates_are_told_to_gephis_timeline(drawn: Drawn) -> None:
    view = drawn.view("partnerships-approaches")
    text = drawn.file(view, "gexf", {}).decode()
    told = Counter(re.findall(r'<edge [^>]*? start="([^"]*)"', text))
    edges = in_days(drawn.truth(view, {})).edges
    assert told == Counter(values["start"] for _, _, values in edges if "start" in values)
    assert len(told) > 1
    assert 'mode="dynamic" timeformat="date"' in text


def assert_same(whole: Whole, expected: Whole) -> None:
    """The same graph; a node or edge that differs is told alone."""
    assert whole.nodes.keys() == expected.nodes.keys()
    for iri, values in expected.nodes.items():
        assert whole.nodes[iri] == values
    if not expected.directed:
        whole, expected = _sorted(whole), _sorted(expected)
    assert len(whole.edges) == len(expected.edges)
    for read, edge in zip(whole.edges, expected.edges, strict=True):
        assert read == edge
    assert whole.directed == expected.directed


def in_days(whole: Whole) -> Whole:
    """The graph with a year or month as its first day where something starts, its last where it
    ends: that is how GEXF has it, and networkx prefers that to the attributes."""
    def days(values: Values) -> Values:
        told = dict(values)
        for name, rest in (("start", "-01-01"), ("end", "-12-31")):
            if len(date := values.get(name, "")) == 4:
                told[name] = date + rest
            elif len(date) == 7:
                last = monthrange(int(date[:4]), int(date[5:]))[1]
                told[name] = f"{date}-{1 if name == 'start' else last:02}"
        return told

    return Whole(whole.directed, {iri: days(values) for iri, values in whole.nodes.items()},
                 [(one, other, days(values)) for one, other, values in whole.edges])


def _sorted(whole: Whole) -> Whole:
    """The graph with the ends of each edge in alphabetical order."""
    return Whole(whole.directed, whole.nodes,
                 [(min(one, other), max(one, other), values)
                  for one, other, values in whole.edges])
