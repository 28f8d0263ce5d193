"""About the data: how they were made, the release, how to cite it, how to report an error; and the
Markdown files of a project, of which one is shown there and the others are pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from graphsvc.archive import FILES
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import PageContext, check_names, first_of
from graphsvc.web.pages.releases import NEVER_KEPT, built, latest_changes, ordered
from graphsvc.web.request import Pairs

ABOUT = "about"
"""The end of the address of the text that is shown on the page about the data."""
_LONGEST_PATH = 300


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


async def about_page(context: PageContext, pairs: Pairs) -> str:
    """The page about the data and the release that is served."""
    return await context.render("about.html", lambda: _about(context))


def _about(context: PageContext) -> dict[str, Any]:
    release, changes = context.serving.release, latest_changes(context)
    texts = release.texts
    return {
        "dataset": context.dataset, "archive": list(FILES), "built": built(release),
        "manifest": release.manifest, "dumps": sorted((release.path / "dumps").iterdir()),
        "changes": changes, "kinds": ordered(context, changes) if changes else [],
        "text": text_of(texts[ABOUT], frozenset(texts)) if ABOUT in texts else None,
        "texts": {name: text_of(path, frozenset(texts)).title
                  for name, path in texts.items() if name != ABOUT}}


async def report_page(context: PageContext, pairs: Pairs, server: str, referer: str) -> Response:
    """How to report an error on the page that `page` gives, or from which a reader comes.

    server: the address of the service; referer: of the page before, if the browser says it.
    """
    check_names("Reporting an error", pairs, "page")
    path = first_of(pairs, "page") or (
        referer.removeprefix(server) if referer.startswith(server + "/") else "")
    path = path[:_LONGEST_PATH] if path.startswith("/") and not path.startswith("/report") else ""
    title = f"Error in {context.title}: {urlsplit(path).path if path else 'the data'}"
    text = (f"Page: {server}{path or '/'}\nRelease: {context.release}\n\n"
            "What is wrong:\n\n\nWhat is right, and where a document says so:\n\n")
    address = context.terms.term(context.header.iri).first(DISPLAY["report"])
    if address:
        address = address.replace("{title}", quote(title)).replace("{body}", quote(text))
    return HTMLResponse(
        await context.render("report.html", lambda: {
            "path": path, "title": title, "text": text, "address": address}),
        headers=NEVER_KEPT)


async def text_page(name: str, context: PageContext, pairs: Pairs) -> str:
    """The page of a text by the end of its address."""
    texts = context.serving.release.texts
    return await context.render("text.html", lambda: text_of(texts[name], frozenset(texts)))
