"""Drafts of statements: what a document says, in the terms of the project, for people to decide."""

from __future__ import annotations

from graphsvc.curate.candidates import draft_candidates
from graphsvc.curate.distributions import draft_distributions
from graphsvc.curate.events import draft_events
from graphsvc.curate.figures import draft_figures
from graphsvc.curate.grades import draft_grades
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.lists import draft_lists
from graphsvc.curate.mentions import draft_mentions
from graphsvc.curate.narrative import draft_narrative
from graphsvc.curate.records import Draft, Reading
from graphsvc.curate.text import Text
from graphsvc.curate.uses import draft_uses
from graphsvc.vocabulary import CURATION

_DRAFTERS = (draft_candidates, draft_mentions, draft_uses, draft_lists, draft_grades,
             draft_distributions, draft_events, draft_figures, draft_narrative)
"""Each takes a Text and yields drafts of one kind."""


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
