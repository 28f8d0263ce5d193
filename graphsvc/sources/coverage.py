"""The account of every paragraph: cited by a fact, in the ledger with a reason, or neither."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pyoxigraph as ox

from graphsvc.project import Project
from graphsvc.sources.documents import Document, Heading
from graphsvc.sources.exclusions import read_exclusions
from graphsvc.sources.index import outline, section_of
from graphsvc.turtle import read_turtle
from graphsvc.vocabulary import PROV

KINDS_TO_CITE = frozenset({
    "summary", "body", "key-messages", "appendix", "table", "glossary", "plan",
})
CITED_AT_LEAST = 0.9


@dataclass
class Account:
    """Paragraph counts of one section (or of everything): headings are not counted."""

    title: str
    kind: str
    level: int = 1
    cited: int = 0
    reasons: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unaccounted: list[int] = field(default_factory=list)

    @property
    def paragraphs(self) -> int:
        return self.cited + sum(self.reasons.values()) + len(self.unaccounted)


@dataclass(frozen=True)
class Coverage:
    """The accounts of one document, section by section."""

    slug: str
    sections: list[Account]

    @property
    def paragraphs(self) -> int:
        return sum(section.paragraphs for section in self.sections)

    @property
    def cited(self) -> int:
        return sum(section.cited for section in self.sections)

    @property
    def unaccounted(self) -> list[int]:
        return sorted(line for section in self.sections for line in section.unaccounted)

    @property
    def share_to_cite(self) -> float:
        """Share of paragraphs cited in the sections where facts are expected, from 0 to 1."""
        sections = [s for s in self.sections if s.kind in KINDS_TO_CITE]
        total = sum(section.paragraphs for section in sections)
        return sum(section.cited for section in sections) / total if total else 1.0


def coverage(project: Project, document: Document) -> Coverage:
    """Account for every paragraph of one document. Raises GraphsvcError for a bad ledger."""
    headings = outline(project, document.slug)
    base = f"{project.header.base}passage/{document.slug}/"
    lines = {paragraph.line for paragraph in document.paragraphs}
    all_cited = cited_passages(project)
    cited = {line for line in lines if f"{base}{line}" in all_cited}
    path = project.root / "data" / "ledgers" / f"{document.slug}.tsv"
    ledger = read_exclusions(path, lines, cited)
    accounts = {None: Account("(before the first heading)", "cover")} | {
        heading.line: Account(heading.title, heading.kind, heading.level) for heading in headings}
    for paragraph in document.paragraphs:
        section = section_of(headings, paragraph.line)
        account = accounts[section.line if section else None]
        if paragraph.line in cited:
            account.cited += 1
        elif _is_heading(section, paragraph.line):
            continue
        elif paragraph.line in ledger:
            account.reasons[ledger[paragraph.line]] += 1
        else:
            account.unaccounted.append(paragraph.line)
    return Coverage(document.slug, [a for a in accounts.values() if a.paragraphs])


def cited_passages(project: Project) -> set[str]:
    """IRIs of all passages that some fact of the data rests on."""
    return {
        value.value
        for path in project.data_files
        for _, predicate, value in read_turtle(path).triples
        if predicate.value == str(PROV.wasDerivedFrom) and isinstance(value, ox.NamedNode)
    }


def _is_heading(section: Heading | None, line: int) -> bool:
    return section is not None and section.line == line
