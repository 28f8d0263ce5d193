"""Search: what is called so or says so, and by what it can be narrowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphsvc.build.search import TYPE, YEAR
from graphsvc.lookup import Hit
from graphsvc.questions.names import AmbiguousName, UnknownName
from graphsvc.web.pages.context import Link, Site, capital
from graphsvc.web.pages.terms import DISPLAY
from graphsvc.web.problems import HttpError

PAGE = 20
_SHOWN_VALUES = 12
_LONGEST_PAGE = 500

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Value:
    """A value by which hits can be narrowed, or are. address: of the search with or without it."""

    label: str
    count: int
    chosen: bool
    address: Pairs


@dataclass(frozen=True)
class Facet:
    """A property by which hits can be narrowed."""

    label: str
    values: tuple[Value, ...]
    hidden: tuple[Value, ...]


@dataclass(frozen=True)
class Result:
    """A hit as the page shows it."""

    link: Link
    kind: str
    hit: Hit


@dataclass(frozen=True)
class Search:
    """A page of a search."""

    text: str
    results: tuple[Result, ...]
    total: int
    loosened: bool
    wordless: bool
    facets: tuple[Facet, ...]
    chosen: tuple[Value, ...]
    page: int
    pages: int
    address: Pairs

    def at(self, page: int) -> Pairs:
        """The address of another page of it."""
        return [*self.address, ("page", str(page))]


def search_of(site: Site, pairs: Pairs) -> Search:
    """The search that an address asks for. Raises HttpError (400) for what it does not know."""
    names = {"class": TYPE, "year": YEAR} | {
        site.facet_name(iri): iri for iri in site.catalogue.facets}
    text, number = "", 1
    filters: dict[str, list[str]] = {}
    for name, value in pairs:
        if name == "q":
            text = value
        elif name == "page":
            number = _page(value)
        elif name not in names:
            raise HttpError(400, f"A search has no parameter `{name[:80]}`.",
                            hint=f"It has q, page, {', '.join(names)}.")
        elif value:
            filters.setdefault(names[name], []).append(_meant(site, names[name], value))
    found = site.lookup.search(text, filters, limit=PAGE, offset=(number - 1) * PAGE)
    ways = {property_: name for name, property_ in names.items()}
    address = [("q", text)] if text else []
    address += [(ways[p], _told(site, p, value)) for p, values in filters.items()
                for value in values]
    facets = [
        facet for property_ in [TYPE, *site.catalogue.facets, YEAR]
        if (facet := _facet(site, property_, ways[property_], found.facets.get(property_, []),
                            filters, address))]
    return Search(
        text=text, total=found.total, loosened=found.loosened,
        wordless=found.wordless, facets=tuple(facets),
        results=tuple(_result(site, hit) for hit in found.hits),
        chosen=tuple(v for facet in facets for v in (*facet.values, *facet.hidden) if v.chosen),
        page=number, pages=max(1, -(-found.total // PAGE)), address=address)


def _result(site: Site, hit: Hit) -> Result:
    kind = site.catalogue.term(hit.entry.kind).label if hit.entry.kind else ""
    return Result(site.link(hit.entry.iri, hit.entry.label), kind, hit)


def _facet(
    site: Site, property_: str, name: str, counted: Sequence[tuple[str, int]],
    filters: Mapping[str, Sequence[str]], address: Pairs,
) -> Facet | None:
    values = []
    for value, count in counted:
        if property_ == TYPE and not site.catalogue.term(value).first(f"{DISPLAY}plural"):
            continue
        chosen = value in filters.get(property_, ())
        pair = (name, _told(site, property_, value))
        values.append(Value(
            _label(site, property_, value), count, chosen,
            [p for p in address if p != pair] if chosen else [*address, pair]))
    if property_ == YEAR:
        values.sort(key=lambda value: value.label, reverse=True)
    if property_ == TYPE:
        values.sort(key=lambda value: -value.count)
    if not values or (len(values) == 1 and not values[0].chosen):
        return None
    label = {TYPE: "Kind", YEAR: "Year"}.get(property_) or capital(site.label(property_))
    return Facet(label, tuple(values[:_SHOWN_VALUES]), tuple(values[_SHOWN_VALUES:60]))


def _label(site: Site, property_: str, value: str) -> str:
    if property_ == YEAR:
        return value
    return site.catalogue.term(value).plural if property_ == TYPE else site.label(value)


def _told(site: Site, property_: str, value: str) -> str:
    """A filter's value as an address holds it."""
    if property_ == YEAR:
        return value
    return site.facet_name(value) if property_ == TYPE else site.curie(value)


def _meant(site: Site, property_: str, value: str) -> str:
    """The IRI that a filter's value names. Raises HttpError (400)."""
    if property_ == YEAR:
        return value
    if property_ == TYPE:
        near = {site.facet_name(term): term for term in site.catalogue.terms}
        return near.get(value, value)
    try:
        return site.questions.names.find(value, location=site.facet_name(property_))
    except (UnknownName, AmbiguousName) as error:
        raise HttpError(400, error.message, hint=error.hint) from error


def _page(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9] or 0) <= _LONGEST_PAGE:
        return int(text)
    raise HttpError(400, f"`{text[:40]}` is no page.",
                    hint=f"Give a whole number from 1 to {_LONGEST_PAGE}.")
