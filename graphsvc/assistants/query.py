"""The tool that runs SPARQL, and the card of classes and properties to write it by."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pyoxigraph as ox
from pydantic import Field

from graphsvc.assistants.tool import Json, Names, Tool, fitting
from graphsvc.engine import base as engine
from graphsvc.engine.inspect import inspect
from graphsvc.formats import N_TRIPLES, SPARQL_JSON, TSV
from graphsvc.questions.table import fetch
from graphsvc.questions.template import own
from graphsvc.service import Serving
from graphsvc.vocabulary import OWL, RDF, SKOS

_MOST_BYTES = 1 << 20
"""Bytes of an answer that are read; no assistant can read more."""
_MOST_VALUES = 30
_PREFIX = re.compile(r"(?i)\bPREFIX\s+([\w.-]*):")
_USED = re.compile(r"(?<![\w:<?$/])([A-Za-z][\w-]*):(?!//)")


class Sparql(Tool):
    """Run a SPARQL 1.1 SELECT, ASK, CONSTRUCT or DESCRIBE where no reviewed question fits. Known
    prefixes need no declaration. Without `query`: the classes and pitfalls; with `about`: the
    properties of a class. Read these before you write a query."""

    title = "Run SPARQL, or read the schema"
    query: str | None = None
    about: str | None = Field(None, description="Name of a class to describe, instead of a query")
    limit: int | None = Field(None, ge=1, le=5000, description="Rows; unless given, what fits")

    async def run(self, serving: Serving, client: str | None) -> Json:
        if self.query:
            return await _answered(serving, self.query, self.limit, client)
        return await (card_of(serving, self.about) if self.about else card(serving))


async def card(serving: Serving) -> Json:
    """The classes of the release with counts and examples, and what goes wrong in queries."""
    names = Names(serving)
    table = await fetch(serving.engine, own("card-classes"))
    classes = [{"class": names.id(class_.value), "name": names.name(class_.value),
                "things": int(things.value), "example": names.id(example.value),
                "meaning": meaning.value if meaning else ""}
               for class_, things, example, meaning in table.rows
               if class_ and things and example and not class_.value.startswith(str(OWL))]
    return fitting(lambda count: {
        "release": serving.release.id, "classes": classes[:count],
        "prefixes": _needed(serving, (text for one in classes[:count] for text in
                                      (one["class"], one["example"]))),
        "pitfalls": (files(__package__) / "pitfalls.txt").read_text("utf-8").splitlines(),
        "next": "Give `about` for the properties of a class.",
    }, len(classes), more="smaller classes.")


async def card_of(serving: Serving, about: str) -> Json:
    """The properties of a class with counts and ranges, and an example of a thing."""
    names, index = Names(serving), serving.index
    iri = index.find(about, of_class=OWL.Class, location="about")
    table = await fetch(serving.engine, own(
        "card-properties", **{"class": [ox.NamedNode(iri)]}))
    properties: dict[str, Json] = {}
    for property_, range_, values, meaning in table.rows:
        if property_ is None or values is None or property_.value == RDF.type:
            continue
        entry = properties.setdefault(names.id(property_.value), {
            "name": index.label(property_.value), "ranges": {},
            **({"meaning": meaning.value} if meaning else {})})
        entry["ranges"][names.id(range_.value) if range_ else "not described"] = int(values.value)
    example = next(iter(index.members(iri)), None)
    return fitting(lambda count: {
        "release": serving.release.id, "class": names.id(iri), "name": index.label(iri),
        "example": example and names.id(example.iri),
        "properties": dict(list(properties.items())[:count]),
        "prefixes": _needed(serving, list(properties)[:count]),
    }, len(properties), more="more.")


async def codebook(serving: Serving) -> Json:
    """The schemes of coded values, with the values of each."""
    schemes: dict[str, list[str]] = {}
    for scheme, concept, *_ in (await fetch(serving.engine, own("codebook"))).rows:
        if scheme and concept:
            name, value = (serving.index.label(iri.value) or iri.value for iri in (scheme, concept))
            schemes.setdefault(name, []).append(value)
    return {"release": serving.release.id, "schemes": {
        name: values if len(values) <= _MOST_VALUES else
        [*values[:_MOST_VALUES], f"and {len(values) - _MOST_VALUES} more"]
        for name, values in schemes.items()},
        "next": "graphsvc://codebook/{scheme} has what each value of a scheme means."}


async def codebook_of(serving: Serving, scheme: str) -> Json:
    """The values of a scheme with their meanings and the rules that lead to them."""
    names = Names(serving)
    iri = serving.index.find(scheme, of_class=SKOS.ConceptScheme, location="scheme")
    rows = [row for row in (await fetch(serving.engine, own("codebook"))).rows
            if row[0] and row[0].value == iri]
    return fitting(lambda count: {
        "release": serving.release.id, "scheme": names.name(iri),
        "values": {names.name(concept.value): [term.value for term in (meaning, rule) if term]
                   for _, concept, meaning, rule in rows[:count] if concept},
    }, len(rows), more="more: read one, or use sparql.")


async def _answered(serving: Serving, query: str, limit: int | None, client: str | None) -> Json:
    """The answer to a query, as far as it can be read."""
    query = _with_prefixes(serving, query)
    serving.engine.limits.check(query)
    form, head = inspect(query).form, {"release": serving.release.id}
    format = {engine.QueryForm.SELECT: TSV, engine.QueryForm.ASK: SPARQL_JSON}.get(form, N_TRIPLES)
    stream = await serving.engine.query(engine.Request(query, format.media_type, client=client))
    data = bytearray()
    try:
        async for part in stream:
            data += part
            if len(data) > _MOST_BYTES:
                break
    finally:
        await stream.aclose()
    cut = len(data) > _MOST_BYTES
    read = bytes(data[:data.rindex(b"\n") + 1] if cut else data)
    if format is N_TRIPLES:
        return _graph(serving, read, cut, limit, head)
    solutions: Any = ox.parse_query_results(read, format=format.results)
    if format is SPARQL_JSON:
        return {**head, "answer": bool(solutions)}
    columns, rows = [variable.value for variable in solutions.variables], list(solutions)
    unknown = stream.unknown_functions
    return fitting(lambda count: _rows(Names(serving), columns, rows, count, cut) | head | {
        "notice": f"There is no function {', '.join(unknown)}: it gave no value."
        if unknown else None}, len(rows), limit)


def _rows(names: Names, columns: list[str], rows: list[Any], count: int, cut: bool) -> Json:
    total = f"over {len(rows)}" if cut else len(rows)
    shown = [[names.value(term) if term is not None else None for term in row]
             for row in rows[:count]]
    return {
        "columns": columns, "rows": shown, "total": total, "ids": names.ids,
        "note": None if rows else "Nothing fits. What the data do not say is not known.",
        "left_out": f"Rows after the first {count}; add LIMIT and OFFSET, or COUNT."
        if count < len(rows) or cut else None}


def _graph(serving: Serving, data: bytes, cut: bool, limit: int | None, head: Json) -> Json:
    triples = [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)]
    prefixes = serving.release.manifest["prefixes"]

    def shown(count: int) -> Json:
        text = "\n".join(map(str, triples[:count]))
        used = {prefix: base for prefix, base in prefixes.items() if f"<{base}" in text}
        turtle = ox.serialize(triples[:count], format=ox.RdfFormat.TURTLE, prefixes=used) or b""
        return {**head, "turtle": turtle.decode(), "total": len(triples),
                "left_out": f"Triples after the first {count}; ask for less."
                if count < len(triples) or cut else None}

    return fitting(shown, len(triples), limit)


def _with_prefixes(serving: Serving, query: str) -> str:
    """The query with the known prefixes that it uses and does not declare, on its first line."""
    known = serving.release.manifest["prefixes"]
    lacking = sorted({*_USED.findall(query)} & known.keys() - {*_PREFIX.findall(query)})
    return "".join(f"PREFIX {prefix}: <{known[prefix]}> " for prefix in lacking) + query


def _needed(serving: Serving, texts: Any) -> dict[str, str]:
    """The prefixes of some CURIEs."""
    known = serving.release.manifest["prefixes"]
    return {prefix: known[prefix] for prefix in sorted({text.partition(":")[0] for text in texts})
            if prefix in known}
