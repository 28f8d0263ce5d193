"""The page of the ontology: what classes and properties mean and how they fit together."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from graphsvc.graphs.view import UnknownView
from graphsvc.vocabulary import RDFS, SCHEMA, SKOS
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.terms import Term

_PICTURE = "ontology"
"""The view that draws the ontology, where a project has one."""


async def ontology_page(context: PageContext) -> str:
    """The page of the ontology: classes as a tree, properties, vocabularies, re-used terms."""
    return await context.render("ontology.html", lambda: _ontology(context))


def _ontology(context: PageContext) -> dict[str, Any]:
    terms = sorted(context.terms.terms.values(), key=lambda term: term.label.casefold())
    own = [term for term in terms if term.iri.startswith(context.header.namespace)]
    below, of, to = (_by(own, *properties) for properties in (
        (RDFS.subClassOf,), (RDFS.domain, SCHEMA.domainIncludes),
        (RDFS.range, SCHEMA.rangeIncludes)))
    classes = [term for term in own if term.is_class]
    known = {term.iri for term in classes}
    return {
        "sections": {"Classes": classes,
                     "Properties": [term for term in own if not term.is_class],
                     "Terms of other vocabularies": [term for term in terms if term not in own]},
        "roots": [term for term in classes if not known.intersection(
            term.values.get(str(RDFS.subClassOf), ()))],
        "below": below, "of": of, "to": to,
        "examples": {term.iri: found[0].iri for term in classes
                     if (found := context.index.members(term.iri))},
        "schemes": context.index.members(str(SKOS.ConceptScheme)),
        "shapes": [path.name for path in context.serving.release.shapes],
        "picture": _PICTURE if _drawn(context) else None}


def _by(terms: list[Term], *properties: str) -> dict[str, list[Term]]:
    """The terms by the values of properties."""
    found: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        for property_ in properties:
            for value in term.values.get(str(property_), ()):
                found[value].append(term)
    return found


def _drawn(context: PageContext) -> bool:
    try:
        return context.serving.views.get(_PICTURE).is_drawn
    except UnknownView:
        return False
