"""Draw passages to code afresh: python -m tests.agreement.draw ROUND SEED SHEET

Writes tests/agreement/ROUND/items.json, and graph.json with the codes of the graph as it is now;
and the SHEET for those who code: what to read, what to decide, and the values to choose from, but
no code of the graph. A new draw is a new ROUND, without the statements of the rounds before: their
codes in the graph may owe something to what was coded then. A passage may come again, with other
statements, because a short document has no others on which uses rest.
Coders write {item: {property: value}} into tests/agreement/ROUND/a.json and b.json.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graphsvc.project import Project
from graphsvc.release import Releases
from graphsvc.vocabulary import PROV, RDF, RDFS, SKOS
from tests.asking import store_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
JI = "https://w3id.org/joint-inspections/def#"
SCHEMES = {"stage": "stages", "effect": "effects", "assessment": "assessments"}
KINDS = ("Evaluation", "KeyFinding", "KeyMessage", "Strength", "ImprovementPriority",
         "GoodPracticeExample", "ProgressJudgement", "ApproachUse", "Figure", "ImprovementAction",
         "MethodLimitation", "ConfidenceStatement", "Term", "Finding", "Claim")
"""The classes of the codebook's table; a statement's kind is the first of them that it has."""
PASSAGES, WITH_USES, MOST_USES, MOST_LINES = 24, 12, 2, 4
"""Passages of each document; on how many of them uses rest, if it has as many; how many uses one
passage gives; and how many passages one statement may rest on."""
NO_JUDGEMENT = "no judgement"
"""The assessment of a statement whose kind has none."""


@dataclass(frozen=True)
class Statement:
    """What a coder codes. about: names it without its codes; topics: what it shares with others
    that divide a passage; passages: all that it rests on."""

    iri: str
    kind: str
    about: str
    topics: tuple[str, ...]
    passages: tuple[str, ...]
    codes: dict[str, str]


class Graph:
    """The current release."""

    def __init__(self) -> None:
        folder = Path(os.environ.get("GRAPHSVC_RELEASES", ROOT / "releases"))
        self._store = store_of(Releases(folder).current())
        self.values = cache(self._values)

    def _values(self, subject: str, property_: str) -> list[str]:
        quads = self._store.quads_for_pattern(
            ox.NamedNode(subject), ox.NamedNode(property_), None, ox.DefaultGraph())
        return sorted(quad.object.value for quad in quads if not isinstance(quad.object, ox.Triple))

    def subjects(self, property_: str, value: str) -> list[str]:
        """The things of which a property has a value."""
        quads = self._store.quads_for_pattern(
            None, ox.NamedNode(property_), ox.NamedNode(value), ox.DefaultGraph())
        return sorted(quad.subject.value for quad in quads
                      if isinstance(quad.subject, ox.NamedNode))

    def label(self, iri: str) -> str:
        """What a thing is called."""
        return (self.values(iri, str(SKOS.prefLabel)) or self.values(iri, str(RDFS.label)))[0]

    def labels(self, iri: str, property_: str) -> list[str]:
        """What the values of a property are called."""
        return [self.label(value) for value in self.values(iri, property_)]

    def statements(self) -> Iterator[Statement]:
        """All statements of the kinds that the codebook has."""
        for iri in self.subjects(str(RDF.type), f"{JI}Statement"):
            classes = {value.removeprefix(JI) for value in self.values(iri, str(RDF.type))}
            if kind := next((kind for kind in KINDS if kind in classes), None):
                topics = () if kind == "ApproachUse" else tuple(self.values(iri, f"{JI}theme"))
                yield Statement(iri, kind, self._about(iri, kind), topics,
                                tuple(self.values(iri, str(PROV.wasDerivedFrom))),
                                self._codes(iri, kind, "Finding" in classes))

    def _about(self, iri: str, kind: str) -> str:
        """What a statement is about: never its label where that says the judgement."""
        who = self.labels(iri, f"{JI}partnership") + self.labels(iri, f"{JI}partnershipGroup")
        what = self.labels(iri, f"{JI}approach" if kind == "ApproachUse" else f"{JI}measure")
        what = what or self.labels(iri, f"{JI}theme") or [self.label(iri)]
        return f"{', '.join(what)} ({', '.join(who)})" if who else ", ".join(what)

    def _codes(self, iri: str, kind: str, is_finding: bool) -> dict[str, str]:
        """The codes of a statement by property; of a use with reports of two stages no stage."""
        if kind == "ApproachUse":
            stages = self.labels(iri, f"{JI}stage")
            reported = self.values(iri, f"{JI}stageReport")
            stage = {"stage": stages[0]} if len(stages) == 1 and not reported else {}
            return stage | {"effect": self.labels(iri, f"{JI}effectKind")[0]}
        assessment = self.labels(iri, f"{JI}assessment")[0] if is_finding else NO_JUDGEMENT
        return {"kind": self.label(JI + kind), "assessment": assessment}


def draw(graph: Graph, seed: int, before: Collection[str]) -> list[tuple[Statement, str]]:
    """The statements to code, each with the passage that was drawn: of each document as many
    passages, of each passage one statement and some uses. before: statements of earlier rounds."""
    chance = random.Random(seed)
    resting: dict[str, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for statement in graph.statements():
        for passage in statement.passages:
            resting[passage.split("/")[-2]][passage].append(statement)
    drawn: dict[str, tuple[Statement, str]] = {}
    for _, passages in sorted(resting.items()):
        order = chance.sample(sorted(passages), len(passages))
        taken: set[str] = set()
        for most, kinds in ((WITH_USES, ("ApproachUse",)), (PASSAGES, KINDS)):
            for passage in order:
                if len(taken) == most or passage in taken:
                    continue
                new = [one for one in _decidable(passages[passage])
                       if one.iri not in drawn and one.iri not in before]
                if any(one.kind in kinds for one in new):
                    taken.add(passage)
                    drawn |= {one.iri: (one, passage) for one in _some(new, chance)}
    return list(drawn.values())


def _some(statements: list[Statement], chance: random.Random) -> list[Statement]:
    """Some of the uses of a passage, and one other statement."""
    uses = [one for one in statements if one.kind == "ApproachUse"]
    rest = [one for one in statements if one.kind != "ApproachUse"]
    return [*chance.sample(uses, min(MOST_USES, len(uses))),
            *chance.sample(rest, min(1, len(rest)))]


def _decidable(statements: list[Statement]) -> list[Statement]:
    """Those that a coder can tell from the others of the passage, with which they share no topic,
    and with not too much to read."""
    named = Counter(statement.about for statement in statements)
    topics = Counter(topic for statement in statements for topic in statement.topics)
    return [statement for statement in statements
            if named[statement.about] == 1 and len(statement.passages) <= MOST_LINES
            and all(topics[topic] == 1 for topic in statement.topics)]


def sheet(graph: Graph, base: str, items: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a coder gets."""
    values: dict[str, Any] = {
        name: {graph.label(iri): next(iter(graph.values(iri, str(SKOS.definition))), "")
               for iri in graph.subjects(str(SKOS.inScheme), f"{base}scheme/{scheme}")}
        for name, scheme in SCHEMES.items()}
    values["assessment"][NO_JUDGEMENT] = "The kind of statement has no assessment."
    values["kind"] = {graph.label(JI + kind): graph.values(JI + kind, str(RDFS.comment))[0]
                      for kind in KINDS if kind != "ApproachUse"}
    return {
        "how": "Read docs/codebook.md. For each item read the lines of the document (counted from"
               " 1, in its text file; look at the heading above, but at nothing else), find what"
               " they say about the topic, and choose one value for each property that is asked."
               " A use: how far was the approach taken up there, and with what effect? Anything"
               " else: of which kind is the statement, and how does the document judge it?"
               " Do not look at the graph or at the codes of others. Write a JSON file:"
               ' {"001": {"stage": "in use", "effect": "not stated"}, ...}.',
        "values": values,
        "items": {number: {"document": item["document"], "lines": item["lines"],
                           "about": item["about"], "asked": item["asked"]}
                  for number, item in items.items()}}


def main(round_: str, seed: str, target: str) -> None:
    """Draw a round. Raises FileExistsError where it has been drawn."""
    graph, base = Graph(), Project(ROOT).header.base
    before = {base + item["statement"] for path in HERE.glob("*/items.json")
              for item in json.loads(path.read_text()).values()}
    drawn = draw(graph, int(seed), before)
    items = {f"{number:03}": {
        "statement": statement.iri.removeprefix(base), "about": statement.about,
        "document": passage.split("/")[-2], "passage": int(passage.split("/")[-1]),
        "lines": sorted(int(passage.split("/")[-1]) for passage in statement.passages),
        "asked": list(statement.codes)} for number, (statement, passage) in enumerate(drawn, 1)}
    folder = HERE / round_
    folder.mkdir()
    write(folder / "items.json", items)
    write(folder / "graph.json", dict(zip(items, (one.codes for one, _ in drawn), strict=True)))
    Path(target).write_text(
        json.dumps(sheet(graph, base, items), indent=1, ensure_ascii=False), encoding="utf-8")
    asked = Counter(name for item in items.values() for name in item["asked"])
    print(f"{len(items)} items: {', '.join(f'{n} {name}' for name, n in asked.items())}.")


def write(path: Path, content: dict[str, Any]) -> None:
    """Write JSON, a line for each entry."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
             for key, value in content.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
