"""Canonical N-Quads: the same content gives the same bytes, at any size, in bounded memory.

Quads without blank nodes are sorted as lines; those with blank nodes are first given stable
labels by RDF Dataset Canonicalization (RDFC-1.0).
"""

from __future__ import annotations

import heapq
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from graphsvc.build.batches import batched

CHUNK = 200_000
"""Lines that are sorted in memory; more are merged from files."""
BLOCK = 50_000
"""Lines that are handed on together."""


@dataclass(frozen=True)
class Extract:
    """The named graphs of a store as N-Triples, one after the other in one file.

    sections: where each graph begins and ends, in bytes, in the order of their names.
    """

    path: Path
    sections: dict[ox.NamedNode, tuple[int, int]]

    def lines(self, name: ox.NamedNode) -> Iterator[bytes]:
        """The N-Triples of one graph, with line feeds."""
        left, end = self.sections[name]
        with self.path.open("rb") as file:
            file.seek(left)
            while left < end:
                line = file.readline()
                left += len(line)
                yield line


def extract(store: ox.Store, path: Path) -> Extract:
    """Write the named graphs of a store to a file."""
    sections: dict[ox.NamedNode, tuple[int, int]] = {}
    names = [name for name in store.named_graphs() if isinstance(name, ox.NamedNode)]
    with path.open("wb") as file:
        for name in sorted(names, key=str):
            start = file.tell()
            store.dump(file, ox.RdfFormat.N_TRIPLES, from_graph=name)
            sections[name] = (start, file.tell())
    return Extract(path, sections)


def canonical_graphs(
    extracted: Extract
) -> Iterator[tuple[ox.NamedNode, Iterator[list[bytes]]]]:
    """Yield each graph, in order of names, with blocks of its N-Quads lines (with line feeds),
    which are sorted. The blocks of a graph are to be read before the next graph is asked for.
    """
    blank = _relabelled(extracted)
    for name in extracted.sections:
        ending = b" %b .\n" % str(name).encode()
        lines = (line[:-3] + ending for line in extracted.lines(name) if not _has_blank(line))
        yield name, merged(chain(batched(lines, BLOCK), [blank[name]]))


def merged(groups: Iterable[list[bytes]]) -> Iterator[list[bytes]]:
    """Yield blocks of the lines of all groups, in one order."""
    with ExitStack() as stack:
        chunks: list[Iterable[bytes]] = []
        lines: list[bytes] = []
        for group in groups:
            lines += group
            if len(lines) >= CHUNK:
                chunks.append(stack.enter_context(_spill(lines)))
                lines = []
        lines.sort()
        yield from batched(heapq.merge(*chunks, lines) if chunks else lines, BLOCK)


def _has_blank(line: bytes) -> bool:
    """Whether an N-Triples line has a blank node as subject or object."""
    return line.startswith(b"_:") or (b" _:" in line and line.split(b" ", 2)[2].startswith(b"_:"))


def _relabelled(extracted: Extract) -> dict[ox.NamedNode, list[bytes]]:
    """The lines with blank nodes of each graph."""
    dataset = ox.Dataset()
    for name in extracted.sections:
        lines = b"".join(line for line in extracted.lines(name) if _has_blank(line))
        for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES):
            dataset.add(ox.Quad(quad.subject, quad.predicate, quad.object, name))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    found: dict[ox.NamedNode, list[bytes]] = defaultdict(list)
    for quad in dataset:
        found[quad.graph_name].append(f"{quad} .\n".encode())
    return found


def _spill(lines: list[bytes]) -> tempfile.SpooledTemporaryFile[bytes]:
    file: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile()  # noqa: SIM115
    file.rollover()
    file.writelines(sorted(lines))
    file.seek(0)
    return file
