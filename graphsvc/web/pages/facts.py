"""What is said of a thing, property by property; what refers to it; and in a document, passage by
passage, what rests on each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from graphsvc.index import closure, slug
from graphsvc.passage import Passage, foremost, in_reading_order
from graphsvc.questions.sentence import with_unit
from graphsvc.questions.table import Row, Term
from graphsvc.vocabulary import (
    DCTERMS,
    DISPLAY,
    EVIDENCE,
    FOREMOST,
    MEANINGS,
    NOT_FACTS,
    OTHER_NAMES,
    RDFS,
    SKOS,
    UNIT,
)
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.rendering import show

_ABOVE = (str(SKOS.broader), str(DCTERMS.isPartOf))
_BELOW = str(SKOS.narrower)
_DERIVED = "derived"
"""How the names of graphs begin whose statements only rules make."""
_MOST = 60
"""Passages that are shown together."""
_SALIENT = 5
"""Statements from which on a part is a good place to begin."""
_REFERRERS, _MOST_REFERRERS = 40, 300
"""Things of a group that are shown where a search gives the others, and where none does."""

Said = dict[str, dict[Term, set[str]]]
"""What is said of a thing: by property and value the names of the graphs that say it."""


@dataclass(frozen=True)
class Fact:
    """A property with its values. derived: whether only rules say so; leads: whether it is the
    first thing to know; note: what that value means; unit: whether it is what a number counts;
    passages: its values, where these are passages."""

    label: str
    meaning: str
    links: list[Link]
    derived: bool
    leads: bool
    note: str
    unit: bool
    passages: list[Passage]


def head_of(context: PageContext, iri: str, rows: Iterable[Row]) -> dict[str, Any]:
    """What a thing is, and all that is said of it itself, by the rows of the query thing-facts:
    leads are texts that say what it is; above, what it is a narrower kind or a part of; below, what
    is narrower; sources, the names of the graphs that say something of it, apart from those that
    rules made."""
    said: Said = defaultdict(lambda: defaultdict(set))
    for graph, property_, value in rows:
        if graph and property_ and value:
            said[property_.value][value].add(
                graph.value.removeprefix(f"{context.header.root}graph/"))
    classes, passage = context.index.classes(iri), context.index.passage(iri)
    facts = _facts(context, said, classes)
    label = passage.place if passage.document else context.label(iri)
    return {
        "iri": iri, "path": context.path(iri) or "", "passage": passage,
        "label": label,
        "classes": context.terms.most_special(classes),
        "other_names": sorted({term.value for p in OTHER_NAMES for term in said.get(p, ())
                               if term.value.casefold() not in label.casefold()}),
        "leads": [term.value for p in (*MEANINGS, *(p for p in said if _introduces(
            context, p, said[p]))) for term in said.get(p, ())],
        "facts": facts, "measured": _measured(context, facts),
        "above": _alphabetical(context.link(term.value) for p in _ABOVE for term in said.get(p, ())
                               if isinstance(term, NamedNode)),
        "below": _alphabetical(context.link(term.value) for term in said.get(_BELOW, ())),
        "evidence": foremost((context.index.passage(it.value) for it in said.get(EVIDENCE, ())),
                             {it.value for it in said.get(FOREMOST, ())}),
        "sources": sorted({name for values in said.values() for names in values.values()
                           for name in names if not name.startswith(_DERIVED)})}


def _alphabetical(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: (link.text.casefold(), link.iri or ""))


def _link(context: PageContext, value: Term, concluded: bool) -> Link:
    link = context.link(value.value) if isinstance(value, NamedNode) else Link(show(value))
    return link.as_concluded if concluded else link


def _concludes(context: PageContext, property_: str) -> bool:
    """Whether the values of a property are those that someone concluded."""
    return str(DISPLAY.concluded) in context.terms.term(property_).values[str(RDFS.subPropertyOf)]


def _introduces(context: PageContext, property_: str, values: Iterable[Term]) -> bool:
    """Whether the values of a property are texts that say what a thing is."""
    return context.terms.term(property_).first(DISPLAY.lead) == "true" and all(
        isinstance(value, Literal) and value.language for value in values)


def _facts(context: PageContext, said: Said, classes: Collection[str]) -> list[Fact]:
    """Properties in the order of the shapes, each with its values, without those that have the
    same things as one before."""
    facts = list[Fact]()
    concluded = {value for iri in said if _concludes(context, iri) for value in said[iri]}
    for iri in sorted(said, key=lambda iri: (context.terms.order(iri, classes),
                                             context.label(iri))):
        term = context.terms.term(iri)
        values = {value: graphs for value, graphs in said[iri].items()
                  if not isinstance(value, BlankNode)}
        if iri in (*NOT_FACTS, *_ABOVE, _BELOW) or iri.startswith(str(DISPLAY)) or term.quiet \
                or not values or _concludes(context, iri) or _introduces(context, iri, values):
            continue
        passages = [context.index.passage(value.value) for value in values]
        at_places = all(passage.document for passage in passages)
        links = _alphabetical(_link(context, value, value in concluded) for value in values)
        if all(link.href for link in links) and links in (fact.links for fact in facts):
            continue
        leads = term.first(DISPLAY.lead) == "true"
        notes = context.index.entries({link.iri for link in links if link.iri and leads})
        facts.append(Fact(
            context.label(iri), term.comment, links,
            derived=all(name.startswith(_DERIVED) for names in values.values() for name in names),
            leads=leads, note=next((it.note for it in notes.values() if it.note), ""),
            unit=iri == UNIT,
            passages=in_reading_order(passages) if at_places else []))
    return facts


def _measured(context: PageContext, facts: Iterable[Fact]) -> str:
    """A value with its unit, and when: `about 34 records (2014 to 2016)`; empty where the leading
    facts have no unit, or nothing that it counts. Values of scales, which are what is counted, are
    left out, and what says that nothing is stated."""
    leads = [fact for fact in facts if fact.leads]
    unit = next((fact.links[0].text for fact in leads if fact.unit), None)
    links = [link for fact in leads if not fact.unit for link in fact.links
             if link.rank is None and link.iri not in context.terms.quiet]
    number = next((link for link in links if link.number is not None
                   and not re.fullmatch(r"\d{4}", link.text)), None)
    words = [link.text for link in links if link.iri]
    rest = [link.text for link in links if not link.iri and link is not number]
    if unit is None or not number and not words:
        return ""
    said = " ".join([*words, with_unit(number.text, unit)]) if number else ", ".join(words)
    return f"{said} ({', '.join(rest)})" if rest else said


def referrers(
    context: PageContext, found: Iterable[Sequence[str]], iri: str
) -> list[dict[str, Any]]:
    """What refers to the thing, by class and property, the classes in the ontology's order, without
    properties of which another has the same things and more; where a property narrows searches,
    with the one that has them all."""
    pairs = {(property_, thing) for property_, thing in found
             if not context.terms.term(property_).quiet}
    known = context.index.entries({thing for _, thing in pairs})
    grouped: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for property_, thing in pairs:
        if thing in known and (class_ := known[thing].kind):
            grouped[class_, property_].append(context.link(thing))
    groups = []
    for (class_, property_), links in grouped.items():
        if any(other == class_ and {*links} < {*others}
               for (other, _), others in grouped.items()):
            continue
        search = ({"class": slug(class_), slug(property_): context.curie(iri)}
                  if property_ in context.terms.facets else {})
        shown = _alphabetical(links)[:_REFERRERS if search else _MOST_REFERRERS]
        groups.append({
            "class": context.terms.term(class_), "property": context.label(property_),
            "links": shown, "total": len(links), "search": search})
    return sorted(groups, key=lambda group: (
        group["class"].order, group["class"].plural, -group["total"], group["property"]))


# -- the text of a document ---------------------------------------------------------------------


@dataclass
class Part:
    """A document or a section of one. passages, used, statements: how many passages are in it or in
    its own parts, how many of them gave something, and how many statements; own: passages directly
    in it; depth: from 0, that of the document."""

    iri: str
    above: str
    label: str
    passages: int
    used: int
    statements: int
    own: int
    depth: int = 0


@dataclass(frozen=True)
class Paragraph:
    """A passage with the statements that rest on it: each with what kind it is and what it says."""

    passage: Passage
    statements: tuple[tuple[Link, str, str], ...]


async def reading_of(context: PageContext, iri: str) -> dict[str, Any] | None:
    """The part of a document that a thing is, or at which it is opened, among all its parts; None
    where the thing is neither a document nor a part of one. Raises what the engine raises."""
    document = context.index.document_of(iri)
    if document is None or context.index.passage(iri).document:
        return None
    outline = _outline(context, await context.texts("outline", document))
    parts = outline[1:]
    wanted = context.terms.opens.get(iri, iri)
    at = next((at for at, part in enumerate(parts) if part.iri == wanted), None)
    if at is None and (iri != document or not parts):
        return None
    if at is None:
        at = next((at for at, part in enumerate(parts) if part.statements >= _SALIENT), 0)
    below = takewhile(lambda part: part.depth > parts[at].depth, parts[at + 1:])
    unit, size = [parts[at]], parts[at].own
    for part in below:
        size += part.own
        if size > _MOST:
            break
        unit.append(part)
    after = at + len(unit)
    return {"document": context.link(document), "total": outline[0], "parts": parts, "unit": unit,
            "rows": await context.texts("part-passages", *(part.iri for part in unit)),
            "before": parts[at - 1] if at else None,
            "after": parts[after] if after < len(parts) else None}


def _outline(context: PageContext, rows: Iterable[Sequence[str]]) -> list[Part]:
    """A document, and its parts in its order, as the rows of the query `outline` give them."""
    parts: dict[str, Part] = {}
    for iri, above, _, *numbers in rows:
        parts[iri] = Part(iri, above, context.label(iri), *map(int, numbers))
    steps = {part.iri: [part.above] for part in parts.values()}
    for part in parts.values():
        part.depth = len(parts.keys() & closure(part.iri, steps))
    return list(parts.values())


def paragraphs(context: PageContext, rows: Iterable[Sequence[str]]) -> list[Paragraph]:
    """Passages with what rests on each, apart from the document itself. rows: IRIs of a passage and
    of one of its statements."""
    resting: dict[str, set[str]] = defaultdict(set)
    for passage, statement in rows:
        resting[passage] |= {statement} - {context.index.passage(passage).document}
    found = context.index.entries(set().union(*resting.values()))
    kinds = {iri: context.terms.term(entry.kind) for iri, entry in found.items() if entry.kind}
    return [Paragraph(context.index.passage(iri), tuple(
        (context.link(one), kinds[one].label, found[one].note or "") for one in sorted(
            statements & kinds.keys(), key=lambda it: (kinds[it].order, context.label(it)))))
        for iri, statements in resting.items()]


def around(
    context: PageContext, rows: Iterable[Sequence[str]], passage: Passage, iri: str
) -> list[Paragraph]:
    """Of a passage and those around it, that and the next before and after on which anything else
    rests than a thing. rows: as for `paragraphs`."""
    found = [one for one in paragraphs(context, rows) if one.passage == passage or any(
        link.iri != iri for link, *_ in one.statements)]
    at = next((at for at, one in enumerate(found) if one.passage == passage), 0)
    return found[max(at - 1, 0):at + 2] if len(found) > 1 else []


def sections(context: PageContext, reading: dict[str, Any]) -> list[tuple[Part, list[Paragraph]]]:
    """The parts that are read together, each with its paragraphs, without those that are its
    heading alone."""
    rows: dict[str, list[list[str]]] = defaultdict(list)
    for part, *row in reading["rows"]:
        rows[part].append(row)
    return [(part, [one for one in paragraphs(context, rows[part.iri])
                    if one.passage.paragraph or one.statements])
            for part in reading["unit"]]
