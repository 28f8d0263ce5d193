"""The web pages of one release: their addresses, the files that they load, and the page that says
what was wrong with an address and what may have been meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from functools import partial
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.formats import HTML, JSON, negotiate
from graphsvc.graphs.view import UnknownView
from graphsvc.index import Named, NotOneThing
from graphsvc.questions.library import UnknownQuestion
from graphsvc.web.pages.about import (
    ABOUT,
    ReleaseGone,
    about_page,
    release_page,
    releases_page,
    report_page,
    text_page,
)
from graphsvc.web.pages.browse import browse_page
from graphsvc.web.pages.compare import compare_page
from graphsvc.web.pages.context import Link, PageContext, page_pairs
from graphsvc.web.pages.editor import editor_page, editor_terms
from graphsvc.web.pages.explore import explore_page, links
from graphsvc.web.pages.home import home_page
from graphsvc.web.pages.questions import embedded_page, question_page, questions_page
from graphsvc.web.pages.rendering import ASSETS, MEDIA_TYPES, PLACES, STATIC, fill, light
from graphsvc.web.pages.search import search_page, suggestions
from graphsvc.web.pages.views import view_routes
from graphsvc.web.problems import HttpError, problem_types
from graphsvc.web.request import Pairs, Routes, server_of

_KEPT = "public, max-age=31536000, immutable"
_LONGEST = 80

Page = Callable[[PageContext, Pairs], Awaitable[Response]]

PAGES: dict[str, Page] = {
    "/": home_page, "/search": search_page, "/suggest": suggestions,
    "/questions": questions_page, "/editor": editor_page, "/editor/terms": editor_terms,
    "/browse": browse_page, "/compare": compare_page, "/explore": explore_page,
    "/explore/links": links, "/about": about_page, "/releases": releases_page,
}
"""The pages that need no more than the parameters of their address."""
_QUESTIONS = {"/questions/{name}": question_page, "/embed/{name}": embedded_page}


def page_routes(context: PageContext) -> Routes:
    """The routes of all pages but those of things and the ontology."""
    async def show(page: Page, request: Request) -> Response:
        pairs = page_pairs(request)
        if page in (search_page, compare_page) and negotiate(
                request.headers.get("accept"), (HTML, JSON)) is JSON:
            pairs = [*pairs, ("format", "json")]
        return await page(context, pairs)

    async def asked(
        page: Callable[[PageContext, str, Pairs, str], Awaitable[Response]], request: Request
    ) -> Response:
        return await page(context, request.path_params["name"], page_pairs(request),
                          server_of(request))

    async def release(request: Request) -> Response:
        return await release_page(context, request.path_params["id"], page_pairs(request))

    async def report(request: Request) -> Response:
        return await report_page(context, page_pairs(request), server_of(request),
                                 request.headers.get("referer", ""))

    async def docs(request: Request) -> Response:
        return await context.render("docs.html", lambda: server_of(request))

    async def problems(request: Request) -> Response:
        return await context.render("problems.html", problem_types)

    texts: dict[str, Page] = {
        f"/{name}": partial(text_page, name) for name in context.serving.release.texts
        if name != ABOUT}
    return {
        **{path: partial(show, page) for path, page in (PAGES | texts).items()},
        **{path: partial(asked, page) for path, page in _QUESTIONS.items()},
        **view_routes(context), "/release/{id}": release, "/report": report, "/docs": docs,
        "/problems": problems, "/favicon.ico": _favicon, "/static/{path:path}": _static}


async def _favicon(request: Request) -> Response:
    return Response((STATIC / "icon.svg").read_bytes(), media_type=MEDIA_TYPES[".svg"])


async def _static(request: Request) -> Response:
    """A file of the package; an address with its digest is kept for a year. Raises HttpError."""
    name: str = request.path_params["path"]
    if name not in ASSETS:
        raise HttpError(404, f"There is no file `{name[:80]}`.")
    path = STATIC / name
    kept = bool(request.url.query) or path.parent.name == "chunks"
    return Response(light(path), media_type=MEDIA_TYPES[path.suffix],
                    headers={"Cache-Control": _KEPT if kept else "no-cache"})


def error_page(context: PageContext, path: str, error: GraphsvcError, query: str = "") -> str:
    """An error as a page, with what may have been meant instead. path, query: of the address that
    was asked for.

    Names like those of a thing that is not there take some 100 ms to find.
    """
    words = " ".join(unquote(path.rpartition("/")[2]).partition(".")[0].replace("-", " ")
                     .replace("_", " ").split())[:_LONGEST] if error.status == 404 else ""
    address = f"{path}?{query}" if query else path
    return fill("error.html", site=context, error=error, words=words, address=address,
                message=context.in_words(error.message),
                near=_near(context, path, error, words, address))


def _near(
    context: PageContext, path: str, error: GraphsvcError, words: str, address: str
) -> list[Link]:
    """What may have been meant. words: of the last part of the path; address: with its query."""
    match error:
        case ReleaseGone() if not path.startswith("/release"):
            return [Link("The same page of the present release", address)]
        case UnknownQuestion(nearest=names):
            return [Link(context.questions.library.get(name).title, f"/questions/{quote(name)}")
                    for name in names]
        case UnknownView():
            views = {view.name: view.question.title for view in context.serving.views}
            return [Link(views[name], f"/export/{quote(name)}")
                    for name in get_close_matches(path.rpartition("/")[2], views, 5)]
        case NotOneThing(named=found):
            return [_link(context, path, named) for named in found]
    if words and path.startswith("/id/"):
        alike = dict.fromkeys((*(named.iri for named in context.like(words)), *(
            hit.entry.iri for hit in context.index.suggest(words, None))))
        place = f"{path.rpartition('/')[0]}/"  # of things of the class that was asked for
        return [context.link(iri) for iri in sorted(alike, key=lambda iri: place not in iri)[:5]]
    close = get_close_matches(f"/{path.split('/')[1]}", PLACES.values(), 3) if words else []
    return [Link(title, page) for title, page in PLACES.items() if page in close]


def _link(context: PageContext, path: str, named: Named) -> Link:
    """A link to a thing; from the explorer, to its place there."""
    if path == "/explore":
        return Link(named.label, f"/explore?thing={quote(context.curie(named.iri))}", named.iri)
    return context.link(named.iri)
