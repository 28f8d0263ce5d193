"""About the data: how they were made, the release, how to cite it, how to report an error, and the
ontology."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from starlette.responses import HTMLResponse, Response

from graphsvc.archive import FILES
from graphsvc.vocabulary import DISPLAY
from graphsvc.web.pages.context import PageContext, check_names, first_of
from graphsvc.web.pages.releases import built, latest_changes, ordered
from graphsvc.web.pages.text import ABOUT, text_of
from graphsvc.web.request import Pairs

_LONGEST_PATH = 300


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
        headers={"Cache-Control": "no-store"})
