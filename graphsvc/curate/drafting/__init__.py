"""Drafts of statements: what a document says, in the terms of the project, for people to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from graphsvc.curate.drafting.candidates import draft_candidates
from graphsvc.curate.drafting.distributions import draft_distributions
from graphsvc.curate.drafting.events import draft_events
from graphsvc.curate.drafting.figures import draft_figures
from graphsvc.curate.drafting.grades import draft_grades
from graphsvc.curate.drafting.lists import draft_lists
from graphsvc.curate.drafting.narrative import draft_narrative
from graphsvc.curate.drafting.text import Text
from graphsvc.curate.drafting.uses import draft_uses
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Reading
from graphsvc.vocabulary import CURATION, PROV, SKOS


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


def draft_mentions(text: Text) -> Iterator[Draft]:
    """One draft for each thing that is recognised by name and needs evidence: `known` is the thing,
    and the passages are more evidence of it. A thing that has statements of its own needs none."""
    graph = text.graph
    drafted = {graph.range(graph.value(class_, CURATION.names))
               for class_ in graph.having(CURATION.names)}
    places: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for sentence in text.sentences:
        for one in filter(text.is_here, sentence.named):
            places[one.iri].append((sentence.line, one.words))
    for iri, found in places.items():
        class_ = graph.kind(iri)
        if class_ in drafted or not any(need.property == PROV.wasDerivedFrom
                                        for need in graph.needs(class_)):
            continue
        name = text.said(SKOS.prefLabel, graph.label(iri), found[0][1])
        yield text.draft(class_, [name], (line for line, _ in found), name.cue,
                         text.sureness(iri, {words for _, words in found}), known=iri)


_DRAFTERS = (draft_candidates, draft_mentions, draft_uses, draft_lists, draft_grades,
             draft_distributions, draft_events, draft_figures, draft_narrative)
"""Each takes a Text and yields drafts of one kind."""
