"""The full-text index of a release: SQLite FTS5 over labels, other names and texts."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox

from graphsvc.rq import own_query
from graphsvc.vocabulary import SKOS


def build_index(store: ox.Store, path: Path) -> int:
    """Write the index of all texts in a store; return how many things it holds."""
    rows = store.query(own_query("texts"))
    assert isinstance(rows, ox.QuerySolutions)
    things: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        thing, property_, text = row["thing"], row["property"], row["text"]
        if isinstance(thing, ox.NamedNode):
            things[thing.value][_column(property_.value)].append(text.value)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(iri UNINDEXED, label, names, body,"
            " tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3')")
        connection.executemany(
            "INSERT INTO texts VALUES (?, ?, ?, ?)",
            ((iri, *("\n".join(sorted(columns[name])) for name in ("label", "names", "body")))
             for iri, columns in sorted(things.items())))
    connection.close()
    return len(things)


def _column(property_: str) -> str:
    if property_ == str(SKOS.prefLabel):
        return "label"
    return "names" if property_ == str(SKOS.altLabel) else "body"
