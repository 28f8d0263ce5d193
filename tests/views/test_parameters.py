"""Parameters narrow a view to what they say, no less and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.views.conftest import Drawn
from tests.views.readers import READERS
from tests.views.truth import Edge, Whole


def whole(drawn: Drawn, name: str, given: Mapping[str, Sequence[str]]) -> Whole:
    """The view as networkx reads its JSON."""
    formats, read, _ = READERS["json by networkx"]
    return read(drawn.file(drawn.view(name), *formats, given))[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("given", "belongs"), [
    ({"stage": ["pilot"]}, lambda edge: "pilot" in edge[2]["kind"].split("; ")),
    ({"stage": ["pilot", "planned"]},
     lambda edge: {"pilot", "planned"} & set(edge[2]["kind"].split("; "))),
    ({"inUse": ["true"]}, lambda edge: edge[2]["counted"] == "yes"),
    ({"partnership": ["Midlothian"]}, lambda edge: edge[0].endswith("/partnership/midlothian")),
    ({"approach": ["safe-and-together"]},
     lambda edge: edge[1].endswith("/approach/safe-and-together")),
])
def test_uses_are_narrowed_by_stage_partnership_and_approach(
    drawn: Drawn, given: dict[str, list[str]], belongs: Callable[[Edge], object]
) -> None:
    every = whole(drawn, "partnerships-approaches", {})
    some = whole(drawn, "partnerships-approaches", given)
    expected = [edge for edge in every.edges if belongs(edge)]
    assert 0 < len(expected) < len(every.edges)
    told = {edge[2]["use"]: edge for edge in some.edges}
    assert set(told) == {edge[2]["use"] for edge in expected}
    assert set(some.nodes) == {iri for one, other, _ in expected for iri in (one, other)}


def test_a_period_narrows_to_what_documents_of_these_years_tell(drawn: Drawn) -> None:
    every = whole(drawn, "partnerships-approaches", {})
    issued = {edge[2]["document"]: edge[2]["start"][:4] for edge in every.edges
              if "began" not in edge[2]}
    meant = {name for name, year in issued.items() if "2019" <= year <= "2020"}
    some = whole(drawn, "partnerships-approaches", {"since": ["2019"], "until": ["2020"]})
    assert 0 < len(meant) < len(issued)
    assert some.edges == [edge for edge in every.edges if edge[2]["document"] in meant]


def test_a_theme_narrows_to_approaches_of_it(drawn: Drawn) -> None:
    every = whole(drawn, "partnerships-approaches", {})
    some = whole(drawn, "partnerships-approaches", {"theme": ["domestic abuse"]})
    meant = {iri for iri, values in every.nodes.items()
             if "domestic abuse" in values.get("themes", "").split("; ")}
    assert meant
    assert {other for _, other, _ in some.edges} == meant


@pytest.mark.parametrize("name", ["approaches-used-together", "partnerships-sharing-approaches"])
def test_a_weight_narrows_to_edges_that_have_it(drawn: Drawn, name: str) -> None:
    every = whole(drawn, name, {"minWeight": ["1"]})
    some = whole(drawn, name, {"minWeight": ["3"]})
    expected = [edge for edge in every.edges if edge[2]["weight"] >= 3]
    assert 0 < len(expected) < len(every.edges)
    assert some.edges == expected


@pytest.mark.slow
def test_a_neighbourhood_grows_with_its_steps(drawn: Drawn) -> None:
    thing = {"thing": ["safe-and-together"]}
    near, far = (whole(drawn, "neighbourhood", {**thing, "depth": [depth]}) for depth in "12")
    assert {values["steps"] for values in near.nodes.values()} == {0, 1}
    assert {values["steps"] for values in far.nodes.values()} == {0, 1, 2}
    assert set(near.nodes) == {iri for iri, values in far.nodes.items() if values["steps"] < 2}


def test_a_selection_can_be_narrowed_to_kinds_of_link_and_to_whose_links_they_are(
    drawn: Drawn
) -> None:
    things = {"thing": drawn.view("selection").question.examples[0].values["thing"]}
    every = whole(drawn, "selection", things)
    kind = every.edges[0][2]["property"]
    one = whole(drawn, "selection", {**things, "linkKind": [kind]})
    assert one.nodes == every.nodes
    assert one.edges == [edge for edge in every.edges if edge[2]["property"] == kind]
    assert 0 < len(one.edges) < len(every.edges)
    end = next(iri for iri in every.nodes if any(iri not in edge[:2] for edge in every.edges))
    own = whole(drawn, "selection", {**things, "linksOf": [end]})
    assert own.edges == [edge for edge in every.edges if end in edge[:2]]
    assert len(own.edges) < len(every.edges)
