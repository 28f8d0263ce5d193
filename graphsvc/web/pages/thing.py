"""A thing's page: what it is, what is said of it with evidence, and the questions of its class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from graphsvc.lookup import Entry
from graphsvc.questions.evidence import Passage, in_reading_order
from graphsvc.questions.question import Question
from graphsvc.questions.table import Table, Term
from graphsvc.vocabulary import DCTERMS, PROV, RDF, RDFS, SKOS
from graphsvc.web.pages.context import Citation, Link, Site, show
from graphsvc.web.pages.table import Grid, grid_of
from graphsvc.web.pages.terms import Term as OntologyTerm
from graphsvc.web.pages.together import ask_together, own_part
from graphsvc.web.problems import HttpError

PANEL_ROWS, OPEN_ROWS = 12, 5
"""Rows of a panel, and how many of them are open; the question's own page has all."""
_MOST_PANELS = 8
COMPARE = "compare"
"""The tag of questions by which things can be compared."""
_TYPE, _LABEL, _NAME = str(RDF.type), str(RDFS.label), str(SKOS.prefLabel)
_ALSO = (str(SKOS.altLabel), str(SKOS.hiddenLabel))
_LEADS = (str(SKOS.definition), str(DCTERMS.description))
_EVIDENCE = str(PROV.wasDerivedFrom)
_APART = {_TYPE, _LABEL, _NAME, _EVIDENCE, *_ALSO, *_LEADS}
_REFERRERS, _MOST_REFERRERS = 60, 300
"""Things of a group that are shown where a search gives the others, and where none does."""


@dataclass(frozen=True)
class Fact:
    """A property of the thing with its values. derived: whether rules alone say so."""

    label: str
    meaning: str
    values: tuple[Link, ...]
    derived: bool


@dataclass(frozen=True)
class Referrers:
    """Things of one class that refer to this one by one property."""

    kind: str
    property_: str
    links: tuple[Link, ...]
    total: int
    search: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Other:
    """A question about the thing whose answer the page does not show."""

    title: str
    name: str
    query: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Near:
    """A passage beside the one whose page it is."""

    citation: Citation
    here: bool


@dataclass(frozen=True)
class Thing:
    """All that a thing's page shows."""

    iri: str
    path: str
    label: str
    kinds: tuple[OntologyTerm, ...]
    also: tuple[str, ...]
    leads: tuple[str, ...]
    facts: tuple[Fact, ...]
    evidence: tuple[Citation, ...]
    panels: tuple[Grid, ...]
    silent: tuple[Other, ...]
    others: tuple[Other, ...]
    referrers: tuple[Referrers, ...]
    near: tuple[Near, ...]
    sources: tuple[str, ...]
    comparable: bool


async def thing_of(site: Site, iri: str) -> Thing:
    """The page of a thing, for one query to the engine.

    Raises HttpError (404) where the release knows no such thing, and what the engine raises.
    """
    classes = site.lookup.classes(iri)
    panels, others = _panels(site, classes)
    asked = [(question, await site.questions.understand(question, {parameter: [iri]}))
             for question, parameter in panels]
    own = own_part("thing", ("role", "graph", "property", "value"), {"thing": [NamedNode(iri)]})
    answers, (told,) = await ask_together(
        site.questions, site.serving.engine, asked, PANEL_ROWS, [own])
    says = [row for row in told.rows if _role(row) == "says"]
    referred = [row for row in told.rows if _role(row) == "referred"]
    if not says and not referred:
        raise HttpError(404, f"Release {site.serving.release.id} knows no <{iri}>.",
                        hint="Look for it by name.")
    grids = [grid_of(site, answer, about=iri) for answer in answers]
    values = _by_property(says)
    return Thing(
        iri=iri, path=site.path(iri) or "", label=_title(site, iri),
        kinds=tuple(site.catalogue.kinds(classes)),
        also=tuple(sorted({term.value for p in _ALSO for term in values.get(p, ())})),
        leads=tuple(term.value for p in _LEADS for term in values.get(p, ())),
        facts=tuple(_facts(site, says, classes)),
        evidence=tuple(site.citation(cited) for cited in _cited(site, values)),
        panels=tuple(grid for grid in grids if grid.rows),
        silent=tuple(Other(grid.title, grid.name, grid.parameters)
                     for grid in grids if not grid.rows),
        others=tuple(Other(question.title, question.name, ((parameter, site.curie(iri)),))
                     for question, parameter in others),
        referrers=tuple(_referrers(site, referred, iri)),
        near=tuple(_near(site, told, iri)),
        sources=tuple(sorted({graph.value.removeprefix(f"{site.header.root}graph/")
                              for _, graph, _, _ in says if graph is not None
                              and not graph.value.startswith(_derived(site))})),
        comparable=any(COMPARE in question.tags for question, _ in (*panels, *others)))


def _panels(
    site: Site, classes: Sequence[str]
) -> tuple[list[tuple[Question, str]], list[tuple[Question, str]]]:
    """The questions whose answers the page shows, each with its parameter, and the others."""
    found = {question.name: (question, parameter) for question, parameter
             in site.questions.library.panels(set(classes))}
    first = [name for name in site.catalogue.questions(classes) if name in found]
    first = first or list(found)[:_MOST_PANELS]
    return [found[name] for name in first], [found[name] for name in found if name not in first]


def _derived(site: Site) -> str:
    return f"{site.header.root}graph/derived"


def _role(row: Sequence[Term | None]) -> str:
    return row[0].value if row[0] is not None else ""


def _title(site: Site, iri: str) -> str:
    """The label; for a passage its place, for it has no name."""
    label = site.questions.names.label(iri)
    passage = site.questions.passages.get(iri)
    if label is None and passage.document is not None and passage.line is not None:
        return f"{passage.title or site.label(passage.document)}, line {passage.line}"
    return label or site.label(iri)


def _by_property(says: Sequence[Sequence[Term | None]]) -> dict[str, list[Term]]:
    values: dict[str, list[Term]] = defaultdict(list)
    for _, _, property_, value in says:
        if property_ is not None and value is not None and value not in values[property_.value]:
            values[property_.value].append(value)
    return values


def _facts(
    site: Site, says: Sequence[Sequence[Term | None]], classes: Sequence[str]
) -> list[Fact]:
    graphs: dict[tuple[str, Term], set[str]] = defaultdict(set)
    for _, graph, property_, value in says:
        if property_ is not None and value is not None and not isinstance(value, BlankNode):
            graphs[property_.value, value].add(graph.value if graph is not None else "")
    grouped: dict[str, list[Term]] = defaultdict(list)
    for iri, value in graphs:
        if iri not in _APART and not site.catalogue.term(iri).quiet:
            grouped[iri].append(value)
    derived = _derived(site)
    facts = []
    for iri in sorted(grouped, key=lambda p: (site.catalogue.order(p, classes), site.label(p))):
        links = sorted((_value(site, value) for value in grouped[iri]),
                       key=lambda link: link.text.casefold())
        facts.append(Fact(
            label=site.label(iri), meaning=site.catalogue.term(iri).comment, values=tuple(links),
            derived=all(graph.startswith(derived) for value in grouped[iri]
                        for graph in graphs[iri, value])))
    return facts


def _value(site: Site, value: Term) -> Link:
    if isinstance(value, NamedNode):
        return site.link(value.value)
    return Link(show(value))


def _cited(site: Site, values: dict[str, list[Term]]) -> list[Passage]:
    return in_reading_order(
        site.questions.passages.get(term.value) for term in values.get(_EVIDENCE, ()))


def _referrers(site: Site, referred: Sequence[Sequence[Term | None]], iri: str) -> list[Referrers]:
    """What refers to the thing, by class and property, the classes in the ontology's order."""
    pairs = {(property_.value, value.value) for _, _, property_, value in referred
             if property_ is not None and value is not None
             and not site.catalogue.term(property_.value).quiet}
    entries = site.lookup.entries({value for _, value in pairs})
    grouped: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for property_, value in pairs:
        entry = entries.get(value)
        if entry is not None and entry.kind is not None:
            grouped[entry.kind, property_].append(entry)
    found = []
    for (kind, by), members in grouped.items():
        members.sort(key=lambda entry: (entry.label or entry.iri).casefold())
        search = ((("class", site.facet_name(kind)), (site.facet_name(by), site.curie(iri)))
                  if by in site.catalogue.facets else ())
        shown = members[:_REFERRERS if search else _MOST_REFERRERS]
        found.append(Referrers(
            kind=site.catalogue.term(kind).plural, property_=site.label(by),
            links=tuple(site.link(e.iri, e.label) for e in shown),
            total=len(members), search=search))
    places = {term.plural: term.order for term in site.catalogue.terms.values()}
    return sorted(found, key=lambda group: (places.get(group.kind, 0), group.kind, -group.total))


def _near(site: Site, told: Table, iri: str) -> list[Near]:
    passages = [site.questions.passages.get(row[3].value) for row in told.rows
                if _role(row) == "near" and row[3] is not None]
    passages.sort(key=lambda passage: passage.ordinal or 0)
    return [Near(site.citation(passage), passage.iri == iri) for passage in passages]
