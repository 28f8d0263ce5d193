"""What a document and the things that it introduces are called.

A new thing has a slug that explains itself, used once. `curation:address` says how things of a
class are named, such as `"thing/{code}-sort-{ex:number}"`: in braces the code of the document, or a
property, whose value counts by its own slug or its words.
"""

from __future__ import annotations

import re

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Reading, Value
from graphsvc.index import slug
from graphsvc.sources.documents import Document
from graphsvc.vocabulary import CURATION, DCTERMS, SCHEMA, SKOS, XSD
from graphsvc.words import FUNCTION_WORDS, slugged

_FIELD = re.compile(r"\{([^{}]+)\}")
_LONGEST = 48
_SMALL = FUNCTION_WORDS - {"not", "no", "early", "own"}


def iri_for(graph: CuratedGraph, draft: Draft, code: str) -> str:
    """An IRI for a draft that nothing has had. code: what the slugs of the document's things begin
    with."""
    template = graph.gives(draft.kind, CURATION.address) or (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", slug(draft.kind)).lower() + "/{skos:prefLabel}")
    path = _FIELD.sub(lambda field: _filled(graph, field[1], draft, code), template)
    start, _, end = path.rpartition("/")
    end = re.sub(r"-{2,}", "-", end).strip("-") or f"{code}-{draft.passages[0]}"
    iri = f"{graph.header.base}{start}/{end}"
    more = () if draft.kind in graph.recognised else range(2, 10_000)  # whose names are their own
    return next((one for one in (iri, *(f"{iri}-{number}" for number in more))
                 if not graph.knows(one)), iri)


def _filled(graph: CuratedGraph, field: str, draft: Draft, code: str) -> str:
    """The text for a field: empty where the draft has no such value."""
    if field in ("code", "document"):
        return code if field == "code" else draft.document
    prefix, _, local = field.partition(":")
    property_ = graph.project.prefixes.get(prefix, "") + local
    value = next((value for value in draft.values if value.property == property_), None)
    text = (value and value.text) or ""
    for one in draft.values:
        text = text.removeprefix(f"{one.label}: ")  # of the place: a slug has the code
    return slug(value.iri) if value and value.iri else _shortened(text)


def _shortened(text: str) -> str:
    """A text as a slug, without the little words if it would be too long."""
    words = slugged(re.sub(r"['\u2019]", "", text)).encode("ascii", "ignore").decode().split("-")
    if len("-".join(words)) > _LONGEST:
        words = [word for word in words if word not in _SMALL] or words
    while len(words) > 1 and len("-".join(words)) > _LONGEST:
        words.pop()
    return "-".join(words)


def describe(
    graph: CuratedGraph, reading: Reading, document: Document, drafts: list[Draft]
) -> Draft | None:
    """A draft of the document's description; None where the project has one, or no class for it.

    drafts: of all kinds; what those of the document's class say is taken in.
    """
    kind = next(iter(graph.having(CURATION.document)), None)
    iri = graph.header.document(reading.slug)
    if kind is None or graph.classes(iri):
        return None
    given = {
        SKOS.prefLabel: (reading.title, "en"), DCTERMS.title: (reading.title, "en"),
        DCTERMS.alternative: (short_title(reading.slug), "en"),
        SCHEMA.sha256: (document.sha256, None),
        code_property(graph): (proposed_code(graph, reading.slug), None)}
    needed = {need.property for need in graph.needs(kind)} or {DCTERMS.title}
    values = [Value(property=property_, property_label=graph.label(property_), text=text,
                    language=language, datatype=None if language else XSD.string, label=text)
              for property_, (text, language) in given.items() if property_ in needed]
    first = next((p.line for p in reading.paragraphs if p.text.strip() == reading.title),
                 reading.paragraphs[0].line)
    lines = [first]
    for draft in drafts:
        if draft.kind == kind:
            new = [v for v in draft.values if v.property not in {w.property for w in values}]
            values += new
            lines += draft.passages if new else ()
    return Draft(document=reading.slug, kind=kind, iri=iri, kind_label=graph.label(kind),
                 values=tuple(values), passages=tuple(dict.fromkeys(lines)), score=1.0, by="cover")


def code_property(graph: CuratedGraph) -> str:
    """The property of a document that holds its code; empty where the project has none."""
    return next(iter(graph.having(CURATION.code)), "")


def code_of(graph: CuratedGraph, slug: str) -> str:
    """What the slugs of a document's things begin with: its code as accepted or in the project,
    else the one that would be proposed."""
    property_ = code_property(graph)
    given = graph.value(graph.header.document(slug), property_)
    return given or (proposed_code(graph, slug) if property_ else slug)


def proposed_code(graph: CuratedGraph, slug: str) -> str:
    """A code that no document has: the letters of the slug, with more letters if they are taken."""
    property_ = code_property(graph)
    documents = graph.having(property_) if property_ else []
    taken = {code for document in documents for code in graph.values(document, property_)}
    letters = re.sub(r"[^a-z]", "", slug) or "document"
    return next(code for code in (letters, *(letters + chr(97 + n) for n in range(1, 26)))
                if code not in taken)


def short_title(slug: str) -> str:
    """A slug as a title: `stirling-2019` is `Stirling 2019`."""
    return " ".join(slug.split("-")).capitalize()
