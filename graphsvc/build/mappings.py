"""The mappings of a release to other vocabularies, as SSSOM."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox

from graphsvc.questions.template import Template
from graphsvc.release import Header
from graphsvc.sparql import own_query

_COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification")
_CURATED = "semapv:ManualMappingCuration"


def write_mappings(
    header: Header, digest: str, prefixes: Mapping[str, str], union: ox.Store, path: Path
) -> None:
    """Write what the graph says of terms elsewhere (SSSOM 1.0: a head in YAML, and a table)."""
    found = union.query(Template(own_query("mappings")).bind({"root": [ox.Literal(header.root)]}))
    assert isinstance(found, ox.QuerySolutions)
    head = {
        "mapping_set_id": f"{header.dataset}/{digest}/{path.name}", "mapping_set_version": digest,
        "mapping_set_title": header.title, "license": header.licence,
        "curie_map": {**prefixes, "semapv": "https://w3id.org/semapv/vocab/"}}
    text = io.StringIO()
    for name, value in head.items():
        text.write(f"#{name}: {json.dumps(value, ensure_ascii=False)}\n")
    writer = csv.writer(text, "excel-tab", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in found:
        subject, predicate, object_ = (
            _curie(row[name].value, prefixes) for name in ("subject", "predicate", "object"))
        writer.writerow((subject, row["label"].value, predicate, object_, _CURATED))
    path.write_text(text.getvalue(), encoding="utf-8")


def _curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """The IRI by the longest prefix that fits; itself without one."""
    fitting = [(len(start), prefix) for prefix, start in prefixes.items()
               if iri.startswith(start) and "/" not in iri.removeprefix(start)]
    return f"{max(fitting)[1]}:{iri[max(fitting)[0]:]}" if fitting else iri
