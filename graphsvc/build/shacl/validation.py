"""SHACL validation behind one function, and reports as sentences.

The engine is shacl-rust, which sees a part of a graph at a time. pySHACL is the reference that
tests hold it to (see tests/test_validation.py), and that answers where a report in RDF is asked
for.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyoxigraph as ox
import rdflib
import shacl_rust

from graphsvc.build.batches import batched
from graphsvc.build.shacl.fragment import Node, fragment
from graphsvc.build.shacl.shapes import SUBCLASS, TARGET_NODE, Shape, Shapes, n_triples
from graphsvc.build.staging import by_first, new_index, stage
from graphsvc.errors import GraphsvcError
from graphsvc.vocabulary import SH

PART, SMALL = 2_000, 200_000
"""Nodes of a large graph that are validated together; quads of a graph that is not large."""


@dataclass(frozen=True, order=True)
class Result:
    """One result of a report (SHACL, section 3.6.2). Terms are in N-Triples form.

    focus: the thing; path: property path or empty; value: or empty; severity, component: IRIs.
    """

    focus: str
    path: str
    message: str
    value: str
    severity: str
    component: str

    @property
    def violation(self) -> bool:
        return self.severity == f"<{SH.Violation}>"

    @property
    def focus_iri(self) -> str:
        return self.focus.removeprefix("<").removesuffix(">")


def validate(
    data: ox.Store, paths: Iterable[Path], among: Collection[str] | None = None
) -> list[Result]:
    """Validate a graph against shape files; the results in a stable order, none if it conforms.

    data: all its graphs are validated as one. among: validate only these nodes, given as IRIs.
    The engine is given what is read of some nodes at a time, so that its memory does not grow with
    the graph; or a graph that is not large at once, which is faster where all nodes are validated.

    Raises GraphsvcError when the shapes cannot be used.
    """
    shapes, whole = Shapes(paths), among is None and len(data) <= SMALL
    return sorted({
        result for part in _parts(data, shapes, among, None if whole else PART)
        for result in _results(_all(data) if whole else _read_of(data, shapes, part), shapes, part)
    })


_QUERY = f"<{SH.SPARQLConstraintComponent}>"
_Part = dict[Node, list[Shape]]
"""Some nodes, each with the shapes whose focus nodes it is among."""


def _parts(
    data: ox.Store, shapes: Shapes, among: Collection[str] | None, size: int | None
) -> Iterator[_Part]:
    """All focus nodes, so many at a time, or all at once."""
    with closing(new_index(None, "")) as index:
        stage(index, "targets", "focus, shape", (
            (str(focus), number) for number, shape in enumerate(shapes.targeted)
            for focus in shape.focus_nodes(data)
            if among is None or isinstance(focus, ox.NamedNode) and focus.value in among))
        rows = by_first(index.execute("SELECT DISTINCT * FROM targets ORDER BY focus, shape"))
        for part in batched(rows, size):
            yield {focus: [shapes.targeted[number] for _, number in group]
                   for focus, group in zip(_terms(text for text, _ in part),
                                           (group for _, group in part), strict=True)}


def _terms(texts: Iterable[str]) -> list[Node]:
    """The terms that stand in N-Triples form."""
    lines = "".join(f"<x:x> <x:x> {text} .\n" for text in texts)
    return [quad.object for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)]


def _results(data: Iterable[ox.Triple], shapes: Shapes, part: _Part) -> Iterator[Result]:
    """What is wrong with the nodes of a part. data: all that the shapes read of them."""
    targets = (ox.Triple(shape.node, TARGET_NODE, focus)
               for focus, of in part.items() for shape in of)
    try:
        report = shacl_rust.validate_file(
            io.BytesIO(n_triples(data)), io.BytesIO(shapes.text + n_triples(targets)),
            data_format="nt", shapes_format="nt", experimental_index=True)
    except Exception as error:  # the engine raises bare exceptions of its own
        raise GraphsvcError(
            f"The shapes cannot be used: {error}.", hint="Mend the file in ontology/shapes.",
        ) from error
    for found in report["results"]:
        component = found["sourceConstraintComponent"]
        itself = component == _QUERY and found["sourceShape"] not in shapes.with_path
        yield Result(
            focus=found["focusNode"], path=found.get("resultPath") or "",
            message=_message(component, found["messages"]), severity=found["severity"],
            value=found.get("value") or (found["focusNode"] if itself else ""),  # section 5.3.2
            component=component)


def _read_of(data: ox.Store, shapes: Shapes, part: _Part) -> Iterator[ox.Triple]:
    """What the shapes read of the nodes, and the hierarchy of classes; all where it may be all."""
    starts = [(focus, frozenset(shapes.reading.state(shape.node) for shape in of))
              for focus, of in part.items()]
    if shapes.reading.everything:
        return _all(data)
    hierarchy = (quad.triple for quad in data.quads_for_pattern(None, SUBCLASS, None))
    return chain(fragment(data, starts), hierarchy)


def _all(data: ox.Store) -> Iterator[ox.Triple]:
    return (quad.triple for quad in data)


def _message(component: str, messages: list[str]) -> str:
    """What the shapes say: the engine puts its own words before the message of a shape, and the
    message of a SPARQL constraint before that of the shape in which it stands.
    """
    told = [message for message in messages if message != "SPARQL SELECT constraint violation"]
    own = 0 if component == _QUERY else -1
    return told[own] if told else "".join(messages)


def validate_pair(data: Path, shapes: Path) -> tuple[bool, rdflib.Graph]:
    """Validate a data file against a shapes file with the reference engine.

    Returns whether it conforms, and the validation report as a graph (SHACL, section 3.6).
    Raises GraphsvcError when a file cannot be read or the shapes are ill-formed.
    """
    import pyshacl  # which takes an eighth of a second, and is used only here

    graphs = [_read(path) for path in (data, shapes)]
    try:
        conforms, report, _ = pyshacl.validate(
            graphs[0], shacl_graph=graphs[1], inference="none", advanced=False)
    except Exception as error:
        raise GraphsvcError(
            f"The shapes cannot be used: {error}", location=str(shapes),
            hint="Check them against the SHACL recommendation.",
        ) from error
    if not isinstance(report, rdflib.Graph):
        raise GraphsvcError(f"Validation failed: {report}", location=str(shapes),
                            hint="Check the shapes against the SHACL recommendation.")
    return bool(conforms), report


def _read(path: Path) -> rdflib.Graph:
    try:
        return rdflib.Graph().parse(path)
    except OSError as error:
        raise GraphsvcError(f"The file cannot be read ({error.strerror}).", location=str(path),
                            hint="Check the path.") from error
    except Exception as error:
        raise GraphsvcError(f"The file is not RDF: {error}", location=str(path),
                            hint="Mend it, or give its ending (.ttl, .nt, .rdf, ...).") from error


def report_graph(results: Iterable[Result]) -> str:
    """A validation report (SHACL, section 3.6) in N-Triples, the same for the same results."""
    lines = [f"_:report <{rdflib.RDF.type}> <{SH.ValidationReport}> ."]
    results = list(results)
    boolean = f'"{str(not results).lower()}"^^<{rdflib.XSD.boolean}>'
    lines.append(f"_:report <{SH.conforms}> {boolean} .")
    for number, result in enumerate(results, 1):
        node = f"_:result{number}"
        lines.append(f"_:report <{SH.result}> {node} .")
        lines.append(f"{node} <{rdflib.RDF.type}> <{SH.ValidationResult}> .")
        terms = {
            SH.focusNode: result.focus, SH.resultSeverity: result.severity,
            SH.sourceConstraintComponent: result.component, SH.value: result.value,
            SH.resultMessage: str(ox.Literal(result.message)),
            SH.resultPath: result.path if result.path.startswith("<") else "",
        }
        lines += [f"{node} <{predicate}> {term} ." for predicate, term in terms.items() if term]
    return "\n".join(lines) + "\n"
