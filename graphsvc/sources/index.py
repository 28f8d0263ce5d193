"""The passage index: where each paragraph is, as Turtle without any of its text."""

from __future__ import annotations

from pathlib import Path

from graphsvc.project import Header, Project
from graphsvc.sources.documents import Document, Heading, read_documents, read_outline

_HEAD = """\
# Written by `graphsvc sources index`; change the outline instead of this file.
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix ptr: <http://www.w3.org/2009/pointers#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix {prefix}: <{namespace}> .
@prefix passage: <{base}passage/{slug}/> .
@prefix section: <{base}section/{slug}/> .

"""


def outline_slugs(project: Project) -> list[str]:
    """The slugs of the documents that the project has an outline for."""
    return sorted(path.stem for path in (project.root / "data" / "outlines").glob("*.tsv"))


def outline(project: Project, slug: str) -> list[Heading]:
    """The curated headings of one document. Raises GraphsvcError."""
    return read_outline(project.root / "data" / "outlines" / f"{slug}.tsv")


def index_path(project: Project, slug: str) -> Path:
    """Where a document's passage index is."""
    return project.root / "data" / "passages" / f"{slug}.ttl"


def index_sources(project: Project, folder: Path) -> list[Path]:
    """Write the passage index of every document that has an outline; return the files.

    Raises GraphsvcError when a document or outline is missing or malformed; then no file changes.
    """
    documents = read_documents(folder, outline_slugs(project))
    texts = {index_path(project, doc.slug): passage_turtle(project, doc) for doc in documents}
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def passage_turtle(project: Project, document: Document) -> str:
    """The index of one document: its sections and passages in Turtle."""
    header, headings = project.header, outline(project, document.slug)
    sections = _sections(header, document.slug, headings)
    return _head(header, document.slug) + "\n".join(
        sections + _passages(header, document, headings)) + "\n"


def _head(header: Header, slug: str) -> str:
    return _HEAD.format(
        prefix=header.prefix, namespace=header.namespace, base=header.base, slug=slug)


def _sections(header: Header, slug: str, headings: list[Heading]) -> list[str]:
    blocks: list[str] = []
    above: list[Heading] = []
    for position, heading in enumerate(headings, 1):
        above = [other for other in above if other.level < heading.level]
        parent = f"section:{above[-1].line}" if above else f"<{header.base}document/{slug}>"
        title = heading.title.replace("\\", "\\\\").replace('"', '\\"')
        blocks.append(
            f"section:{heading.line} a {header.prefix}:Section ;\n"
            f'    skos:prefLabel "{title}"@en ; dcterms:type "{heading.kind}" ;\n'
            f"    dcterms:isPartOf {parent} ; schema:position {position} ;"
            f" ptr:lineNumber {heading.line} .\n")
        above.append(heading)
    return blocks


def _passages(header: Header, document: Document, headings: list[Heading]) -> list[str]:
    blocks: list[str] = []
    source = f"<{header.base}document/{document.slug}>"
    for paragraph in document.paragraphs:
        section = section_of(headings, paragraph.line)
        part = f"section:{section.line}" if section else source
        blocks.append(
            f"passage:{paragraph.line} a {header.prefix}:Passage ; oa:hasSource {source} ;"
            f" dcterms:isPartOf {part} ;\n"
            f"    ptr:lineNumber {paragraph.line} ; schema:position {paragraph.ordinal} ;"
            f" oa:start {paragraph.start} ; oa:end {paragraph.end} ;\n"
            f'    schema:sha256 "{paragraph.sha256}" .')
    return blocks


def section_of(headings: list[Heading], line: int) -> Heading | None:
    """The section that a line is in: the last heading at or above it."""
    found = None
    for heading in headings:
        if heading.line > line:
            break
        found = heading
    return found
