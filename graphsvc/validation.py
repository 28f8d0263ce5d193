"""SHACL validation behind one function, and reports as sentences.

The engine is shacl-rust; pySHACL is the reference that tests hold it to (see
tests/test_validation.py), and that answers where a report in RDF is asked for.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import rdflib
import shacl_rust

from graphsvc.errors import GraphsvcError
from graphsvc.vocabulary import SH


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


def validate(data: Iterable[ox.Triple] | Path, shapes: Iterable[Path]) -> list[Result]:
    """Validate triples against shape files; the results in a stable order, none if it conforms.

    data: the triples, or a file of them in N-Triples. Raises GraphsvcError when the shapes cannot
    be read.
    """
    graph = b"\n".join(path.read_bytes() for path in shapes)
    try:
        report = shacl_rust.validate_file(
            _n_triples(data), io.BytesIO(graph), data_format="nt", shapes_format="turtle",
            experimental_index=True,
        )
    except Exception as error:  # the engine raises bare exceptions of its own
        raise GraphsvcError(
            f"The shapes cannot be used: {error}.", mend="Mend the file in ontology/shapes.",
        ) from error
    return sorted(
        Result(
            focus=found["focusNode"], path=found.get("resultPath") or "",
            message=_message(found["sourceConstraintComponent"], found["messages"]),
            value=found.get("value") or "", severity=found["severity"],
            component=found["sourceConstraintComponent"],
        )
        for found in report["results"]
    )


def _message(component: str, messages: list[str]) -> str:
    """What the shapes say: the engine puts its own words before the message of a shape, and the
    message of a SPARQL constraint before that of the shape in which it stands.
    """
    told = [message for message in messages if message != "SPARQL SELECT constraint violation"]
    own = 0 if component == f"<{SH.SPARQLConstraintComponent}>" else -1
    return told[own] if told else "".join(messages)


def _n_triples(data: Iterable[ox.Triple] | Path) -> Path | io.BytesIO:
    if isinstance(data, Path):
        return data
    return io.BytesIO(ox.serialize(data, format=ox.RdfFormat.N_TRIPLES) or b"")


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
            f"The shapes cannot be used: {error}", where=str(shapes),
            mend="Check them against the SHACL recommendation.",
        ) from error
    if not isinstance(report, rdflib.Graph):
        raise GraphsvcError(f"Validation failed: {report}", where=str(shapes),
                            mend="Check the shapes against the SHACL recommendation.")
    return bool(conforms), report


def _read(path: Path) -> rdflib.Graph:
    try:
        return rdflib.Graph().parse(path)
    except OSError as error:
        raise GraphsvcError(f"The file cannot be read ({error.strerror}).", where=str(path),
                            mend="Check the path.") from error
    except Exception as error:
        raise GraphsvcError(f"The file is not RDF: {error}", where=str(path),
                            mend="Mend it, or give its ending (.ttl, .nt, .rdf, ...).") from error


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
