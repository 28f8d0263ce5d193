"""The description of a document itself: what it is called, and the digest of its text."""

from __future__ import annotations

import re

from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Reading, Value
from graphsvc.sources.documents import Document
from graphsvc.vocabulary import CURATION, DCTERMS, SCHEMA, SKOS, XSD


def describe(
    graph: CuratedGraph, reading: Reading, document: Document, drafts: list[Draft]
) -> Draft | None:
    """A draft of the document's description; None where the project has one, or no class for it.

    drafts: of all kinds; what those of the document's class say is taken in.
    """
    kind = next(iter(graph.having(CURATION.document)), None)
    iri = f"{graph.header.base}document/{reading.slug}"
    if kind is None or graph.classes(iri):
        return None
    given = {
        str(SKOS.prefLabel): (reading.title, "en"), str(DCTERMS.title): (reading.title, "en"),
        str(DCTERMS.alternative): (short_title(reading.slug), "en"),
        str(SCHEMA.sha256): (document.sha256, None),
        code_property(graph): (proposed_code(graph, reading.slug), None)}
    needed = {need.property for need in graph.needs(kind)} or {str(DCTERMS.title)}
    values = [Value(property=property_, property_label=graph.label(property_), text=text,
                    language=language, datatype=None if language else str(XSD.string), label=text)
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


def code_of(graph: CuratedGraph, slug: str, statements: dict[str, Draft]) -> str:
    """What the slugs of a document's things begin with: its code as accepted or in the project,
    else the one that would be proposed."""
    iri, property_ = f"{graph.header.base}document/{slug}", code_property(graph)
    if not property_:
        return slug
    accepted = [value.text for value in statements[iri].values
                if value.property == property_] if iri in statements else []
    return next(iter(accepted), None) or graph.value(iri, property_) or (
        proposed_code(graph, slug))


def proposed_code(graph: CuratedGraph, slug: str) -> str:
    """A code that no document has: the letters of the slug, with more letters if they are taken."""
    property_ = code_property(graph)
    taken = {code for document in graph.having(property_)
             for code in graph.values(document, property_)} if property_ else set()
    letters = re.sub(r"[^a-z]", "", slug) or "document"
    return next(code for code in (letters, *(letters + chr(97 + n) for n in range(1, 26)))
                if code not in taken)


def short_title(slug: str) -> str:
    """A slug as a title: `stirling-2019` is `Stirling 2019`."""
    return " ".join(slug.split("-")).capitalize()


