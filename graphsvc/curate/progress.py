"""How far the work on a document is, section by section."""

from __future__ import annotations

from collections import Counter

from graphsvc.curate.decisions import State
from graphsvc.curate.records import Draft, Record
from graphsvc.sources.coverage import Coverage, by_section
from graphsvc.sources.documents import Document, Heading, section_of


class Section(Record):
    """A section, headings left out. cited: paragraphs that a statement rests on; ticked: those that
    were ticked off; open: lines of the others; waiting: drafts that begin here."""

    line: int
    title: str
    level: int
    kind: str
    paragraphs: int
    cited: int
    ticked: int
    open: tuple[int, ...]
    waiting: int


class Progress(Record):
    """How far a document is. share: of the paragraphs cited where facts are expected, from 0 to 1;
    the counts are of statements and drafts."""

    document: str
    sections: tuple[Section, ...]
    accepted: int
    rejected: int
    waiting: int
    share: float

    @property
    def open(self) -> list[int]:
        """The lines of all paragraphs that are neither cited nor ticked off."""
        return [line for section in self.sections for line in section.open]


def progress(
    document: Document, outline: list[Heading], state: State, waiting: list[Draft]
) -> Progress:
    """How far the work on a document is."""
    headings = {heading.line for heading in outline}
    accounts = by_section(document, outline, state.cited - headings, state.ticked)
    begun = Counter(section_of(outline, draft.passages[0]) for draft in waiting if draft.passages)
    sections = [Section(
        line=heading.line if heading else 0, title=account.title, level=account.level,
        kind=account.kind, paragraphs=account.paragraphs, cited=account.cited,
        ticked=account.reasons.total(), open=tuple(account.unaccounted), waiting=begun[heading])
        for heading, account in accounts.items() if heading or account.paragraphs]
    return Progress(
        document=document.slug, sections=tuple(sections), accepted=len(state.accepted),
        rejected=sum(state.log[n - 1].action == "reject" for n in state.decided.values()),
        waiting=len(waiting), share=Coverage("", [*accounts.values()]).share_to_cite)
