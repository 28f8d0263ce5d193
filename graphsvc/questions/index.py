"""The names and passages of a release in one SQLite file, so that nothing is read at a start."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.staging import by_first, new_index, stage
from graphsvc.engine.base import Engine
from graphsvc.questions.table import Term, fetch
from graphsvc.sparql import own_query

_SCHEMA = """
CREATE TABLE things(iri TEXT PRIMARY KEY, label TEXT, classes TEXT NOT NULL, schemes TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE names(folded TEXT, rank INTEGER, iri TEXT, PRIMARY KEY(folded, rank, iri))
    WITHOUT ROWID;
CREATE TABLE broader(class TEXT, above TEXT, PRIMARY KEY(class, above)) WITHOUT ROWID;
CREATE TABLE places(iri TEXT PRIMARY KEY, document TEXT, whole TEXT, line INTEGER, ordinal INTEGER)
    WITHOUT ROWID;
"""
_FINISH = """
INSERT INTO names SELECT * FROM names_ ORDER BY folded, rank, iri;
INSERT OR IGNORE INTO places SELECT * FROM places_
    ORDER BY iri, document NULLS LAST, whole NULLS LAST, line NULLS LAST, ordinal NULLS LAST;
"""
SURE, LESS_SURE = 1, 2
"""Rank of a label or slug, and of an alternative label."""

NameRows = Iterable[tuple[str, str, str]]
"""Thing, kind and value; a kind is label (the preferred one), name (another one that serves as
label), alternative, class, scheme or broader."""


@dataclass
class _Thing:
    labels: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    schemes: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)


def fold(text: str) -> str:
    """The text without accents, case and superfluous blanks, as names are compared."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
        text = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def slug(iri: str) -> str:
    """The last part of an IRI."""
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


def write_index(
    path: Path | None, names: NameRows, places: Iterable[Sequence[Term | None]] = ()
) -> sqlite3.Connection:
    """Write an index, into memory where no path is given.

    places: passage or section, document, what it is part of, line, ordinal.
    """
    index = new_index(path, _SCHEMA)
    stage(index, "rows", "iri, kind, value", names)
    stage(index, "names_", "folded, rank, iri", ())
    stage(index, "places_", "iri, document, whole, line, ordinal", map(_place, places))
    rows = index.execute("SELECT DISTINCT iri, kind, value FROM rows ORDER BY iri, kind, value")
    for iri, group in by_first(rows):
        _insert(index, iri, _thing(group))
    index.executescript(_FINISH)
    index.commit()
    return index


def build_names(store: ox.Store, path: Path) -> None:
    """Write the index of a store whose default graph holds everything."""
    write_index(path, _texts(_rows(store, "names")), _rows(store, "passages")).close()


def open_index(path: Path) -> sqlite3.Connection:
    """The index of a release, which never changes."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True,
                           check_same_thread=False)


async def read_index(engine: Engine) -> sqlite3.Connection:
    """The index of what an engine holds, in memory. Raises what the engine raises."""
    names = await fetch(engine, own_query("names"))
    return write_index(
        None, _texts(names.rows), (await fetch(engine, own_query("passages"))).rows)


def _thing(rows: Iterable[tuple[str, str, str]]) -> _Thing:
    thing = _Thing()
    for _, kind, value in rows:
        {"label": thing.labels, "name": thing.labels, "alternative": thing.alternatives,
         "class": thing.classes, "scheme": thing.schemes, "broader": thing.above,
         }[kind].append(value)
    return thing


def _insert(index: sqlite3.Connection, iri: str, thing: _Thing) -> None:
    index.executemany("INSERT OR IGNORE INTO broader VALUES (?, ?)",
                      ((iri, above) for above in thing.above))
    if any((thing.labels, thing.alternatives, thing.classes, thing.schemes)):
        index.execute("INSERT INTO things VALUES (?, ?, ?, ?)", (
            iri, thing.labels[0] if thing.labels else None, "\n".join(thing.classes),
            "\n".join(thing.schemes)))
        folded = {(fold(text), SURE, iri) for text in (*thing.labels, slug(iri))}
        folded |= {(fold(text), LESS_SURE, iri) for text in thing.alternatives}
        index.executemany("INSERT INTO names_ VALUES (?, ?, ?)", folded)


def _texts(rows: Iterable[Sequence[Term | None]]) -> Iterator[tuple[str, str, str]]:
    for thing, kind, value in rows:
        if thing and kind and value:
            yield thing.value, kind.value, value.value


def _place(row: Sequence[Term | None]) -> tuple[str | int | None, ...]:
    thing, document, whole, line, ordinal = row
    return (*(term.value if term else None for term in (thing, document, whole)),
            _number(line), _number(ordinal))


def _number(term: Term | None) -> int | None:
    return int(term.value) if isinstance(term, ox.Literal) and term.value.isdecimal() else None


def _rows(store: ox.Store, query: str) -> Iterator[Sequence[Term | None]]:
    solutions = store.query(own_query(query))
    assert isinstance(solutions, ox.QuerySolutions)
    for solution in solutions:
        yield [solution[variable] for variable in solutions.variables]
