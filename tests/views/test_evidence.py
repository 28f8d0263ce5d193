"""Edges tell how many passages they rest on."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.asking import store_of
from tests.views.conftest import Drawn
from tests.views.test_parameters import whole

CITING = "PREFIX prov: <http://www.w3.org/ns/prov#> SELECT DISTINCT ?one ?passage"
PASSAGES = f"{CITING} {{ GRAPH ?any {{ ?one prov:wasDerivedFrom ?passage }} }}"


@pytest.mark.parametrize(("name", "column", "given"), [
    ("concept-hierarchies", "evidence", {}),
    pytest.param("graph", "evidence", {}, marks=pytest.mark.slow),
    ("selection", "evidence", {"thing": ["safe-and-together", "partnership:midlothian",
                                         "use:mid-safe-and-together"]}),
    ("neighbourhood", "passages", {"thing": ["safe-and-together"]}),
])
def test_a_link_rests_on_the_passages_of_what_it_begins_at(
    drawn: Drawn, name: str, column: str, given: dict[str, list[str]]
) -> None:
    passages = Counter(row["one"].value for row in store_of(drawn.release).query(PASSAGES))
    edges = whole(drawn, name, given).edges
    assert any(column in values for _, _, values in edges)
    for source, _, values in edges:
        assert values.get(column) == passages.get(source)


def test_what_is_told_of_organisations_rests_on_passages(drawn: Drawn) -> None:
    edges = whole(drawn, "organisations", {}).edges
    assert {kind for _, _, values in edges for kind in [values["kind"]]} >= {
        "group of", "provides in", "inspected"}
    assert all(values["evidence"] > 0 for _, _, values in edges)
