"""Search: what has a name or text with these words, and by what it can be narrowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import TYPE, YEAR
from graphsvc.web.pages.context import NotFound, PageContext, Pairs, capital, first_of
from graphsvc.web.pages.terms import DISPLAY

_PAGE = 20
_LAST_PAGE = 500
_MOST_VALUES = 60


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
    choices: list[Value]


async def search_page(context: PageContext, pairs: Pairs) -> str | Response:
    """The search that an address asks for, as JSON with `format=json`.

    Raises NotFound, UnknownName or AmbiguousName for a value, GraphsvcError for other parameters.
    """
    wanted = [pair for pair in pairs if pair[0] != "format"]
    if first_of(pairs, "format") == "json":
        return JSONResponse(_as_json(await run_in_threadpool(_search, context, wanted)))
    return await context.render("search.html", "/search", _search, context, wanted)


async def suggestions(context: PageContext, pairs: Pairs) -> Response:
    """Suggestions as people type, as JSON. `class`: IRI that narrows them to a parameter's."""
    hits = await run_in_threadpool(
        context.index.suggest, first_of(pairs, "q") or "", of_class=first_of(pairs, "class"))
    return JSONResponse([
        {"label": hit.entry.label, "href": context.path(hit.entry.iri),
         "name": context.curie(hit.entry.iri), "why": hit.why,
         "kind": context.terms.term(hit.entry.kind).label if hit.entry.kind else None}
        for hit in hits])


def _search(context: PageContext, pairs: Pairs) -> dict[str, Any]:
    names = {"class": TYPE, "year": YEAR} | {
        context.short_name(iri): iri for iri in context.terms.facets}
    filters: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in ("q", "page", *names):
            raise GraphsvcError(f"A search has no parameter `{name[:80]}`.",
                                hint=f"It has q, page, {', '.join(names)}.")
        if name in names and value:
            filters.setdefault(names[name], []).append(_value(context, names[name], value))
    text, number = dict(pairs).get("q", ""), _page_number(dict(pairs).get("page", "1"))
    found = context.index.search(text, filters, limit=_PAGE, offset=(number - 1) * _PAGE)
    names_of = {property_: name for name, property_ in names.items()}
    address = [("q", text)] if text else []
    address += [(names_of[property_], _written(context, property_, value))
                for property_, values in filters.items() for value in values]
    facets = [facet for property_ in (TYPE, *context.terms.facets, YEAR)
              if (facet := _facet(context, property_, names_of[property_],
                                  found.facets.get(property_, ()), filters, address))]
    return {
        "text": text, "found": found, "facets": facets, "address": address, "number": number,
        "chosen": [value for facet in facets for value in facet.choices if value.chosen],
        "last": max(1, -(-found.total // _PAGE)), "size": _PAGE}


def _as_json(search: dict[str, Any]) -> dict[str, Any]:
    return {
        "q": search["text"], "total": search["found"].total, "page": search["number"],
        "pages": search["last"],
        "hits": [{**asdict(hit.entry), "why": hit.why} for hit in search["found"].hits],
        "facets": {facet.label: [{"label": value.label, "count": value.count,
                                  "chosen": value.chosen} for value in facet.choices]
                   for facet in search["facets"]}}


def _facet(
    context: PageContext, property_: str, name: str, counted: Sequence[tuple[str, int]],
    filters: Mapping[str, Sequence[str]], address: Pairs,
) -> Facet | None:
    values = []
    for value, count in counted:
        if property_ == TYPE and not context.terms.term(value).first(f"{DISPLAY}plural"):
            continue
        chosen = value in filters.get(property_, ())
        pair = (name, _written(context, property_, value))
        values.append(Value(
            _label(context, property_, value), count, chosen,
            [p for p in address if p != pair] if chosen else [*address, pair]))
    if property_ == YEAR:
        values.sort(key=lambda value: value.label, reverse=True)
    if not values or (len(values) == 1 and not values[0].chosen):
        return None
    label = {TYPE: "Kind", YEAR: "Year"}.get(property_) or capital(context.label(property_))
    return Facet(label, values[:_MOST_VALUES])


def _label(context: PageContext, property_: str, value: str) -> str:
    if property_ == YEAR:
        return value
    return context.terms.term(value).plural if property_ == TYPE else context.label(value)


def _written(context: PageContext, property_: str, value: str) -> str:
    """A filter's value as an address holds it."""
    if property_ == YEAR:
        return value
    return context.short_name(value) if property_ == TYPE else context.curie(value)


def _value(context: PageContext, property_: str, written: str) -> str:
    """The value that a filter names. Raises NotFound, UnknownName or AmbiguousName."""
    if property_ == YEAR:
        return written
    if property_ == TYPE:
        by_name = {context.short_name(iri): iri for iri in context.terms.terms}
        if written not in by_name:
            raise NotFound(f"There is no class called `{written[:80]}`.",
                           hint="See the list of classes at /def.")
        return by_name[written]
    return context.index.find(written, location=f"parameter {context.short_name(property_)}")


def _page_number(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _LAST_PAGE:
        return int(text)
    raise GraphsvcError(f"`{text[:40]}` is not the number of a page.",
                        hint=f"Give a number from 1 to {_LAST_PAGE}.")
