"""Evaluating one query over a store, and correcting what the store's engine does differently.

- Several default graphs are merged (SPARQL 1.1 Query, section 13.1); the engine would give a
  triple once for each graph that holds it.
- `SELECT *` gives its columns in the order in which the query names them.
- A call of an unknown function is an error of its expression, as is any other error in one
  (section 17.2), and is noted; the engine would refuse the query.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import IO, Any, NamedTuple, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from graphsvc.engine.base import QuerySyntaxError, Request
from graphsvc.engine.inspection import inspect, syntax_error
from graphsvc.formats import BY_MEDIA_TYPE

_UNKNOWN_FUNCTION = re.compile(r"The custom (?:aggregate )?function <([^>]*)> is not supported")
_VARIABLE = re.compile(r"[?$](\w+)")
_UNION = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"

Results = Any  # QuerySolutions, QueryBoolean or QueryTriples


class Order(NamedTuple):
    """What is evaluated: the parts of Request and Inspected that evaluation needs.

    star: offset of the star of `SELECT *`.
    prologue: the text before the query form, with which the terms of FROM clauses are read.
    from_default, from_named: those terms.
    """

    query: str
    media_type: str
    base: str | None
    default_graphs: Sequence[str]
    named_graphs: Sequence[str]
    star: int | None
    prologue: str
    from_default: Sequence[str]
    from_named: Sequence[str]

    @classmethod
    def of(cls, request: Request) -> Order:
        """The order for a request. Raises QuerySyntaxError, QueryRefused."""
        asked = inspect(request.query)
        return cls(asked.text, request.media_type, request.base, request.default_graphs,
                   request.named_graphs, asked.star, asked.prologue, asked.from_default,
                   asked.from_named)  # fmt: skip


class Data(NamedTuple):
    """What is queried: all graphs, and the default graph alone, which is faster to read.

    In memory, a look at a thing or a property then skips what the named graphs say of it.
    """

    graphs: Store
    default: Store

    @classmethod
    def of(cls, store: Store) -> Data:
        """A store, and a copy of its default graph where it has other graphs as well."""
        if not any(store.named_graphs()):
            return cls(store, store)
        alone = Store()
        alone.bulk_extend(store.quads_for_pattern(None, None, None, DefaultGraph()))
        return cls(store, alone)


class Functions:
    """Stand-ins for functions that do not exist; `called` names those that were called."""

    def __init__(self) -> None:
        self.known: dict[NamedNode, Any] = {}
        self.called: set[str] = set()

    def add(self, iri: str) -> None:
        """Take the place of a function; it gives no value."""
        self.known[NamedNode(iri)] = lambda *_: self.called.add(iri)


def fill_default_graph(store: Store) -> None:
    """Put every triple of the named graphs into the default graph as well.

    The engine's own union of graphs gives a triple once for each graph that holds it, where an
    RDF merge has it once (SPARQL 1.1 Query, section 13.1).
    """
    store.update(_UNION)


def evaluate_query(
    store: Store,
    query: str,
    media_type: str,
    *,
    base: str | None = None,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
) -> bytes:
    """The answer to a query, evaluated in this process, exactly as workers evaluate it.

    Raises QuerySyntaxError, QueryRefused, and RuntimeError where evaluation fails.
    """
    order = Order.of(Request(query, media_type, base=base, default_graphs=tuple(default_graphs),
                             named_graphs=tuple(named_graphs)))  # fmt: skip
    output = io.BytesIO()
    try:
        evaluate(Data(store, store), order, output, Functions())
    except SyntaxError as error:
        raise syntax_error(str(error), query) from error
    except ValueError as error:
        raise unnamed_graph(str(error)) from error
    return output.getvalue()


def unnamed_graph(reported: str) -> QuerySyntaxError:
    """The error for a graph of the protocol's dataset that is not named by an IRI."""
    return QuerySyntaxError(f"A graph is not named by an IRI: {reported}.")


def evaluate(data: Data, order: Order, output: IO[bytes], functions: Functions) -> None:
    """Evaluate one query and write its answer.

    Raises SyntaxError, ValueError (an IRI of the dataset), OSError, RuntimeError, and what writing
    raises.
    """
    store, dataset = _dataset(data, order)
    results = _results(store, order.query, order.base, dataset, functions)
    if order.star is not None and isinstance(results, QuerySolutions):  # it is not yet evaluated
        names = [variable.value for variable in results.variables]
        text = _with_columns(order.query, order.star, names)
        results = _results(store, text, order.base, dataset, functions)
    written = BY_MEDIA_TYPE[order.media_type]
    results.serialize(output, written.rdf or written.results)


def _results(
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


def _with_columns(query: str, star: int, names: Iterable[str]) -> str:
    """The query with its star replaced by variables, in the order in which it names them."""
    left = set(names)
    ordered = [name for name in dict.fromkeys(_VARIABLE.findall(query, star)) if name in left]
    columns = " ".join(f"?{name}" for name in ordered + sorted(left.difference(ordered)))
    return f"{query[:star]} {columns} {query[star + 1 :]}" if columns else query


def _dataset(data: Data, order: Order) -> tuple[Store, dict[str, Any]]:
    """Where to evaluate, and which of its graphs: the protocol's dataset, or the query's own."""
    store = data.graphs
    if order.default_graphs or order.named_graphs:
        default = [NamedNode(iri) for iri in order.default_graphs]
        named = [NamedNode(iri) for iri in order.named_graphs]
        if len(default) < 2:
            return store, {"default_graph": default, "named_graphs": named}
    elif not order.from_default and not order.from_named and "graph" not in order.query.lower():
        return data.default, {}
    elif len(order.from_default) < 2:
        return store, {}
    else:
        default = _resolved(store, order, order.from_default)
        named = _resolved(store, order, order.from_named)
    merged = _merged(store, default, named)
    return merged, {"default_graph": DefaultGraph(), "named_graphs": named}


def _resolved(store: Store, order: Order, terms: Sequence[str]) -> list[NamedNode]:
    """The IRIs that terms name, with the prefixes and the base of the query."""
    if not terms:
        return []
    columns = " ".join(f"({term} AS ?g{number})" for number, term in enumerate(terms))
    text = f"{order.prologue} SELECT {columns} {{}}"
    (solution,) = cast(QuerySolutions, store.query(text, base_iri=order.base))
    return [cast(NamedNode, term) for term in solution]


def _merged(store: Store, default: Sequence[NamedNode], named: Sequence[NamedNode]) -> Store:
    """A store whose default graph is the merge of some graphs, next to the named ones."""
    merged = Store()
    for graph in dict.fromkeys(default):
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.bulk_extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    for graph in dict.fromkeys(named):
        merged.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return merged
