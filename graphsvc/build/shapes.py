"""SHACL behind one function: which things of a graph break which rule of the shapes.

The engine is shacl-rust. pySHACL is the reference: tests compare the two, and it writes the
report where one in RDF is wanted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyoxigraph as ox
import shacl_rust

from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.sources.turtle import read_file, read_turtle
from graphsvc.sparql import own_query
from graphsvc.vocabulary import RDF, RDFS, SH, XSD

if TYPE_CHECKING:
    import rdflib

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Node = Subject | ox.Literal

_PATH = ox.NamedNode(SH.path)
_TARGETS = _TARGET_NODE, _TARGET_CLASS, _SUBJECTS_OF, _OBJECTS_OF = tuple(map(ox.NamedNode, (
    SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)))
_SHAPE_CLASSES = (ox.NamedNode(SH.NodeShape), ox.NamedNode(SH.PropertyShape))
_QUERY_COMPONENT = f"<{SH.SPARQLConstraintComponent}>"
_TYPE, _CLASS, _SUBCLASS = map(ox.NamedNode, (RDF.type, RDFS.Class, RDFS.subClassOf))
_NOT_CODE = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
      |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>"{}|^`\\\x00-\x20]*>|\#[^\n]*''', re.X | re.S)
_MISUSE = re.compile(r"(?<![\w:?$.-])(?:(VALUES)\s*[(?${]|AS\s+[?$](\w+))", re.IGNORECASE)


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
    Raises GraphsvcError when the shapes cannot be used.
    """
    shapes, triples = _Shapes(paths), io.BytesIO()
    data.dump(triples, ox.RdfFormat.N_QUADS)
    triples.seek(0)
    try:
        report = shacl_rust.validate_file(
            triples, io.BytesIO(shapes.text if among is None else shapes.aimed_at(among, data)),
            data_format="nq", shapes_format="nt", experimental_index=True)
    except Exception as error:  # the engine raises bare exceptions of its own
        raise GraphsvcError(f"The shapes cannot be used: {error}.",
                            hint="Fix the file in ontology/shapes.") from error
    return sorted({_result(found, shapes) for found in report["results"]})


def explain(
    project: Project, results: Iterable[Result], outside: Iterable[Path] = ()
) -> list[GraphsvcError]:
    """Results as sentences with the file and line at which their things are described.

    outside: files that come before those of the project, and may lie elsewhere.
    """
    results = list(results)
    location: dict[str, str] = {}
    wanted = {result.focus_iri for result in results}
    for path in (*outside, *project.data_files, *project.ontology_files):
        if wanted:
            lines = read_turtle(path).lines
            location |= {iri: f"{project.name(path)}:{lines[iri]}" for iri in wanted & lines.keys()}
            wanted -= lines.keys()
    return [_sentence(result, location.get(result.focus_iri)) for result in results]


def report_graph(results: Iterable[Result]) -> str:
    """A validation report (SHACL, section 3.6) in N-Triples, the same for the same results."""
    results = list(results)
    lines = [f"_:report <{RDF.type}> <{SH.ValidationReport}> .",
             f'_:report <{SH.conforms}> "{str(not results).lower()}"^^<{XSD.boolean}> .']
    for number, result in enumerate(results, 1):
        node = f"_:result{number}"
        lines.append(f"_:report <{SH.result}> {node} .")
        lines.append(f"{node} <{RDF.type}> <{SH.ValidationResult}> .")
        terms = {
            "focusNode": result.focus, "resultSeverity": result.severity,
            "sourceConstraintComponent": result.component, "value": result.value,
            "resultMessage": str(ox.Literal(result.message)),
            "resultPath": result.path if result.path.startswith("<") else "",
        }
        lines += [f"{node} <{SH[name]}> {term} ." for name, term in terms.items() if term]
    return "\n".join(lines) + "\n"


def validate_pair(data: Path, shapes: Path) -> tuple[bool, rdflib.Graph]:
    """Validate a data file against a shapes file with the reference engine.

    Returns whether it conforms, and the validation report as a graph (SHACL, section 3.6).
    Raises GraphsvcError when a file cannot be read or the shapes are ill-formed.
    """
    import pyshacl  # which takes an eighth of a second, and is used only here
    import rdflib

    graph, shacl_graph = map(_rdf, (data, shapes))
    try:
        conforms, report, _ = pyshacl.validate(
            graph, shacl_graph=shacl_graph, inference="none", advanced=False)
    except Exception as error:
        raise GraphsvcError(f"The shapes cannot be used: {error}", location=str(shapes),
                            hint="Check them against the SHACL recommendation.") from error
    if not isinstance(report, rdflib.Graph):
        raise GraphsvcError(f"Validation failed: {report}", location=str(shapes),
                            hint="Check the shapes against the SHACL recommendation.")
    return bool(conforms), report


class _Shapes:
    """The shapes of some files.

    text: all of them in N-Triples. with_path: the property shapes, each in N-Triples form.
    Raises GraphsvcError when a file is not Turtle, or holds what the engine would misread.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._graph = ox.Store()
        for path in paths:
            try:
                self._graph.load(read_file(path), ox.RdfFormat.TURTLE,
                                 base_iri=path.absolute().as_uri())
            except (MemoryError, SyntaxError) as error:
                raise GraphsvcError(f"The shapes cannot be used: {error}.", location=str(path),
                                    hint="Fix the file in ontology/shapes.") from error
        for row in cast(ox.QuerySolutions, self._graph.query(own_query("shape-queries"))):
            _refuse_misread(*(str(getattr(term, "value", "")) for term in row))
        self.text = _n_triples(self._graph)
        self.with_path = {str(q.subject) for q in self._graph.quads_for_pattern(None, _PATH, None)}

    def aimed_at(self, among: Collection[str], data: ox.Store) -> bytes:
        """The shapes in N-Triples, with those of the given nodes as targets that they have.

        Shapes that are classes have their instances as targets (SHACL, section 2.1.3.3).
        """
        classes = {quad for quad in self._graph.quads_for_pattern(None, _TYPE, _CLASS) if any(
            ox.Quad(quad.subject, _TYPE, shape) in self._graph for shape in _SHAPE_CLASSES)}
        aimed = {quad for quad in self._graph if quad.predicate in _TARGETS}
        aims = [(quad.predicate, quad.object, quad.subject) for quad in aimed]
        aims += [(_TARGET_CLASS, quad.subject, quad.subject) for quad in classes]
        nodes = {node: _ways_to(node, data) for node in map(ox.NamedNode, among)}
        targets = (ox.Quad(shape, _TARGET_NODE, node) for way, target, shape in aims
                   for node, ways in nodes.items() if (way, target) in ways)
        return _n_triples(quad for quad in self._graph if quad not in aimed | classes) + (
            _n_triples(targets))


def _ways_to(node: ox.NamedNode, data: ox.Store) -> set[tuple[ox.NamedNode, Node]]:
    """The targets that name a node: each property with each value (SHACL, section 2.1.3)."""
    classes = [quad.object for quad in data.quads_for_pattern(node, _TYPE, None)]
    for cls in classes:
        if not isinstance(cls, ox.Literal):
            classes += (quad.object for quad in data.quads_for_pattern(cls, _SUBCLASS, None)
                        if quad.object not in classes)
    return {
        (_TARGET_NODE, node), *((_TARGET_CLASS, cls) for cls in classes),
        *((_SUBJECTS_OF, quad.predicate) for quad in data.quads_for_pattern(node, None, None)),
        *((_OBJECTS_OF, quad.predicate) for quad in data.quads_for_pattern(None, None, node))}


def _refuse_misread(shape: str, text: str, bound: str, path: str) -> None:
    """Raise GraphsvcError for a query that the engine would take for another.

    bound: names of the variables that have values before it runs: a query must not give them new
    ones, which the engine does not check (SHACL, appendix A). path: empty, or that of the shape,
    of several properties: the engine takes `$PATH` for any property then.
    """
    if path:
        raise GraphsvcError(
            f"The shapes cannot be used: <{shape}> has a query and a path of several properties.",
            hint="Put its sh:sparql into a node shape, and write the path out in the query.")
    for values, variable in _MISUSE.findall(_NOT_CODE.sub(" ", text)):
        if values or variable in bound.split():
            raise GraphsvcError(
                f"The shapes cannot be used: a query of <{shape}> has "
                f"{'VALUES' if values else f'AS ?{variable}'}.",
                hint="Write it without VALUES and without a new value for a variable that is "
                     "bound before the query runs (SHACL, appendix A).")


def _result(found: dict[str, Any], shapes: _Shapes) -> Result:
    """A result of the engine, with the message of the shapes: the engine puts its own words before
    that of a shape, and the message of a SPARQL constraint before that of the shape in which it is.
    A result of a query without a value is about the thing itself (5.3.2)."""
    is_query = found["sourceConstraintComponent"] == _QUERY_COMPONENT
    itself = is_query and found["sourceShape"] not in shapes.with_path
    said = [text for text in found["messages"] if text != "SPARQL SELECT constraint violation"]
    return Result(
        focus=found["focusNode"], path=found.get("resultPath") or "",
        message=said[0 if is_query else -1] if said else "".join(found["messages"]),
        value=found.get("value") or (found["focusNode"] if itself else ""),
        severity=found["severity"], component=found["sourceConstraintComponent"])


def _sentence(result: Result, location: str | None) -> GraphsvcError:
    """The thing, what is wrong with which value, and what to do."""
    value = f" (found {result.value})" if result.value not in ("", result.focus) else ""
    path = f" {result.path}" if result.path.startswith("<") else ""
    return GraphsvcError(f"{result.focus}{path}{value}: {result.message}", location=location)


def _n_triples(quads: Iterable[ox.Quad]) -> bytes:
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""


def _rdf(path: Path) -> rdflib.Graph:
    import rdflib

    read_file(path)  # raises where it cannot be read
    try:
        return rdflib.Graph().parse(path)
    except Exception as error:
        raise GraphsvcError(f"The file is not RDF: {error or type(error).__name__}",
                            location=str(path),
                            hint="Fix it, or give its ending (.ttl, .nt, .rdf, ...).") from error
