"""The full-text index of a release: SQLite FTS5 over labels, other names and texts.

Beside the texts it holds what narrows and widens a search: each thing's classes, its values of
facet properties (with all broader concepts), its year, and the hierarchy of concepts.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.staging import Beside, by_first, new_index, stage
from graphsvc.questions.index import fold
from graphsvc.questions.names import closure
from graphsvc.sparql import own_query
from graphsvc.vocabulary import RDF, SKOS

TYPE = str(RDF.type)
YEAR = "year"
"""The name of the facet that holds a thing's year."""

_SCHEMA = """
CREATE TABLE things(id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, label TEXT, class TEXT,
                    note TEXT, quiet INTEGER NOT NULL, links INTEGER NOT NULL);
CREATE TABLE facets(thing INTEGER, property TEXT, value TEXT,
                    PRIMARY KEY(property, value, thing)) WITHOUT ROWID;
CREATE TABLE names(folded TEXT, thing INTEGER, name TEXT,
                   PRIMARY KEY(folded, thing, name)) WITHOUT ROWID;
CREATE TABLE broader(narrower INTEGER, broader INTEGER,
                     PRIMARY KEY(narrower, broader)) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5(label, names, body,
    tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3');
"""
_LABELS = (str(SKOS.prefLabel),)
_NAMES = (str(SKOS.altLabel), str(SKOS.hiddenLabel))
_NOTES = (str(SKOS.definition), "http://purl.org/dc/terms/description")
_FINISH = """
INSERT OR IGNORE INTO facets(thing, property, value)
    SELECT thing, property, value FROM facets_ ORDER BY property, value, thing;
INSERT OR IGNORE INTO names SELECT * FROM names_ ORDER BY folded, thing, name;
INSERT OR IGNORE INTO broader
    SELECT narrow.id, wide.id FROM links JOIN things narrow ON narrow.iri = links.thing
    JOIN things wide ON wide.iri = links.value WHERE role = 'broader' ORDER BY 1, 2;
CREATE INDEX facets_of ON facets(thing);
CREATE INDEX narrower ON broader(broader);
"""


@dataclass
class _Thing:
    """What is known of one thing while the index is written."""

    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    classes: set[str] = field(default_factory=set)
    facets: set[tuple[str, str]] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    other_dates: set[str] = field(default_factory=set)
    links: int = 0

    def column(self, properties: Iterable[str]) -> list[str]:
        return sorted({text for p in properties for text in self.texts.get(p, ())})

    @property
    def body(self) -> list[str]:
        """All texts that are no names, the definition or summary first."""
        others = sorted(set(self.texts) - {*_LABELS, *_NAMES, *_NOTES})
        return [*self.column(_NOTES), *self.column(others)]

    @property
    def years(self) -> set[str]:
        """The years of its own dates or, where it has none, of what dates it."""
        return {match[0] for date in self.dates or self.other_dates
                if (match := re.match(r"\d{4}", date))}


def build_index(store: ox.Store, path: Path) -> int:
    """Write the index of a store whose default graph holds everything; return its things."""
    above, quiet = _classes(store)
    with closing(new_index(path, _SCHEMA)) as index:
        _stage(store, index)
        broader = _broader(index)
        total = 0
        for total, (iri, thing) in enumerate(_things(index), 1):
            _insert(index, total, iri, thing, above, quiet, broader)
        index.executescript(_FINISH)
        index.commit()
    return total


def _stage(store: ox.Store, index: sqlite3.Connection) -> None:
    """Put what is known of things into temporary tables."""
    for table, columns, query in (
        ("types", "thing, class", "index-types"), ("texts_", "thing, property, text", "texts"),
        ("links", "role, thing, property, value", "index-links"),
        ("degrees", "thing, links", "index-degrees"),
    ):
        rows = (tuple(term.value if term else None for term in row) for row in _rows(store, query))
        stage(index, table, columns, rows)
    stage(index, "facets_", "property, value, thing", ())
    stage(index, "names_", "folded, thing, name", ())
    index.execute("CREATE INDEX temp.links_of ON links(thing, role)")


def _broader(index: sqlite3.Connection) -> dict[str, set[str]]:
    """All concepts above each concept."""
    broader: dict[str, set[str]] = defaultdict(set)
    for narrower, value in index.execute("SELECT thing, value FROM links WHERE role = 'broader'"):
        broader[narrower].add(value)
    return broader


def _things(index: sqlite3.Connection) -> Iterator[tuple[str, _Thing]]:
    """Everything that has a class, in the order of IRIs."""
    types = by_first(index.execute("SELECT * FROM types ORDER BY thing"))
    texts, links, dates, degrees = (Beside(index.execute(select)) for select in (
        "SELECT * FROM texts_ ORDER BY thing",
        "SELECT thing, role, property, value FROM links ORDER BY thing",
        "SELECT one.thing, other.value FROM links one JOIN links other ON other.thing = one.value"
        " AND other.role = 'date' WHERE one.role = 'dated by' ORDER BY one.thing",
        "SELECT * FROM degrees ORDER BY thing"))
    for iri, rows in types:
        thing = _Thing(classes={kind for _, kind in rows})
        for property_, text in texts.rows(iri):
            thing.texts[property_].append(text)
        for role, property_, value in links.rows(iri):
            if role == "facet":
                thing.facets.add((property_, value))
            elif role == "date":
                thing.dates.add(value)
        thing.other_dates = {date for date, in dates.rows(iri)}
        thing.links = sum(int(count) for count, in degrees.rows(iri))
        yield iri, thing


def _insert(
    index: sqlite3.Connection, number: int, iri: str, thing: _Thing,
    above: Mapping[str, set[str]], quiet: set[str], broader: Mapping[str, set[str]],
) -> None:
    labels, names, body = thing.column(_LABELS), thing.column(_NAMES), thing.body
    special = most_special(thing.classes, above)
    notes = thing.column(_NOTES)
    index.execute(
        "INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, iri, labels[0] if labels else None, special[0] if special else None,
         notes[0] if notes else None, bool(special and set(special) <= quiet), thing.links))
    if thing.texts:
        index.execute("INSERT INTO texts(rowid, label, names, body) VALUES (?, ?, ?, ?)",
                      (number, "\n".join(labels), "\n".join(names), "\n".join(body)))
    index.executemany("INSERT INTO names_ VALUES (?, ?, ?)",
                      ((fold(name), number, name) for name in (*labels, *names)))
    facets = {(TYPE, kind) for kind in thing.classes} | {
        (property_, wider) for property_, value in thing.facets
        for wider in {value} | broader.get(value, set())}
    facets |= {(YEAR, year) for year in thing.years}
    index.executemany("INSERT INTO facets_ VALUES (?, ?, ?)",
                      ((*pair, number) for pair in facets))


def most_special(classes: Iterable[str], above: Mapping[str, set[str]]) -> list[str]:
    """The classes that are above none of the others, in alphabetical order."""
    known = set(classes)
    general = {wider for kind in known for wider in above.get(kind, ())}
    return sorted(known - general) or sorted(known)


def _classes(store: ox.Store) -> tuple[dict[str, set[str]], set[str]]:
    """All classes above each class, and the quiet ones."""
    above: dict[str, set[str]] = defaultdict(set)
    quiet: set[str] = set()
    for kind, broader, flag in _rows(store, "index-classes"):
        if broader is not None:
            above[kind.value].add(broader.value)
        elif flag.value == "true":
            quiet.add(kind.value)
    return {kind: closure(kind, above) for kind in list(above)}, quiet


def _rows(store: ox.Store, name: str) -> Iterator[ox.QuerySolution]:
    rows = store.query(own_query(name))
    assert isinstance(rows, ox.QuerySolutions)
    return rows
