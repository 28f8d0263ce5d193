"""Browsing: all things of a class, from A to Z or as a tree; and what the ontology says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.fulltext import Entry
from graphsvc.index import slug
from graphsvc.vocabulary import DISPLAY, RDFS, SCHEMA, SKOS
from graphsvc.web.pages.context import Link, PageContext, check_names, first_of
from graphsvc.web.pages.terms import Term
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs
from graphsvc.words import fold

_MOST = 150
"""Things that one page lists; of more, each letter has a page."""
_DEEPEST = 8
_NO_LETTER = "0-9"
_LONGEST_NOTE = 140
_PICTURE = "ontology"
"""The view that draws the ontology, where a project has one."""


@dataclass(frozen=True)
class Branch:
    """A thing with what is narrower than it or a part of it."""

    link: Link
    below: tuple[Branch, ...]


async def browse_page(context: PageContext, pairs: Pairs) -> str:
    """The things of the class that an address names; without one, the classes.

    `class`: the class; `by`: letter or tree; `letter`: one of them. Raises GraphsvcError for other
    parameters, HttpError 404 for what there is not, and what the engine raises.
    """
    check_names("Browsing", pairs, "class", "by", "letter")
    wanted, terms = first_of(pairs, "class"), context.terms.terms.values()
    class_ = next((term for term in terms if term.is_class and term.iri in context.sizes
                   and wanted in (term.iri, slug(term.iri))), None)
    if wanted and class_ is None:
        raise HttpError(404, f"There is no class `{wanted[:80]}` with things.", hint="See /browse.")
    by, letter = first_of(pairs, "by") or "letter", first_of(pairs, "letter")
    if by not in ("letter", "tree"):
        raise HttpError(404, f"Things cannot be browsed by `{by[:80]}`.",
                        hint="Use letter or tree.")
    rows = await context.texts("tree", class_.iri) if class_ else []

    def make() -> dict[str, Any]:
        if class_ is None:
            led_to = [term for term in terms if term.is_class and not term.quiet
                      and term.first(DISPLAY.order) and context.sizes.get(term.iri)]
            return {"class": None, "classes": [(term, context.sizes[term.iri]) for term in
                    sorted(led_to, key=lambda term: term.order)]}
        entries = context.index.members(class_.iri)
        known, above = {entry.iri for entry in entries}, defaultdict[str, list[str]](list)
        for thing, over in rows:
            if over in known:
                above[thing].append(over)
        shown = {"tree": _tree(context, entries, above)} if by == "tree" else _letters(
            context, entries, letter)
        return {"class": class_, "by": by, "has_tree": bool(above), "total": len(entries), **shown}

    return await context.render("browse.html", make)


def _letters(
    context: PageContext, entries: Sequence[Entry], wanted: str | None
) -> dict[str, Any]:
    """The things by the first letters of their names, each with what it is in a few words where
    its name alone would not do: all of them, or those of one letter."""
    found: dict[str, list[tuple[Link, str]]] = defaultdict(list)
    for entry in entries:
        first = fold(entry.label or "")[:1].upper()
        letter = first if "A" <= first <= "Z" else _NO_LETTER
        note = entry.note or ""
        found[letter].append((context.link(entry.iri), note if note != entry.label and
                              len(note) <= _LONGEST_NOTE else ""))
    if wanted is None and len(entries) > _MOST:
        wanted = min(found)
    if wanted is not None and wanted not in found:
        raise HttpError(404, f"No name begins with `{wanted[:80]}`.",
                        hint=f"Letters: {', '.join(sorted(found))}.")
    return {"letters": [(letter, len(found[letter])) for letter in sorted(found)],
            "letter": wanted, "paged": len(entries) > _MOST,
            "shown": {letter: found[letter] for letter in sorted(found)
                      if wanted in (None, letter)}}


def _tree(
    context: PageContext, entries: Sequence[Entry], above: Mapping[str, Sequence[str]]
) -> list[Branch]:
    """The things that are below no other, each with what is below it, in the order of their
    names."""
    below: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for over in above.get(entry.iri, ()):
            below[over].append(entry.iri)

    def branch(iri: str, depth: int) -> Branch:
        found = below[iri] if depth < _DEEPEST else []
        return Branch(context.link(iri), tuple(branch(one, depth + 1) for one in found))

    return [branch(entry.iri, 0) for entry in entries if entry.iri not in above]


async def ontology_page(context: PageContext) -> str:
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
