"""Draw derived links and wrong pairs to be judged twice and apart, and compare two judgements.

    python -m tests.policies.judge draw RELEASE SHEET KEY
    python -m tests.policies.judge compare KEY FIRST SECOND

SHEET is a JSON list of pairs, each with `id`, `statement` and `provision`; KEY says which of them
the rules derive. A judgement is a JSON object from the id of each pair to true, if the statement is
evidence about what the provision asks, or false. Wrong pairs are near misses: statement and
provision share a theme and no cohort, or a cohort and no theme, or the provision came later.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox

from graphsvc.release import Release
from tests.asking import store_of

SEED = 20261130
DERIVED, WRONG = 60, 30
PREFIXES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ji: <https://w3id.org/joint-inspections/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
STATEMENTS = PREFIXES + """
SELECT DISTINCT ?statement ?label ?begin ?time WHERE {
  VALUES ?class { ji:Finding ji:ApproachUse ji:Figure ji:ImprovementAction }
  ?statement a ?class ; ji:asOf ?time ; ji:observedFrom ?begin ; skos:prefLabel ?label .
}"""
DETAILS = tuple(
    PREFIXES + f"SELECT DISTINCT ?statement ?text WHERE {{ ?statement {path} ?text }}"
    for path in ("dcterms:description", "ji:partnership/skos:prefLabel",
                 "ji:partnershipGroup/skos:prefLabel"))
USED = PREFIXES + """
SELECT DISTINCT ?statement ?text WHERE {
  ?statement a ji:ApproachUse ; ji:approach ?used . ?used skos:definition ?text
}"""
PROVISIONS = PREFIXES + """
SELECT DISTINCT ?provision ?label ?asks ?instrument ?from ?until ?earlier WHERE {
  ?provision ji:asks ?asks ; skos:prefLabel ?label ; ji:inForce ?from ;
    ji:instrument/skos:prefLabel ?instrument .
  OPTIONAL { ?provision ji:askedSince ?earlier }
  OPTIONAL { ?provision ji:outOfForce ?until }
}"""
LINKS = PREFIXES + """
SELECT DISTINCT ?statement ?provision WHERE {
  { ?statement ji:bearsOnByApproach ?provision } UNION { ?statement ji:bearsOnByTheme ?provision }
}"""
BEFORE = PREFIXES + """SELECT ?statement ?provision WHERE {
  ?statement ji:cameBefore ?provision FILTER NOT EXISTS { ?provision ji:askedSince ?earlier }
}"""
KNOWN = PREFIXES + """SELECT DISTINCT ?statement ?provision WHERE {
  { ?statement ji:bearsOn|ji:beganBefore|ji:cameBefore ?provision }
  UNION { ?provision ji:metBy/^ji:approach ?statement }
  UNION { ?provision ji:metBy/^skos:broaderTransitive/^ji:approach ?statement }
}"""
OF = PREFIXES + "SELECT ?thing ?value WHERE {{ ?thing a ji:{} ; {} ?value }}"

Pair = tuple[str, str]


def draw(store: ox.Store) -> tuple[list[dict[str, str]], dict[str, bool]]:
    """The sheet, in random order, and for each id whether the rules derive the link.

    A third of the wrong pairs is of each kind of near miss.
    """
    text, place, group, used = ({row[0]: row[1] for row in _rows(store, query)}
                                for query in (*DETAILS, USED))
    statements = {one: [label, text.get(one, ""), used.get(one, ""),
                        place.get(one, group.get(one, "")), begin, time]
                  for one, label, begin, time in _rows(store, STATEMENTS)}
    provisions = {row[0]: row[1:] for row in _rows(store, PROVISIONS)}
    links, before = ({(row[0], row[1]) for row in _rows(store, query)} for query in (LINKS, BEFORE))
    chance = random.Random(SEED)
    derived, wrong = chance.sample(sorted(links), DERIVED), set[Pair]()
    for kind in (*_near_misses(store, statements, provisions), before):
        wrong.update(chance.sample(sorted(kind - wrong), WRONG // 3))
    pairs = [*derived, *sorted(wrong)]
    chance.shuffle(pairs)
    sheet = [{"id": f"{number:02}", "statement": _statement(*statements[statement]),
              "provision": _provision(*provisions[provision])}
             for number, (statement, provision) in enumerate(pairs, 1)]
    return sheet, {entry["id"]: pair in links for entry, pair in zip(sheet, pairs, strict=True)}


def _near_misses(
    store: ox.Store, statements: dict[str, list[str]], provisions: dict[str, list[str]]
) -> tuple[set[Pair], set[Pair]]:
    """Findings and provisions in force at their time that no rule links: those with a theme that
    shows the provision and no cohort in common, and those with a cohort and no theme in common."""
    known = {(row[0], row[1]) for row in _rows(store, KNOWN)}
    cohorts, wider, themes = (_values(store, "Finding", path) for path in
                              ("ji:cohort", "ji:cohort/skos:broaderTransitive", "ji:theme"))
    for one, more in wider.items():
        cohorts[one] |= more
    whom, about, shown = (_values(store, "Provision", f"ji:{name}") for name in
                          ("cohort", "theme", "shownByTheme"))
    pairs = {(one, part) for one in cohorts for part in whom if part in provisions
             and (one, part) not in known and provisions[part][3] <= statements[one][4]
             and not (provisions[part][4] and statements[one][5] >= provisions[part][4])}
    return ({(one, part) for one, part in pairs if themes[one] & shown[part]
             and not cohorts[one] & whom[part]},
            {(one, part) for one, part in pairs if cohorts[one] & whom[part]
             and not themes[one] & about[part]})


def _values(store: ox.Store, kind: str, path: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    solutions = store.query(OF.format(kind, path), use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    for thing, value in solutions:
        found[str(thing).strip("<>")].add(str(value))
    return found


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


def _statement(
    label: str, text: str, approach: str, place: str, begin: str, time: str
) -> str:
    about = f" ({approach})" if approach else ""
    when = f"observed {begin} to {time}" if begin != time else f"as of {time}"
    return f"{label}{about}. {text} [{place or 'no one partnership'}, {when}]"


def _provision(
    label: str, asks: str, instrument: str, since: str, until: str, earlier: str
) -> str:
    ended = f" until {until}" if until else ""
    before = f"; the same was asked before, from {earlier}" if earlier else ""
    return f"{instrument}: {label}. {asks} [in force from {since}{ended}{before}]"


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
        sheet, key = draw(store_of(Release(files[0])))
        files[1].write_text(json.dumps(sheet, indent=1, ensure_ascii=False) + "\n")
        files[2].write_text(json.dumps(key, indent=1) + "\n")
    else:
        print(json.dumps(compare(*(json.loads(path.read_text()) for path in files)), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
