"""The outline that is proposed for a document: its headings, with the kind of each part."""

from __future__ import annotations

import re

from graphsvc.curate.records import Kind, Reading
from graphsvc.project import Project
from graphsvc.sources.documents import Heading, outline_slugs, read_outline

_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[#*_]+)\s*|[*_#]+$")
_USUAL = "body"


def proposed(reading: Reading, project: Project) -> list[Heading]:
    """The headings of a document. Kinds are those that the project's outlines give to headings of
    the same title; other headings have the kind of the part that they are in."""
    known = {_plain(heading.title): heading.kind for slug in outline_slugs(project)
             if slug != reading.slug for heading in read_outline(project, slug)}
    found: list[Heading] = []
    for paragraph in reading.paragraphs:
        if paragraph.kind is not Kind.HEADING:
            continue
        title = " ".join(_NUMBER.sub("", paragraph.text).split()) or paragraph.text
        above = next((h.kind for h in reversed(found) if h.level < paragraph.level), _USUAL)
        found.append(Heading(paragraph.line, paragraph.level, known.get(_plain(title), above),
                             paragraph.text.strip("#*_ ").replace("\t", " ")))
    return found


def as_text(headings: list[Heading]) -> str:
    """The outline as a file of the project has it: line, level, kind and title."""
    return "".join(f"{h.line}\t{h.level}\t{h.kind}\t{h.title}\n" for h in headings)


def _plain(title: str) -> str:
    """A title as it is compared: without number, marks and capitals."""
    return " ".join(re.findall(r"\w+", _NUMBER.sub("", title).lower()))
