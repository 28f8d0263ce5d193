"""A draft as triples."""

from __future__ import annotations

import pyoxigraph as ox

from graphsvc.curate.records import Draft, Value
from graphsvc.errors import GraphsvcError
from graphsvc.project import Header
from graphsvc.sources.turtle import Triple
from graphsvc.vocabulary import PROV, RDF

TYPE = ox.NamedNode(str(RDF.type))
EVIDENCE = ox.NamedNode(str(PROV.wasDerivedFrom))


def triples(draft: Draft, header: Header) -> list[Triple]:
    """The triples of a draft that has a name: its class, its values in their order, its evidence.

    Raises GraphsvcError where a name is no address or a literal has none of its kinds.
    """
    node = named(str(draft.iri))
    found: list[Triple] = [(node, TYPE, named(draft.kind))]
    found += [(node, named(value.property), term(value)) for value in draft.values]
    found += [(node, EVIDENCE, passage(header, draft.document, line)) for line in draft.passages]
    return found


def passage(header: Header, document: str, line: int) -> ox.NamedNode:
    """The passage at a line of a document."""
    return ox.NamedNode(f"{header.base}passage/{document}/{line}")


def named(iri: str) -> ox.NamedNode:
    """A thing by its address. Raises GraphsvcError where it is none."""
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise GraphsvcError(f"<{iri}> is no address.",
                            hint="Choose a thing from the list, or write its full address.",
                            ) from error


def term(value: Value) -> ox.NamedNode | ox.Literal:
    """The thing or the literal that a value is. Raises GraphsvcError where it is neither."""
    if value.iri is not None:
        return named(value.iri)
    if value.text is None:
        raise GraphsvcError(f"A value of {value.property_label or value.property} is empty.",
                            hint="Give a thing or a text, or remove the value.")
    try:
        return ox.Literal(value.text, language=value.language,
                          datatype=named(value.datatype) if value.datatype else None)
    except ValueError as error:
        raise GraphsvcError(f"{value.language!r} is no language, or goes with no type.",
                            location=value.property_label or value.property,
                            hint="Write a tag such as en, and no type with it.") from error
