"""How much memory and time an export of many edges takes, format by format.

A view's rows are made up (100,000 edges between a tenth as many nodes, unless another number is
given) and go the way that an engine's answer goes: rows, graph, file. Each format runs in a process
of its own, whose largest resident set is reported.

    python -m benchmarks.exports [EDGES]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from graphsvc.graphs.export import FORMATS
from graphsvc.graphs.graph import graph_of
from graphsvc.graphs.view import Recipe, Views

BASE = "https://example.org/id/"
PICTURES = ("svg", "png")
VIEW = """#+ title: Made up
#+ description: Rows that nobody asked for.
#+ columns:
#+   node: {type: iri, label: node}
#+   label: {type: text, label: label}
#+   type: {type: text, label: type}
#+   source: {type: iri, label: from}
#+   target: {type: iri, label: to}
#+   kind: {type: text, label: kind}
#+   weight: {type: integer, label: weight}
#+ examples:
#+   - title: All
SELECT ?node ?label ?type ?source ?target ?kind ?weight WHERE {
  { ?node <https://example.org/label> ?label ; <https://example.org/type> ?type }
  UNION { ?source ?kind ?target ; <https://example.org/weight> ?weight }
}
"""


def main(edges: int) -> None:
    """Measure every format but the pictures, which are refused at this size."""
    print(f"| {edges:,} edges | seconds | MB resident | MB file |\n| --- | --- | --- | --- |")
    for name in FORMATS:
        if name not in PICTURES:
            subprocess.run([sys.executable, "-m", "benchmarks.exports", str(edges), name],
                           check=True)


def measure(edges: int, name: str) -> None:
    """Write one format; print a line of the table."""
    with TemporaryDirectory() as folder:
        Path(folder, "made-up.rq").write_text(VIEW)
        view, = Views.load(Path(folder), {})
    rows = _rows(edges)
    start = time.perf_counter()
    graph = graph_of(view, rows, BASE)
    size = len(FORMATS[name].written(graph, _RECIPE))
    took = time.perf_counter() - start
    assert len(graph.edges) == edges
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"| {name} | {took:.1f} | {resident / 1024:.0f} | {size / 1e6:.0f} |", flush=True)


def _rows(edges: int) -> bytes:
    nodes = max(2, edges // 10)
    lines = ["?node\t?label\t?type\t?source\t?target\t?kind\t?weight"]
    lines += [f'<{BASE}thing/{number}>\t"Thing {number}"\t"kind {number % 9}"\t\t\t\t'
              for number in range(nodes)]
    for number in range(edges):
        one, other = number * 7919 % nodes, number * 104729 // 3 % nodes
        ends = f"<{BASE}thing/{one}>\t<{BASE}thing/{other}>"
        lines.append(f'\t\t\t{ends}\t"linked"\t{number % 5 + 1}')
    return ("\n".join(lines) + "\n").encode()


_RECIPE = Recipe(
    facts={"title": "Made up", "description": "Rows that nobody asked for.", "view": "made-up",
           "parameters": "none", "measures": "none", "dataset": "Made up",
           "release": "0000000000000000", "date": "2020-01-01",
           "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
           "software": "graphsvc", "query": VIEW},
    summary="none", measures=(), raw=False, address="https://example.org/export/made-up",
    dataset="https://example.org/dataset")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        measure(count, sys.argv[2])
    else:
        main(count)
