"""Writing an index in bounded memory: rows wait in temporary tables, and come back in order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]

_CACHE_KIB = 16_384
_SETTINGS = f"""
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
PRAGMA cache_size = -{_CACHE_KIB}; PRAGMA temp.cache_size = -{_CACHE_KIB};
"""
"""A file that is not finished is thrown away, so nothing need be safe before its end."""


def new_index(path: Path | None, schema: str) -> sqlite3.Connection:
    """A new database with tables, in a file or (None) in memory."""
    index = sqlite3.connect(path or ":memory:", check_same_thread=False)
    index.executescript(_SETTINGS + schema)
    return index


def stage(index: sqlite3.Connection, table: str, columns: str, rows: Iterable[Row]) -> None:
    """Put rows into a new temporary table, which ends with the connection."""
    index.execute(f"CREATE TEMP TABLE {table}({columns})")
    places = ", ".join("?" * len(columns.split(",")))
    index.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def by_first(rows: Iterable[Row]) -> Iterator[tuple[Any, list[Row]]]:
    """Rows that come in the order of their first column, grouped by it."""
    for key, group in groupby(rows, itemgetter(0)):
        yield key, list(group)


class Beside:
    """Rows in the order of their first column, looked up by keys that come in the same order."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._groups = by_first(rows)
        self._next = next(self._groups, None)

    def rows(self, key: Any) -> list[Row]:
        """The rows of a key, without it."""
        while self._next is not None and self._next[0] < key:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != key:
            return []
        return [row[1:] for row in self._next[1]]
