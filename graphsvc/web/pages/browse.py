"""Browsing: all things of a class, from A to Z or as a tree; and what the ontology says."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from graphsvc.fulltext import Entry
from graphsvc.index import slug
from graphsvc.vocabulary import DISPLAY, RDFS, SCHEMA, SKOS
from graphsvc.web.pages.context import Link, PageContext, check_names, first_of
from graphsvc.web.pages.terms import Term
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs
from graphsvc.words import filed

_MOST = 400
"""Things that one page lists; of more, each letter has a page."""
_MANY = 1 / 3
"""The share of things of which nothing is counted that makes groups of the others."""
_DEEPEST = 8
_SHARED = 20
"""Names that begin alike, before a colon, from which they are a group of their own."""
_NO_LETTER = "0-9 #"
_LONGEST_NOTE = 140
_PICTURE = "ontology"
"""The view that draws the ontology, where a project has one."""


@dataclass(frozen=True)
class Item:
    """A thing in a list: what it is, in a few words; and what is counted of it, by what several are
    called: how many there are, and in words."""

    link: Link
    note: str
    counts: Mapping[str, str]


@dataclass(frozen=True)
class Branch:
    """A thing with what is narrower than it or a part of it."""

    item: Item
    below: tuple[Branch, ...]


async def browse_page(context: PageContext, pairs: Pairs) -> Response:
    """The things of the class that an address names; without one, the classes.

    `class`: the class; `by`: letter or tree, by default tree where most things are in one;
    `letter`: one of them. Raises GraphsvcError for other parameters, HttpError 404 for what there
    is not, and what the engine raises.
    """
    check_names("Browsing", pairs, "class", "by", "letter")
    wanted, terms = first_of(pairs, "class"), context.terms.terms.values()
    class_ = next((term for term in terms if term.is_class and term.iri in context.sizes
                   and wanted in (term.iri, slug(term.iri))), None)
    if wanted and class_ is None:
        raise HttpError(404, f"There is no class `{wanted[:80]}` with things.", hint="See /browse.")
    by, letter = first_of(pairs, "by"), first_of(pairs, "letter")
    if by not in ("letter", "tree", None):
        raise HttpError(404, f"Things cannot be browsed by `{by[:80]}`.",
                        hint="Use letter or tree.")
    if class_ is None:
        led_to = [term for term in terms if term.is_class and not term.quiet
                  and term.first(DISPLAY.order) and context.sizes.get(term.iri)]
        return await context.render("browse.html", lambda: {
            "class": None, "classes": [(term, context.sizes[term.iri]) for term in
                                       sorted(led_to, key=lambda term: term.order)]})
    above, counts = await asyncio.gather(
        context.texts("tree", class_.iri), context.texts("counts", class_.iri))

    def make() -> dict[str, Any]:
        entries = context.index.members(class_.iri)
        return {"class": class_, "total": len(entries), **_listed(
            _items(context, entries, counts), above, by, letter)}

    return await context.render("browse.html", make)


def _items(
    context: PageContext, entries: Iterable[Entry], rows: Iterable[Sequence[str]]
) -> dict[str, Item]:
    """Things by their IRIs, as lists show them. rows: as the query `counts` gives them."""
    counts: dict[str, dict[str, str]] = defaultdict(dict)
    for one, counted, several, number in sorted(map(tuple, rows)):
        if number != "0":
            counts[one][several] = f"{int(number):,} {counted if number == '1' else several}"
    return {entry.iri: Item(
        context.link(entry.iri), entry.note if entry.note and entry.note != entry.label
        and len(entry.note) <= _LONGEST_NOTE else "", counts[entry.iri]) for entry in entries}


def members(
    context: PageContext, iris: Collection[str], above: Iterable[Sequence[str]],
    counts: Iterable[Sequence[str]],
) -> list[Branch]:
    """The things of a scheme as a tree. above, counts: as the queries `tree` and `counts` say."""
    entries = sorted(context.index.entries(iris).values(), key=lambda it: filed(it.label or ""))
    return _tree(_items(context, entries, counts), _above({*iris}, above))


def _above(known: Collection[str], rows: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """What things are below, of some."""
    above: dict[str, list[str]] = defaultdict(list)
    for thing, over in rows:
        if over in known and thing in known:
            above[thing].append(over)
    return above


def _listed(
    known: Mapping[str, Item], rows: Iterable[Sequence[str]], by: str | None, letter: str | None
) -> dict[str, Any]:
    """Things as a tree or by their first letters; or in groups by what is counted of them, where
    that distinguishes many from those of which nothing is."""
    above = _above(known, rows)
    linked = set(above).union(*above.values())
    by = by or ("tree" if 2 * len(linked) > len(known) and not letter else "letter")
    bare = sum(not item.counts for item in known.values())
    apart = _MANY * len(known) < bare < len(known)
    shown = {"tree": _tree(known, above)} if by == "tree" else _groups(known) if apart \
        else _letters(known, letter)
    return {"by": by, "has_tree": bool(above), "letters": [], **shown}


def _letters(known: Mapping[str, Item], wanted: str | None) -> dict[str, Any]:
    """The things by the first letters of their names: all of them, or those of one letter. Of very
    many, those whose names share what is before a colon are together, ahead of the letters."""
    paged = len(known) > _MOST
    starts = Counter(item.link.text.partition(": ")[0] for item in known.values()
                     if ": " in item.link.text)
    shared = {start for start, number in starts.items() if paged and number >= _SHARED}
    found: dict[str, list[Item]] = defaultdict(list)
    for item in known.values():
        start, first = item.link.text.partition(": ")[0], filed(item.link.text)[:1].upper()
        found[start if start in shared else first if "A" <= first <= "Z" else _NO_LETTER].append(
            item)
    letters = sorted(found, key=lambda letter: (
        letter not in shared, letter == _NO_LETTER, letter))
    if wanted is None and paged:
        wanted = letters[0]
    if wanted is not None and wanted not in found:
        raise HttpError(404, f"No name begins with `{wanted[:80]}`.",
                        hint=f"Letters: {', '.join(letters)}.")
    return {"letters": [(letter, len(found[letter])) for letter in letters],
            "letter": wanted, "paged": paged,
            "shown": {letter: found[letter] for letter in letters if wanted in (None, letter)}}


def _groups(known: Mapping[str, Item]) -> dict[str, Any]:
    """The things by what is counted of them, those of which most is counted first."""
    found: dict[str, list[Item]] = defaultdict(list)
    counted = sorted(set[str]().union(*(item.counts for item in known.values())))
    for item in sorted(known.values(), key=lambda item: -len(item.counts)):
        found[f"With {' and '.join(item.counts)}" if item.counts
              else f"Without {' or '.join(counted)}"].append(item)
    return {"shown": found}


def _tree(known: Mapping[str, Item], above: Mapping[str, Sequence[str]]) -> list[Branch]:
    """The things that are below no other, each with what is below it, in the order of their
    names."""
    below: dict[str, list[str]] = defaultdict(list)
    for iri in known:
        for over in above.get(iri, ()):
            below[over].append(iri)

    def branch(iri: str, depth: int) -> Branch:
        found = below[iri] if depth < _DEEPEST else []
        return Branch(known[iri], tuple(branch(one, depth + 1) for one in found))

    return [branch(iri, 0) for iri in known if not above.get(iri)]


async def ontology_page(context: PageContext) -> Response:
    """The page of the ontology: classes as a tree, properties, vocabularies, re-used terms."""
    return await context.render("ontology.html", lambda: _ontology(context))


def _ontology(context: PageContext) -> dict[str, Any]:
    terms = sorted(context.terms.terms.values(), key=lambda term: term.label.casefold())
    own = [term for term in terms if term.iri.startswith(context.header.namespace)]
    classes = [term for term in own if term.is_class]
    known = {term.iri for term in classes}
    return {
        "sections": {"Classes": classes,
                     "Properties": [term for term in own if not term.is_class],
                     "Terms of other vocabularies": [term for term in terms if term not in own]},
        "roots": [term for term in classes if not known.intersection(
            term.values.get(str(RDFS.subClassOf), ()))],
        "below": _by(own, RDFS.subClassOf), "of": _by(own, RDFS.domain, SCHEMA.domainIncludes),
        "to": _by(own, RDFS.range, SCHEMA.rangeIncludes),
        "examples": {term.iri: found[0].iri for term in classes
                     if (found := context.index.members(term.iri))},
        "schemes": context.index.members(str(SKOS.ConceptScheme)),
        "picture": next((view.name for view in context.serving.views
                         if view.name == _PICTURE and view.is_drawn), None)}


def _by(terms: Iterable[Term], *properties: str) -> dict[str, list[Term]]:
    """The terms by the values of properties."""
    found: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        for property_ in properties:
            for value in term.values.get(str(property_), ()):
                found[value].append(term)
    return found
