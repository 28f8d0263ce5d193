"""Draw derived links and wrong pairs to be judged by people apart, and compare two judgements.

    python -m tests.policies.judge draw RELEASE SHEET KEY
    python -m tests.policies.judge compare KEY FIRST SECOND

SHEET is a JSON list of pairs, each with `id`, `statement` and `provision`; KEY says which of them
the rules derive. A judgement is a JSON object from the id of each pair to true, if the statement is
evidence about what the provision asks, or false.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pyoxigraph as ox

SEED = 20261130
DERIVED, WRONG = 60, 30
PREFIXES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ji: <https://w3id.org/joint-inspections/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
STATEMENTS = PREFIXES + """
SELECT DISTINCT ?statement ?label ?text ?approach ?place ?time WHERE {
  { ?statement a ji:Finding } UNION { ?statement a ji:ApproachUse } UNION { ?statement a ji:Figure }
  UNION { ?statement a ji:ImprovementAction }
  ?statement ji:asOf ?time ; skos:prefLabel ?label .
  OPTIONAL { ?statement dcterms:description ?text }
  OPTIONAL { ?statement a ji:ApproachUse ; ji:approach/skos:definition ?approach }
  OPTIONAL { ?statement (ji:partnership|ji:partnershipGroup)/skos:prefLabel ?place }
}"""
PROVISIONS = PREFIXES + """
SELECT DISTINCT ?provision ?label ?asks ?instrument ?from WHERE {
  ?provision ji:asks ?asks ; skos:prefLabel ?label ; ji:inForce ?from ;
    ji:instrument/skos:prefLabel ?instrument .
}"""
LINKS = PREFIXES + """
SELECT DISTINCT ?statement ?provision WHERE {
  { ?statement ji:bearsOnByApproach ?provision } UNION { ?statement ji:bearsOnByTheme ?provision }
}"""
NEAR = PREFIXES + """
SELECT DISTINCT ?statement ?provision WHERE {
  { ?statement ji:theme ?theme . ?provision a ji:Provision ; ji:theme ?theme }
  UNION { ?statement ji:approach ?approach . ?provision ji:metBy ?approach }
  UNION { ?statement ji:bearsOn|ji:cameBefore ?provision }
}"""

Pair = tuple[str, str]


def draw(store: ox.Store) -> tuple[list[dict[str, str]], dict[str, bool]]:
    """The sheet, in random order, and for each id whether the rules derive the link.

    Wrong pairs share neither theme nor approach.
    """
    statements = {row[0]: row[1:] for row in _rows(store, STATEMENTS)}
    provisions = {row[0]: row[1:] for row in _rows(store, PROVISIONS)}
    links, near = ({(row[0], row[1]) for row in _rows(store, query)} for query in (LINKS, NEAR))
    chance = random.Random(SEED)
    derived = chance.sample(sorted(links), DERIVED)
    linked, asking = sorted({statement for statement, _ in links}), sorted(provisions)
    wrong: set[Pair] = set()
    while len(wrong) < WRONG:
        pair = (chance.choice(linked), chance.choice(asking))
        if pair not in near:
            wrong.add(pair)
    pairs = [*derived, *sorted(wrong)]
    chance.shuffle(pairs)
    sheet = [{"id": f"{number:02}", "statement": _statement(*statements[statement]),
              "provision": _provision(*provisions[provision])}
             for number, (statement, provision) in enumerate(pairs, 1)]
    return sheet, {entry["id"]: pair in links for entry, pair in zip(sheet, pairs, strict=True)}


def compare(
    key: dict[str, bool], first: dict[str, bool], second: dict[str, bool]
) -> dict[str, float]:
    """How many derived links and wrong pairs each judge found right, and Cohen's kappa."""
    same = sum(first[pair] == second[pair] for pair in key) / len(key)
    yes = [sum(judgement[pair] for pair in key) / len(key) for judgement in (first, second)]
    chance = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
    return {
        "derived": sum(key.values()),
        "derived found right by the first": sum(first[pair] for pair in key if key[pair]),
        "derived found right by the second": sum(second[pair] for pair in key if key[pair]),
        "wrong pairs found right by the first": sum(first[pair] for pair in key if not key[pair]),
        "wrong pairs found right by the second": sum(second[pair] for pair in key if not key[pair]),
        "kappa": round((same - chance) / (1 - chance), 3) if chance < 1 else 1.0,
    }


def _statement(label: str, text: str, approach: str, place: str, time: str) -> str:
    about = f" ({approach})" if approach else ""
    return f"{label}{about}. {text} [{place or 'no one partnership'}, as of {time}]"


def _provision(label: str, asks: str, instrument: str, since: str) -> str:
    return f"{instrument}: {label}. {asks} [since {since}]"


def _rows(store: ox.Store, query: str) -> list[list[str]]:
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    found = sorted([value.value if isinstance(value, (ox.Literal, ox.NamedNode)) else ""
                    for value in solution] for solution in solutions)
    return [row for row, before in zip(found, [[], *found], strict=False) if row[:2] != before[:2]]


def main(action: str, *paths: str) -> None:
    """Run one of the two commands of this module."""
    files = [Path(path) for path in paths]
    if action == "draw":
        sheet, key = draw(ox.Store.read_only(str(files[0] / "store")))
        files[1].write_text(json.dumps(sheet, indent=1, ensure_ascii=False) + "\n")
        files[2].write_text(json.dumps(key, indent=1) + "\n")
    else:
        print(json.dumps(compare(*(json.loads(path.read_text()) for path in files)), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
