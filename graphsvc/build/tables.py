"""The tables of a release: one for each class, with typed columns and what their values mean; and
their files: CSV in one zip, Parquet for each, data packages, and mappings as SSSOM."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import arro3.core as arrow
import pyoxigraph as ox
from arro3.io import write_parquet

from graphsvc.build.content import Content
from graphsvc.formats import csv_text
from graphsvc.index import curie, most_special, slug
from graphsvc.questions.template import Template
from graphsvc.release import Header
from graphsvc.sparql import own_query
from graphsvc.vocabulary import RDF, RDFS, SKOS, XSD

Json = dict[str, Any]
Cells = list[list[str]]
"""The cells of a column, each with its values as texts."""

_LEFT_OUT = {RDF.type, RDFS.label, SKOS.prefLabel}
_TYPES = {XSD.integer: "integer", XSD.decimal: "number", XSD.double: "number",
          XSD.boolean: "boolean", XSD.date: "date"}
_MOST_CODES = 60
"""Concepts that are listed with a column, at most."""
_BETWEEN = " | "
"""What separates several values in a cell of CSV."""
_PACKAGE = "datapackage.json"
_DAY_0 = date(1970, 1, 1).toordinal()
_PARQUET: Mapping[str, tuple[arrow.DataType, Callable[[str], Any]]] = {
    "string": (arrow.DataType.utf8(), str),
    "integer": (arrow.DataType.int64(), int),
    "number": (arrow.DataType.float64(), float),
    "boolean": (arrow.DataType.bool(), lambda text: text in ("true", "1")),
    "date": (arrow.DataType.int32(), lambda text: date.fromisoformat(text).toordinal() - _DAY_0)}
"""Each type of a column: that of its array, and how a text becomes a value of it."""


@dataclass(frozen=True)
class Column:
    """A column. property: what it holds, None for `iri` and `label`; type: of Frictionless; many:
    whether a cell may hold several values; codes: the concepts that it holds, each with its name
    and meaning, where it is a coded one."""

    name: str
    title: str
    cells: Cells
    property: str | None = None
    meaning: str = ""
    type: str = "string"
    many: bool = False
    codes: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Table:
    """The table of a class."""

    class_: str
    title: str
    columns: list[Column]

    @property
    def name(self) -> str:
        return slug(self.class_)


def read_tables(header: Header, content: Content) -> list[Table]:
    """The tables of all classes of the project that have members.

    A thing is in the table of its most special class of the project. Each property has a column
    with names or values, and one with IRIs where the values are things.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for iri, thing in content.things.items():
        own = [name for name in thing.iris(RDF.type) if name.startswith(header.namespace)]
        for class_ in most_special(own, content.above)[:1]:
            members[class_].append(iri)
    return [Table(class_, _label(content, class_), _columns(content, members[class_]))
            for class_ in sorted(members)]


def _columns(content: Content, members: list[str]) -> list[Column]:
    things = [content.things[iri] for iri in members]
    columns = [Column("iri", "IRI", [[iri] for iri in members]),
               Column("label", "Name", [[_label(content, iri)] for iri in members])]
    used = {"iri", "label"}
    for property_ in sorted({name for thing in things for name in thing.facts} - _LEFT_OUT):
        name, title = slug(property_), _label(content, property_)
        if name in used:
            name = f"{name}_{hashlib.sha256(property_.encode()).hexdigest()[:4]}"
        used |= {name, f"{name}_iri"}
        terms = [thing.facts.get(property_, []) for thing in things]
        many, meaning = any(len(one) > 1 for one in terms), _text(content, property_, RDFS.comment)
        shown = [[_label(content, term.value) if isinstance(term, ox.NamedNode) else term.value
                  for term in one] for one in terms]
        links = [thing.iris(property_) for thing in things]
        linked = sorted({*chain(*links)})
        columns.append(Column(name, title, shown, property_, meaning, _type(terms, many), many,
                              _codes(content, linked)))
        if linked:
            columns.append(Column(
                f"{name}_iri", f"{title} (IRI)", links, property_, meaning, many=many))
    return columns


def _type(cells: Iterable[Sequence[Any]], many: bool) -> str:
    """The type of a column whose cells hold at most one value of one type."""
    types = {_TYPES.get(value.datatype.value, "string") if isinstance(value, ox.Literal)
             else "string" for values in cells for value in values}
    if types == {"integer", "number"}:
        types = {"number"}
    return types.pop() if len(types) == 1 and not many else "string"


def _codes(content: Content, linked: Sequence[str]) -> list[tuple[str, str, str]]:
    """The IRIs, names and meanings of the concepts that a column holds, where these are few and
    all are defined in a scheme."""
    if len(linked) > _MOST_CODES:
        return []
    found = [(iri, _label(content, iri), _text(content, iri, SKOS.definition)) for iri in linked]
    coded = all(meaning and SKOS.inScheme in content.things[iri].facts
                for iri, _, meaning in found)
    return found if coded else []


def _text(content: Content, iri: str, property_: str) -> str:
    thing = content.things.get(iri)
    return next(iter(thing.values(property_) if thing else ()), "")


def _label(content: Content, iri: str) -> str:
    """What a thing is called; the end of its IRI where it has no name."""
    thing = content.things.get(iri)
    return next(iter(thing.labels if thing else ()), slug(iri))


# -- files --------------------------------------------------------------------------------------


def write_tables(header: Header, digest: str, tables: Iterable[Table], folder: Path) -> list[Path]:
    """Write `tables.zip`, NAME.parquet for each and `datapackage.json`, whose bytes depend on
    their content only. Gives the first and the last."""
    texts: dict[str, bytes] = {}
    packed, plain = [], []
    for table in tables:
        texts[f"{table.name}.csv"] = _csv(table)
        packed.append(_resource(table, "csv", "text/csv", texts[f"{table.name}.csv"]))
        path = folder / f"{table.name}.parquet"
        write_parquet(_arrow(table), str(path), compression="zstd(3)")
        plain.append(_resource(
            table, "parquet", "application/vnd.apache.parquet", path.read_bytes()))
    texts[_PACKAGE] = _package(header, digest, packed)
    archive = folder / "tables.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in texts.items():
            zipped.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    (folder / _PACKAGE).write_bytes(_package(header, digest, plain))
    return [archive, folder / _PACKAGE]


def _csv(table: Table) -> bytes:
    columns = [[column.name, *map(_BETWEEN.join, column.cells)] for column in table.columns]
    return csv_text(zip(*columns, strict=True)).encode()


def _arrow(table: Table) -> arrow.Table:
    arrays = [_array(column) for column in table.columns]
    fields = [arrow.Field(column.name, array.type, nullable=True, metadata={
                  "title": column.title, "description": column.meaning})
              for column, array in zip(table.columns, arrays, strict=True)]
    return arrow.Table.from_arrays(arrays, schema=arrow.Schema(
        fields, metadata={"title": table.title, "class": table.class_}))


def _array(column: Column) -> arrow.Array:
    """The values of a column: of its type, or lists of texts where cells hold several."""
    if column.many:
        ends = [*accumulate(map(len, column.cells), initial=0)]
        return arrow.list_array(
            arrow.Array(ends, type=arrow.DataType.int32()),
            arrow.Array([*chain(*column.cells)], type=arrow.DataType.utf8()))
    type_, read = _PARQUET[column.type]
    array = arrow.Array([read(cell[0]) if cell else None for cell in column.cells], type=type_)
    return array.cast(arrow.DataType.date32()) if column.type == "date" else array


def _package(header: Header, digest: str, resources: list[Json]) -> bytes:
    """A Frictionless data package."""
    return json.dumps({
        "profile": "tabular-data-package", "name": header.prefix, "id": header.dataset,
        "title": header.title, "description": header.description, "version": digest,
        "licenses": [{"path": header.licence}], "resources": resources,
    }, ensure_ascii=False, indent=1).encode()


def _resource(table: Table, ending: str, media_type: str, content: bytes) -> Json:
    """A table as a Frictionless resource."""
    return {
        "profile": "tabular-data-resource", "name": table.name.lower(),
        "path": f"{table.name}.{ending}", "title": table.title, "rdfType": table.class_,
        "format": ending, "mediatype": media_type, "encoding": "utf-8", "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": [_field(column, ending) for column in table.columns],
                   "primaryKey": "iri"}}


def _field(column: Column, ending: str) -> Json:
    """A column as a Frictionless field; `categories` say what codes and units mean."""
    lists = column.many and ending == "parquet"
    between = f"Several values are separated by{_BETWEEN}" if column.many and not lists else ""
    found = {
        "name": column.name, "type": "array" if lists else column.type, "title": column.title,
        "description": " ".join(filter(None, (column.meaning, between))),
        "format": "uri" if column.name == "iri" else None, "rdfType": column.property,
        "categories": [{"value": value, "iri": iri, "description": meaning}
                       for iri, value, meaning in column.codes]}
    return {name: value for name, value in found.items() if value}


def write_mappings(
    header: Header, digest: str, prefixes: Mapping[str, str], union: ox.Store, path: Path
) -> None:
    """Write what the graph says of terms elsewhere (SSSOM 1.0: a head in YAML, and a table)."""
    found = union.query(Template(own_query("mappings")).bind({"root": [ox.Literal(header.root)]}))
    assert isinstance(found, ox.QuerySolutions)
    known = {**prefixes, "semapv": "https://w3id.org/semapv/vocab/"}
    rows = [(*(curie(row[name].value, known) for name in ("subject", "predicate", "object")),
             row["label"].value) for row in found]
    # Of two prefixes of a namespace, which readers refuse, at most one is used.
    used = {term.partition(":")[0] for row in rows for term in row[:3]} | {"semapv"}
    head = {
        "mapping_set_id": f"{header.dataset}/{digest}/{path.name}", "mapping_set_version": digest,
        "mapping_set_title": header.title, "license": header.licence,
        "curie_map": {prefix: base for prefix, base in known.items() if prefix in used}}
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"#{name}: {json.dumps(value, ensure_ascii=False)}\n"
                        for name, value in head.items())
        csv.writer(file, "excel-tab", lineterminator="\n").writerows([
            ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification"),
            *((subject, label, predicate, object_, "semapv:ManualMappingCuration")
              for subject, predicate, object_, label in rows)])
