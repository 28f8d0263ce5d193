"""Drafts of statements: what a document says, in the terms of the project, for people to decide."""

from __future__ import annotations

from graphsvc.curate.drafting.candidates import draft_candidates
from graphsvc.curate.drafting.dates import draft_events
from graphsvc.curate.drafting.figures import draft_figures
from graphsvc.curate.drafting.grades import draft_distributions, draft_grades
from graphsvc.curate.drafting.statements import draft_lists, draft_narrative, draft_uses
from graphsvc.curate.drafting.text import Text
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Reading, Value
from graphsvc.curate.statement import code_property, proposed_code, short_title
from graphsvc.sources.documents import Document
from graphsvc.vocabulary import CURATION, DCTERMS, SCHEMA, SKOS, XSD


def draft(reading: Reading, graph: CuratedGraph) -> list[Draft]:
    """Everything that rules find in a document, in its order; of one line the surest first.

    Which classes are drafted, and from what, the project says in terms of `graphsvc/curation.ttl`.
    """
    text = Text(reading, graph)
    drafts = {found.id: found for drafter in _DRAFTERS for found in drafter(text)}.values()
    listed = {line for one in drafts if graph.value(one.kind, CURATION.listedUnder)
              for line in one.passages}  # an item of a list is one statement, and no other
    kept = [one for one in drafts if not (
        graph.value(one.kind, CURATION.about) and listed.issuperset(one.passages))]
    return sorted(kept, key=lambda one: (one.passages[0], -one.score, one.kind, one.id))


_DRAFTERS = (draft_candidates, draft_uses, draft_lists, draft_grades,
             draft_distributions, draft_events, draft_figures, draft_narrative)
"""Each takes a Text and yields drafts of one kind."""


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
