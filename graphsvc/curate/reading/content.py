"""What a report was read as, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass

from graphsvc.curate.records import Paragraph

MOST_BYTES = 100 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PAGES = 500
MOST_LETTERS = 100_000
"""Of one page of a PDF: twenty times those of a full one."""


@dataclass(frozen=True)
class Content:
    """A report: its title and paragraphs, and its text where that was a text file already."""

    title: str
    paragraphs: list[Paragraph]
    text: str = ""


def numbered(content: Content) -> Content:
    """The content with a line for each paragraph of the text file, blank lines between them."""
    if content.text:
        return content
    paragraphs = [p.model_copy(update={"line": 2 * n - 1})
                  for n, p in enumerate(content.paragraphs, 1)]
    text = "".join(f"{p.text}\n\n" for p in paragraphs)
    return Content(content.title, paragraphs, text.removesuffix("\n"))
