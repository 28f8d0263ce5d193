"""Damage to the real data, one piece at a time, and whether checks or shapes catch it.

Each mutation changes one thing of the real project. It is validated with everything within reach
of it (what it points at, what points at it): many at once where none is within reach of another,
and those whose things are not reported then one by one, before and after; a result that was not
there before catches it. Damage to names is looked for by the check of names, over files that hold
all of it.
"""

from __future__ import annotations

import random
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.check import Names
from graphsvc.build.rules import Rule, apply_rule, read_rules
from graphsvc.build.shapes import Result, validate
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.sources.turtle import read_turtle
from graphsvc.vocabulary import RDF, RDFS

SEED = 20220607
EACH = 3
"""How many mutations of each sort there are for each class."""

XSD = "http://www.w3.org/2001/XMLSchema#"
JI = "https://w3id.org/joint-inspections/def#"
TYPE = ox.NamedNode(str(RDF.type))
SUBCLASS = ox.NamedNode(str(RDFS.subClassOf))

Node = ox.NamedNode | ox.BlankNode

REQUIRED = {
    "SourceDocument": "skos:prefLabel dcterms:title dcterms:alternative dcterms:publisher"
                      " dcterms:issued schema:sha256 ji:code prov:wasDerivedFrom",
    "Section": "skos:prefLabel dcterms:isPartOf schema:position ptr:lineNumber",
    "Passage": "oa:hasSource dcterms:isPartOf ptr:lineNumber schema:position oa:start oa:end"
               " schema:sha256",
    "Area": "skos:prefLabel",
    "CouncilArea": "skos:prefLabel ji:gssCode ji:healthBoard dcterms:source owl:sameAs",
    "NamedPartnership": "skos:prefLabel ji:councilArea prov:wasDerivedFrom",
    "UnnamedPartnership": "skos:prefLabel skos:definition prov:wasDerivedFrom",
    "PartnershipGroup": "skos:prefLabel skos:definition prov:wasDerivedFrom",
    "InspectionProgramme": "skos:prefLabel skos:definition prov:wasDerivedFrom",
    "Inspection": "skos:prefLabel ji:partnership ji:programme ji:framework ji:conductedBy"
                  " prov:wasDerivedFrom",
    "ProgressReview": "skos:prefLabel ji:partnership ji:programme ji:follows ji:conductedBy"
                      " prov:wasDerivedFrom",
    "QualityFramework": "skos:prefLabel skos:definition dcterms:publisher ji:scale"
                        " prov:wasDerivedFrom",
    "FrameworkQuestion": "skos:prefLabel ji:framework prov:wasDerivedFrom",
    "QualityArea": "skos:prefLabel ji:itemNumber ji:framework ji:frameworkQuestion"
                   " prov:wasDerivedFrom",
    "QualityIndicator": "skos:prefLabel ji:itemNumber ji:framework prov:wasDerivedFrom",
    "InspectionQuestion": "skos:prefLabel ji:itemNumber ji:programme ji:framework"
                          " prov:wasDerivedFrom",
    "Organisation": "skos:prefLabel ji:organisationKind",
    "Curator": "skos:prefLabel",
    "StrategicGroup": "skos:prefLabel ji:roleDescription ji:partnership prov:wasDerivedFrom",
    "Plan": "skos:prefLabel prov:wasDerivedFrom",
    "PolicyInstrument": "skos:prefLabel skos:definition ji:policyType ji:theme prov:wasDerivedFrom",
    "Provision": "skos:prefLabel ji:instrument ji:asks ji:binds ji:theme",
    "Bearing": "ji:bearingStatement ji:bearingProvision ji:concludedBy ji:conclusionReason",
    "Approach": "skos:prefLabel skos:definition ji:approachKind ji:theme prov:wasDerivedFrom",
    "ApproachUse": "ji:approach ji:stage ji:effectKind prov:wasDerivedFrom",
    "StageReport": "skos:prefLabel ji:stage prov:wasDerivedFrom",
    "ProgressItem": "skos:prefLabel prov:wasDerivedFrom",
    "Finding": "skos:prefLabel dcterms:description ji:theme ji:assessment prov:wasDerivedFrom",
    "KeyFinding": "skos:prefLabel dcterms:description ji:itemNumber ji:partnershipGroup"
                  " ji:indicator ji:theme ji:assessment prov:wasDerivedFrom",
    "KeyMessage": "skos:prefLabel dcterms:description ji:itemNumber ji:partnership ji:inspection"
                  " ji:question ji:theme ji:assessment prov:wasDerivedFrom",
    "Strength": "skos:prefLabel dcterms:description ji:itemNumber ji:partnership ji:inspection"
                " ji:theme ji:assessment prov:wasDerivedFrom",
    "ImprovementPriority": "skos:prefLabel dcterms:description ji:itemNumber ji:partnership"
                           " ji:inspection ji:theme ji:assessment prov:wasDerivedFrom",
    "ProgressJudgement": "skos:prefLabel dcterms:description ji:itemNumber ji:partnership"
                         " ji:inspection ji:wording ji:theme ji:assessment ji:aboutFinding"
                         " ji:workDone prov:wasDerivedFrom",
    "GoodPracticeExample": "skos:prefLabel dcterms:description ji:theme ji:assessment"
                           " prov:wasDerivedFrom",
    "Evaluation": "ji:partnership ji:inspection ji:indicator prov:wasDerivedFrom",
    "EvaluationDistribution": "ji:indicator ji:partnershipGroup ji:theme ji:distributionPart"
                              " prov:wasDerivedFrom",
    "DistributionPart": "ji:grade",
    "ConfidenceStatement": "skos:prefLabel dcterms:description ji:partnership ji:inspection"
                           " ji:confidenceReason ji:wording prov:wasDerivedFrom",
    "ImprovementAction": "skos:prefLabel dcterms:description ji:itemNumber ji:partnership ji:plan"
                         " ji:theme ji:actionIssue ji:actionTask ji:expectedOutcome ji:owner"
                         " ji:monitoring prov:wasDerivedFrom",
    "MethodLimitation": "skos:prefLabel dcterms:description ji:theme prov:wasDerivedFrom",
    "Claim": "skos:prefLabel dcterms:description ji:theme prov:wasDerivedFrom",
    "Disagreement": "skos:prefLabel dcterms:description ji:theme ji:disagreeingStatement",
    "Term": "skos:prefLabel dcterms:description prov:wasDerivedFrom",
    "QuantityDefinition": "skos:prefLabel dcterms:description ji:quantity prov:wasDerivedFrom",
    "Figure": "qb:dataSet ji:measure sdmx-dimension:refArea sdmx-dimension:refPeriod ji:population"
              " prov:wasDerivedFrom",
    "DataSet": "skos:prefLabel dcterms:description qb:structure",
    "DataStructureDefinition": "skos:prefLabel skos:definition qb:component",
    "ConceptScheme": "skos:prefLabel skos:definition",
    "Grade": "skos:prefLabel skos:definition skos:inScheme ji:points",
    "Stage": "skos:prefLabel skos:definition skos:inScheme ji:countsAsInUse",
    "DisagreementKind": "skos:prefLabel skos:definition skos:inScheme ji:substantial",
} | dict.fromkeys(
    ("Theme", "Cohort", "ApproachKind", "EffectKind", "Assessment", "PolicyType",
     "DutyHolder", "OrganisationKind", "WellbeingIndicator", "Quantity", "Qualifier", "Trend",
     "Population",
     "Unit", "Period", "Measure"), "skos:prefLabel skos:definition skos:inScheme")
"""What a thing of each class cannot do without (docs/curating.md); its type always."""


@dataclass(frozen=True)
class Mutation:
    """One piece of damage to one thing. of: its class, without the namespace."""

    kind: str
    of: str
    subject: ox.NamedNode
    removed: tuple[ox.Triple, ...] = ()
    added: tuple[ox.Triple, ...] = ()

    def __str__(self) -> str:
        changes = [*(f"- {_short(t)}" for t in self.removed),
                   *(f"+ {_short(t)}" for t in self.added)]
        return f"{self.kind} ({self.of}): {'; '.join(changes)}"


class Data:
    """What the real project says, by subject and by object, and what its shapes say of a part."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.rules: list[Rule] = read_rules(project)
        self.out: dict[Node, list[ox.Triple]] = defaultdict(list)
        self.into: dict[Node, list[ox.Triple]] = defaultdict(list)
        self.things: dict[str, list[ox.NamedNode]] = defaultdict(list)
        self.class_of: dict[Node, str] = {}
        for path in project.ontology_files + project.data_files:
            for s, p, o in read_turtle(path).triples:
                self._add(ox.Triple(s, p, o))
        self.schema = [t for triples in self.out.values() for t in triples
                       if t.predicate.value in (str(RDFS.subClassOf), str(RDFS.domain))]

    def _add(self, triple: ox.Triple) -> None:
        self.out[triple.subject].append(triple)
        if isinstance(triple.object, Node):
            self.into[triple.object].append(triple)
        if triple.predicate == TYPE and self.is_ours(triple.subject):
            cls = re.split("[/#]", triple.object.value)[-1]
            self.things[cls].append(triple.subject)
            self.class_of[triple.subject] = cls

    def is_ours(self, node: object) -> bool:
        """Whether it is a thing of the project, and not of the ontology or of others."""
        return isinstance(node, ox.NamedNode) and node.value.startswith(self.project.header.base)

    def of(self, subject: Node, predicate: str) -> list[ox.Triple]:
        """What a thing says with a property (prefixed name)."""
        return [t for t in self.out[subject] if t.predicate == _iri(self.project, predicate)]

    def is_a(self, subject: Node, cls: str) -> bool:
        """Whether the thing is of the class or of one below it."""
        classes = [ox.NamedNode(JI + self.class_of.get(subject, ""))]
        for found in classes:
            classes += [t.object for t in self.out[found] if t.predicate == SUBCLASS]
        return ox.NamedNode(JI + cls) in classes

    def escaping(self, mutations: Iterable[Mutation]) -> set[Mutation]:
        """Those of which shapes report nothing new: looked at many at once, then one by one."""
        missed = [m for batch in self._batches(mutations) for m in self._missed(batch)]
        return {mutation for mutation in missed if not self.is_caught(mutation)}

    def is_caught(self, mutation: Mutation) -> bool:
        """Whether shapes report something of the thing, or of what refers to it, that is new."""
        triples = self.reach(mutation)
        after = self._results(_damaged(triples, [mutation]))
        if any(result.focus == str(mutation.subject) for result in after):
            return True
        return bool(after - self._results(triples))

    def unsound(self, subjects: Iterable[ox.NamedNode]) -> set[ox.NamedNode]:
        """The things, none of them damaged, of which shapes report something."""
        subjects = set(subjects)
        triples = set().union(*(self.reach(Mutation("none", "", s)) for s in subjects))
        reported = {result.focus for result in self._results(triples)}
        return {subject for subject in subjects if str(subject) in reported}

    def reach(self, mutation: Mutation) -> set[ox.Triple]:
        """The thing and what refers to it, with all they point at, directly and at one remove."""
        return {t for thing in self._near(mutation) for t in self.out[thing]}

    def _near(self, mutation: Mutation) -> set[Node]:
        near = {mutation.subject, *self._referring(mutation.subject)}
        near |= self._targets(near)
        near |= {t.object for t in mutation.added if isinstance(t.object, ox.NamedNode)}
        return near | self._targets(near)

    def _batches(self, mutations: Iterable[Mutation]) -> list[list[Mutation]]:
        """Mutations sorted so that in no batch the thing of one is within reach of another."""
        batches: list[tuple[list[Mutation], set[Node], set[Node]]] = []
        for mutation in mutations:
            near = self._near(mutation)
            fitting = (b for b in batches if mutation.subject not in b[2] and not near & b[1])
            batch, subjects, things = next(fitting, ([], set(), set()))
            if not batch:
                batches.append((batch, subjects, things))
            batch.append(mutation)
            subjects.add(mutation.subject)
            things |= near
        return [batch for batch, _, _ in batches]

    def _missed(self, batch: list[Mutation]) -> list[Mutation]:
        """Those whose thing is not reported when all damage of the batch is done at once."""
        triples = set().union(*(self.reach(mutation) for mutation in batch))
        reported = {result.focus for result in self._results(_damaged(triples, batch))}
        return [mutation for mutation in batch if str(mutation.subject) not in reported]

    def _referring(self, thing: Node) -> set[Node]:
        """Things that refer to a thing, two for each property."""
        by_property: dict[ox.NamedNode, list[Node]] = defaultdict(list)
        for triple in self.into[thing]:
            if triple.predicate != TYPE:
                by_property[triple.predicate].append(triple.subject)
        return {subject for subjects in by_property.values() for subject in subjects[:2]}

    def _targets(self, things: set[Node]) -> set[Node]:
        return {t.object for thing in things for t in self.out[thing]
                if isinstance(t.object, Node) and t.predicate != TYPE}

    def _results(self, triples: set[ox.Triple]) -> set[Result]:
        store = ox.Store()
        store.extend(ox.Quad(*t, ox.NamedNode("urn:damaged")) for t in [*self.schema, *triples])
        for rule in self.rules:
            apply_rule(store, rule)
        return set(validate(store, self.project.shape_files))


class Damage:
    """Makes the mutations, the same each time."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.random = random.Random(SEED)

    def all(self) -> list[Mutation]:
        per_class = (self.dropped, self.retyped, self.broken, self.misdirected, self.mistyped)
        return [*(m for make in per_class for cls in sorted(self.data.things) for m in make(cls)),
                *self.off_scale(), *self.too_early(), *self.elsewhere(), *self.off_list(),
                *self.without_unit()]

    def sample(self, cls: str, size: int = EACH) -> list[ox.NamedNode]:
        things = sorted(self.data.things[cls], key=str)
        return self.random.sample(things, min(size, len(things)))

    def dropped(self, cls: str) -> Iterator[Mutation]:
        """Each required property of a class is taken from one thing, all its values."""
        for predicate in ["rdf:type", *REQUIRED[cls].split()]:
            for thing in self.sample(cls, 1):
                if found := self.data.of(thing, predicate):
                    yield Mutation("a required triple dropped", cls, thing, tuple(found))

    def retyped(self, cls: str) -> Iterator[Mutation]:
        others = [other for other in sorted(self.data.things) if other != cls]
        for thing in self.sample(cls):
            old = self.data.of(thing, "rdf:type")
            other = self.random.choice(self.data.things[self.random.choice(others)])
            new = ox.Triple(thing, TYPE, self.data.of(other, "rdf:type")[0].object)
            yield Mutation("a type swapped", cls, thing, tuple(old), (new,))

    def broken(self, cls: str) -> Iterator[Mutation]:
        for number, old in enumerate(self._references(cls)):
            gone = ox.NamedNode(f"{old.object.value}-gone-{cls.lower()}-{number}")
            yield _replace("a reference to nothing", cls, old, gone)

    def misdirected(self, cls: str) -> Iterator[Mutation]:
        for old in self._references(cls):
            kind = self.data.class_of[old.object]
            others = [other for other in sorted(self.data.things) if other != kind]
            other = self.random.choice(self.data.things[self.random.choice(others)])
            yield _replace("a reference to another kind of thing", cls, old, other)

    def _references(self, cls: str) -> Iterator[ox.Triple]:
        for thing in self.sample(cls):
            found = [t for t in self.data.out[thing]
                     if self.data.is_ours(t.object) and t.object in self.data.class_of]
            if found:
                yield self.random.choice(sorted(found, key=str))

    def mistyped(self, cls: str) -> Iterator[Mutation]:
        for thing in self.sample(cls):
            literals = [t for t in self.data.out[thing] if isinstance(t.object, ox.Literal)]
            if literals:
                old = self.random.choice(sorted(literals, key=str))
                text = old.object.value
                new = (ox.Literal(text, language="en")
                       if old.object.datatype.value.endswith("#string") else ox.Literal(text))
                yield _replace("a wrong datatype", cls, old, new)

    def off_scale(self) -> Iterator[Mutation]:
        graded = [t for triples in self.data.out.values() for t in triples
                  if t.predicate.value == f"{JI}grade"]
        for old in self.random.sample(sorted(graded, key=str), 5 * EACH):
            new = self.random.choice([
                ox.Literal("7", datatype=ox.NamedNode(f"{XSD}integer")), ox.Literal("Good"),
                *self.data.things["Assessment"], *self.data.things["Stage"]])
            yield _replace("a grade outside the scale", self.data.class_of[old.subject], old, new)

    def off_list(self) -> Iterator[Mutation]:
        for use in self.sample("ApproachUse", 5 * EACH):
            new = self.random.choice([
                ox.Literal("embedded", language="en"), *self.data.things["EffectKind"],
                *self.data.things["Assessment"]])
            old = self.data.of(use, "ji:stage")[0]
            yield _replace("a stage not in the list", "ApproachUse", old, new)

    def elsewhere(self) -> Iterator[Mutation]:
        for cls in sorted(self.data.things):
            for thing in self.sample(cls, 2):
                old = self.data.of(thing, "prov:wasDerivedFrom")
                if self.data.is_a(thing, "Statement") and old:
                    document = self.data.of(old[0].object, "oa:hasSource")[0].object
                    other = next(p for p in self.sample("Passage", 20)
                                 if self.data.of(p, "oa:hasSource")[0].object != document)
                    yield _replace("evidence in another document", cls, old[0], other)

    def without_unit(self) -> Iterator[Mutation]:
        for figure in self.sample("Figure", 3 * EACH):
            old = self.data.of(figure, "sdmx-attribute:unitMeasure")
            yield Mutation("a figure without a unit", "Figure", figure, tuple(old))

    def too_early(self) -> Iterator[Mutation]:
        """What follows is dated three years before what must come first."""
        pairs = [
            *self._pairs("schema:endDate", "schema:startDate"),
            *(p for p in self._pairs("dcterms:issued", "schema:startDate")
              if self.data.is_a(p[0].subject, "Scrutiny")),
            *self._pairs("ji:inForce", "dcterms:issued"),
            *self._pairs("schema:startDate", "schema:startDate", link="ji:follows"),
            *self._pairs("dcterms:issued", "dcterms:issued", link="dcterms:replaces"),
            *self._pairs("dcterms:issued", "schema:startDate", link="ji:report", backwards=True),
        ]
        for old, cause in pairs:
            year = int(cause[:4]) - 3
            new = ox.Literal(f"{year}{old.object.value[4:]}", datatype=old.object.datatype)
            cls = self.data.class_of[old.subject]
            yield _replace("a date before its cause", cls, old, new)

    def _pairs(
        self, effect: str, cause: str, link: str = "", backwards: bool = False
    ) -> Iterator[tuple[ox.Triple, str]]:
        """Dates that follow, with those that come before, of one thing or of two with a link."""
        for thing in sorted(self.data.class_of, key=str):
            linked = [t.object for t in self.data.of(thing, link)] if link else [thing]
            for other in linked:
                first, then = (thing, other) if backwards else (other, thing)
                for old in self.data.of(then, effect):
                    yield from ((old, t.object.value) for t in self.data.of(first, cause))


def caught_by_names(data: Data, mutations: list[Mutation], folder: Path) -> set[Mutation]:
    """The mutations whose new reference or type the check of names reports.

    Each points at something that no other mentions, so all are checked at once, each in the file
    that describes its thing.
    """
    for name in ("ontology", "data", "queries"):
        shutil.copytree(data.project.root / name, folder / name)
    homes = {s: path for path in data.project.ontology_files + data.project.data_files
             for s, p, o in read_turtle(path).triples if p == TYPE}
    sought: dict[str, Mutation] = {}
    for mutation in mutations:
        for triple in mutation.added:
            if data.is_ours(triple.object) and triple.object not in data.out:
                sought[f"<{triple.object.value}>"] = mutation
                with (folder / data.project.name(homes[mutation.subject])).open("a") as file:
                    file.write(f"\n{triple} .")
    problems = "\n".join(error.message for error in name_errors(Project(folder)))
    return {mutation for iri, mutation in sought.items() if f"refers to {iri}" in problems}


def name_errors(project: Project, *candidates: Path) -> list[GraphsvcError]:
    """What is wrong with the names of all files, or of candidates together with them."""
    names, files = Names(project), [*project.ontology_files, *project.data_files]
    for path in [*files, *candidates]:
        names.read(read_turtle(path))
    return [error for path in candidates or files for error in names.check(path)]


def _damaged(triples: set[ox.Triple], mutations: list[Mutation]) -> set[ox.Triple]:
    removed = {triple for mutation in mutations for triple in mutation.removed}
    added = {triple for mutation in mutations for triple in mutation.added}
    return (triples - removed) | added


def _replace(kind: str, of: str, old: ox.Triple, new: ox.NamedNode | ox.Literal) -> Mutation:
    added = ox.Triple(old.subject, old.predicate, new)
    return Mutation(kind, of, old.subject, (old,), (added,))


def _iri(project: Project, name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(project.prefixes[prefix] + local)


def _short(triple: ox.Triple) -> str:
    return " ".join(re.sub(r"<[^>]*[/#]([^/#>]+)>", r"\1", str(term))
                    for term in (triple.subject, triple.predicate, triple.object))
