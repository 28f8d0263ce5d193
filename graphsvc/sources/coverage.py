"""The account of every paragraph: cited by a fact, in the ledger with a reason, or neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError, InputErrors
from graphsvc.project import Project
from graphsvc.sources.documents import Document, Heading, read_documents, read_outline, section_of
from graphsvc.sources.turtle import read_turtle
from graphsvc.vocabulary import PROV

CITED_AT_LEAST = 0.9
KINDS_TO_CITE = {"summary", "body", "key-messages", "appendix", "table", "glossary", "plan"}
REASONS = {
    "cover", "contents", "contact", "boilerplate", "running-text", "repeat", "translation",
    "caption",
}


@dataclass
class Account:
    """Paragraph counts of one section: headings are not counted."""

    title: str
    kind: str
    level: int = 1
    cited: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unaccounted: list[int] = field(default_factory=list)

    @property
    def paragraphs(self) -> int:
        return self.cited + self.reasons.total() + len(self.unaccounted)


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
        to_cite = Coverage("", [s for s in self.sections if s.kind in KINDS_TO_CITE])
        return to_cite.cited / to_cite.paragraphs if to_cite.paragraphs else 1.0


def coverage(project: Project, folder: Path, only: str | None = None) -> list[Coverage]:
    """Account for every paragraph of the documents in a folder, or of only one.

    Raises GraphsvcError when a document is missing, InputErrors for a bad ledger.
    """
    cited = {
        value.value for path in project.data_files
        for _, predicate, value in read_turtle(path).triples
        if predicate.value == PROV.wasDerivedFrom and isinstance(value, ox.NamedNode)}
    return [_account(project, document, cited)
            for document in read_documents(project, folder, only)]


def _account(project: Project, document: Document, all_cited: set[str]) -> Coverage:
    headings = read_outline(project, document.slug)
    base = project.header.passages(document.slug)
    lines = {paragraph.line for paragraph in document.paragraphs}
    cited = {line for line in lines if f"{base}{line}" in all_cited}
    path = project.root / "data" / "ledgers" / f"{document.slug}.tsv"
    accounts = by_section(document, headings, cited, _read_ledger(path, lines, cited))
    return Coverage(document.slug, [a for a in accounts.values() if a.paragraphs])


def by_section(
    document: Document, headings: list[Heading], cited: set[int], ledger: Mapping[int, str]
) -> dict[Heading | None, Account]:
    """The account of each section, of what is above the first heading first. cited: lines that
    facts rest on; ledger: reasons by the lines that carry none."""
    accounts = {None: Account("(before the first heading)", "cover")} | {
        heading: Account(heading.title, heading.kind, heading.level) for heading in headings}
    for line in (paragraph.line for paragraph in document.paragraphs):
        section = section_of(headings, line)
        account = accounts[section]
        if line in cited:
            account.cited += 1
        elif section and section.line == line:
            continue
        elif line in ledger:
            account.reasons[ledger[line]] += 1
        else:
            account.unaccounted.append(line)
    return accounts


def _read_ledger(path: Path, paragraphs: set[int], cited: set[int]) -> dict[int, str]:
    """The paragraphs that carry no fact, each line with its reason: a document's ledger, which has
    `lines<TAB>reason<TAB>note` rows (lines: `7` or `7-12`).

    paragraphs: lines of the document that hold one; cited: those that a fact rests on.
    Raises InputErrors that name every row that is malformed, that names a line without paragraph,
    or that gives a reason where another row or a fact has accounted for the line.
    """
    reasons: dict[int, str] = {}
    errors: list[GraphsvcError] = []
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        try:
            lines, reason = _row(row)
            _refuse(lines, paragraphs, cited, reasons)
        except GraphsvcError as error:
            errors.append(GraphsvcError(error.message, location=f"{path}:{number}",
                                        hint=error.hint))
        else:
            reasons |= dict.fromkeys(paragraphs.intersection(lines), reason)
    if errors:
        raise InputErrors(errors)
    return reasons


def _row(row: str) -> tuple[range, str]:
    """The lines and the reason of a row. Raises GraphsvcError where it is malformed."""
    span, reason = [field.strip() for field in f"{row}\t".split("\t")][:2]
    lines = span_of(span)
    if lines is None or reason not in REASONS:
        raise GraphsvcError(
            f"This is not lines, reason and note: {row!r}.",
            hint=f"Write lines as 7 or 7-12 and one reason of {', '.join(sorted(REASONS))}.")
    if not lines:
        raise GraphsvcError(f"The lines {span} run backwards.", hint="Write the first line first.")
    return lines, reason


def span_of(text: str) -> range | None:
    """The lines that `7` or `7-12` names, none where they run backwards; None for another text."""
    first, _, last = text.strip().partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        return None
    return range(int(first), int(last or first) + 1)


def lines_of(text: str) -> tuple[int, ...]:
    """The lines that a text such as `18-43,45` names. Raises GraphsvcError where it names none."""
    spans = [span_of(span) for span in text.replace(" ", ",").split(",") if span]
    if None in spans:
        raise GraphsvcError(f"{text!r} are no lines.",
                            hint="Write numbers or ranges with commas, such as 18-43,45.")
    return tuple(dict.fromkeys(line for span in spans for line in span or ()))


def _refuse(
    lines: range, paragraphs: set[int], cited: set[int], before: dict[int, str]
) -> None:
    """Raise GraphsvcError where lines cannot have a reason."""
    for line in (lines[0], lines[-1]):
        if line not in paragraphs:
            raise GraphsvcError(f"Line {line} of the document holds no paragraph.",
                                hint="Name the lines of paragraphs; others need no reason.")
    for line in lines:
        if line in before:
            raise GraphsvcError(f"Line {line} has a reason already ({before[line]}).",
                                hint="Keep one of the two rows.")
        if line in cited:
            raise GraphsvcError(f"Line {line} is said to carry no fact, but a fact rests on it.",
                                hint="Remove the line from the ledger.")
