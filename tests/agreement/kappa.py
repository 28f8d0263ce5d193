"""How far coders agree: python -m tests.agreement.kappa prints the table of docs/codebook.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
PROPERTIES = ("stage", "effect", "assessment", "kind")
PAIRS = (("a", "b"), ("a", "graph"), ("b", "graph"))
HEADS = ("round", "property", "items", "two coders", "first and graph", "second and graph")

Codes = dict[str, dict[str, str]]
"""The value of each property that was coded, by item."""


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two coders: their agreement beyond chance, 1 where they always agree.

    pairs: the two codes of each item, of which there is at least one.
    """
    observed = sum(one == other for one, other in pairs) / len(pairs)
    ones, others = (Counter(codes) for codes in zip(*pairs, strict=True))
    expected = sum(ones[code] * others[code] for code in ones) / len(pairs) ** 2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def rounds() -> list[str]:
    """The rounds that both coders have coded, in their order."""
    return sorted(path.parent.name for path in HERE.glob("*/b.json")
                  if (path.parent / "a.json").exists())


def read(round_: str, coder: str) -> Codes:
    """The codes of a coder (a, b) or of the graph."""
    codes: Codes = json.loads((HERE / round_ / f"{coder}.json").read_text(encoding="utf-8"))
    return codes


def kappas(round_: str, property_: str) -> tuple[int, list[float]]:
    """The number of items of a property, and kappa of each pair of coders."""
    coded = {coder: {item: codes[property_] for item, codes in read(round_, coder).items()
                     if property_ in codes} for coder in ("a", "b", "graph")}
    return len(coded["graph"]), [
        cohen_kappa([(coded[one][item], coded[other][item]) for item in coded["graph"]])
        for one, other in PAIRS]


def table() -> list[str]:
    """The table of all rounds, in Markdown."""
    rows = [HEADS, ("---",) * len(HEADS)]
    for round_ in rounds():
        for property_ in PROPERTIES:
            items, figures = kappas(round_, property_)
            rows.append((round_, property_, str(items), *(f"{kappa:.2f}" for kappa in figures)))
    return [f"| {' | '.join(row)} |" for row in rows]


if __name__ == "__main__":
    print("\n".join(table()))
