"""Names for new things, by the rules of the project: a slug that explains itself, used once.

`curation:address` says how things of a class are named, such as
`"thing/{code}-sort-{ex:number}"`: in braces the code of the document, or a property, whose
value counts by its own slug or its words.
"""

from __future__ import annotations

import re
from collections.abc import Container

import pyoxigraph as ox

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft
from graphsvc.index import slug
from graphsvc.vocabulary import CURATION, RDFS
from graphsvc.words import FUNCTION_WORDS, slugged

_FIELD = re.compile(r"\{([^{}]+)\}")
_LONGEST = 48
_SMALL = FUNCTION_WORDS - {"not", "no", "early", "own"}


def iri_for(graph: CuratedGraph, draft: Draft, code: str, taken: Container[str]) -> str:
    """The IRI of a draft: its own if it has one, else one that nothing has had.

    code: what the slugs of the document's things begin with.
    """
    if draft.iri:
        return draft.iri
    template = nearest(graph, draft.kind, CURATION.address) or (
        f"{_kebab(slug(draft.kind))}/{{skos:prefLabel}}")
    path = _FIELD.sub(lambda field: _filled(graph, field[1], draft, code), template)
    start, _, end = path.rpartition("/")
    end = re.sub(r"-{2,}", "-", end).strip("-") or f"{code}-{draft.passages[0]}"
    iri = f"{graph.header.base}{start}/{end}"
    return next(one for one in (iri, *(f"{iri}-{number}" for number in range(2, 10_000)))
                if one not in taken and not _is_known(graph, one))


def _is_known(graph: CuratedGraph, iri: str) -> bool:
    """Whether the project says anything of a thing, if only that it is no longer there."""
    return any(graph.store.quads_for_pattern(ox.NamedNode(iri), None, None))


def _filled(graph: CuratedGraph, field: str, draft: Draft, code: str) -> str:
    """The text for a field: empty where the draft has no such value."""
    if field in ("code", "document"):
        return code if field == "code" else draft.document
    prefix, _, local = field.partition(":")
    property_ = graph.project.prefixes.get(prefix, "") + local
    value = next((value for value in draft.values if value.property == property_), None)
    return "" if value is None else slug(value.iri) if value.iri else _shortened(value.text or "")


def nearest(graph: CuratedGraph, class_: str, property_: str) -> str | None:
    """The value of a property of a class, or else of the nearest class above it that has one."""
    classes = [class_]
    for one in classes:
        if found := graph.value(one, property_):
            return found
        classes += [above for above in graph.values(one, RDFS.subClassOf) if above not in classes]
    return None


def _shortened(text: str) -> str:
    """A text as a slug, without the little words if it would be too long."""
    words = slugged(re.sub(r"['\u2019]", "", text)).encode("ascii", "ignore").decode().split("-")
    if len("-".join(words)) > _LONGEST:
        words = [word for word in words if word not in _SMALL] or words
    while len(words) > 1 and len("-".join(words)) > _LONGEST:
        words.pop()
    return "-".join(words)


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()

