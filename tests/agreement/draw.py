"""Draw passages to code afresh: python -m tests.agreement.draw ROUND SEED SHEET

Writes tests/agreement/ROUND/items.json, and graph.json with the codes of the graph as it is now;
and the SHEET for those who code: what to read, what to decide, and the values to choose from, but
no code of the graph. A new draw is a new ROUND, without the passages of the rounds before.
Coders write {item: {property: value}} into tests/agreement/ROUND/a.json and b.json.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graphsvc.project import Project
from graphsvc.release import Releases
from graphsvc.vocabulary import PROV, RDF, RDFS, SKOS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
JI = "https://w3id.org/joint-inspections/def#"
SCHEMES = {"stage": "stages", "effect": "effects", "assessment": "assessments"}
KINDS = ("Evaluation", "KeyFinding", "KeyMessage", "Strength", "ImprovementPriority",
         "GoodPracticeExample", "ProgressJudgement", "ApproachUse", "Figure", "ImprovementAction",
         "MethodLimitation", "ConfidenceStatement", "Term", "Finding", "Claim")
"""The classes of the codebook's table; a statement's kind is the first of them that it has."""
PASSAGES, WITH_USES, MOST_USES, MOST_LINES = 24, 12, 2, 4
"""Passages of each document; how many of them are drawn from those on which uses rest; how many
uses one passage gives; and how many passages one statement may rest on."""
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
        self._store = Releases(folder).current().store()
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


def draw(graph: Graph, seed: int, before: Iterable[str]) -> list[Statement]:
    """The statements to code: from each document as many passages, and of each passage one
    statement and some uses. before: passages that were drawn already."""
    chance = random.Random(seed)
    resting: dict[str, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for statement in graph.statements():
        for passage in statement.passages:
            if passage not in before:
                resting[passage.split("/")[-2]][passage].append(statement)
    drawn: dict[str, Statement] = {}
    for _, passages in sorted(resting.items()):
        fitting = {passage: found for passage, statements in sorted(passages.items())
                   if (found := _decidable(statements))}
        with_uses = [passage for passage, found in fitting.items()
                     if any(statement.kind == "ApproachUse" for statement in found)]
        chosen = chance.sample(with_uses, min(WITH_USES, len(with_uses)))
        others = [passage for passage in fitting if passage not in chosen]
        chosen += chance.sample(others, min(PASSAGES - len(chosen), len(others)))
        for passage in chosen:
            uses = [one for one in fitting[passage] if one.kind == "ApproachUse"]
            rest = [one for one in fitting[passage] if one.kind != "ApproachUse"]
            for one in (*chance.sample(uses, min(MOST_USES, len(uses))),
                        *chance.sample(rest, min(1, len(rest)))):
                drawn[one.iri] = one
    return list(drawn.values())


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
    before = {f"{base}passage/{item['document']}/{line}" for path in HERE.glob("*/items.json")
              for item in json.loads(path.read_text()).values() for line in item["lines"]}
    drawn = draw(graph, int(seed), before)
    items = {f"{number:03}": {
        "statement": statement.iri.removeprefix(base), "about": statement.about,
        "document": statement.passages[0].split("/")[-2],
        "lines": sorted(int(passage.split("/")[-1]) for passage in statement.passages),
        "asked": list(statement.codes)} for number, statement in enumerate(drawn, 1)}
    folder = HERE / round_
    folder.mkdir()
    write(folder / "items.json", items)
    write(folder / "graph.json", dict(zip(items, (one.codes for one in drawn), strict=True)))
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
