"""The folder of documents: adds reports, lists and opens what was read."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from graphsvc.curate import reading
from graphsvc.curate.records import Draft, Kind, Reading
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from graphsvc.sources.documents import Heading, outline_slugs, outline_text, read_outline
from graphsvc.sources.turtle import write_atomically

DRAFTS = TypeAdapter(list[Draft])
"""Drafts as JSON has them."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 80
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[#*_]+)\s*|[*_#]+$")
_STALE = 24 * 3600
"""Seconds after which a folder that a killed process left is removed."""


class Shelf:
    """The documents of a project: `documents/{slug}.txt`, and what belongs to it in
    `documents/{slug}/`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.folder = project.root / "documents"

    def slugs(self) -> list[str]:
        """The names of the documents that were read, in order."""
        return sorted(path.parent.name for path in self.folder.glob("[!.]*/reading.json"))

    def place(self, slug: str) -> Path:
        """The folder of a document. Raises GraphsvcError where none has that name."""
        if not (_SLUG.fullmatch(slug) and (self.folder / slug / "reading.json").is_file()):
            there = ", ".join(self.slugs())
            raise GraphsvcError(
                f"There is no document {slug!r}.", location=str(self.folder),
                hint=f"There are: {there}." if there else
                f"Add it first: graphsvc curate add REPORT --id {slug or 'NAME'}")
        return self.folder / slug

    def open(self, slug: str) -> Reading:
        """A document as it was read. Raises GraphsvcError."""
        path = self.place(slug) / "reading.json"
        try:
            return Reading.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise GraphsvcError(
                "What was read of the document cannot be used.", location=str(path),
                hint="Remove its folder, keep decisions.jsonl, and add the report again."
            ) from error

    def keep(self, slug: str, drafts: list[Draft]) -> None:
        """Keep what a model proposed with its document, in place of what one proposed before."""
        text = DRAFTS.dump_json(drafts, indent=1, exclude_defaults=True).decode()
        write_atomically(self.place(slug) / "proposed.json", text)

    def kept(self, slug: str) -> list[Draft]:
        """What a model proposed of a document. Raises GraphsvcError where the file is bad."""
        path = self.place(slug) / "proposed.json"
        try:
            return DRAFTS.validate_json(path.read_bytes()) if path.exists() else []
        except (OSError, ValidationError) as error:
            raise GraphsvcError("What a model proposed cannot be read.", location=str(path),
                                hint="Remove the file, and ask again.") from error

    def add(self, report: Path, slug: str, skip: Collection[int] = ()) -> Reading:
        """Read a report and keep it under a name, all or nothing. skip: pages to leave out.

        Raises GraphsvcError, and then nothing has changed.
        """
        self._check_name(slug)
        ending = reading.ending(report)
        original = report.read_bytes()
        digest = hashlib.sha256(original).hexdigest()
        self._check_new(slug, digest, report)
        content = reading.read_apart(report, skip)
        found = Reading(slug=slug, title=content.title, sha256=digest,
                        paragraphs=content.paragraphs)
        self._check_text(slug, content.text)
        self.folder.mkdir(exist_ok=True)
        self._tidy()
        temporary = Path(tempfile.mkdtemp(prefix=".adding-", dir=self.folder))
        try:
            book = temporary / slug
            book.mkdir()
            (book / f"original{ending}").write_bytes(original)
            (book / "reading.json").write_text(found.model_dump_json(indent=1), encoding="utf-8")
            (book / "outline.tsv").write_text(outline_text(self._outline(found)), encoding="utf-8")
            (temporary / "text").write_bytes(content.text.encode())
            (temporary / "text").rename(self.folder / f"{slug}.txt")
            book.rename(self.folder / slug)
        except OSError as error:
            raise GraphsvcError(
                f"The document cannot be kept ({error.strerror}).", location=str(self.folder),
                hint="Make room, or see that you may write there.") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return found

    @staticmethod
    def _check_name(slug: str) -> None:
        if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST:
            raise GraphsvcError(
                f"{slug!r} cannot be the name of a document.", location="--id",
                hint="Use small letters a to z, digits and single hyphens, such as stirling-2019.")

    def _check_new(self, slug: str, digest: str, report: Path) -> None:
        for other in self.slugs():
            if self.open(other).sha256 == digest:
                raise GraphsvcError(
                    f"This report is there already: {other}.", location=str(report),
                    hint=f"Go on with: graphsvc curate drafts {other}")
        if (self.folder / slug).exists():
            raise GraphsvcError(
                f"Another report has the name {slug}.", location=str(self.folder / slug),
                hint="Give another --id; or remove that folder, which holds its decisions too.")

    def _check_text(self, slug: str, text: str) -> None:
        """A text of that name must be the same: passages of the project may point into it."""
        path = self.folder / f"{slug}.txt"
        if path.exists() and path.read_bytes() != text.encode():
            raise GraphsvcError(
                "A text of that name is there already, and it is another.", location=str(path),
                hint="Give another --id; or move that text away.")

    def _outline(self, reading: Reading) -> list[Heading]:
        """The headings of a document. Kinds are those that the project's outlines give to headings
        of the same title; other headings have the kind of the part that they are in."""
        known = {_plain(heading.title): heading.kind for slug in outline_slugs(self._project)
                 if slug != reading.slug for heading in read_outline(self._project, slug)}
        found: list[Heading] = []
        for paragraph in reading.paragraphs:
            if paragraph.kind is Kind.HEADING:
                above = next((h.kind for h in reversed(found) if h.level < paragraph.level), "body")
                kind = known.get(_plain(paragraph.text), above)
                found.append(Heading(paragraph.line, paragraph.level, kind,
                                     paragraph.text.strip("#*_ ").replace("\t", " ")))
        return found

    def _tidy(self) -> None:
        """Remove what killed processes left."""
        for path in self.folder.glob(".adding-*"):
            if time.time() - path.stat().st_mtime > _STALE:
                shutil.rmtree(path, ignore_errors=True)


def _plain(title: str) -> str:
    """A title as it is compared: without number, marks and capitals."""
    return " ".join(re.findall(r"\w+", _NUMBER.sub("", title).lower()))
