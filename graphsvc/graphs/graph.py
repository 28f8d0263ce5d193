"""A graph at rest: nodes and edges in a fixed order, in bounded memory however many there are.

Rows lie in a temporary SQLite database, which keeps a few megabytes in memory and the rest in a
file that vanishes with it. So every writer can go through nodes and edges as often as it likes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphsvc.errors import GraphsvcError

Scalar = str | int | float | bool
_PALETTE = (
    "#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#edc948", "#b07aa1", "#ff9da7",
    "#9c755f", "#1b9e77", "#7570b3", "#d95f02", "#66a61e", "#a6761d", "#386cb0", "#bf5b17",
)
_PLAIN = "#8a8a8a"


@dataclass(frozen=True)
class Attribute:
    """Something that nodes or edges have. type: text, integer, decimal, boolean, date or iri."""

    name: str
    type: str
    label: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node. number counts from 1; id is made of letters, digits and `:._-`; degree counts edges.

    values: in the order of the graph's node attributes, None where there is none.
    """

    number: int
    id: str
    iri: str
    label: str
    type: str
    degree: int
    values: tuple[Scalar | None, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two nodes, told by number, IRI and id. values: as those of nodes."""

    number: int
    source_number: int
    target_number: int
    source_iri: str
    target_iri: str
    source: str
    target: str
    values: tuple[Scalar | None, ...]

    @property
    def id(self) -> str:
        return f"e{self.number}"


class Graph:
    """Nodes and edges with their attributes. Fill it, `settle` it, read it, close it.

    node_attributes, edge_attributes: what the values of rows mean, in their order; label and type
        are among those of nodes.
    """

    def __init__(
        self, node_attributes: Sequence[Attribute], edge_attributes: Sequence[Attribute],
        *, directed: bool, base: str,
    ) -> None:
        self.node_attributes, self.edge_attributes = tuple(node_attributes), tuple(edge_attributes)
        self.directed = directed
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for pragma in ("cache_size = -65536", "journal_mode = OFF", "synchronous = OFF"):
            self._db.execute(f"PRAGMA {pragma}")
        nodes, edges = _columns(len(node_attributes)), _columns(len(edge_attributes))
        self._db.execute(f"CREATE TABLE raw_node (iri TEXT PRIMARY KEY{nodes}) WITHOUT ROWID")
        self._db.execute(f"CREATE TABLE raw_edge (source TEXT, target TEXT{edges})")
        self._db.create_function("short", 1, lambda iri: short(iri, base), deterministic=True)
        self._db.execute("BEGIN")

    def add_nodes(self, rows: Iterable[tuple[Scalar | None, ...]]) -> None:
        """Add rows of IRI and values. Raises GraphsvcError for a node that comes twice."""
        marks = ", ".join("?" * (len(self.node_attributes) + 1))
        iri: Scalar | None = None
        try:
            for row in rows:
                iri = row[0]
                self._db.execute(f"INSERT INTO raw_node VALUES ({marks})", row)
        except sqlite3.IntegrityError as error:
            raise GraphsvcError(f"The view gives the node <{iri}> twice.",
                                hint="Group its query by ?node.") from error

    def add_edges(self, rows: Iterable[tuple[Scalar | None, ...]]) -> None:
        """Add rows of source IRI, target IRI and values."""
        marks = ", ".join("?" * (len(self.edge_attributes) + 2))
        self._db.executemany(f"INSERT INTO raw_edge VALUES ({marks})", rows)

    def settle(self, *, keep_isolated: bool) -> None:
        """Number everything in order; drop edges that lack an end, and isolated nodes if told."""
        nodes, edges = (_columns(len(part)) for part in (self.node_attributes,
                                                         self.edge_attributes))
        every = ", ".join(str(at + 1) for at in range(len(self.edge_attributes) + 2))
        wanted = "" if keep_isolated else "WHERE edges > 0"
        for statement in (
            "CREATE TABLE name (number INTEGER PRIMARY KEY, iri TEXT UNIQUE)",
            "INSERT INTO name (iri) SELECT iri FROM raw_node ORDER BY iri",
            f"CREATE TABLE link AS SELECT s.number AS source, t.number AS target{edges}"
            " FROM raw_edge CROSS JOIN name s ON s.iri = source"
            " CROSS JOIN name t ON t.iri = target",
            "CREATE TABLE degree (number INTEGER PRIMARY KEY, edges INTEGER)",
            "INSERT INTO degree SELECT number, COUNT(*) FROM (SELECT source AS number FROM link"
            " UNION ALL SELECT target FROM link) GROUP BY number",
            "CREATE TABLE node AS SELECT number, iri, short(iri) AS id,"
            f" COALESCE(edges, 0) AS edges{nodes} FROM name JOIN raw_node USING (iri)"
            f" LEFT JOIN degree USING (number) {wanted} ORDER BY number",
            "CREATE UNIQUE INDEX node_number ON node (number)",
            f"CREATE TABLE edge AS SELECT source, target{edges} FROM link ORDER BY {every}",
            "COMMIT",
            *(f"DROP TABLE {table}" for table in ("raw_node", "raw_edge", "link", "degree",
                                                  "name")),
        ):
            self._db.execute(statement)

    @cached_property
    def node_count(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM node").fetchone()[0])

    @cached_property
    def edge_count(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM edge").fetchone()[0])

    @cached_property
    def highest_degree(self) -> int:
        """The largest number of edges at one node."""
        return int(self._db.execute("SELECT COALESCE(MAX(edges), 0) FROM node").fetchone()[0])

    @cached_property
    def shared_labels(self) -> set[str]:
        """The labels that more than one node has."""
        at = self._place("label")
        rows = self._db.execute(f"SELECT v{at} FROM node GROUP BY 1 HAVING COUNT(*) > 1")
        return {label for label, in rows}

    @cached_property
    def types(self) -> dict[str, int]:
        """How many nodes there are of each type, in the order of their names."""
        at = self._place("type")
        rows = self._db.execute(f"SELECT v{at}, COUNT(*) FROM node GROUP BY 1 ORDER BY 1")
        return {str(kind or ""): int(count) for kind, count in rows}

    @cached_property
    def colours(self) -> dict[str, str]:
        """A colour for each type, as #rrggbb; beyond sixteen types the rarest are grey."""
        common = sorted(self.types, key=lambda kind: (-self.types[kind], kind))[:len(_PALETTE)]
        given = dict(zip(sorted(common), _PALETTE, strict=False))
        return {kind: given.get(kind, _PLAIN) for kind in self.types}

    def nodes(self) -> Iterator[Node]:
        """All nodes, in the order of their IRIs."""
        label, kind = self._place("label"), self._place("type")
        logical = _logical(self.node_attributes)
        rows = self._db.execute("SELECT rowid, * FROM node ORDER BY rowid")
        for number, _, iri, name, degree, *values in rows:
            yield Node(number, name, iri, values[label], values[kind] or "", degree,
                       _restore(values, logical))

    def edges(self) -> Iterator[Edge]:
        """All edges, in the order of their ends' IRIs."""
        logical = _logical(self.edge_attributes)
        columns = _columns(len(self.edge_attributes), "edge.")
        rows = self._db.execute(
            f"SELECT edge.rowid, s.rowid, t.rowid, s.iri, t.iri, s.id, t.id{columns} FROM edge"
            " CROSS JOIN node s ON s.number = source CROSS JOIN node t ON t.number = target"
            " ORDER BY edge.rowid")
        for number, one, other, one_iri, other_iri, one_id, other_id, *values in rows:
            yield Edge(number, one, other, one_iri, other_iri, one_id, other_id,
                       _restore(values, logical))

    def add_values(self, attribute: Attribute, values: Mapping[int, Scalar]) -> None:
        """Give nodes one more attribute, by their numbers."""
        column = f"v{len(self.node_attributes)}"
        self._db.execute(f"ALTER TABLE node ADD COLUMN {column}")
        self._db.executemany(f"UPDATE node SET {column} = ? WHERE rowid = ?",
                             ((value, number) for number, value in values.items()))
        self.node_attributes += (attribute,)

    def _place(self, name: str) -> int:
        return [attribute.name for attribute in self.node_attributes].index(name)

    def close(self) -> None:
        """Give the temporary file back."""
        self._db.close()


def short(iri: str, base: str) -> str:
    """An IRI as an identifier that every format takes: the part below base, `/` written as `:`.

    Everything but letters, digits, `.`, `-` and `/` is written as `_` with its code in hexadecimal
    and `_`, so that no two IRIs share an identifier.
    """
    local = iri.removeprefix(base)
    return re.sub(r"[^A-Za-z0-9.\-/]", lambda m: f"_{ord(m[0]):x}_", local).replace("/", ":")


def _columns(count: int, table: str = "") -> str:
    return "".join(f", {table}v{at}" for at in range(count))


def _logical(attributes: Sequence[Attribute]) -> list[int]:
    return [at for at, attribute in enumerate(attributes) if attribute.type == "boolean"]


def _restore(values: list[Scalar | None], logical: list[int]) -> tuple[Scalar | None, ...]:
    """A row as it was given: SQLite keeps true and false as 1 and 0."""
    for at in logical:
        if values[at] is not None:
            values[at] = bool(values[at])
    return tuple(values)
