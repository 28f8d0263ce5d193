"""What crawlers, archives and catalogues fetch: `/dataset` and the other parts of the description,
`/archive/...`, `/sitemap.xml`, `/robots.txt`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote
from xml.sax.saxutils import escape

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from graphsvc.archive import FILES, Archive
from graphsvc.description import Part
from graphsvc.formats import HTML, LINKED_FORMATS
from graphsvc.service import Serving
from graphsvc.web.pages.about import about_page
from graphsvc.web.pages.context import PageContext
from graphsvc.web.problems import HttpError
from graphsvc.web.sparql import choose

_PAGES = (
    "/", "/dataset", "/questions", "/compare", "/explore", "/sparql", "/def", "/docs", "/export")
_MOST_ADDRESSES = 50_000
"""What a sitemap may hold."""
Handler = Callable[[Request], Awaitable[Response]]
_TWIN = '</dataset>; rel="alternate"; type="text/turtle"'
_OTHERS = ", ".join((
    '</sparql>; rel="service"', '</dataset>; rel="describedby"',
    '</.well-known/void>; rel="describedby"', '</.well-known/sparql-examples>; rel="related"'))
"""Where the parts of the description are."""


def archive_router(serving: Serving, pages: PageContext) -> APIRouter:
    """The routes of this module, for what is served."""
    router = APIRouter(include_in_schema=False)

    async def names(request: Request) -> Response:
        return JSONResponse([f"{_server(request)}/archive/{name}" for name in FILES])

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FILES:
            raise HttpError(404, f"There is no file {name[:80]}.",
                            hint=f"There are: {', '.join(FILES)}.")
        archive = Archive(serving.release, serving.header, serving.index, _server(request))
        return Response(await run_in_threadpool(archive.write, name), media_type=(
            "text/yaml; charset=utf-8" if name.endswith(".cff") else
            "application/ld+json" if name.endswith("jsonld") else "application/json"))

    async def sitemap(request: Request) -> Response:
        return Response(await run_in_threadpool(_sitemap, pages, _server(request)),
                        media_type="application/xml")

    async def robots(request: Request) -> Response:
        lines = ("User-agent: *", "Disallow: /api/", "Disallow: /export/", "Disallow: /sparql?",
                 "Disallow: /search", f"Sitemap: {_server(request)}/sitemap.xml", "")
        return Response("\n".join(lines), media_type="text/plain; charset=utf-8")

    def described(part: Part, page: bool = False) -> Handler:
        async def answer(request: Request) -> Response:
            offered = (*LINKED_FORMATS, HTML) if page else LINKED_FORMATS
            format = choose((), request.headers.get("accept"), offered)
            if format is HTML:
                return HTMLResponse(await about_page(pages, ()), headers={"Link": _TWIN})
            body = await run_in_threadpool(
                serving.description.write, part, format.media_type, _server(request))
            return Response(body, media_type=format.content_type, headers={"Link": _OTHERS})
        return answer

    for path, handler in (
        ("/dataset", described("dataset", page=True)), ("/.well-known/void", described("void")),
        ("/.well-known/sparql-examples", described("examples")), ("/archive", names),
        ("/archive/{name}", file), ("/sitemap.xml", sitemap), ("/robots.txt", robots),
    ):
        router.add_route(path, handler, methods=["GET"])
    return router


def _sitemap(pages: PageContext, server: str) -> str:
    """The addresses of all pages but those of passages and the like, which searches leave out."""
    paths = [*_PAGES, *(f"/questions/{quote(one.name)}" for one in pages.questions.library)]
    for class_ in pages.sizes:
        if not pages.terms.term(class_).quiet:
            paths += (path for entry in pages.index.members(class_)
                      if (path := pages.path(entry.iri)))
    addresses = list(dict.fromkeys(paths))[:_MOST_ADDRESSES]
    lines = "\n".join(f"<url><loc>{escape(server + path)}</loc></url>" for path in addresses)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n')


def _server(request: Request) -> str:
    return str(request.base_url).rstrip("/")
