"""The tables of a release: CSV for each class, with a Frictionless data package, as a zip."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graphsvc.index import closure, most_special, slug
from graphsvc.release import Header
from graphsvc.vocabulary import DCTERMS, RDF, RDFS, SKOS

Facts = Mapping[str, list[Any]]
"""The values of a thing's properties."""
_LABELS = (str(SKOS.prefLabel), str(RDFS.label), str(DCTERMS.title))
_LEFT_OUT = {str(RDF.type), str(RDFS.label), str(SKOS.prefLabel)}
_BETWEEN = " | "
"""What separates several values in a cell."""
_PACKAGE = "datapackage.json"


def write_tables(header: Header, digest: str, union: ox.Store, path: Path) -> None:
    """Write the zip of all tables, whose bytes depend on its content only.

    A thing is in the table of its most special class of the project. Each property has a column
    with names or values, and one with IRIs where the values are things.
    """
    things: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for quad in union.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        if isinstance(quad.subject, ox.NamedNode):
            things[quad.subject.value][quad.predicate.value].append(quad.object)
    broader = {iri: found for iri, facts in things.items()
               if (found := _iris(facts, str(RDFS.subClassOf)))}
    above = {iri: closure(iri, broader) for iri in broader}
    members: dict[str, list[str]] = defaultdict(list)
    for iri, facts in things.items():
        own = [name for name in _iris(facts, str(RDF.type)) if name.startswith(header.namespace)]
        for class_ in most_special(own, above)[:1]:
            members[class_].append(iri)
    files, resources = {}, []
    for class_ in sorted(members):
        columns = _columns(things, members[class_])
        name = f"{slug(class_)}.csv"
        files[name] = _table(things, sorted(members[class_]), columns)
        resources.append(_resource(things, name, class_, columns, files[name]))
    package = {
        "profile": "tabular-data-package", "name": header.prefix, "id": header.dataset,
        "title": header.title, "description": header.description, "version": digest,
        "licenses": [{"path": header.licence}], "resources": resources}
    files[_PACKAGE] = json.dumps(package, ensure_ascii=False, indent=1).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _iris(facts: Facts, property_: str) -> list[str]:
    return [value.value for value in facts.get(property_, ()) if isinstance(value, ox.NamedNode)]


def _label(things: Mapping[str, Facts], iri: str) -> str:
    """What a thing is called; the end of its IRI where it has no name."""
    facts = things.get(iri, {})
    names = [value.value for name in _LABELS for value in facts.get(name, ())]
    return names[0] if names else slug(iri)


def _columns(things: Mapping[str, Facts], members: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """The columns of a table, by name: the property, and whether it has the IRIs of things."""
    linked: dict[str, bool] = {}
    for iri in members:
        for property_, values in things[iri].items():
            if property_ not in _LEFT_OUT:
                links = any(isinstance(value, ox.NamedNode) for value in values)
                linked[property_] = linked.get(property_, False) or links
    columns: dict[str, tuple[str, bool]] = {}
    for property_ in sorted(linked):
        name = slug(property_)
        if name in columns or name in ("iri", "label"):
            name = f"{name}_{hashlib.sha256(property_.encode()).hexdigest()[:4]}"
        columns[name] = property_, False
        if linked[property_]:
            columns[f"{name}_iri"] = property_, True
    return columns


def _table(
    things: Mapping[str, Facts], members: Sequence[str],
    columns: Mapping[str, tuple[str, bool]],
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["iri", "label", *columns])
    for iri in members:
        writer.writerow([iri, _label(things, iri), *(
            _cell(things, things[iri].get(property_, ()), iris)
            for property_, iris in columns.values())])
    return out.getvalue().encode()


def _cell(things: Mapping[str, Facts], values: Iterable[Any], iris: bool) -> str:
    """The values as one text, in the order of their IRIs or texts."""
    ordered = sorted((value for value in values if not isinstance(value, ox.BlankNode)),
                     key=lambda value: str(value.value))
    links = [value for value in ordered if isinstance(value, ox.NamedNode)]
    if iris:
        return _BETWEEN.join(value.value for value in links)
    return _BETWEEN.join(_label(things, value.value) if value in links else value.value
                         for value in ordered)


def _resource(
    things: Mapping[str, Facts], name: str, class_: str, columns: Mapping[str, tuple[str, bool]],
    content: bytes,
) -> dict[str, Any]:
    """A table as a Frictionless resource."""
    fields = [{"name": "iri", "type": "string", "format": "uri"},
              {"name": "label", "type": "string"}]
    for column, (property_, iris) in columns.items():
        comments = [value.value for value in things.get(property_, {}).get(str(RDFS.comment), ())]
        fields.append({
            "name": column, "type": "string",
            "title": f"{_label(things, property_)}{' (IRI)' if iris else ''}",
            "description": " ".join([*comments[:1], f"Several values are separated by{_BETWEEN}"]),
            "rdfType": property_})
    return {
        "profile": "tabular-data-resource", "name": name.removesuffix(".csv").lower(),
        "path": name, "title": _label(things, class_), "format": "csv", "mediatype": "text/csv",
        "encoding": "utf-8", "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": fields, "primaryKey": "iri"}}
