"""Drafts of statements: what a document says, in the terms of the project, for people to decide."""

from __future__ import annotations

from graphsvc.curate.candidates import draft_candidates
from graphsvc.curate.findings import draft_findings
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.mentions import draft_mentions
from graphsvc.curate.records import Draft, Reading
from graphsvc.curate.text import Text
from graphsvc.curate.uses import draft_uses

_DRAFTERS = (draft_candidates, draft_findings, draft_mentions, draft_uses)
"""Each takes a Text and yields drafts of one kind."""


def draft(reading: Reading, graph: CuratedGraph) -> list[Draft]:
    """Everything that rules find in a document, in its order; of one line the surest first.

    Which classes are drafted, and from what, the project says in terms of `graphsvc/curation.ttl`.
    """
    text = Text(reading, graph)
    drafts = {found.id: found for drafter in _DRAFTERS for found in drafter(text)}
    return sorted(drafts.values(), key=lambda one: (one.passages[0], -one.score, one.kind, one.id))
