"""Loading files of RDF into a store."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, cast

from pyoxigraph import DefaultGraph, RdfFormat, Store

from graphsvc.errors import GraphsvcError

FORMATS = {
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".n3": RdfFormat.N3,
}
"""The serialisation of a file, by its ending; `.gz` may follow."""

_UNION = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"


def load_file(store: Store, path: Path) -> None:
    """Add the triples or quads of one file to the store.

    Relative IRIs are resolved against the file's own address. Raises GraphsvcError that names
    file and line.
    """
    packed = path.suffix == ".gz"
    ending = (path.with_suffix("") if packed else path).suffix.lower()
    if ending not in FORMATS:
        raise GraphsvcError(
            f"The ending '{ending}' names no RDF format.",
            location=str(path),
            hint=f"Use one of {', '.join(FORMATS)}.",
        )
    try:
        with cast(IO[bytes], gzip.open(path)) if packed else path.open("rb") as file:
            store.bulk_load(file, FORMATS[ending], base_iri=path.resolve().as_uri())
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise GraphsvcError(f"{error.msg}.", location=f"{path}{line}") from error
    except OSError as error:
        raise GraphsvcError(
            f"The file cannot be read: {error.strerror or error}.", location=str(path)
        ) from error


def fill_default_graph(store: Store) -> None:
    """Put every triple of the named graphs into the default graph as well.

    The engine's own union of graphs gives a triple once for each graph that holds it, where an
    RDF merge has it once (SPARQL 1.1 Query, section 13.1); a default graph that is filled at
    load time is right, and faster to read.
    """
    store.update(_UNION)


def default_graph(store: Store) -> Store:
    """The default graph of a store alone, or the store where that is all it has.

    It is read faster: in memory, a look at a thing or a property passes by what all graphs say.
    """
    if not any(store.named_graphs()):
        return store
    alone = Store()
    alone.bulk_extend(store.quads_for_pattern(None, None, None, DefaultGraph()))
    return alone
