"""Look things up by words, class and facet, in the full-text index of a release."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graphsvc.build.search import TYPE
from graphsvc.questions.index import fold

Filters = Mapping[str, Sequence[str]]
"""By property (an IRI, or search.YEAR): values, all of which a thing must have."""

MARK_ON, MARK_OFF = "\x02", "\x03"
"""What stands around the words of a snippet that were searched for."""

_WORD = re.compile(r"\w+")
_LONGEST = 300
_SMALL = 3
"""Letters up to which a word says too little to be marked in a snippet."""
_SCORE = "bm25(texts, 10.0, 8.0, 1.0) - ln(1 + things.links) / 2"
_EXACT, _NEAR = -100.0, 50.0
"""Scores of things that are called just so, and of those that a hierarchy leads to."""


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


class Lookup:
    """The index of one release. Every call opens it anew, so that any thread may call."""

    def __init__(self, path: Path) -> None:
        self._address = f"file:{path.resolve()}?mode=ro&immutable=1"

    def search(
        self, text: str, filters: Filters, *, limit: int = 20, offset: int = 0
    ) -> Found:
        """Things that hold the words of a text; nothing, where it is of signs alone.

        An empty text finds by the filters alone, in the order of labels. Classes that the project
        calls quiet are left out unless the filters name a class.
        """
        words = _words(text)
        wordless = not words and bool(text.strip())
        with self._open() as connection:
            why: dict[int, str] = {}
            loosened = False
            connection.execute("CREATE TEMP TABLE hits(id INTEGER PRIMARY KEY, score REAL)")
            if words:
                loosened = not _collect(connection, words, " AND ")
                if loosened:
                    _collect(connection, words, " OR ")
                why = _widen(connection, text)
            elif not wordless:
                connection.execute("INSERT INTO hits SELECT id, 0 FROM things WHERE label NOT NULL")
            _narrow(connection, filters)
            total = connection.execute("SELECT COUNT(*) FROM hits").fetchone()[0]
            hits = list(_hits(connection, words, why, limit, offset))
            return Found(hits, total, _facets(connection), loosened and total > 0, wordless)

    def suggest(self, text: str, *, of_class: str | None = None, limit: int = 8) -> list[Hit]:
        """Things whose names hold words that begin like those of a text, the likeliest first.

        of_class: IRI of the class they must have; without it quiet classes are left out.
        """
        words = _words(text)
        if not words:
            return []
        match = "{label names} : (" + _match(words, " AND ") + ")"
        with self._open() as connection:
            rows = connection.execute(
                "SELECT things.iri, things.label, things.class, texts.names FROM texts"
                " JOIN things ON things.id = texts.rowid WHERE texts MATCH :match AND"
                " iif(:kind IS NULL, NOT things.quiet, things.id IN (SELECT thing FROM facets"
                f" WHERE property = '{TYPE}' AND value = :kind))"
                " ORDER BY things.id NOT IN (SELECT thing FROM names WHERE folded = :whole),"
                f" {_SCORE} LIMIT :limit",
                {"match": match, "kind": of_class, "whole": fold(text), "limit": limit}).fetchall()
        return [Hit(Entry(iri, label, kind), _alias(words, label, names))
                for iri, label, kind, names in rows]

    def members(self, value: str, property_: str = TYPE) -> list[Entry]:
        """The things that have a facet's value (by default: that are of a class), by label."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT iri, label, class, note FROM facets JOIN things ON things.id = thing"
                " WHERE property = ? AND value = ? AND label NOT NULL"
                " ORDER BY label COLLATE NOCASE, iri", (property_, value))
            return [Entry(*row) for row in rows]

    def entries(self, iris: Iterable[str]) -> dict[str, Entry]:
        """What the index knows of some things, by IRI."""
        wanted = sorted(set(iris))
        found: dict[str, Entry] = {}
        with self._open() as connection:
            for start in range(0, len(wanted), 500):
                part = wanted[start:start + 500]
                places = ", ".join("?" * len(part))
                for row in connection.execute(
                        "SELECT iri, label, class, note FROM things"
                        f" WHERE iri IN ({places})", part):
                    found[row[0]] = Entry(*row)
        return found

    def classes(self, iri: str) -> list[str]:
        """All classes of a thing; none where the index does not know it."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT value FROM facets JOIN things ON things.id = thing"
                " WHERE iri = ? AND property = ?", (iri, TYPE))
            return sorted(row[0] for row in rows)

    def sizes(self) -> dict[str, int]:
        """How many things there are of each class."""
        with self._open() as connection:
            return dict(connection.execute(
                "SELECT value, COUNT(*) FROM facets WHERE property = ? GROUP BY value", (TYPE,)))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._address, uri=True)
        try:
            connection.execute("PRAGMA temp_store = MEMORY")
            yield connection
        finally:
            connection.close()


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
        " WHERE folded = ? GROUP BY thing", (fold(text),)).fetchall()
    for thing, label in exact:
        connection.execute("INSERT OR REPLACE INTO hits VALUES (?, ?)", (thing, _EXACT))
        for kind, here, there in (("broader", "narrower", "broader"),
                                  ("narrower", "broader", "narrower")):
            for (other,) in connection.execute(
                    f"SELECT {there} FROM broader WHERE {here} = ?", (thing,)).fetchall():
                new = connection.execute(
                    "INSERT OR IGNORE INTO hits VALUES (?, ?)", (other, _NEAR)).rowcount
                if new > 0:
                    why[other] = f"{kind} than {label}"
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
    telling = [word for word in words if len(word) > _SMALL] or words
    if not words:
        return None
    found = connection.execute(
        "SELECT snippet(texts, 2, ?, ?, '…', 40) FROM texts WHERE rowid = ? AND texts MATCH ?",
        (MARK_ON, MARK_OFF, number, "{body} : (" + _match(telling, " OR ") + ")")).fetchone()
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
