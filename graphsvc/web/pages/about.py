"""About the data: how they were made, the releases that the service holds and what changed between
any two, how to report an error; and the Markdown files of a project, of which one is shown there.

What is held may go while another release is served, so browsers keep no page of a release."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from graphsvc.archive import FILES, Citation
from graphsvc.changes import Changes, TooManyQuads, compare
from graphsvc.dates import show_date
from graphsvc.errors import GraphsvcError
from graphsvc.index import Index
from graphsvc.release import Release, Releases
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import PageContext, check_names, first_of
from graphsvc.web.pages.rendering import fill
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs

ABOUT = "about"
"""The end of the address of the text that is shown on the page about the data."""
NEVER_KEPT = {"Cache-Control": "no-store"}
_LONGEST_PATH = 300
_IN_FEED = 20
_MOST_SHOWN = 100
"""Things of one class whose changes a page lists."""


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
    for link in [child for token in tokens for child in token.children or ()]:
        file, dot, rest = str(link.attrGet("href") or "").partition(".md")
        if link.type == "link_open" and dot and file in names:
            link.attrSet("href", f"/{file}{rest}")
    titled = tokens[:1] and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return Text(
        heads[0][1] if titled else path.stem,
        Markup(markdown.renderer.render(tokens[3 if titled else 0:], markdown.options, {})),
        {str(opening.attrGet("id")): words for opening, words in heads if opening.tag == "h2"})


async def text_page(name: str, context: PageContext, pairs: Pairs) -> Response:
    """The page of a text by the end of its address."""
    texts = context.serving.release.texts
    return await context.render("text.html", lambda: text_of(texts[name], frozenset(texts)))


async def about_page(context: PageContext, pairs: Pairs) -> Response:
    """The page about the data and the release that is served."""
    release, texts = context.serving.release, context.serving.release.texts

    def make() -> dict[str, Any]:
        return {
            **_changed(context, _before(context, release), release), "archive": list(FILES),
            "manifest": release.manifest, "dumps": sorted((release.path / "dumps").iterdir()),
            "text": text_of(texts[ABOUT], frozenset(texts)) if ABOUT in texts else None,
            "texts": {name: text_of(path, frozenset(texts)).title
                      for name, path in texts.items() if name != ABOUT}}

    return await context.render("about.html", make)


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
    address = context.said.first(DISPLAY["report"])
    if address:
        address = address.replace("{title}", quote(title)).replace("{body}", quote(text))
    return await context.render("report.html", lambda: {
        "path": path, "title": title, "text": text, "address": address}, headers=NEVER_KEPT)


# -- releases ----------------------------------------------------------------------------------


async def releases_page(context: PageContext, pairs: Pairs) -> Response:
    """All releases that are held, by day, with what changed in each. Raises GraphsvcError for
    parameters."""
    check_names("The list of releases", pairs)
    return await context.render("releases.html", lambda: [
        (day, [*found]) for day, found in groupby(_history(context), itemgetter("day"))],
        headers=NEVER_KEPT)


async def release_page(context: PageContext, name: str, pairs: Pairs) -> Response:
    """One release: how it is cited, its files, and what changed since the one before or `since`.

    Raises HttpError 404 for a release that is not held.
    """
    check_names("A release", pairs, "since", "format")
    release, since = held(_folder(context), name), first_of(pairs, "since")
    before = held(_folder(context), since) if since else _before(context, release)
    files = sorted(release.dump_digests)

    def make() -> dict[str, Any]:
        return {
            **_changed(context, before, release), "before": before, "most": _MOST_SHOWN,
            "before_day": _built(before)[0] if before else "",
            "others": [(other, *_built(other)) for other in _folder(context).all()
                       if other != release],
            "citation": Citation.of(release, Index(release.index_path)),
            "files": files, "manifest": release.manifest}

    def as_json() -> dict[str, Any]:
        changes = _compared(before, release)
        return {**{name: release.manifest[name] for name in (
                    "release", "built", "software", "quads")},
                "files": [f"/release/{release.id}/dumps/{quote(name)}" for name in files],
                "changes": changes and changes.as_json()}

    if first_of(pairs, "format") == "json":
        return JSONResponse(await run_in_threadpool(as_json), headers=NEVER_KEPT)
    return await context.render("release.html", make, headers=NEVER_KEPT)


async def feed(context: PageContext, server: str) -> Response:
    """The releases as a feed (Atom, RFC 4287), the latest first. server: without a slash."""
    made = await run_in_threadpool(lambda: fill(
        "feed.xml", site=context, server=server, entries=_history(context, _IN_FEED)))
    return Response(made, headers=NEVER_KEPT, media_type="application/atom+xml")


class ReleaseGone(HttpError):
    """A release that this service does not hold."""

    def __init__(self, name: str) -> None:
        super().__init__(
            404, f"This service holds no release `{name[:40]}`. It was removed, or was never here.",
            hint="See /releases for those that it holds.")


def held(folder: Releases, name: str) -> Release:
    """The release with this digest, or the beginning of one. Raises HttpError: 404, and 410 for one
    that only another version of the software can read."""
    try:
        return folder.get(name)
    except GraphsvcError as error:
        if name.isalnum() and (folder.folder / name).is_dir():
            raise HttpError(410, f"The release `{name[:40]}` was built by another version of this"
                            " software, which this one cannot read.",
                            hint="See /releases for those that it can show.") from error
        raise ReleaseGone(name) from error


def _changed(context: PageContext, before: Release | None, release: Release) -> dict[str, Any]:
    """A release, when it was built, and what changed since one before it, in words and by kinds:
    the classes of what changed, those first that readers are led to first."""
    changes = _compared(before, release)

    def place(kind: str) -> tuple[bool, int, str]:
        term = context.terms.term(kind)
        return term.quiet or not kind, term.order, changes.names[kind] if changes else ""

    day, hour = _built(release)
    kinds = {kind: context.terms.term(kind).plural if kind else "terms of the ontology"
             for kind in sorted(changes.kinds if changes else (), key=place)}
    return {"release": release, "day": day, "hour": hour, "changes": changes, "kinds": kinds,
            "summary": changes.summary(kinds, kinds) if changes else {}}


def _compared(before: Release | None, after: Release) -> Changes | None:
    """What changed; None where there is nothing to compare with, or too much."""
    try:
        return compare(before, after) if before else None
    except TooManyQuads:
        return None


def _history(context: PageContext, most: int | None = None) -> list[dict[str, Any]]:
    """The releases, the latest first, each with what changed since the one before."""
    found = _folder(context).all()
    pairs = list(zip(found, [*found[1:], None], strict=True))[:most]
    return [_changed(context, before, release) for release, before in pairs]


def _built(release: Release) -> tuple[str, str]:
    """The day on which a release was built, in words, and the time."""
    moment = datetime.fromisoformat(release.manifest["built"])
    return show_date(moment.date().isoformat()), f"{moment:%H:%M} UTC"


def _folder(context: PageContext) -> Releases:
    return Releases(context.serving.release.path.parent)


def _before(context: PageContext, release: Release) -> Release | None:
    try:
        return _folder(context).before(release)
    except GraphsvcError:
        return None
