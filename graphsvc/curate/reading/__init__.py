"""Reads reports of several formats as paragraphs; one module for each format."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from pathlib import Path

from graphsvc.curate.records import Kind, Paragraph, Record
from graphsvc.errors import GraphsvcError

_MOST_BYTES = 100 * 1024 * 1024
FORMATS = {".pdf": ("PDF", "pdf"), ".docx": ("Word", "docx"), ".html": ("web page", "html"),
           ".htm": ("web page", "html"), ".txt": ("text", "text")}
"""The formats that are read, with the modules that read them, by the ending of a file's name."""
_BEGINS = {".pdf": b"%PDF-"}
_STRUCTURE = (Kind.HEADING, Kind.ITEM, Kind.ROW)


class Content(Record):
    """A report, whatever its format: its title and paragraphs, and the text of its text file."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    text: str = ""

    def numbered(self) -> Content:
        """The content with a line for each paragraph of the text file, blank lines between them."""
        if self.text:
            return self
        paragraphs = tuple(p.model_copy(update={"line": 2 * n - 1})
                           for n, p in enumerate(self.paragraphs, 1))
        return Content(title=self.title, paragraphs=paragraphs,
                       text="\n".join(f"{p.text}\n" for p in paragraphs))


def read(path: Path, skip: Collection[int] = ()) -> Content:
    """The content of a report. skip: pages to leave out. Raises GraphsvcError."""
    form = ending(path)
    if skip and form != ".pdf":
        raise GraphsvcError("Only pages of a PDF can be left out.", location="--skip",
                            hint="Leave the option out.")
    reader = import_module(f"{__name__}.{FORMATS[form][1]}")  # with the libraries of no other
    content: Content = reader.read(path, skip) if form == ".pdf" else reader.read(path)
    if not content.paragraphs:
        raise GraphsvcError("The report has no text.", location=str(path),
                            hint="Give the file that holds the report.")
    if not any(p.kind in _STRUCTURE for p in content.paragraphs):
        raise GraphsvcError(
            "This is no report: no headings, lists or tables were found.", location=str(path),
            hint="Give a report; in a text file, a heading is a short line between blank lines.")
    return content.numbered()


def ending(path: Path) -> str:
    """The ending of a file that can be a report of that format. Raises GraphsvcError."""
    found = path.suffix.lower()
    if found not in FORMATS:
        raise GraphsvcError(
            f"Reports are read as {', '.join(FORMATS)}, not as {found or 'files without ending'}.",
            location=str(path), hint="Save the report in one of these formats.")
    if path.exists() and not path.is_file():
        raise GraphsvcError("This is not a file.", location=str(path),
                            hint="Give the path of the report itself.")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise GraphsvcError(f"The report cannot be read ({error.strerror}).", location=str(path),
                            hint="Give the path of a file that you may read.") from error
    if size == 0:
        raise GraphsvcError("The file is empty.", location=str(path), hint="Download it again.")
    if size > _MOST_BYTES:
        raise GraphsvcError(
            f"The file has {size / 2**20:.0f} MB, and {_MOST_BYTES // 2**20} MB are the most that"
            " are read.", location=str(path), hint="Save it without its pictures, or in parts.")
    if _BEGINS.get(found, b"") not in head:
        raise GraphsvcError(f"The file is named {found} but is no {FORMATS[found][0]} file.",
                            location=str(path), hint="Give the report itself, with its own ending.")
    return found
