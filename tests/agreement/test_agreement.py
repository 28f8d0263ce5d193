"""The codes of the agreement study are complete, and the codebook says what follows from them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from graphsvc.project import Project
from tests.agreement.draw import HERE
from tests.agreement.kappa import PAIRS, PROPERTIES, cohen_kappa, kappas, read, rounds, table


@pytest.mark.parametrize(("counts", "kappa"), [
    ({"yy": 20, "yn": 5, "ny": 10, "nn": 15}, 0.4),
    ({"yy": 45, "yn": 15, "ny": 25, "nn": 15}, 0.1304),
    ({"yy": 25, "yn": 35, "ny": 5, "nn": 35}, 0.2593),
    ({"yy": 3, "nn": 4}, 1),
    ({"yn": 1, "ny": 1}, -1),
])
def test_kappa_is_that_of_the_textbooks(counts: dict[str, int], kappa: float) -> None:
    pairs = [(pair[0], pair[1]) for pair, count in counts.items() for _ in range(count)]
    assert cohen_kappa(pairs) == pytest.approx(kappa, abs=0.0001)


@pytest.mark.parametrize("round_", rounds())
def test_everything_that_was_asked_is_coded_and_no_text_of_a_document_is_kept(
    round_: str
) -> None:
    items = json.loads((HERE / round_ / "items.json").read_text(encoding="utf-8"))
    drawn = {(item["document"], line) for item in items.values() for line in item["lines"]}
    assert len(drawn) >= 120
    for coder in ("a", "b", "graph"):
        codes = read(round_, coder)
        assert {item: sorted(given) for item, given in codes.items()} == {
            number: sorted(item["asked"]) for number, item in items.items()}
        assert max(len(code) for given in codes.values() for code in given.values()) < 30


def test_the_codebook_gives_the_figures_that_the_codes_give(project: Project) -> None:
    text = (project.root / "docs" / "codebook.md").read_text(encoding="utf-8")
    section = text.split("\n## Agreement\n")[1].split("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("|")] == table()


@pytest.mark.parametrize("round_", rounds()[-1:])
def test_the_last_round_draws_from_all_documents_for_each_property(round_: str) -> None:
    """As many passages of each document, and of each property as many items as the shortest has
    left: most uses of North Ayrshire were coded in earlier rounds."""
    items = json.loads((HERE / round_ / "items.json").read_text(encoding="utf-8")).values()
    passages = Counter(document for document, _ in {
        (item["document"], item["passage"]) for item in items})
    assert passages.total() == 120 and set(passages.values()) == {24}
    asked = Counter((item["document"], name) for item in items for name in item["asked"])
    assert {(document, name) for document in passages for name in PROPERTIES
            if asked[document, name] < 5} == set()
    before = {item["statement"] for other in rounds()[:-1] for item in json.loads(
        (HERE / other / "items.json").read_text(encoding="utf-8")).values()}
    assert {item["statement"] for item in items} & before == set()


@pytest.mark.parametrize("round_", rounds()[-1:])
@pytest.mark.parametrize("property_", PROPERTIES)
def test_each_two_arrive_at_the_same_code_in_the_last_round(property_: str, round_: str) -> None:
    """Kappa is 0.8 or more. Not reached: the stage, of a coder and the graph, 0.79 and 0.72, where
    67 of 73 are one code, so that each that differs costs much.
    """
    _, figures = kappas(round_, property_)
    low = {pair for pair, kappa in zip(PAIRS, figures, strict=True) if kappa < 0.8}
    assert low == ({("a", "graph"), ("b", "graph")} if property_ == "stage" else set())
