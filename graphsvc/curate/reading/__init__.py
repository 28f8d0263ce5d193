"""Reads reports of several formats as paragraphs; one module for each format."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Collection
from importlib import import_module
from pathlib import Path

from graphsvc.curate.records import Kind, Paragraph, Record
from graphsvc.errors import GraphsvcError

FORMATS = {".pdf": ("PDF", "pdf"), ".docx": ("Word", "docx"), ".html": ("web page", "html"),
           ".htm": ("web page", "html"), ".txt": ("text", "text")}
"""The formats that are read, with the modules that read them, by the ending of a file's name."""
_MOST_BYTES = 100 * 1024 * 1024
_SECONDS, _MEMORY = 300, 3 * 2**30
"""What reading a report may take."""
_BEGINS = {".pdf": b"%PDF-"}
_STRUCTURE = (Kind.HEADING, Kind.ITEM, Kind.ROW)


class Content(Record):
    """A report, whatever its format: its title and paragraphs, and the text of its text file.

    otherwise: its title where it has no heading, as the file says it.
    """

    title: str = ""
    otherwise: str = ""
    paragraphs: tuple[Paragraph, ...]
    text: str = ""

    def complete(self, path: Path) -> Content:
        """The content without paragraphs that say nothing, with a title, and with a line for each
        paragraph of the text file, blank lines between them."""
        found = tuple(p for p in self.paragraphs if re.search(r"\w", p.text))
        headed = next((p.text for p in found if p.kind is Kind.HEADING), "")
        title, text = self.title or headed or self.otherwise or path.stem, self.text
        if not text:
            found = tuple(p.model_copy(update={"line": 2 * n - 1}) for n, p in enumerate(found, 1))
            text = "\n".join(f"{p.text}\n" for p in found)
        return Content(title=title, paragraphs=found, text=text)


def read(path: Path, skip: Collection[int] = ()) -> Content:
    """The content of a report. skip: pages to leave out. Raises GraphsvcError."""
    form = ending(path)
    if skip and form != ".pdf":
        raise GraphsvcError("Only pages of a PDF can be left out.", location="--skip",
                            hint="Leave the option out.")
    reader = import_module(f"{__name__}.{FORMATS[form][1]}")  # with the libraries of no other
    content: Content = reader.read(path, skip) if form == ".pdf" else reader.read(path)
    content = content.complete(path)
    if not content.paragraphs:
        raise GraphsvcError("The report has no text.", location=str(path),
                            hint="Give the file that holds the report.")
    if not any(p.kind in _STRUCTURE for p in content.paragraphs):
        raise GraphsvcError(
            "This is no report: no headings, lists or tables were found.", location=str(path),
            hint="Give a report; in a text file, a heading is a short line between blank lines.")
    return content


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


def read_apart(
    path: Path, skip: Collection[int] = (), seconds: float = _SECONDS, memory: int = _MEMORY
) -> Content:
    """As read, in a process of its own, which ends when it takes too long or too much memory.

    memory: the most bytes that it may take. Raises GraphsvcError, also where the file makes a
    library crash, or read without an end.
    """
    call = [sys.executable, "-c", f"import sys, {__name__} as reading; reading.main(*sys.argv[1:])",
            str(path), str(memory), *map(str, skip)]
    try:
        done = subprocess.run(call, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise GraphsvcError(f"The report takes more than {seconds:.0f} seconds to read.",
                            location=str(path), hint="Save its pages in parts.") from error
    if done.returncode or not done.stdout:
        raise GraphsvcError(
            "The report is broken, or it needs too much memory: reading it did not come to an end.",
            location=str(path), hint="Save it again, without its pictures, or in parts.")
    found = json.loads(done.stdout)
    if "message" in found:
        raise GraphsvcError(**found)
    return Content.model_validate(found)


def main(path: str, memory: str, *skip: str) -> None:
    """Print what is read of a report, or what is wrong, as JSON; the process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        print(read(Path(path), [int(page) for page in skip]).model_dump_json())
    except GraphsvcError as error:
        print(json.dumps({"message": error.message, "location": error.location or path,
                          "hint": error.hint}))
