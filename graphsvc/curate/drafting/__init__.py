"""Drafts of statements: what a document says, in the terms of the project, for people to decide."""

from __future__ import annotations

from graphsvc.curate.drafting.candidates import draft_candidates
from graphsvc.curate.drafting.dates import draft_events
from graphsvc.curate.drafting.figures import draft_figures
from graphsvc.curate.drafting.grades import draft_distributions, draft_grades
from graphsvc.curate.drafting.statements import draft_lists, draft_narrative, draft_uses
from graphsvc.curate.drafting.text import Text
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Draft, Reading
from graphsvc.vocabulary import CURATION


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
