"""Results as values that can be compared: read from every format, equal up to blank nodes."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

FORMATS = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}
_XSD = "http://www.w3.org/2001/XMLSchema#"
_VALUES = {
    _XSD + "integer": int,
    _XSD + "decimal": lambda text: Decimal(text).normalize(),
    _XSD + "double": float,
    _XSD + "float": float,
    _XSD + "boolean": {"0": "false", "false": "false", "1": "true", "true": "true"}.__getitem__,
    _XSD + "date": lambda text: text.replace("+00:00", "Z"),
}
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

Row = tuple  # of (variable, term), sorted by variable


def read_tabular(body: bytes, media_type: str) -> tuple[list[str], list[Row]] | bool:
    """Variables and rows of a SELECT result, or the value of an ASK result."""
    results = parse_query_results(body, QueryResultsFormat.from_media_type(media_type))
    if isinstance(results, QueryBoolean):
        return bool(results)
    variables = [variable.value for variable in results.variables]
    rows = []
    for solution in results:
        bound = [(name, value(solution[name])) for name in variables if solution[name] is not None]
        rows.append(tuple(sorted(bound)))
    return sorted(variables), rows


def read_result_set(path: Path) -> tuple[list[str], list[Row], bool] | bool | None:
    """A result in the vocabulary of result sets, with whether its rows have an order.

    None where the file holds a graph instead.
    """
    store = Store()
    store.load(path=str(path), base_iri=path.as_uri())
    prefix = f"PREFIX rs: <{_RS}> "
    for row in store.query(prefix + "SELECT ?b { ?r rs:boolean ?b }"):
        return row["b"].value == "true"
    if not store.query(prefix + "ASK { ?r a rs:ResultSet }"):
        return None
    variables = sorted(
        {row["v"].value for row in store.query(prefix + "SELECT ?v { ?r rs:resultVariable ?v }")}
    )
    solutions: dict = {}
    query = (
        "SELECT ?s ?i ?n ?v { ?r rs:solution ?s OPTIONAL { ?s rs:index ?i } "
        "OPTIONAL { ?s rs:binding [ rs:variable ?n ; rs:value ?v ] } }"
    )
    for row in store.query(prefix + query):
        index = int(row["i"].value) if row["i"] else 0
        bindings = solutions.setdefault((index, row["s"].value), [])
        if row["n"]:
            bindings.append((row["n"].value, value(row["v"])))
    ordered = bool(solutions) and min(solutions)[0] > 0
    return variables, [tuple(sorted(solutions[key])) for key in sorted(solutions)], ordered


def value(term):
    """The term, or for a literal what it stands for: 1.0 and 1.00 are the same decimal."""
    if isinstance(term, Literal) and term.datatype.value in _VALUES:
        with contextlib.suppress(ArithmeticError, ValueError, KeyError):
            normal = _VALUES[term.datatype.value](term.value.strip())
            return Literal(str(normal), datatype=term.datatype)
    return term


def same_rows(found: list[Row], expected: list[Row], ordered: bool, lax: bool) -> bool:
    """Whether the rows are the same, up to the names of blank nodes.

    lax: each may be there fewer times than is expected, but once (REDUCED).
    """
    if lax:
        counts, allowed = Counter(found), Counter(expected)
        return counts.keys() == allowed.keys() and counts <= allowed
    if ordered and [_blank(row) for row in found] != [_blank(row) for row in expected]:
        return False
    if not any(_has_blank(row) for row in found + expected):
        return Counter(found) == Counter(expected)
    return _match(list(found), list(expected), {})


def _match(found: list[Row], expected: list[Row], names: dict[str, str]) -> bool:
    """Whether some renaming of blank nodes that extends `names` makes the rows the same."""
    if len(found) != len(expected):
        return False
    if not found:
        return True
    row, rest = found[0], found[1:]
    tried = set()
    for index, candidate in enumerate(expected):
        if candidate in tried:
            continue
        tried.add(candidate)
        extended = _rename(row, candidate, names)
        if extended is not None and _match(
            rest, expected[:index] + expected[index + 1 :], extended
        ):
            return True
    return False


def _rename(row: Row, candidate: Row, names: dict[str, str]) -> dict[str, str] | None:
    if len(row) != len(candidate):
        return None
    extended = dict(names)
    for (name, term), (other_name, other) in zip(row, candidate, strict=True):
        if name != other_name or type(term) is not type(other):
            return None
        if isinstance(term, BlankNode):
            if extended.setdefault(term.value, other.value) != other.value:
                return None
        elif term != other:
            return None
    return extended if len(set(extended.values())) == len(extended) else None


def _has_blank(row: Row) -> bool:
    return any(isinstance(term, BlankNode) for _, term in row)


def _blank(row: Row) -> Row:
    return tuple((name, None if isinstance(term, BlankNode) else term) for name, term in row)


def csv_rows(body: bytes) -> Counter:
    """The rows of a CSV result by column, with the labels of blank nodes made equal."""
    header, *rows = csv.reader(io.StringIO(body.decode(), newline=""))
    return Counter(
        frozenset(zip(header, ("_:" if c.startswith("_:") else c for c in row), strict=True))
        for row in rows
        if row
    )


def same_graph(found: bytes, expected: Path) -> bool:
    """Whether N-Triples are isomorphic to the graph in a file."""
    return canonical(parse(found, RdfFormat.N_TRIPLES)) == canonical(
        parse(path=str(expected), base_iri=expected.as_uri())
    )


def canonical(quads) -> Dataset:
    """The dataset of the quads, with canonical names for blank nodes."""
    dataset = Dataset(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset
