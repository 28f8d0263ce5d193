"""How far the work on a document is, section by section."""

from __future__ import annotations

from graphsvc.curate.decisions import State
from graphsvc.curate.records import Draft, Record
from graphsvc.sources.coverage import CITED_AT_LEAST, KINDS_TO_CITE
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
    enough: the share that coverage asks for; the counts are of statements and drafts."""

    document: str
    sections: tuple[Section, ...]
    accepted: int
    rejected: int
    waiting: int
    share: float
    enough: float = CITED_AT_LEAST

    @property
    def open(self) -> list[int]:
        """The lines of all paragraphs that are neither cited nor ticked off."""
        return [line for section in self.sections for line in section.open]

    @property
    def done(self) -> bool:
        """Whether all is decided and accounted for."""
        return not self.waiting and not self.open and self.share >= self.enough


def progress(
    document: Document, outline: list[Heading], state: State, waiting: list[Draft]
) -> Progress:
    """How far the work on a document is."""
    cited = state.cited
    top = Heading(0, 1, "cover", "Before the first heading")
    lines: dict[Heading, list[int]] = {heading: [] for heading in (top, *outline)}
    for paragraph in document.paragraphs:
        heading = section_of(outline, paragraph.line) or top
        if heading.line != paragraph.line:
            lines[heading].append(paragraph.line)
    begun = [section_of(outline, draft.passages[0]) or top for draft in waiting if draft.passages]
    sections = [Section(
        line=heading.line, title=heading.title, level=heading.level, kind=heading.kind,
        paragraphs=len(own), cited=len(cited.intersection(own)),
        ticked=len({line for line in own if line in state.ticked} - cited),
        open=tuple(line for line in own if line not in cited and line not in state.ticked),
        waiting=begun.count(heading)) for heading, own in lines.items() if own or heading.line]
    expected = [section for section in sections if section.kind in KINDS_TO_CITE]
    total = sum(section.paragraphs for section in expected)
    return Progress(
        document=document.slug, sections=tuple(sections), accepted=len(state.accepted),
        rejected=sum(state.log[n - 1].action == "reject" for n in state.decided.values()),
        waiting=len(waiting),
        share=sum(section.cited for section in expected) / total if total else 1.0)
