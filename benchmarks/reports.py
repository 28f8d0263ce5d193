"""Validate a file and print the results as JSON, in a form that both engines share.

`python -m benchmarks.reports ENGINE DATA SHAPES`; ENGINE is `graphsvc` or `pyshacl`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

Row = tuple[str, str, str, str]
"""Focus, path if it is one property, severity, component."""


def graphsvc(data: Path, shapes: Path) -> list[Row]:
    """What the service reports."""
    import pyoxigraph

    from graphsvc.build.shapes import validate

    store = pyoxigraph.Store()
    store.bulk_load(path=data)
    return sorted((r.focus, r.path if r.path.startswith("<") else "", r.severity, r.component)
                  for r in validate(store, [shapes]))


def pyshacl(data: Path, shapes: Path) -> list[Row]:
    """What pySHACL reports on an rdflib graph."""
    import rdflib
    from pyshacl import validate
    from rdflib.namespace import SH

    graphs = [rdflib.Graph().parse(path) for path in (data, shapes)]
    _, report, _ = validate(graphs[0], shacl_graph=graphs[1], inference="none")

    def term(result: rdflib.term.Node, predicate: rdflib.URIRef) -> str:
        value = report.value(result, predicate)
        return value.n3() if isinstance(value, rdflib.URIRef) else ""

    return sorted(
        (term(result, SH.focusNode), term(result, SH.resultPath),
         term(result, SH.resultSeverity), term(result, SH.sourceConstraintComponent))
        for result in report.objects(None, SH.result))


if __name__ == "__main__":
    engine = {"graphsvc": graphsvc, "pyshacl": pyshacl}[sys.argv[1]]
    print(json.dumps(engine(Path(sys.argv[2]), Path(sys.argv[3]))))
