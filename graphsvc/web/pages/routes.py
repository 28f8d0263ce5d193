"""The web pages of one release: their addresses, and those that other parts of the service show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graphsvc.formats import HTML, JSON, negotiate
from graphsvc.web.pages.about import about_page, report_page
from graphsvc.web.pages.browse import browse_page
from graphsvc.web.pages.compare import compare_page
from graphsvc.web.pages.context import NotFound, PageContext
from graphsvc.web.pages.editor import editor_page, editor_terms
from graphsvc.web.pages.explore import explore_page, links
from graphsvc.web.pages.home import home_page
from graphsvc.web.pages.questions import (
    FILES,
    embedded_page,
    question_file,
    question_page,
    questions_page,
)
from graphsvc.web.pages.releases import release_page, releases_page
from graphsvc.web.pages.rendering import ASSETS, MEDIA_TYPES, STATIC, light
from graphsvc.web.pages.search import search_page, suggestions
from graphsvc.web.pages.text import ABOUT, text_page
from graphsvc.web.problems import problem_types
from graphsvc.web.request import Pairs, address_pairs
from graphsvc.web.responses import EMBEDDED

_KEPT = "public, max-age=31536000, immutable"

Page = Callable[[PageContext, Pairs], Awaitable[str | Response]]

PAGES: dict[str, Page] = {
    "/": home_page, "/search": search_page, "/suggest": suggestions,
    "/questions": questions_page, "/editor": editor_page, "/editor/terms": editor_terms,
    "/browse": browse_page, "/compare": compare_page, "/explore": explore_page,
    "/explore/links": links, "/about": about_page, "/releases": releases_page,
}


def pages_router(context: PageContext) -> APIRouter:
    """The routes of all pages but those of things, the ontology and the graph views."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, page: Page) -> None:
        async def handler(request: Request) -> Response:
            pairs = address_pairs(request.scope)
            if page in (search_page, compare_page) and negotiate(
                    request.headers.get("accept"), (HTML, JSON)) is JSON:
                pairs = [*pairs, ("format", "json")]
            made = await page(context, pairs)
            return HTMLResponse(made) if isinstance(made, str) else made

        router.add_route(path, handler, methods=["GET"])

    for path, page in PAGES.items():
        add(path, page)
    for name in context.serving.release.texts:
        if name != ABOUT:
            add(f"/{name}", partial(text_page, name))

    async def question(request: Request) -> Response:
        name, dot, ending = request.path_params["name"].partition(".")
        pairs, base = address_pairs(request.scope), _base(request)
        if dot and ending in FILES:
            return await question_file(context, name, ending, pairs, base)
        return HTMLResponse(await question_page(context, name + dot + ending, pairs, base))

    async def embedded(request: Request) -> Response:
        return HTMLResponse(await embedded_page(
            context, request.path_params["name"], address_pairs(request.scope), _base(request)),
            headers={"Content-Security-Policy": EMBEDDED.decode()})

    async def release(request: Request) -> Response:
        return await release_page(
            context, request.path_params["id"], address_pairs(request.scope))

    async def report(request: Request) -> Response:
        return await report_page(context, address_pairs(request.scope), _base(request),
                                 request.headers.get("referer", ""))

    async def docs(request: Request) -> Response:
        return HTMLResponse(await context.render("docs.html", lambda: _base(request)))

    async def favicon(request: Request) -> Response:
        return Response((STATIC / "icon.svg").read_bytes(), media_type=MEDIA_TYPES[".svg"])

    router.add_route("/embed/{name}", embedded, methods=["GET"])
    router.add_route("/questions/{name}", question, methods=["GET"])
    router.add_route("/release/{id}", release, methods=["GET"])
    async def problems(request: Request) -> Response:
        return HTMLResponse(await context.render("problems.html", problem_types))

    router.add_route("/report", report, methods=["GET"])
    router.add_route("/problems", problems, methods=["GET"])
    router.add_route("/docs", docs, methods=["GET"])
    router.add_route("/favicon.ico", favicon, methods=["GET"])
    router.add_route("/static/{path:path}", _static, methods=["GET"])
    return router


def _base(request: Request) -> str:
    """Where the service is, as the request names it."""
    return str(request.base_url).rstrip("/")


async def _static(request: Request) -> Response:
    """A file of the package; an address with its digest is kept for a year. Raises NotFound."""
    name: str = request.path_params["path"]
    if name not in ASSETS:
        raise NotFound(f"There is no file `{name[:80]}`.")
    path = STATIC / name
    kept = bool(request.url.query) or path.parent.name == "chunks"
    return Response(light(path), media_type=MEDIA_TYPES[path.suffix],
                    headers={"Cache-Control": _KEPT if kept else "no-cache"})
