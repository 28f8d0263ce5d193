"""The files of tables: CSV in one zip, Parquet for each, and what both hold as data packages."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import arro3.core as arrow
from arro3.io import write_parquet

from graphsvc.build.tables import Column, Table
from graphsvc.release import Header

Json = dict[str, Any]
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
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_BETWEEN.join(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def _arrow(table: Table) -> arrow.Table:
    cells = [[row[at] for row in table.rows] for at in range(len(table.columns))]
    arrays = [_array(column, values) for column, values in zip(table.columns, cells, strict=True)]
    fields = [arrow.Field(column.name, array.type, nullable=True, metadata={
                  "title": column.title, "description": column.meaning})
              for column, array in zip(table.columns, arrays, strict=True)]
    return arrow.Table.from_arrays(arrays, schema=arrow.Schema(
        fields, metadata={"title": table.title, "class": table.class_}))


def _array(column: Column, cells: Sequence[Sequence[str]]) -> arrow.Array:
    """The values of a column: of its type, or lists of texts where cells hold several."""
    if column.many:
        ends = [0]
        for cell in cells:
            ends.append(ends[-1] + len(cell))
        return arrow.list_array(
            arrow.Array(ends, type=arrow.DataType.int32()),
            arrow.Array([text for cell in cells for text in cell], type=arrow.DataType.utf8()))
    type_, read = _PARQUET[column.type]
    array = arrow.Array([read(cell[0]) if cell else None for cell in cells], type=type_)
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
        "categories": [{"value": code.value, "iri": code.iri, "description": code.meaning}
                       for code in column.codes]}
    return {name: value for name, value in found.items() if value}
