"""Canonical N-Quads: the same content gives the same bytes, at any size, in bounded memory.

Quads without blank nodes are sorted as lines; those with blank nodes are first given stable
labels by RDF Dataset Canonicalization (RDFC-1.0).
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby

import pyoxigraph as ox

CHUNK = 500_000


def canonical_lines(quads: Iterable[ox.Quad]) -> Iterator[bytes]:
    """Yield the N-Quads lines of a dataset (with line feeds), sorted and without doubles."""
    with ExitStack() as stack:
        chunks: list[Iterable[bytes]] = []
        lines: list[bytes] = []
        blank: list[ox.Quad] = []
        for quad in quads:
            if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
                blank.append(quad)
                continue
            lines.append(f"{quad} .\n".encode())
            if len(lines) >= CHUNK:
                chunks.append(stack.enter_context(_spill(lines)))
                lines = []
        chunks.append(sorted(lines + _relabelled(blank)))
        for line, _ in groupby(heapq.merge(*chunks)):
            yield line


def _relabelled(quads: list[ox.Quad]) -> list[bytes]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [f"{quad} .\n".encode() for quad in dataset]


def _spill(lines: list[bytes]) -> tempfile.SpooledTemporaryFile[bytes]:
    file: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile()  # noqa: SIM115
    file.rollover()
    file.writelines(sorted(lines))
    file.seek(0)
    return file
