"""Evaluating one query over a store, and correcting what the store's engine does differently.

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

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from graphsvc.engine.base import Request
from graphsvc.engine.inspection import Inspected
from graphsvc.formats import BY_MEDIA_TYPE

_UNKNOWN_FUNCTION = re.compile(r"The custom (?:aggregate )?function <([^>]*)> is not supported")
_VARIABLE = re.compile(r"[?$](\w+)")
_UNION = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"

Results = Any  # QuerySolutions, QueryBoolean or QueryTriples


class Data(NamedTuple):
    """What is queried: all graphs, and the default graph alone, which is faster to read.

    In memory, a look at a thing or a property then skips what the named graphs say of it: counts
    over all uses of two properties take two thirds of the time.
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


def fill_default_graph(store: Store) -> None:
    """Put every triple of the named graphs into the default graph as well.

    The engine's own union of graphs gives a triple once for each graph that holds it, where an
    RDF merge has it once (SPARQL 1.1 Query, section 13.1).
    """
    store.update(_UNION)


def evaluate(
    data: Data, request: Request, asked: Inspected, output: IO[bytes], called: set[str]
) -> None:
    """Evaluate one query and write its answer; add the unknown functions that it calls to a set.

    Raises SyntaxError, ValueError (an IRI of the dataset), OSError, RuntimeError, and what writing
    raises.
    """
    store, dataset = _dataset(data, request, asked)
    results = _results(store, asked.text, request.base, dataset, called)
    if asked.star is not None and isinstance(results, QuerySolutions):  # it is not yet evaluated
        names = [variable.value for variable in results.variables]
        text = _with_columns(asked.text, asked.star, names)
        results = _results(store, text, request.base, dataset, called)
    written = BY_MEDIA_TYPE[request.media_type]
    results.serialize(output, written.rdf or written.results)


def _results(
    store: Store, text: str, base: str | None, dataset: dict[str, Any], called: set[str]
) -> Results:
    """The results of a query, in which functions that do not exist give no value."""
    unknown: dict[NamedNode, Any] = {}
    while True:
        try:
            return store.query(text, base_iri=base, custom_functions=unknown or None, **dataset)
        except RuntimeError as error:
            found = _UNKNOWN_FUNCTION.match(str(error))
            if found is None or NamedNode(found[1]) in unknown:
                raise
            unknown[NamedNode(found[1])] = lambda *_, iri=found[1]: called.add(iri)


def _with_columns(query: str, star: int, names: Iterable[str]) -> str:
    """The query with its star replaced by variables, in the order in which it names them."""
    left = set(names)
    ordered = [name for name in dict.fromkeys(_VARIABLE.findall(query, star)) if name in left]
    columns = " ".join(f"?{name}" for name in ordered + sorted(left.difference(ordered)))
    return f"{query[:star]} {columns} {query[star + 1 :]}" if columns else query


def _dataset(data: Data, request: Request, asked: Inspected) -> tuple[Store, dict[str, Any]]:
    """Where to evaluate, and which of its graphs: the protocol's dataset, or the query's own."""
    store = data.graphs
    if request.default_graphs or request.named_graphs:
        default = [NamedNode(iri) for iri in request.default_graphs]
        named = [NamedNode(iri) for iri in request.named_graphs]
        if len(default) < 2:
            return store, {"default_graph": default, "named_graphs": named}
    elif not asked.from_default and not asked.from_named and "graph" not in asked.text.lower():
        return data.default, {}
    elif len(asked.from_default) < 2:
        return store, {}
    else:
        default = _resolved(store, request, asked.prologue, asked.from_default)
        named = _resolved(store, request, asked.prologue, asked.from_named)
    return _merged(store, default, named), {
        "default_graph": DefaultGraph(), "named_graphs": named}  # fmt: skip


def _resolved(
    store: Store, request: Request, prologue: str, terms: Sequence[str]
) -> list[NamedNode]:
    """The IRIs that terms name, with the prefixes and the base of the query."""
    if not terms:
        return []
    columns = " ".join(f"({term} AS ?g{number})" for number, term in enumerate(terms))
    text = f"{prologue} SELECT {columns} {{}}"
    (solution,) = cast(QuerySolutions, store.query(text, base_iri=request.base))
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
