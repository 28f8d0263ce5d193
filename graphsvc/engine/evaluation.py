"""Evaluating one query in a worker, and mending what the store's engine gets wrong.

- Several default graphs are merged (SPARQL 1.1 Query, section 13.1); the engine would give a
  triple once for each graph that holds it.
- `SELECT *` gives its columns in the order in which the query names them.
- A call of an unknown function is an error of its expression, as is any other error in one
  (section 17.2), and is noted; the engine would refuse the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import IO, Any, NamedTuple, cast

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
)

FORMATS: dict[str, Any] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
_UNKNOWN_FUNCTION = re.compile(r"The custom (?:aggregate )?function <([^>]*)> is not supported")
_VARIABLE = re.compile(r"[?$](\w+)")

Results = Any  # QuerySolutions, QueryBoolean or QueryTriples


class Order(NamedTuple):
    """What a worker is asked: see Request and Inspected, whose parts it puts together.

    seconds, result_bytes: limits of this query.
    star: offset of the star of `SELECT *`.
    prologue: the text before the query form, which the terms of FROM clauses are read with.
    from_default, from_named: those terms.
    """

    query: str
    media_type: str
    base: str | None
    seconds: float
    result_bytes: int
    default_graphs: Sequence[str]
    named_graphs: Sequence[str]
    star: int | None
    prologue: str
    from_default: Sequence[str]
    from_named: Sequence[str]


class Data(NamedTuple):
    """What is asked: all graphs, and the default graph alone (or all once more)."""

    graphs: Store
    default: Store


class Functions:
    """Stands in for functions that do not exist; `called` says which of them were called."""

    def __init__(self) -> None:
        self.known: dict[NamedNode, Any] = {}
        self.called: set[str] = set()

    def add(self, iri: str) -> None:
        """Take the place of a function; it gives no value."""

        def note(*_: Any) -> None:
            self.called.add(iri)

        self.known[NamedNode(iri)] = note


def evaluate(data: Data, order: Order, output: IO[bytes], functions: Functions) -> None:
    """Evaluate one query and write its answer.

    Raises SyntaxError, ValueError (an IRI of the dataset), OSError, RuntimeError, and what writing
    raises.
    """
    store, dataset = dataset_of(data, order)
    results = ask(store, order.query, order.base, dataset, functions)
    if order.star is not None and isinstance(results, QuerySolutions):
        names = [variable.value for variable in results.variables]
        text = with_columns(order.query, order.star, names)
        results = ask(store, text, order.base, dataset, functions)
    results.serialize(output, FORMATS[order.media_type])


def ask(
    store: Store, text: str, base: str | None, dataset: dict[str, Any], functions: Functions
) -> Results:
    """The results of a query, with stand-ins for the functions that do not exist."""
    while True:
        try:
            return store.query(
                text, base_iri=base, custom_functions=functions.known or None, **dataset
            )
        except RuntimeError as error:
            unknown = _UNKNOWN_FUNCTION.match(str(error))
            if unknown is None or NamedNode(unknown[1]) in functions.known:
                raise
            functions.add(unknown[1])


def with_columns(query: str, star: int, names: Iterable[str]) -> str:
    """The query with its star replaced by variables, in the order in which it names them."""
    left = set(names)
    ordered = []
    for name in _VARIABLE.findall(query, star):
        if name in left:
            left.remove(name)
            ordered.append(name)
    columns = " ".join(f"?{name}" for name in ordered + sorted(left))
    return f"{query[:star]} {columns} {query[star + 1 :]}" if columns else query


def dataset_of(data: Data, order: Order) -> tuple[Store, dict[str, Any]]:
    """Where to evaluate, and which of its graphs: the protocol's dataset, or the query's own."""
    store = data.graphs
    if order.default_graphs or order.named_graphs:
        default = [NamedNode(iri) for iri in order.default_graphs]
        named = [NamedNode(iri) for iri in order.named_graphs]
        if len(default) < 2:
            return store, {"default_graph": default, "named_graphs": named}
    elif not order.from_default and not order.from_named and not names_graphs(order.query):
        return data.default, {}
    elif len(order.from_default) < 2:
        return store, {}
    else:
        default = resolve(store, order, order.from_default)
        named = resolve(store, order, order.from_named)
    merged = merge(store, default, named)
    return merged, {"default_graph": DefaultGraph(), "named_graphs": named}


def names_graphs(query: str) -> bool:
    """Whether a query may have a GRAPH clause; its keywords have no escapes (see Inspected)."""
    return "graph" in query.lower()


def resolve(store: Store, order: Order, terms: Sequence[str]) -> list[NamedNode]:
    """The IRIs that terms stand for, with the prefixes and the base of the query."""
    if not terms:
        return []
    columns = " ".join(f"({term} AS ?g{number})" for number, term in enumerate(terms))
    text = f"{order.prologue} SELECT {columns} {{}}"
    (solution,) = cast(QuerySolutions, store.query(text, base_iri=order.base))
    return [cast(NamedNode, term) for term in solution]


def merge(store: Store, default: Sequence[NamedNode], named: Sequence[NamedNode]) -> Store:
    """A store whose default graph is the merge of some graphs, beside the named ones."""
    merged = Store()
    for graph in dict.fromkeys(default):
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.bulk_extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    for graph in dict.fromkeys(named):
        merged.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return merged
