"""The ontology's page: every class and property with what it means and where it is used."""

from __future__ import annotations

from dataclasses import dataclass

from graphsvc.vocabulary import RDFS
from graphsvc.web.pages.context import Link, Site
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


def ontology_of(site: Site) -> Groups:
    """The terms in groups: the project's classes and properties, then those it re-uses."""
    sizes = site.lookup.sizes()
    own = site.header.namespace
    terms = sorted(site.catalogue.terms.values(), key=lambda term: term.label.casefold())
    mine = [term for term in terms if term.iri.startswith(own)]
    groups = (
        ("Classes", "classes", [term for term in mine if term.is_class]),
        ("Properties", "properties", [term for term in mine if not term.is_class]),
        ("Terms of other vocabularies", "others", [term for term in terms if term not in mine]),
    )
    return [(title, anchor, [_entry(site, term, sizes.get(term.iri, 0)) for term in members])
            for title, anchor, members in groups if members]


def _entry(site: Site, term: Term, count: int) -> TermEntry:
    own = site.header.namespace
    links = tuple(
        (name, tuple(site.link(iri) for iri in sorted(term.values.get(property_, []))))
        for property_, name in _SHOWN if term.values.get(property_))
    return TermEntry(
        anchor=term.iri.removeprefix(own) if term.iri.startswith(own) else None,
        name=site.facet_name(term.iri), curie=site.curie(term.iri), label=term.label,
        comment=term.comment, links=links, count=count if term.is_class else 0)
