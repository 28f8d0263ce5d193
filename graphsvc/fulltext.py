"""Search by words, class and facet, in the tables that graphsvc.build.index writes."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphsvc.vocabulary import RDF
from graphsvc.words import fold

TYPE = str(RDF.type)
YEAR = "year"
"""The name of the facet that holds a thing's year."""

Filters = Mapping[str, Sequence[str]]
"""By property (an IRI, or YEAR): values, all of which a thing must have."""

MARK_ON, MARK_OFF = "\x02", "\x03"
"""What is around the words of a snippet that were searched for."""

_WORD = re.compile(r"\w+")
_LONGEST = 300
_SMALL = 3
"""Letters up to which a word says too little to be marked in a snippet."""
_SCORE = "bm25(texts, 10.0, 8.0, 1.0) - ln(1 + things.links) / 2"
_EXACT, _NEAR = -100.0, 50.0
"""Scores of things that are called just so, and of those that a hierarchy leads to."""


_HITS = """
PRAGMA temp_store = MEMORY;
DROP TABLE IF EXISTS temp.hits;
CREATE TEMP TABLE hits(id INTEGER PRIMARY KEY, score REAL);
"""
_SUGGEST = f"""
SELECT things.iri, things.label, things.class, texts.names
FROM texts JOIN things ON things.id = texts.rowid
WHERE texts MATCH :match AND
    iif(:class IS NULL, NOT things.quiet,
        things.id IN (SELECT thing FROM facets WHERE property = :type AND value = :class))
ORDER BY things.id NOT IN (SELECT thing FROM names WHERE folded = :name AND names.name <> ''),
    {_SCORE}
LIMIT :limit
"""


@dataclass(frozen=True)
class Entry:
    """A thing as the index knows it. kind: the IRI of its most special class."""

    iri: str
    label: str | None
    kind: str | None
    note: str | None = None


@dataclass(frozen=True)
class Hit:
    """A thing that was found. why: what led to it, where its label does not show it.

    snippet: the place in its texts, with MARK_ON and MARK_OFF around the words.
    """

    entry: Entry
    why: str | None = None
    snippet: str | None = None


@dataclass(frozen=True)
class Found:
    """A page of hits, how many there are in all, and how they spread over the facets.

    loosened: whether nothing held all the words, so that some of them were enough.
    wordless: whether the text was not empty and yet held no word, so that nothing could be found.
    """

    hits: list[Hit]
    total: int
    facets: Mapping[str, list[tuple[str, int]]]
    loosened: bool = False
    wordless: bool = False


def search(
    connection: sqlite3.Connection, text: str, filters: Filters, limit: int, offset: int
) -> Found:
    """Things that hold the words of a text; nothing, where it is of signs alone.

    An empty text finds by the filters alone, in the order of labels. Classes that the project
    calls quiet are left out unless the filters name a class.
    """
    words = _words(text)
    wordless = not words and bool(text.strip())
    why: dict[int, str] = {}
    loosened = False
    connection.executescript(_HITS)
    if words:
        loosened = not _collect(connection, words, " AND ")
        if loosened:
            _collect(connection, words, " OR ")
        why = _widen(connection, text)
    elif not wordless:
        connection.execute("INSERT INTO hits SELECT id, 0 FROM things"
                           " WHERE label NOT NULL AND class NOT NULL")
    _narrow(connection, filters)
    total = connection.execute("SELECT COUNT(*) FROM hits").fetchone()[0]
    hits = list(_hits(connection, words, why, limit, offset))
    return Found(hits, total, _facets(connection), loosened and total > 0, wordless)


def suggest(
    connection: sqlite3.Connection, text: str, of_class: str | None, limit: int
) -> list[Hit]:
    """Things whose names hold words that begin like those of a text, the likeliest first.

    of_class: IRI of the class they must have; without it quiet classes are left out.
    """
    words = _words(text)
    if not words:
        return []
    match = "{label names} : (" + _match(words, " AND ") + ")"
    rows = connection.execute(
        _SUGGEST, {"match": match, "type": TYPE, "class": of_class, "name": fold(text),
                   "limit": limit}).fetchall()
    return [Hit(Entry(iri, label, class_), _alias(words, label, names))
            for iri, label, class_, names in rows]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text[:_LONGEST]).replace("_", " "))


def _match(words: Sequence[str], joint: str) -> str:
    """An FTS5 expression of the words; the last one may be unfinished."""
    quoted = [f'"{word}"' for word in words]
    return joint.join([*quoted[:-1], f"({quoted[-1]} OR {quoted[-1]} *)"])


def _collect(connection: sqlite3.Connection, words: Sequence[str], joint: str) -> bool:
    """Take down the things whose texts hold the words; say whether there are any."""
    connection.execute(
        f"INSERT OR IGNORE INTO hits SELECT texts.rowid, {_SCORE} FROM texts"
        " JOIN things ON things.id = texts.rowid WHERE texts MATCH ?", (_match(words, joint),))
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM hits)").fetchone()[0])


def _widen(connection: sqlite3.Connection, text: str) -> dict[int, str]:
    """Add what a hierarchy leads to from things that are called just so; say why."""
    why: dict[int, str] = {}
    exact = connection.execute(
        "SELECT thing, MIN(coalesce(label, name)) FROM names JOIN things ON things.id = thing"
        " WHERE folded = ? AND name <> '' GROUP BY thing", (fold(text),)).fetchall()
    for thing, label in exact:
        connection.execute("INSERT OR REPLACE INTO hits VALUES (?, ?)", (thing, _EXACT))
        for relation, here, there in (("broader", "narrower", "broader"),
                                  ("narrower", "broader", "narrower")):
            for (other,) in connection.execute(
                    f"SELECT {there} FROM broader WHERE {here} = ?", (thing,)).fetchall():
                new = connection.execute(
                    "INSERT OR IGNORE INTO hits VALUES (?, ?)", (other, _NEAR)).rowcount
                if new > 0:
                    why[other] = f"{relation} than {label}"
    return why


def _narrow(connection: sqlite3.Connection, filters: Filters) -> None:
    for property_, values in filters.items():
        for value in values:
            connection.execute(
                "DELETE FROM hits WHERE id NOT IN"
                " (SELECT thing FROM facets WHERE property = ? AND value = ?)", (property_, value))
    if not filters.get(TYPE):
        connection.execute("DELETE FROM hits WHERE id IN (SELECT id FROM things WHERE quiet)")


def _hits(
    connection: sqlite3.Connection, words: Sequence[str], why: Mapping[int, str],
    limit: int, offset: int,
) -> Iterator[Hit]:
    for number, *row, names in connection.execute(
            "SELECT hits.id, iri, things.label, class, note, texts.names FROM hits"
            " JOIN things USING (id) LEFT JOIN texts ON texts.rowid = hits.id"
            " ORDER BY score, things.label COLLATE NOCASE, iri LIMIT ? OFFSET ?",
            (limit, offset)).fetchall():
        entry = Entry(*row)
        yield Hit(entry, why.get(number) or _alias(words, entry.label, names),
                  _snippet(connection, number, words))


def _snippet(connection: sqlite3.Connection, number: int, words: Sequence[str]) -> str | None:
    longer = [word for word in words if len(word) > _SMALL] or words
    if not words:
        return None
    found = connection.execute(
        "SELECT snippet(texts, 2, ?, ?, '…', 40) FROM texts WHERE rowid = ? AND texts MATCH ?",
        (MARK_ON, MARK_OFF, number, "{body} : (" + _match(longer, " OR ") + ")")).fetchone()
    return found[0] if found else None


def _alias(words: Sequence[str], label: str | None, names: str | None) -> str | None:
    """The other name by which a thing was found, where its label does not hold the words."""
    def holds(name: str) -> bool:
        own = _words(name)
        return all(any(mine.startswith(word) for mine in own) for word in words)

    if not words or not names or holds(label or ""):
        return None
    also = next((name for name in names.split("\n") if holds(name)), None)
    return f"also called {also}" if also else None


def _facets(connection: sqlite3.Connection) -> dict[str, list[tuple[str, int]]]:
    spread: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for property_, value, count in connection.execute(
            "SELECT property, value, COUNT(*) FROM hits JOIN facets ON thing = hits.id"
            " GROUP BY property, value ORDER BY property, COUNT(*) DESC, value"):
        spread[property_].append((value, count))
    return dict(spread)
