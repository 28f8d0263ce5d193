"""Drafts of mentions: a thing of the project that a document names, with the lines that do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from graphsvc.curate.records import Draft
from graphsvc.curate.text import Text
from graphsvc.vocabulary import CURATION, PROV, SKOS


def draft_mentions(text: Text) -> Iterator[Draft]:
    """One draft for each thing that is recognised by name and needs evidence: `known` is the thing,
    and the passages are more evidence of it. A thing that has statements of its own needs none."""
    graph = text.graph
    drafted = {graph.range(graph.value(class_, CURATION.names) or "")
               for class_ in graph.having(CURATION.names)}
    places: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for sentence in text.sentences:
        for one in filter(text.is_here, sentence.named):
            places[one.iri].append((sentence.line, one.words))
    for iri, found in places.items():
        class_ = graph.kind(iri)
        if class_ in drafted or not any(need.property == str(PROV.wasDerivedFrom)
                                        for need in graph.needs(class_)):
            continue
        name = text.said(str(SKOS.prefLabel), graph.label(iri), found[0][1])
        yield text.draft(class_, [name], (line for line, _ in found), name.cue,
                         text.sureness(iri, {words for _, words in found}), known=iri)
