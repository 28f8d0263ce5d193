"""A thing's page: what it is, what is said of it with evidence, and the questions of its class."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import BlankNode, NamedNode

from graphsvc.index import slug
from graphsvc.passage import Passage, in_reading_order
from graphsvc.questions.answer import Answer
from graphsvc.questions.question import Question
from graphsvc.questions.table import Row, Term
from graphsvc.vocabulary import DCTERMS, DISPLAY, PROV, RDF, RDFS, SKOS
from graphsvc.web.pages.context import Link, NotFound, PageContext, alphabetical
from graphsvc.web.pages.rendering import show
from graphsvc.web.pages.table import table_of

COMPARE = "compare"
"""The tag of questions by which things can be compared."""
_PANEL_ROWS, _MOST_PANELS = 12, 8
_OTHER_NAMES = (str(SKOS.altLabel), str(SKOS.hiddenLabel))
_LEADS = (str(SKOS.definition), str(DCTERMS.description))
_EVIDENCE = str(PROV.wasDerivedFrom)
_NOT_FACTS = {str(RDF.type), str(RDFS.label), str(SKOS.prefLabel), _EVIDENCE,
              *_OTHER_NAMES, *_LEADS}
_DERIVED = "derived"
"""How the names of graphs begin whose statements only rules make."""
_REFERRERS, _MOST_REFERRERS = 60, 300
"""Things of a group that are shown where a search gives the others, and where none does."""

Said = Mapping[str, Mapping[Term, set[str]]]
"""What is said of a thing: by property and value the names of the graphs that say it."""
Panel = tuple[Question, str]
"""A question with the parameter that takes the thing."""


async def thing_page(context: PageContext, iri: str) -> str:
    """The page of a thing.

    Raises NotFound where the release has no such thing, and what the engine raises.
    """
    try:
        node = NamedNode(iri)
    except ValueError:
        raise NotFound(f"No thing can have the address <{iri}>.") from None
    shown, others = _panels(context, context.index.classes(iri))
    own = ["thing-facts", "thing-referrers"]
    own += ["passage-neighbours"] if context.index.passage(iri).document else []
    rows, answers = await asyncio.gather(
        asyncio.gather(*(context.fetch(name, node) for name in own)),
        asyncio.gather(*(context.ask(question, {parameter: [iri]}, _PANEL_ROWS)
                         for question, parameter in shown)))
    facts, referrers, neighbours = [table.rows for table in rows] + [[]] * (3 - len(rows))
    if not facts and not referrers:
        raise NotFound(f"There is no <{iri}> in release {context.release}.",
                       hint="Search for its name.")
    return await context.render(
        "thing.html", _thing, context, iri, facts, referrers, neighbours, answers, others)


def _panels(context: PageContext, classes: Collection[str]) -> tuple[list[Panel], list[Panel]]:
    """The questions whose answers the page shows, and the others."""
    found = {question.name: (question, parameter) for question, parameter
             in context.questions.library.panels(set(classes))}
    first = [name for name in context.terms.names(classes, DISPLAY.questions) if name in found]
    first = first or list(found)[:_MOST_PANELS]
    return [found[name] for name in first], [found[name] for name in found if name not in first]


def _thing(
    context: PageContext, iri: str, facts: Sequence[Row], referrers: Sequence[Row],
    neighbours: Sequence[Row], answers: Sequence[Answer], others: Sequence[Panel],
) -> dict[str, Any]:
    """What the page shows. others: questions whose answers it does not show."""
    classes = context.index.classes(iri)
    passage = context.index.passage
    said = _said(context, facts)
    tables = [table_of(context, answer, about=iri) for answer in answers]
    questions = [*(answer.question for answer in answers), *(question for question, _ in others)]
    return {
        "iri": iri, "path": context.path(iri) or "", "label": _title(context, iri),
        "classes": context.terms.most_special(classes),
        "other_names": sorted({term.value for p in _OTHER_NAMES for term in said[p]}),
        "leads": [term.value for p in _LEADS for term in said[p]],
        "facts": _facts(context, said, classes),
        "evidence": in_reading_order(passage(term.value) for term in said[_EVIDENCE]),
        "panels": [table for table in tables if table.rows],
        "unanswered": [table for table in tables if not table.rows], "others": others,
        "referrers": _referrers(context, referrers, iri),
        "neighbours": _neighbours(context, neighbours),
        "sources": sorted({name for values in said.values() for names in values.values()
                           for name in names if not name.startswith(_DERIVED)}),
        "comparable": any(COMPARE in question.tags for question in questions),
    }


def _neighbours(
    context: PageContext, found: Iterable[Row]
) -> list[tuple[Passage, list[tuple[Link, str]]]]:
    """A passage and those around it, each with what rests on it and what that is."""
    resting: dict[str, set[str]] = defaultdict(set)
    for passage, statement in found:
        if passage is not None:
            resting[passage.value].update([statement.value] if statement is not None else [])
    kinds = {iri: context.terms.term(entry.kind) for iri, entry in context.index.entries(
        set().union(*resting.values())).items() if entry.kind}
    return [(context.index.passage(iri), [
        (context.link(statement), kinds[statement].label) for statement in sorted(
            statements & kinds.keys(), key=lambda it: (kinds[it].order, context.label(it)))])
        for iri, statements in resting.items()]


def _title(context: PageContext, iri: str) -> str:
    """The label; for a passage its place, for it has no name."""
    passage = context.index.passage(iri)
    if context.index.label(iri) or passage.document is None or passage.line is None:
        return context.label(iri)
    return f"{passage.title or context.label(passage.document)}, line {passage.line}"


def _said(context: PageContext, facts: Iterable[Row]) -> Said:
    said: dict[str, dict[Term, set[str]]] = defaultdict(lambda: defaultdict(set))
    for graph, property_, value in facts:
        if graph is not None and property_ is not None and value is not None:
            said[property_.value][value].add(
                graph.value.removeprefix(f"{context.header.root}graph/"))
    return said


def _facts(context: PageContext, said: Said, classes: Collection[str]) -> list[dict[str, Any]]:
    """Properties in the order of the shapes, each with its values, and whether only rules say
    so."""
    facts = []
    for iri in sorted(said, key=lambda iri: (context.terms.order(iri, classes),
                                             context.label(iri))):
        term = context.terms.term(iri)
        values = {value: graphs for value, graphs in said[iri].items()
                  if not isinstance(value, BlankNode)}
        if iri in _NOT_FACTS or term.quiet or not values:
            continue
        links = [context.link(value.value) if isinstance(value, NamedNode) else Link(show(value))
                 for value in values]
        facts.append({
            "label": context.label(iri), "meaning": term.comment,
            "links": alphabetical(links),
            "derived": all(name.startswith(_DERIVED) for names in values.values()
                           for name in names)})
    return facts


def _referrers(context: PageContext, found: Iterable[Row], iri: str) -> list[dict[str, Any]]:
    """What refers to the thing, by class and property, the classes in the ontology's order; where
    a property narrows searches, with the one that has them all."""
    pairs = {(property_.value, thing.value) for property_, thing in found
             if property_ is not None and thing is not None
             and not context.terms.term(property_.value).quiet}
    known = context.index.entries({thing for _, thing in pairs})
    grouped: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for property_, thing in pairs:
        if thing in known and (class_ := known[thing].kind):
            grouped[class_, property_].append(context.link(thing))
    groups = []
    for (class_, property_), links in grouped.items():
        search = ({"class": slug(class_), slug(property_): context.curie(iri)}
                  if property_ in context.terms.facets else {})
        shown = alphabetical(links)[:_REFERRERS if search else _MOST_REFERRERS]
        groups.append({
            "class": context.terms.term(class_), "property": context.label(property_),
            "links": shown, "total": len(links), "search": search})
    return sorted(groups, key=lambda group: (
        group["class"].order, group["class"].plural, -group["total"], group["property"]))
