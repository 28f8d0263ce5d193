"""Changes to a statement in words: `stage=embedded` instead of addresses."""

from __future__ import annotations

from collections.abc import Iterable

from graphsvc.build.check import nearest
from graphsvc.curate.fields import Fields
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Value
from graphsvc.errors import GraphsvcError
from graphsvc.index import slug


def changed(
    fields: Fields, draft: Draft, given: Iterable[tuple[str, str]], lines: tuple[int, ...] = ()
) -> Draft:
    """A draft with other values, and other lines if any are given.

    given: names of properties (IRI, last part or label), each with a value in words; what the draft
    has of such a property is left out, and an empty value leaves it out altogether.
    Raises GraphsvcError for a name or a value that is none.
    """
    new: dict[str, list[Value]] = {}
    for name, text in given:
        field = fields.field(draft.kind, name)
        values = new.setdefault(field.property, [])
        if text.strip():
            values.append(fields.value(field, text))
    kept = [value for value in draft.values if value.property not in new]
    return draft.model_copy(update={
        "values": (*kept, *(value for values in new.values() for value in values)),
        "passages": lines or draft.passages})


def class_of(graph: CuratedGraph, name: str) -> str:
    """The class that a name means: IRI, last part or label. Raises GraphsvcError if none."""
    classes = graph.classes_of_things()
    wanted = name.casefold()
    for iri in classes:
        if wanted in (iri.casefold(), slug(iri).casefold(), graph.label(iri).casefold()):
            return iri
    labels = [graph.label(iri) for iri in classes]
    raise GraphsvcError(f"There is no class {name!r}.", hint=nearest(name, labels) or (
        f"There are {', '.join(sorted(labels))}."))


def lines_of(text: str) -> tuple[int, ...]:
    """The lines that a text such as `18-43,45` names. Raises GraphsvcError where it names none."""
    found: list[int] = []
    for span in text.replace(" ", ",").split(","):
        first, _, last = span.partition("-")
        if span and not (first.isdigit() and (last or first).isdigit()):
            raise GraphsvcError(f"{text!r} are no lines.",
                                hint="Write numbers or ranges with commas, such as 18-43,45.")
        found += range(int(first), int(last or first) + 1) if span else ()
    return tuple(dict.fromkeys(found))
