"""What is said of a thing, property by property; its parts as one bar; and what refers to it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from graphsvc.index import slug
from graphsvc.passage import Passage, foremost, in_reading_order
from graphsvc.questions.table import Row, Term
from graphsvc.vocabulary import (
    DCTERMS,
    DISPLAY,
    EVIDENCE,
    FOREMOST,
    MEANINGS,
    NOT_FACTS,
    OTHER_NAMES,
    SKOS,
    UNIT,
)
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.rendering import show
from graphsvc.web.pages.table import with_unit

_ABOVE = (str(SKOS.broader), str(DCTERMS.isPartOf))
_DERIVED = "derived"
"""How the names of graphs begin whose statements only rules make."""
_REFERRERS, _MOST_REFERRERS = 40, 300
"""Things of a group that are shown where a search gives the others, and where none does."""

Said = dict[str, dict[Term, set[str]]]
"""What is said of a thing: by property and value the names of the graphs that say it."""


@dataclass(frozen=True)
class Fact:
    """A property with its values. derived: whether only rules say so; leads: whether it is the
    first thing to know; unit: whether it is what a number counts; passages: its values, where these
    are passages."""

    label: str
    meaning: str
    links: tuple[Link, ...]
    derived: bool
    leads: bool
    unit: bool = False
    passages: tuple[Passage, ...] = ()


def head_of(context: PageContext, iri: str, rows: Iterable[Row]) -> dict[str, Any]:
    """What a thing is, and all that is said of it itself, by the rows of the query thing-facts:
    leads are texts that say what it is; above, what it is a narrower kind or a part of; sources,
    the names of the graphs that say something of it, apart from those that rules made."""
    said: Said = defaultdict(lambda: defaultdict(set))
    for graph, property_, value in rows:
        if graph and property_ and value:
            said[property_.value][value].add(
                graph.value.removeprefix(f"{context.header.root}graph/"))
    classes, passage = context.index.classes(iri), context.index.passage(iri)
    facts = _facts(context, said, classes)
    return {
        "iri": iri, "path": context.path(iri) or "", "passage": passage,
        "label": passage.place if passage.document else context.label(iri),
        "classes": context.terms.most_special(classes),
        "other_names": sorted({term.value for p in OTHER_NAMES for term in said.get(p, ())}),
        "leads": [term.value for p in MEANINGS for term in said.get(p, ())],
        "facts": facts, "measured": _measured(context, facts),
        "above": _alphabetical(context.link(term.value) for p in _ABOVE for term in said.get(p, ())
                               if isinstance(term, NamedNode)),
        "evidence": foremost((context.index.passage(it.value) for it in said.get(EVIDENCE, ())),
                             {it.value for it in said.get(FOREMOST, ())}),
        "sources": sorted({name for values in said.values() for names in values.values()
                           for name in names if not name.startswith(_DERIVED)})}


def _alphabetical(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: (link.text.casefold(), link.iri or ""))


def _facts(context: PageContext, said: Said, classes: Collection[str]) -> list[Fact]:
    """Properties in the order of the shapes, each with its values."""
    facts = []
    for iri in sorted(said, key=lambda iri: (context.terms.order(iri, classes),
                                             context.label(iri))):
        term = context.terms.term(iri)
        values = {value: graphs for value, graphs in said[iri].items()
                  if not isinstance(value, BlankNode)}
        if iri in NOT_FACTS or iri.startswith(str(DISPLAY)) or term.quiet or not values:
            continue
        passages = [context.index.passage(value.value) for value in values]
        at_places = all(passage.document for passage in passages)
        facts.append(Fact(
            context.label(iri), term.comment,
            tuple(_alphabetical(_link(context, value) for value in values)),
            derived=all(name.startswith(_DERIVED) for names in values.values() for name in names),
            leads=term.first(DISPLAY.lead) == "true", unit=iri == UNIT,
            passages=tuple(in_reading_order(passages)) if at_places else ()))
    return facts


def _measured(context: PageContext, facts: Iterable[Fact]) -> list[str]:
    """A value with its unit, then when: `about 34 records`, `2014 to 2016`; empty where the leading
    facts have no unit, or nothing that it counts. Values of scales, which are
    what is counted, are left out, and what says that nothing is stated."""
    leads = [fact for fact in facts if fact.leads]
    unit = next((fact.links[0].text for fact in leads if fact.unit), None)
    said = [link for fact in leads if not fact.unit for link in fact.links
            if link.rank is None and link.iri not in context.terms.quiet]
    number = next((link for link in said if link.number is not None
                   and not re.fullmatch(r"\d{4}", link.text)), None)
    words = [link.text for link in said if link.iri]
    rest = [link.text for link in said if not link.iri and link is not number]
    if unit is None or not number and not words:
        return []
    if number:
        return [" ".join([*words, with_unit(number.text, unit)]), *rest]
    return [*words, *rest]


def _link(context: PageContext, value: Term) -> Link:
    return context.link(value.value) if isinstance(value, NamedNode) else Link(show(value))


def referrers(
    context: PageContext, found: Iterable[Sequence[str]], iri: str
) -> list[dict[str, Any]]:
    """What refers to the thing, by class and property, the classes in the ontology's order; where
    a property narrows searches, with the one that has them all."""
    pairs = {(property_, thing) for property_, thing in found
             if not context.terms.term(property_).quiet}
    known = context.index.entries({thing for _, thing in pairs})
    grouped: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for property_, thing in pairs:
        if thing in known and (class_ := known[thing].kind):
            grouped[class_, property_].append(context.link(thing))
    groups = []
    for (class_, property_), links in grouped.items():
        search = ({"class": slug(class_), slug(property_): context.curie(iri)}
                  if property_ in context.terms.facets else {})
        shown = _alphabetical(links)[:_REFERRERS if search else _MOST_REFERRERS]
        groups.append({
            "class": context.terms.term(class_), "property": context.label(property_),
            "links": shown, "total": len(links), "search": search})
    return sorted(groups, key=lambda group: (
        group["class"].order, group["class"].plural, -group["total"], group["property"]))


# -- parts -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """How many have some values of a scale, the best first."""

    number: int
    values: tuple[Link, ...]


@dataclass(frozen=True)
class Shares:
    """Shares that no value is in twice, from the best to the worst; sums of several; and whether
    the shares are all that there are, for they have every value of the scale."""

    bar: tuple[Share, ...]
    sums: tuple[Share, ...]
    complete: bool

    @property
    def total(self) -> int:
        """How many are in the bar."""
        return sum(share.number for share in self.bar)


def parts_of(context: PageContext, facts: Iterable[Fact]) -> list[str]:
    """The values of the property whose values are all of a class that pages are quiet on."""
    for fact in facts:
        iris = [link.iri for link in fact.links if link.iri]
        kinds = [entry.kind for entry in context.index.entries(iris).values()]
        if len(iris) > 1 and len(kinds) == len(iris) and all(
                kind and context.terms.term(kind).quiet for kind in kinds):
            return iris
    return []


def shares(context: PageContext, rows: Sequence[Row]) -> Shares | None:
    """The parts in the order of their scale, the finest that do not overlap in the bar; None where
    they have no numbers or no scale."""
    numbers, ranked = dict[str, int](), defaultdict[str, list[Link]](list)
    for part, value in rows:
        if part and isinstance(value, Literal) and value.value.isdecimal():
            numbers[part.value] = int(value.value)
        elif part and value and value.value in context.terms.ranks:
            ranked[part.value].append(context.link(value.value))
    found = sorted((Share(number, tuple(sorted(ranked[part], key=lambda it: -(it.rank or 0))))
                    for part, number in numbers.items() if ranked[part]),
                   key=lambda share: (len(share.values), -(share.values[0].rank or 0)))
    bar, seen = list[Share](), set[Link]()
    for share in found:
        if not seen & {*share.values}:
            bar.append(share)
            seen |= {*share.values}
    order = sorted(bar, key=lambda share: -(share.values[0].rank or 0))
    if len(bar) < 2 or not any(share.number for share in bar):
        return None
    scale = bar[0].values[0].iri or ""
    alike = {iri for iri in context.terms.ranks if iri.startswith(scale.removesuffix(slug(scale)))}
    return Shares(tuple(order), tuple(it for it in found if it not in bar),
                  alike <= {link.iri for link in seen})
