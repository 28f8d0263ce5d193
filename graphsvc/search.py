"""The full-text index of a release: SQLite FTS5 over labels, other names and texts.

Beside the texts it holds what narrows and widens a search: each thing's classes, its values of
facet properties (with all broader concepts), its year, and the hierarchy of concepts.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from graphsvc.questions.index import fold
from graphsvc.rq import own_query
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
_AFTER_INDEX = "CREATE INDEX facets_of ON facets(thing); CREATE INDEX narrower ON broader(broader);"


@dataclass
class _Thing:
    """What is known of one thing while the index is written."""

    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    classes: set[str] = field(default_factory=set)
    facets: set[tuple[str, str]] = field(default_factory=set)
    broader: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    dated_by: set[str] = field(default_factory=set)
    links: int = 0

    def column(self, properties: Iterable[str]) -> list[str]:
        return sorted({text for p in properties for text in self.texts.get(p, ())})

    @property
    def body(self) -> list[str]:
        """All texts that are no names, the definition or summary first."""
        others = sorted(set(self.texts) - {*_LABELS, *_NAMES, *_NOTES})
        return [*self.column(_NOTES), *self.column(others)]


def build_index(store: ox.Store, path: Path) -> int:
    """Write the index of a store whose default graph holds everything; return its things."""
    above, quiet = _classes(store)
    things = _things(store)
    numbers = {iri: number for number, iri in enumerate(sorted(things), 1)}
    with sqlite3.connect(path) as connection:
        connection.executescript(_SCHEMA)
        for iri, number in numbers.items():
            _insert(connection, number, iri, things, above, quiet)
        connection.executemany(
            "INSERT OR IGNORE INTO broader VALUES (?, ?)",
            ((numbers[iri], numbers[b]) for iri, thing in things.items() for b in thing.broader
             if b in numbers))
        connection.executescript(_AFTER_INDEX)
    connection.close()
    return len(things)


def _insert(
    connection: sqlite3.Connection, number: int, iri: str, things: Mapping[str, _Thing],
    above: Mapping[str, set[str]], quiet: set[str],
) -> None:
    thing = things[iri]
    labels, names, body = thing.column(_LABELS), thing.column(_NAMES), thing.body
    special = most_special(thing.classes, above)
    notes = thing.column(_NOTES)
    connection.execute(
        "INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, iri, labels[0] if labels else None, special[0] if special else None,
         notes[0] if notes else None, bool(special and set(special) <= quiet), thing.links))
    if thing.texts:
        connection.execute("INSERT INTO texts(rowid, label, names, body) VALUES (?, ?, ?, ?)",
                           (number, "\n".join(labels), "\n".join(names), "\n".join(body)))
    connection.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)",
                           ((fold(name), number, name) for name in (*labels, *names)))
    facets = {(TYPE, kind) for kind in thing.classes} | {
        (property_, wider) for property_, value in thing.facets
        for wider in {value} | (things[value].broader if value in things else set())}
    facets |= {(YEAR, year) for year in _years(thing, things)}
    connection.executemany("INSERT INTO facets VALUES (?, ?, ?)",
                           ((number, *pair) for pair in sorted(facets)))


def most_special(classes: Iterable[str], above: Mapping[str, set[str]]) -> list[str]:
    """The classes that are above none of the others, in alphabetical order."""
    known = set(classes)
    general = {wider for kind in known for wider in above.get(kind, ())}
    return sorted(known - general) or sorted(known)


def _years(thing: _Thing, things: Mapping[str, _Thing]) -> set[str]:
    """The years of a thing's own dates or, where it has none, of what dates it."""
    dates = thing.dates or {date for other in thing.dated_by if other in things
                            for date in things[other].dates}
    return {match[0] for date in dates if (match := re.match(r"\d{4}", date))}


def _things(store: ox.Store) -> dict[str, _Thing]:
    things: dict[str, _Thing] = {}
    for thing, kind in _rows(store, "index-types"):
        things.setdefault(thing.value, _Thing()).classes.add(kind.value)
    for thing, property_, text in _rows(store, "texts"):
        if thing.value in things:
            things[thing.value].texts[property_.value].append(text.value)
    for role, thing, property_, value in _rows(store, "index-links"):
        if thing.value in things:
            _link(things[thing.value], role.value, property_, value)
    for thing, links in _rows(store, "index-degrees"):
        if thing.value in things:
            things[thing.value].links = int(links.value)
    return things


def _link(thing: _Thing, role: str, property_: ox.NamedNode, value: ox.NamedNode) -> None:
    if role == "facet":
        thing.facets.add((property_.value, value.value))
    elif role == "date":
        thing.dates.add(value.value)
    elif role == "dated by":
        thing.dated_by.add(value.value)
    else:
        thing.broader.add(value.value)


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


def closure(start: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from a start by one or more steps."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        for following in steps.get(todo.pop(), ()):
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen


def _rows(store: ox.Store, name: str) -> Iterator[ox.QuerySolution]:
    rows = store.query(own_query(name))
    assert isinstance(rows, ox.QuerySolutions)
    return rows
