"""A thing's page: what it is, what is said of it with evidence, and the questions of its class."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from graphsvc.lookup import Entry
from graphsvc.questions.evidence import in_reading_order
from pyoxigraph import BlankNode, NamedNode

from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Question
from graphsvc.questions.table import Table as Rows
from graphsvc.questions.table import Term
from graphsvc.vocabulary import DCTERMS, PROV, RDF, RDFS, SKOS
from graphsvc.web.pages.context import Citation, Link, NotFound, PageContext, show
from graphsvc.web.pages.table import Table, table_of
from graphsvc.web.pages.terms import Term as OntologyTerm

COMPARE = "compare"
"""The tag of questions by which things can be compared."""
_PANEL_ROWS, _MOST_PANELS = 12, 8
_OTHER_NAMES = (str(SKOS.altLabel), str(SKOS.hiddenLabel))
_LEADS = (str(SKOS.definition), str(DCTERMS.description))
_EVIDENCE = str(PROV.wasDerivedFrom)
_NOT_FACTS = {str(RDF.type), str(RDFS.label), str(SKOS.prefLabel), _EVIDENCE, *_OTHER_NAMES, *_LEADS}
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
    """Things of one class that refer to this one by one property. search: address of them all."""

    class_label: str
    property_label: str
    links: tuple[Link, ...]
    total: int
    search: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Suggestion:
    """A question about the thing whose answer the page does not show."""

    title: str
    name: str
    query: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Neighbour:
    """A passage near the one whose page it is. here: whether it is that one."""

    citation: Citation
    here: bool


@dataclass(frozen=True)
class Thing:
    """All that a thing's page shows. empty: panels without any rows; others: further questions."""

    iri: str
    path: str
    label: str
    classes: tuple[OntologyTerm, ...]
    other_names: tuple[str, ...]
    leads: tuple[str, ...]
    facts: tuple[Fact, ...]
    evidence: tuple[Citation, ...]
    panels: tuple[Table, ...]
    empty: tuple[Suggestion, ...]
    others: tuple[Suggestion, ...]
    referrers: tuple[Referrers, ...]
    neighbours: tuple[Neighbour, ...]
    sources: tuple[str, ...]
    comparable: bool


@dataclass(frozen=True)
class _Found:
    """What the engine was asked for a page. others: questions that it does not show."""

    facts: Rows
    referrers: Rows
    neighbours: Rows
    answers: list[Answer]
    others: list[tuple[Question, str]]


async def thing_page(context: PageContext, iri: str) -> str:
    """The page of a thing.

    Raises NotFound where the release has no such thing, and what the engine raises.
    """
    try:
        node = NamedNode(iri)
    except ValueError:
        raise NotFound(f"No thing can have the address <{iri}>.") from None
    shown, others = _panels(context, context.index.classes(iri))
    facts, referrers, neighbours, *answers = await asyncio.gather(
        context.fetch("thing-facts", node), context.fetch("thing-referrers", node),
        context.fetch("passage-neighbours", node),
        *(_ask(context, question, parameter, iri) for question, parameter in shown))
    if not facts.rows and not referrers.rows:
        raise NotFound(f"There is no <{iri}> in release {context.release}.",
                       hint="Search for its name.")
    found = _Found(facts, referrers, neighbours, answers, others)
    return await context.render("thing.html", "", _thing, context, iri, found)


async def _ask(context: PageContext, question: Question, parameter: str, iri: str) -> Answer:
    understood = await context.questions.understand(question, {parameter: [iri]})
    return await context.questions.ask(question, understood, limit=_PANEL_ROWS)


def _panels(
    context: PageContext, classes: Sequence[str]
) -> tuple[list[tuple[Question, str]], list[tuple[Question, str]]]:
    """The questions whose answers the page shows, each with its parameter, and the others."""
    found = {question.name: (question, parameter) for question, parameter
             in context.questions.library.panels(set(classes))}
    first = [name for name in context.terms.questions(classes) if name in found]
    first = first or list(found)[:_MOST_PANELS]
    return [found[name] for name in first], [found[name] for name in found if name not in first]


def _thing(context: PageContext, iri: str, found: _Found) -> Thing:
    classes = context.index.classes(iri)
    tables = [table_of(context, answer, about=iri) for answer in found.answers]
    values: dict[str, dict[Term, set[str]]] = defaultdict(lambda: defaultdict(set))
    for graph, property_, value in found.facts.rows:
        if property_ is not None and value is not None:
            values[property_.value][value].add(graph.value if graph is not None else "")
    graphs = {graph for by_value in values.values() for names in by_value.values()
              for graph in names}
    root = f"{context.header.root}graph/"
    questions = [*(answer.question for answer in found.answers), *(q for q, _ in found.others)]
    return Thing(
        iri=iri, path=context.path(iri) or "", label=_title(context, iri),
        classes=tuple(context.terms.most_special(classes)),
        other_names=tuple(sorted({term.value for p in _OTHER_NAMES for term in values[p]})),
        leads=tuple(term.value for p in _LEADS for term in values[p]),
        facts=_facts(context, values, classes),
        evidence=tuple(context.citation(passage) for passage in in_reading_order(
            context.index.passage(term.value) for term in values[_EVIDENCE])),
        panels=tuple(table for table in tables if table.rows),
        empty=tuple(Suggestion(table.title, table.name, table.parameters)
                    for table in tables if not table.rows),
        others=tuple(Suggestion(question.title, question.name, ((parameter, context.curie(iri)),))
                     for question, parameter in found.others),
        referrers=_referrers(context, found.referrers, iri),
        neighbours=tuple(
            Neighbour(context.citation(context.index.passage(passage.value)), passage.value == iri)
            for (passage,) in found.neighbours.rows if passage is not None),
        sources=tuple(sorted(graph.removeprefix(root) for graph in graphs - {""}
                             if not graph.startswith(f"{root}derived"))),
        comparable=any(COMPARE in question.tags for question in questions))


def _title(context: PageContext, iri: str) -> str:
    """The label; for a passage its place, for it has no name."""
    label = context.index.label(iri)
    passage = context.index.passage(iri)
    if label is None and passage.document is not None and passage.line is not None:
        return f"{passage.title or context.label(passage.document)}, line {passage.line}"
    return label or context.label(iri)


def _facts(
    context: PageContext, values: dict[str, dict[Term, set[str]]], classes: Sequence[str]
) -> tuple[Fact, ...]:
    """The facts in the order of the shapes. values: graphs by property and value."""
    derived = f"{context.header.root}graph/derived"
    facts = []
    for iri in sorted(values, key=lambda iri: (context.terms.order(iri, classes),
                                               context.label(iri))):
        term = context.terms.term(iri)
        by_value = {value: graphs for value, graphs in values[iri].items()
                    if not isinstance(value, BlankNode)}
        if iri in _NOT_FACTS or term.quiet or not by_value:
            continue
        links = [context.link(value.value) if isinstance(value, NamedNode) else Link(show(value))
                 for value in by_value]
        facts.append(Fact(
            label=context.label(iri), meaning=term.comment,
            values=tuple(sorted(links, key=lambda link: link.text.casefold())),
            derived=all(graph.startswith(derived)
                        for graphs in by_value.values() for graph in graphs)))
    return tuple(facts)


def _referrers(context: PageContext, found: Rows, iri: str) -> tuple[Referrers, ...]:
    """What refers to the thing, by class and property, the classes in the ontology's order."""
    pairs = {(property_.value, thing.value) for property_, thing in found.rows
             if property_ is not None and thing is not None
             and not context.terms.term(property_.value).quiet}
    entries = context.index.entries({thing for _, thing in pairs})
    grouped: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for property_, thing in pairs:
        entry = entries.get(thing)
        if entry is not None and entry.kind is not None:
            grouped[entry.kind, property_].append(entry)
    def place(group: tuple[tuple[str, str], list[Entry]]) -> tuple[int, str, int]:
        term = context.terms.term(group[0][0])
        return term.order, term.plural, -len(group[1])

    groups = sorted(grouped.items(), key=place)
    return tuple(_group(context, *key, members, iri) for key, members in groups)


def _group(
    context: PageContext, class_: str, property_: str, members: list[Entry], iri: str
) -> Referrers:
    members.sort(key=lambda entry: ((entry.label or entry.iri).casefold(), entry.iri))
    search = ((("class", context.short_name(class_)),
               (context.short_name(property_), context.curie(iri)))
              if property_ in context.terms.facets else ())
    shown = members[:_REFERRERS if search else _MOST_REFERRERS]
    return Referrers(
        context.terms.term(class_).plural, context.label(property_),
        tuple(context.link(entry.iri) for entry in shown), len(members), search)
