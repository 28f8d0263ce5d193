"""The releases that the service holds: a list, a page for each, what changed between any two, and
a feed. What is held may go while another release is served, so browsers keep none of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from graphsvc.archive import Citation
from graphsvc.changes import Changes, TooManyQuads, compare
from graphsvc.errors import GraphsvcError
from graphsvc.index import Index
from graphsvc.release import Release, Releases
from graphsvc.web.pages.context import PageContext, check_names, first_of
from graphsvc.web.pages.rendering import fill, show_date
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs

NEVER_KEPT = {"Cache-Control": "no-store"}
_IN_FEED = 20
_MOST_SHOWN = 100
"""Things of one class whose changes a page lists."""


async def releases_page(context: PageContext, pairs: Pairs) -> Response:
    """All releases that are held; with `from` and `to`, leads to what changed between two.

    Raises HttpError 404 for a release that is not held.
    """
    check_names("The list of releases", pairs, "from", "to")
    since, until = first_of(pairs, "from"), first_of(pairs, "to")
    if since and until:
        found = [held(context, name).id for name in (since, until)]
        return RedirectResponse(f"/release/{found[1]}?since={found[0]}", 303)
    return await _page(context, "releases.html", lambda: {
        "releases": [{"release": release, "built": built(release), "changes": changes}
                     for release, changes in _history(context)]})


async def release_page(context: PageContext, name: str, pairs: Pairs) -> Response:
    """One release: how it is cited, its files, and what changed since the one before or `since`.

    Raises HttpError 404 for a release that is not held.
    """
    check_names("A release", pairs, "since", "format")
    release, since = held(context, name), first_of(pairs, "since")
    before = held(context, since) if since else _before(context, release)

    def make() -> dict[str, Any]:
        changes = _compared(before, release)
        return {
            "release": release, "built": built(release), "before": before, "changes": changes,
            "before_built": built(before) if before else "",
            "kinds": ordered(context, changes) if changes else [], "most": _MOST_SHOWN,
            "others": [(other, built(other)) for other in _folder(context).all()
                       if other != release],
            "citation": Citation.of(release, Index(release.index_path)),
            "files": sorted(release.dump_digests), "manifest": release.manifest}

    if first_of(pairs, "format") == "json":
        made = await run_in_threadpool(make)
        return JSONResponse(_as_json(release, made["changes"]), headers=NEVER_KEPT)
    return await _page(context, "release.html", make)


async def feed(context: PageContext, server: str) -> Response:
    """The releases as a feed (Atom, RFC 4287), the latest first. server: without a slash."""
    def make() -> str:
        entries = [{"release": release, "changes": changes,
                    "kinds": ordered(context, changes) if changes else []}
                   for release, changes in _history(context)[:_IN_FEED]]
        return fill("feed.xml", site=context, server=server, entries=entries)

    return Response(await run_in_threadpool(make), headers=NEVER_KEPT,
                    media_type="application/atom+xml")


def held(context: PageContext, name: str) -> Release:
    """The release with this digest, or the beginning of one. Raises HttpError: 404, and 410 for one
    that only another version of the software can read."""
    folder = _folder(context)
    try:
        return folder.get(name)
    except GraphsvcError as error:
        if name.isalnum() and (folder.folder / name).is_dir():
            raise HttpError(410, f"The release `{name[:40]}` was built by another version of this"
                            " software, which this one cannot read.",
                            hint="See /releases for those that it can show.") from error
        raise HttpError(
            404, f"This service holds no release `{name[:40]}`. It was removed, or was never here.",
            hint="See /releases for those that it holds.") from error


def built(release: Release) -> str:
    """When a release was built, in words."""
    moment = datetime.fromisoformat(release.manifest["built"])
    return f"{show_date(moment.date().isoformat())}, {moment:%H:%M} UTC"


def latest_changes(context: PageContext) -> Changes | None:
    """What changed since the release before the one that is served, if that is held."""
    release = context.serving.release
    return _compared(_before(context, release), release)


def ordered(context: PageContext, changes: Changes) -> list[str]:
    """The classes of what changed, those first that readers are led to first."""
    def place(kind: str) -> tuple[bool, int, str]:
        term = context.terms.term(kind)
        return term.quiet, term.order, changes.names[kind]

    return sorted(changes.kinds, key=place)


def _folder(context: PageContext) -> Releases:
    return Releases(context.serving.release.path.parent)


def _before(context: PageContext, release: Release) -> Release | None:
    try:
        return _folder(context).before(release)
    except GraphsvcError:
        return None


def _compared(before: Release | None, after: Release) -> Changes | None:
    """What changed; None where there is nothing to compare with, or too much."""
    try:
        return compare(before, after) if before else None
    except TooManyQuads:
        return None


def _history(context: PageContext) -> list[tuple[Release, Changes | None]]:
    """All releases, the latest first, each with what changed since the one before."""
    found = _folder(context).all()
    return [(release, _compared(before, release))
            for release, before in zip(found, [*found[1:], None], strict=True)]


async def _page(context: PageContext, template: str, make: Any) -> Response:
    return HTMLResponse(await context.render(template, make), headers=NEVER_KEPT)


def _as_json(release: Release, changes: Changes | None) -> dict[str, Any]:
    facts = {name: release.manifest[name] for name in ("release", "built", "software", "quads")}
    facts["files"] = [f"/release/{release.id}/{quote(name)}"
                      for name in sorted(release.dump_digests)]
    return facts | {"changes": changes and changes.as_json()}
