"""Search: what has a name or text with these words, and by what it can be narrowed."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from graphsvc.ask.heard import Heard
from graphsvc.ask.plain import NothingAsked
from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import TYPE, YEAR, Found
from graphsvc.index import slug
from graphsvc.questions.answer import Answer
from graphsvc.vocabulary import DISPLAY, RDFS
from graphsvc.web.pages.context import PageContext, check_names, first_of
from graphsvc.web.pages.rendering import capital
from graphsvc.web.pages.table import table_of
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs

_PAGE = 20
_LAST_PAGE = 500
_MOST_VALUES = 60


async def search_page(context: PageContext, pairs: Pairs) -> Response:
    """The search that an address asks for, as JSON with `format=json`.

    Raises HttpError or NotOneThing for a value, GraphsvcError for other parameters.
    """
    plain, heard, answer, nearest = context.serving.plain, None, None, None
    with suppress(NothingAsked):
        heard = await plain.hear(first_of(pairs, "q") or "")
        answer = await plain.answer(heard)
        nearest = None if answer else await plain.nearest(heard, None)
    wanted = [pair for pair in pairs if pair[0] != "format"]

    def make() -> dict[str, Any]:
        return {**_search(context, wanted), "answer": answer and table_of(context, answer),
                "questions": _readings(context, heard) if heard else [],
                "remarks": list(heard.remarks) if heard else [],
                "nearest": _said(context, nearest) if nearest else []}

    if first_of(pairs, "format") == "json":
        return await context.json(lambda: _as_json(make()))
    return await context.render("search.html", make)


async def suggestions(context: PageContext, pairs: Pairs) -> Response:
    """Suggestions as people type, as JSON. `class`: IRI that narrows them to a parameter's."""
    def make() -> list[dict[str, Any]]:
        hits = context.index.suggest(first_of(pairs, "q") or "", first_of(pairs, "class"))
        return [{
            "label": hit.entry.label, "href": context.path(hit.entry.iri),
            "name": context.curie(hit.entry.iri), "why": None if hit.shown else hit.why,
            "kind": context.terms.term(hit.entry.kind).label if hit.entry.kind else None}
            for hit in hits]

    return await context.json(make)


def _readings(context: PageContext, heard: Heard) -> list[dict[str, Any]]:
    """The named questions that a text may ask, the likeliest first, with their addresses."""
    readings = [heard.reading, *heard.alternatives] if heard.reading else heard.alternatives
    return [{"question": one.question.name, "parameters": one.given, "title": one.sentence,
             "sure": one is heard.reading,
             "href": context.address(one.question, one.parameters)}
            for one in readings]


def _said(context: PageContext, answer: Answer) -> list[dict[str, Any]]:
    """The statements of an answer, each with its address, its gist and its value."""
    said = {fact: row for row in answer.rows
            for fact in answer.evidence.facts(answer.question, row)}
    return [{"link": context.link(fact), "gist": answer.gist(row), "value": next(
        (cell.value for cell, column in zip(row, answer.question.columns, strict=True)
         if column.name == "value" and cell), None)} for fact, row in said.items()]


def _search(context: PageContext, pairs: Pairs) -> dict[str, Any]:
    """What is found, and by what it can be narrowed. address: of this search without its page."""
    names = {"class": TYPE} | {slug(iri): iri for iri in context.terms.facets} | {"year": YEAR}
    check_names("A search", pairs, "q", "page", *names)
    text, page = dict(pairs).get("q", ""), dict(pairs).get("page", "1")
    number = int(page) if re.fullmatch(r"0*[1-9]\d{0,2}", page, re.ASCII) else 0
    if not 1 <= number <= _LAST_PAGE:
        raise GraphsvcError(f"`{page[:40]}` is not the number of a page.",
                            hint=f"Give a number from 1 to {_LAST_PAGE}.")
    filters: dict[str, list[str]] = {}
    for name, property_ in names.items():
        if values := [_value(context, property_, value) for key, value in pairs
                      if key == name and value]:
            filters[property_] = values
    found = context.index.search(text, filters, limit=_PAGE, offset=(number - 1) * _PAGE)
    query = [("q", text)] if text else []
    address = query + [(name, _shown(context, property_, value)[1]) for name, property_
                       in names.items() for value in filters.get(property_, ())]
    facets = {property_: _choices(context, name, property_, found, address)
              for name, property_ in names.items()}
    chosen = [choice for choices in facets.values() for choice in choices if choice["chosen"]]
    return {
        "text": text, "found": found, "address": address, "number": number, "chosen": chosen,
        "facets": [{"label": {TYPE: "Kind", YEAR: "Year"}.get(property_) or capital(
                        context.label(property_)), "choices": choices}
                   for property_, choices in facets.items()
                   if len(choices) > 1 or any(choice in chosen for choice in choices)],
        "near": [context.link(named.iri) for named in context.like(text)]
        if text and not (found.total or filters) else [],
        "widest": query, "last": max(1, -(-found.total // _PAGE)), "size": _PAGE}


def _as_json(search: dict[str, Any]) -> dict[str, Any]:
    return {
        "q": search["text"], "total": search["found"].total, "page": search["number"],
        "pages": search["last"],
        "corrected": search["found"].corrected, "questions": search["questions"],
        "hits": [{**asdict(hit.entry), "why": hit.why} for hit in search["found"].hits],
        "facets": {facet["label"]: [
            {key: choice[key] for key in ("label", "count", "chosen")}
            for choice in facet["choices"]] for facet in search["facets"]}}


def _choices(
    context: PageContext, name: str, property_: str, found: Found, address: Pairs
) -> list[dict[str, Any]]:
    """The values of a property by which hits can be narrowed, each with its count, whether it is
    chosen, and the address of the search with it or, if it is, without it."""
    choices = []
    for value, count in found.facets.get(property_, ()):
        label, written = _shown(context, property_, value)
        if property_ != TYPE or context.terms.term(value).first(DISPLAY.plural):
            chosen = (name, written) in address
            choices.append({
                "label": label, "count": count, "chosen": chosen,
                "address": [p for p in address if p != (name, written)] if chosen
                else [*address, (name, written)]})
    if property_ == YEAR:
        choices.sort(key=lambda choice: str(choice["label"]), reverse=True)
    return choices[:_MOST_VALUES]


def _shown(context: PageContext, property_: str, value: str) -> tuple[str, str]:
    """What a filter's value is called, and how an address holds it."""
    if property_ == YEAR:
        return value, value
    if property_ == TYPE:
        return context.terms.term(value).plural, slug(value)
    return context.label(value), context.curie(value)


def _value(context: PageContext, property_: str, written: str) -> str:
    """The value that a filter names. Raises HttpError or NotOneThing."""
    if property_ == YEAR:
        return written
    if property_ != TYPE:
        return context.index.find(written, location=f"parameter {slug(property_)}",
                                  of_class=context.terms.term(property_).first(RDFS.range))
    for iri in context.terms.terms:
        if slug(iri) == written:
            return iri
    raise HttpError(404, f"There is no class called `{written[:80]}`.",
                    hint="See the list of classes at /def.")
