"""The mutation test: of damage to the real data, at least 95 of 100 pieces are caught."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest

from graphsvc.project import Project
from graphsvc.vocabulary import SKOS
from tests.mutations import REQUIRED, Damage, Data, Mutation, caught_by_names

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(project: Project) -> Data:
    return Data(project)


@pytest.fixture(scope="module")
def escaped(data: Data, tmp_path_factory: pytest.TempPathFactory) -> dict[Mutation, bool]:
    """Every mutation, and whether it escaped."""
    mutations = list(dict.fromkeys(Damage(data).all()))
    named = caught_by_names(data, mutations, tmp_path_factory.mktemp("mutated"))
    escaping = data.escaping(m for m in mutations if m not in named)
    return {mutation: mutation in escaping for mutation in mutations}


def test_every_class_with_data_is_damaged(data: Data, escaped: dict[Mutation, bool]) -> None:
    assert {m.of for m in escaped} == set(data.things) == set(REQUIRED)


def test_what_is_not_damaged_is_not_reported(data: Data, escaped: dict[Mutation, bool]) -> None:
    assert data.unsound(m.subject for m in escaped if m.kind == "a type swapped") == set()


def test_a_harmless_change_is_not_reported(data: Data) -> None:
    name = ox.NamedNode(str(SKOS.altLabel))
    changes = [Mutation("another name", "Approach", thing,
                        added=(ox.Triple(thing, name, ox.Literal("a name", language="en")),))
               for thing in Damage(data).sample("Approach")]
    assert [str(change) for change in changes if data.is_caught(change)] == []


def test_at_least_95_of_100_mutations_are_caught(escaped: dict[Mutation, bool]) -> None:
    report = _report(escaped)
    print(report)
    assert sum(escaped.values()) <= 0.05 * len(escaped), report


def test_no_kind_of_damage_escapes_more_often_than_one_in_ten(
    escaped: dict[Mutation, bool]
) -> None:
    made, lost = Counter(m.kind for m in escaped), Counter(m.kind for m, e in escaped.items() if e)
    assert {kind for kind in made if lost[kind] > 0.1 * made[kind]} == set(), _report(escaped)


def _report(escaped: dict[Mutation, bool]) -> str:
    """How many of each kind were caught, and what escaped."""
    made, lost = Counter(m.kind for m in escaped), Counter(m.kind for m, e in escaped.items() if e)
    total = f"{len(escaped) - sum(escaped.values())} of {len(escaped)} mutations caught"
    return "\n".join([total, *(f"{kind}: {n - lost[kind]} of {n}" for kind, n in made.items()),
                      "escaped:", *(f"  {m}" for m, e in escaped.items() if e)])
