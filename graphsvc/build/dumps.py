"""The dumps of a release: canonical N-Quads, complete and by graph; N-Triples and Turtle for tools
that know no graphs; TriG.

What is read here was written here, so that the engine need not look whether it is right (lenient).
The same content gives the same bytes: quads without blank nodes are sorted as lines; those with
blank nodes first get stable labels by RDF Dataset Canonicalization (RDFC-1.0).
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError

Graphs = dict[str, list[bytes]]
"""The sorted N-Quads lines of each graph, by the IRIs of the graphs in their order."""

_RELABEL = """
import sys, pyoxigraph as ox
dataset = ox.Dataset(ox.parse(sys.stdin.buffer.read(), format=ox.RdfFormat.N_QUADS))
dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
ox.serialize(dataset, sys.stdout.buffer, format=ox.RdfFormat.N_QUADS)
"""
_SECONDS = 10
"""What labelling may take. It takes for ever, or more stack than there is, where very many blank
nodes differ only by their links with one another: so it runs in a process of its own."""


def canonical_graphs(store: ox.Store, describe: Callable[[str], GraphsvcError]) -> Graphs:
    """The canonical lines of all named graphs.

    describe: makes the error for a graph whose blank nodes cannot be labelled, which is raised.
    """
    graphs: Graphs = {}
    blank: Graphs = {}
    names = [name for name in store.named_graphs() if isinstance(name, ox.NamedNode)]
    for name in sorted(names, key=str):
        plain, with_blank = graphs.setdefault(name.value, []), blank.setdefault(name.value, [])
        ending = b" %b .\n" % str(name).encode()
        content = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=name) or b""
        for line in content.splitlines(keepends=True):
            (with_blank if _has_blank(line) else plain).append(line[:-3] + ending)
    _relabel(graphs, blank, describe)
    for lines in graphs.values():
        lines.sort()
    return graphs


def triples_of(graphs: Graphs) -> list[bytes]:
    """The sorted N-Triples lines of all graphs together."""
    return sorted({line[:line.rindex(b" <")] + b" .\n"
                   for lines in graphs.values() for line in lines})


def write_dumps(
    graphs: Graphs, triples: list[bytes], base: str, prefixes: Mapping[str, str], folder: Path,
    pool: Executor,
) -> list[Path]:
    """Write all as N-Quads, TriG, N-Triples and Turtle, and each graph, in a new folder.

    Gives the files with all of it. triples: those of all graphs; base: what the names of the
    graphs begin with; pool: its threads compress.
    Raises GraphsvcError when two graphs would have one file.
    """
    folder.mkdir()
    written = {folder / "all.nq.gz": pool.submit(
        _write, folder / "all.nq.gz", sorted(line for lines in graphs.values() for line in lines))}
    for name, lines in graphs.items():
        path = folder / f"{name.removeprefix(base).replace('/', '.')}.nq.gz"
        if path in written:
            raise GraphsvcError(f"The graph <{name}> and another one have the same file name.",
                                location=path.name, hint="Rename the data file of one of them.")
        written[path] = pool.submit(_write, path, lines)
    quads = (quad for lines in graphs.values()
             for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True))
    trig = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=dict(prefixes)) or b""
    turtle = ox.serialize(
        ox.parse(b"".join(triples), format=ox.RdfFormat.N_TRIPLES, lenient=True),
        format=ox.RdfFormat.TURTLE, prefixes=dict(prefixes)) or b""
    for ending, content in (("trig", [trig]), ("nt", triples), ("ttl", [turtle])):
        path = folder / f"all.{ending}.gz"
        written[path] = pool.submit(_write, path, content)
    for done in written.values():
        done.result()
    return sorted(path for path in written if path.name.startswith("all."))


def _has_blank(line: bytes) -> bool:
    """Whether an N-Triples line has a blank node as subject or object."""
    return line.startswith(b"_:") or (b" _:" in line and line.split(b" ", 2)[2].startswith(b"_:"))


def _relabel(graphs: Graphs, blank: Graphs, describe: Callable[[str], GraphsvcError]) -> None:
    """Add the lines with blank nodes to those of their graphs, with canonical labels."""
    with_blank = [name for name, lines in blank.items() if lines]
    if not with_blank:
        return
    labelled = _labelled(line for lines in blank.values() for line in lines)
    if labelled is None:
        raise describe(next((name for name in with_blank[:-1] if _labelled(blank[name]) is None),
                            with_blank[-1]))
    for line in labelled:
        graph = line.rstrip(b" .\n").rpartition(b" <")[2][:-1].decode()
        graphs[graph].append(line)


def _labelled(lines: Iterable[bytes]) -> list[bytes] | None:
    """The lines with canonical labels; None where that takes too long or too much."""
    try:
        done = subprocess.run([sys.executable, "-c", _RELABEL], input=b"".join(lines),
                              capture_output=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else done.stdout.splitlines(keepends=True)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Write a compressed file, whose bytes depend on its content only."""
    path.write_bytes(gzip.compress(b"".join(lines), 6, mtime=0))
