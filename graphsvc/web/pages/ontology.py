"""The ontology's page: every class and property with what it means and where it is used."""

from __future__ import annotations

from dataclasses import dataclass

from graphsvc.vocabulary import RDFS
from graphsvc.web.pages.context import Link, PageContext
from graphsvc.web.pages.terms import Term

_SHOWN = ((str(RDFS.subClassOf), "is a kind of"), (str(RDFS.subPropertyOf), "is a kind of"),
          (str(RDFS.domain), "of"), (str(RDFS.range), "leads to"))


@dataclass(frozen=True)
class TermEntry:
    """A term as the page shows it. anchor: its fragment, for terms of the project's namespace."""

    anchor: str | None
    name: str
    curie: str
    label: str
    comment: str
    links: tuple[tuple[str, tuple[Link, ...]], ...]
    count: int


Groups = list[tuple[str, str, list[TermEntry]]]


async def ontology_page(context: PageContext) -> str:
    """The terms in groups: the project's classes and properties, then those it re-uses."""
    return await context.render("ontology.html", "/def", _groups, context)


def _groups(context: PageContext) -> Groups:
    terms = sorted(context.terms.terms.values(), key=lambda term: term.label.casefold())
    own = [term for term in terms if term.iri.startswith(context.header.namespace)]
    groups = (
        ("Classes", "classes", [term for term in own if term.is_class]),
        ("Properties", "properties", [term for term in own if not term.is_class]),
        ("Terms of other vocabularies", "others", [term for term in terms if term not in own]),
    )
    return [(title, anchor, [_entry(context, term) for term in members])
            for title, anchor, members in groups if members]


def _entry(context: PageContext, term: Term) -> TermEntry:
    own = context.header.namespace
    return TermEntry(
        anchor=term.iri.removeprefix(own) if term.iri.startswith(own) else None,
        name=context.short_name(term.iri), curie=context.curie(term.iri), label=term.label,
        comment=term.comment, count=context.sizes.get(term.iri, 0),
        links=tuple((name, tuple(context.link(iri) for iri in sorted(term.values[property_])))
                    for property_, name in _SHOWN if term.values.get(property_)))
