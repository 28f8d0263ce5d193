"""About the data: the release, what changed since the one before, its ontology and texts."""

from __future__ import annotations

import gzip
import heapq
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from graphsvc.archive import FILES
from graphsvc.errors import GraphsvcError
from graphsvc.release import Release, Releases
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.rendering import show_date
from graphsvc.web.pages.terms import Term
from graphsvc.web.request import Pairs

_MOST_QUADS = 2_000_000
"""Releases above this size are not compared while somebody waits."""


async def about_page(context: PageContext, pairs: Pairs) -> str:
    """The page about the release that is served."""
    return await context.render("about.html", _about, context)


def _about(context: PageContext) -> dict[str, Any]:
    release = context.serving.release
    manifest = release.manifest
    built = datetime.fromisoformat(manifest["built"])
    try:
        before = Releases(release.path.parent).before(release)
    except GraphsvcError:
        before = None
    comparable = before and max(manifest["quads"], before.manifest["quads"]) <= _MOST_QUADS
    return {
        "dataset": context.dataset, "archive": list(FILES),
        "built": f"{show_date(built.date().isoformat())}, {built:%H:%M} UTC",
        "manifest": manifest, "dumps": sorted((release.path / "dumps").iterdir()),
        "before": before.id if before else None,
        "changes": _changes(before, release) if before and comparable else None,
    }


@lru_cache(maxsize=4)
def _changes(before: Release, after: Release) -> list[tuple[str, int, int]]:
    """How many statements were added to each named graph and removed from it.

    Blank nodes have canonical names in both releases.
    """
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    lines = heapq.merge(_lines(before, removed), _lines(after, added), key=itemgetter(0))
    for line, found in groupby(lines, key=itemgetter(0)):
        counts = [count for _, count in found]
        if len(counts) == 1:
            name = line[line.rindex(b"<") + 1:line.rindex(b">")].decode()
            counts[0][name.split("/graph/", 1)[-1]] += 1
    return [(graph, added[graph], removed[graph]) for graph in sorted({*added, *removed})]


def _lines(release: Release, counts: Counter[str]) -> Iterator[tuple[bytes, Counter[str]]]:
    """The sorted lines of a dump, each with the counts for a line that only this release has."""
    with gzip.open(release.dump, "rb") as lines:
        for line in lines:
            yield line, counts


async def ontology_page(context: PageContext) -> str:
    """The page of the ontology: the project's classes and properties, then those it re-uses."""
    def make() -> dict[str, list[Term]]:
        terms = sorted(context.terms.terms.values(), key=lambda term: term.label.casefold())
        own = [term for term in terms if term.iri.startswith(context.header.namespace)]
        return {"Classes": [term for term in own if term.is_class],
                "Properties": [term for term in own if not term.is_class],
                "Terms of other vocabularies": [term for term in terms if term not in own]}

    return await context.render("ontology.html", make)


async def text_page(path: Path, context: PageContext, pairs: Pairs) -> str:
    """The page of a Markdown file of the release. Its headings have the anchors that their words
    make: `Verbal quantity` has `verbal-quantity`."""
    def make() -> dict[str, Any]:
        markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        tokens = markdown.parse(path.read_text(encoding="utf-8"))
        titles = [(opening, inline.content) for opening, inline in pairwise(tokens)
                  if opening.type == "heading_open"]
        for opening, title in titles:
            opening.attrSet("id", re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-"))
        return {"title": titles[0][1] if titles else path.stem,
                "html": Markup(markdown.renderer.render(tokens, markdown.options, {}))}

    return await context.render("text.html", make)
