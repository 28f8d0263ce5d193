"""The Markdown files of a project as pages, or as a part of the page about the data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from graphsvc.web.pages.context import PageContext
from graphsvc.web.request import Pairs

ABOUT = "about"
"""The end of the address of the text that is shown on the page about the data."""


@dataclass(frozen=True)
class Text:
    """A text without its title. contents: its sections by the anchors of their headings.

    An anchor is what the words make: `Verbal quantity` has `verbal-quantity`.
    """

    title: str
    html: Markup
    contents: dict[str, str]

@lru_cache(maxsize=64)
def text_of(path: Path, names: frozenset[str]) -> Text:
    """A Markdown file. names: of the texts that links like `codebook.md#stage` may lead to."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    heads = [(opening, inline.content) for opening, inline in pairwise(tokens)
             if opening.type == "heading_open"]
    for opening, words in heads:
        opening.attrSet("id", re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-"))
    for token in tokens:
        _lead_to_pages(token.children or [], names)
    titled = tokens[:1] and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return Text(
        heads[0][1] if titled else path.stem,
        Markup(markdown.renderer.render(tokens[3 if titled else 0:], markdown.options, {})),
        {str(opening.attrGet("id")): words for opening, words in heads if opening.tag == "h2"})


def _lead_to_pages(tokens: list[Token], names: frozenset[str]) -> None:
    """Links to files that are pages here lead to the pages."""
    for token in tokens:
        file, dot, rest = str(token.attrGet("href") or "").partition(".md")
        if token.type == "link_open" and dot and file in names:
            token.attrSet("href", f"/{file}{rest}")


async def text_page(name: str, context: PageContext, pairs: Pairs) -> str:
    """The page of a text by the end of its address."""
    texts = context.serving.release.texts
    return await context.render("text.html", lambda: text_of(texts[name], frozenset(texts)))
