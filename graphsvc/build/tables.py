"""The tables of a release: one for each class, with typed columns and what their values mean."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from graphsvc.index import closure, most_special, slug
from graphsvc.release import Header
from graphsvc.vocabulary import DCTERMS, RDF, RDFS, SKOS, XSD

Facts = Mapping[str, list[Any]]
"""The values of a thing's properties."""
Things = Mapping[str, Facts]
"""All things with a name, by their IRIs."""

_LABELS = (str(SKOS.prefLabel), str(RDFS.label), str(DCTERMS.title))
_LEFT_OUT = {str(RDF.type), str(RDFS.label), str(SKOS.prefLabel)}
_TYPES = {str(XSD.integer): "integer", str(XSD.decimal): "number", str(XSD.double): "number",
          str(XSD.boolean): "boolean", str(XSD.date): "date"}
_MOST_CODES = 60
"""Concepts that are listed with a column, at most."""


@dataclass(frozen=True)
class Code:
    """A concept that a coded column holds, as its vocabulary defines it."""

    value: str
    iri: str
    meaning: str


@dataclass(frozen=True)
class Column:
    """A column. property: what it holds, None for `iri` and `label`; type: of Frictionless; many:
    whether a cell may hold several values; codes: the concepts, where it is a coded one."""

    name: str
    title: str
    property: str | None = None
    meaning: str = ""
    type: str = "string"
    many: bool = False
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Table:
    """The table of a class. rows: for each column the values of its cell, as texts."""

    name: str
    class_: str
    title: str
    columns: tuple[Column, ...]
    rows: list[list[Sequence[str]]]


def read_tables(header: Header, union: ox.Store) -> list[Table]:
    """The tables of all classes of the project that have members.

    A thing is in the table of its most special class of the project. Each property has a column
    with names or values, and one with IRIs where the values are things.
    """
    things: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for quad in union.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        if isinstance(quad.subject, ox.NamedNode):
            things[quad.subject.value][quad.predicate.value].append(quad.object)
    broader = {iri: found for iri, facts in things.items()
               if (found := _iris(facts.get(str(RDFS.subClassOf), ())))}
    above = {iri: closure(iri, broader) for iri in broader}
    members: dict[str, list[str]] = defaultdict(list)
    for iri, facts in things.items():
        own = [name for name in _iris(facts.get(str(RDF.type), ()))
               if name.startswith(header.namespace)]
        for class_ in most_special(own, above)[:1]:
            members[class_].append(iri)
    return [_table(things, class_, sorted(members[class_])) for class_ in sorted(members)]


def _table(things: Things, class_: str, members: Sequence[str]) -> Table:
    columns = list(_columns(things, members))
    rows: list[list[Sequence[str]]] = [[[iri], [_label(things, iri)], *(
        _cell(things, things[iri].get(property_, ()), links)
        for (property_, links), _ in columns)] for iri in members]
    return Table(slug(class_), class_, _label(things, class_), (
        Column("iri", "IRI"), Column("label", "Name"), *(column for _, column in columns)), rows)


def _columns(
    things: Things, members: Iterable[str]
) -> Iterator[tuple[tuple[str, bool], Column]]:
    """The columns of a table, each with its property and whether it has the IRIs of things."""
    values: dict[str, list[list[Any]]] = defaultdict(list)
    for iri in members:
        for property_, found in things[iri].items():
            if property_ not in _LEFT_OUT:
                values[property_].append(
                    [value for value in found if not isinstance(value, ox.BlankNode)])
    used: set[str] = {"iri", "label"}
    for property_ in sorted(values):
        name = slug(property_)
        if name in used:
            name = f"{name}_{hashlib.sha256(property_.encode()).hexdigest()[:4]}"
        title, many = _label(things, property_), any(len(one) > 1 for one in values[property_])
        meaning = _text(things.get(property_, {}), str(RDFS.comment))
        linked = {iri for one in values[property_] for iri in _iris(one)}
        yield (property_, False), Column(
            name, title, property_, meaning, _type(values[property_], many), many,
            _codes(things, linked))
        used |= {name, f"{name}_iri"}
        if linked:
            yield (property_, True), Column(
                f"{name}_iri", f"{title} (IRI)", property_, meaning, many=many)


def _type(cells: Iterable[Sequence[Any]], many: bool) -> str:
    """The type of a column whose cells hold at most one value of one type."""
    types = {_TYPES.get(value.datatype.value, "string") if isinstance(value, ox.Literal)
             else "string" for values in cells for value in values}
    if types == {"integer", "number"}:
        types = {"number"}
    return types.pop() if len(types) == 1 and not many else "string"


def _codes(things: Things, linked: Iterable[str]) -> tuple[Code, ...]:
    """The concepts that a column holds, where it holds few and all are defined in a scheme."""
    found = [Code(_label(things, iri), iri, _text(things.get(iri, {}), str(SKOS.definition)))
             for iri in sorted(linked)]
    coded = all(code.meaning and str(SKOS.inScheme) in things[code.iri] for code in found)
    return tuple(found) if coded and len(found) <= _MOST_CODES else ()


def _cell(things: Things, values: Iterable[Any], links: bool) -> list[str]:
    """The values in the order of their IRIs or texts."""
    ordered = sorted((value for value in values if not isinstance(value, ox.BlankNode)),
                     key=lambda value: str(value.value))
    if links:
        return _iris(ordered)
    return [_label(things, value.value) if isinstance(value, ox.NamedNode) else value.value
            for value in ordered]


def _iris(values: Iterable[Any]) -> list[str]:
    return [value.value for value in values if isinstance(value, ox.NamedNode)]


def _text(facts: Facts, property_: str) -> str:
    return next((str(value.value) for value in facts.get(property_, ())), "")


def _label(things: Things, iri: str) -> str:
    """What a thing is called; the end of its IRI where it has no name."""
    facts = things.get(iri, {})
    return next(filter(None, (_text(facts, name) for name in _LABELS)), slug(iri))
