"""What crawlers, archives, catalogues and feed readers fetch: `/archive/...`, `/sitemap.xml`,
`/robots.txt`, `/releases.atom`, and the files of each release that is held."""

from __future__ import annotations

from urllib.parse import quote
from xml.sax.saxutils import escape

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from graphsvc.archive import FILES, Archive
from graphsvc.service import Serving
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.releases import feed, held
from graphsvc.web.problems import HttpError

_PAGES = (
    "/", "/about", "/releases", "/questions", "/compare", "/explore", "/sparql", "/def", "/docs",
    "/export")
_MOST_ADDRESSES = 50_000
"""What a sitemap may hold."""


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

    async def releases(request: Request) -> Response:
        return await feed(pages, _server(request))

    async def release_file(request: Request) -> Response:
        release = held(pages, request.path_params["id"])
        name, known = request.path_params["name"], release.dump_digests
        if name not in known:
            raise HttpError(404, f"The release {release.id} has no file {name[:80]}.",
                            hint=f"It has: {', '.join(sorted(known))}.")
        return FileResponse(release.path / "dumps" / name, filename=f"{release.id}-{name}",
                            headers={"ETag": f'"{known[name]}"', "Cache-Control": "no-store"})

    for path, handler in (
        ("/releases.atom", releases), ("/release/{id}/{name}", release_file),
        ("/archive", names), ("/archive/{name}", file), ("/sitemap.xml", sitemap),
        ("/robots.txt", robots),
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
