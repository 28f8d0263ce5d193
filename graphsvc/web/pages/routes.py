"""The web pages of one release: their addresses, and those that other parts of the service show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graphsvc.formats import HTML, JSON, negotiate
from graphsvc.web.pages.about import ABOUT, about_page, report_page, text_page
from graphsvc.web.pages.browse import browse_page
from graphsvc.web.pages.compare import compare_page
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.editor import editor_page, editor_terms
from graphsvc.web.pages.explore import explore_page, links
from graphsvc.web.pages.home import home_page
from graphsvc.web.pages.questions import embedded_page, question_page, questions_page
from graphsvc.web.pages.releases import release_page, releases_page
from graphsvc.web.pages.rendering import ASSETS, MEDIA_TYPES, STATIC, light
from graphsvc.web.pages.search import search_page, suggestions
from graphsvc.web.pages.views import view_routes
from graphsvc.web.problems import HttpError, problem_types
from graphsvc.web.request import Pairs, Routes, address_pairs, server_of

_KEPT = "public, max-age=31536000, immutable"

Page = Callable[[PageContext, Pairs], Awaitable[str | Response]]

PAGES: dict[str, Page] = {
    "/": home_page, "/search": search_page, "/suggest": suggestions,
    "/questions": questions_page, "/editor": editor_page, "/editor/terms": editor_terms,
    "/browse": browse_page, "/compare": compare_page, "/explore": explore_page,
    "/explore/links": links, "/about": about_page, "/releases": releases_page,
}
"""The pages that need no more than the parameters of their address."""


def page_routes(context: PageContext) -> Routes:
    """The routes of all pages but those of things and the ontology."""
    async def show(page: Page, request: Request) -> Response:
        pairs = address_pairs(request)
        if page in (search_page, compare_page) and negotiate(
                request.headers.get("accept"), (HTML, JSON)) is JSON:
            pairs = [*pairs, ("format", "json")]
        made = await page(context, pairs)
        return HTMLResponse(made) if isinstance(made, str) else made

    async def question(request: Request) -> Response:
        return await question_page(context, request.path_params["name"], address_pairs(request),
                                   server_of(request))

    async def embedded(request: Request) -> Response:
        return await embedded_page(context, request.path_params["name"], address_pairs(request),
                                   server_of(request))

    async def release(request: Request) -> Response:
        return await release_page(context, request.path_params["id"], address_pairs(request))

    async def report(request: Request) -> Response:
        return await report_page(context, address_pairs(request), server_of(request),
                                 request.headers.get("referer", ""))

    async def docs(request: Request) -> Response:
        return HTMLResponse(await context.render("docs.html", lambda: server_of(request)))

    async def problems(request: Request) -> Response:
        return HTMLResponse(await context.render("problems.html", problem_types))

    texts: dict[str, Page] = {
        f"/{name}": partial(text_page, name) for name in context.serving.release.texts
        if name != ABOUT}
    return {
        **{path: partial(show, page) for path, page in (PAGES | texts).items()},
        **view_routes(context), "/questions/{name}": question, "/embed/{name}": embedded,
        "/release/{id}": release, "/report": report, "/docs": docs, "/problems": problems,
        "/favicon.ico": _favicon, "/static/{path:path}": _static}


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
