"""Evaluating one query over a store, and correcting what the store's engine does differently.

- Several default graphs are merged (SPARQL 1.1 Query, section 13.1); the engine would give a
  triple once for each graph that holds it.
- `SELECT *` gives its columns in the order in which the query names them.
- A call of an unknown function is an error of its expression, as is any other error in one
  (section 17.2), and is noted; the engine would refuse the query.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from graphsvc.engine.base import Request
from graphsvc.engine.inspect import Inspected

_UNKNOWN_FUNCTION = re.compile(r"The custom (?:aggregate )?function <([^>]*)> is not supported")
_VARIABLE = re.compile(r"[?$](\w+)")

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
    store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")


def evaluate(data: Data, request: Request, asked: Inspected) -> tuple[Results, list[str]]:
    """The results of a query, not yet evaluated, and the functions it names that do not exist.

    Raises SyntaxError, ValueError (an IRI of the dataset), OSError and RuntimeError.
    """
    store, dataset = _dataset(data, request, asked)
    results, unknown = _results(store, asked.text, request.base, dataset)
    if asked.star >= 0 and isinstance(results, QuerySolutions):
        names = {variable.value for variable in results.variables}
        ordered = [name for name in dict.fromkeys(_VARIABLE.findall(asked.text, asked.star))
                   if name in names]
        if len(ordered) == len(names) > 0:
            columns = " ".join(f"?{name}" for name in ordered)
            text = f"{asked.text[:asked.star]} {columns} {asked.text[asked.star + 1:]}"
            results, unknown = _results(store, text, request.base, dataset)
    return results, unknown


def _results(
    store: Store, text: str, base: str | None, dataset: dict[str, Any]
) -> tuple[Results, list[str]]:
    """The results of a query in which functions that do not exist give no value, and these."""
    unknown: dict[NamedNode, Any] = {}
    while True:
        try:
            results = store.query(text, base_iri=base, custom_functions=unknown or None, **dataset)
            return results, [name.value for name in unknown]
        except RuntimeError as error:
            found = _UNKNOWN_FUNCTION.match(str(error))
            if found is None or NamedNode(found[1]) in unknown:
                raise
            unknown[NamedNode(found[1])] = lambda *_: None


def _dataset(data: Data, request: Request, asked: Inspected) -> tuple[Store, dict[str, Any]]:
    """Where to evaluate, and which of its graphs: the protocol's dataset, or the query's own."""
    store, dataset = data.graphs, dict[str, Any]()
    if request.default_graphs or request.named_graphs:
        default: Sequence[Any] = [NamedNode(iri) for iri in request.default_graphs]
        dataset["named_graphs"] = [NamedNode(iri) for iri in request.named_graphs]
    elif asked.merged:
        terms = " ".join(f"({term} AS ?g{number})" for number, term in enumerate(asked.merged))
        text = f"{asked.prologue} SELECT {terms} {{}}"
        (default,) = store.query(text, base_iri=request.base)  # type: ignore[misc]
    else:
        return store if asked.graphs else data.default, {}
    if len(default) < 2:
        return store, {"default_graph": default, **dataset}
    merged = Store()
    for graph in {*default}:
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.bulk_extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    if asked.graphs:
        for name in store.named_graphs():
            merged.bulk_extend(store.quads_for_pattern(None, None, None, name))
    return merged, {"default_graph": DefaultGraph(), **dataset}
