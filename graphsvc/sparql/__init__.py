"""The software's own SPARQL queries, one file each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import pyoxigraph as ox


@cache
def own_query(name: str) -> str:
    """The text of `NAME.rq` of this package."""
    return (files(__name__) / f"{name}.rq").read_text(encoding="utf-8")


def construct(
    name: str, store: ox.Store | None = None, /, **values: ox.NamedNode | ox.BlankNode | ox.Literal
) -> Iterator[ox.Triple]:
    """The triples that the query `NAME.rq` constructs from a store (None: an empty one).

    values: what its `$variables` are bound to; others are left aside.
    """
    query = own_query(name)
    found = (store or ox.Store()).query(query, substitutions={
        ox.Variable(variable): value for variable, value in values.items()
        if re.search(rf"\${variable}\b", query)})
    assert isinstance(found, ox.QueryTriples)
    return found
