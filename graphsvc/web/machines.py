"""What programs fetch: health and counts, the files of the release, its description, and what
crawlers, archives, catalogues and feed readers want."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote
from xml.sax.saxutils import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from graphsvc.archive import FILES, Archive
from graphsvc.description import Part, ServiceDescription
from graphsvc.formats import HTML, LINKED_FORMATS, TURTLE, file_type
from graphsvc.web.metrics import Metrics
from graphsvc.web.pages.about import NEVER_KEPT, about_page, feed
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.rendering import PLACES
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Routes, choose, server_of

_PAGE = {"Link": '</dataset>; rel="alternate"; type="text/turtle"'}
_DESCRIBED = {"Link": ", ".join((
    '</sparql>; rel="service"', '</dataset>; rel="describedby"',
    '</.well-known/void>; rel="describedby"', '</.well-known/sparql-examples>; rel="related"'))}
_MOST_ADDRESSES = 50_000
"""What a sitemap may hold."""


def machine_routes(
    pages: PageContext, description: ServiceDescription, metrics: Metrics
) -> Routes:
    """The routes of this module, for what is served."""
    serving, release = pages.serving, pages.serving.release

    async def health(request: Request) -> Response:
        await serving.engine.health()
        return JSONResponse({
            "status": "ready", "release": release.id, "title": release.manifest["title"],
            "built": release.manifest["built"], "quads": release.manifest["quads"],
        }, headers=NEVER_KEPT)

    async def counts(request: Request) -> Response:
        return Response(metrics.text(), headers={**NEVER_KEPT,
                                                 "Content-Type": metrics.content_type})

    async def dumps(request: Request) -> Response:
        return JSONResponse([
            {"name": name, "bytes": (release.path / "dumps" / name).stat().st_size,
             "sha256": digest, "url": f"{server_of(request)}/dumps/{name}"}
            for name, digest in sorted(release.dump_digests.items())])

    async def dump(request: Request) -> Response:
        name, known = request.path_params["name"], release.dump_digests
        if name not in known:
            raise HttpError(404, f"The release {release.id} has no file {name[:80]}.",
                            hint=f"It has: {', '.join(sorted(known))}.")
        return FileResponse(
            release.path / "dumps" / name, media_type=file_type(name),
            filename=f"{release.id}-{name}" if pages.cited else name,
            headers={"ETag": f'"{known[name]}"'})

    def described(part: Part) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            format = choose((), request.headers.get("accept"), (*LINKED_FORMATS, HTML))
            if format is HTML:
                page = await about_page(pages, ())
                page.headers.update(_PAGE)
                return page
            body = await run_in_threadpool(
                description.write, part, format.media_type, server_of(request))
            return Response(body, media_type=format.content_type, headers=_DESCRIBED)
        return answer

    async def shapes(request: Request) -> Response:
        """All shapes in one file, or one file of them."""
        name = request.path_params.get("name")
        found = [path for path in release.shapes if name in (None, path.name)]
        if not found:
            raise HttpError(404, f"There is no file of shapes called {str(name)[:80]}.",
                            hint="See /shapes for all of them.")
        return Response(b"\n".join(path.read_bytes() for path in found),
                        media_type=TURTLE.content_type)

    async def archives(request: Request) -> Response:
        return JSONResponse([f"{server_of(request)}/archive/{name}" for name in FILES])

    async def archive(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FILES:
            raise HttpError(404, f"There is no file {name[:80]}.",
                            hint=f"There are: {', '.join(FILES)}.")
        made = Archive(release, serving.header, serving.index, server_of(request))
        return Response(await run_in_threadpool(made.write, name), media_type=(
            "text/yaml; charset=utf-8" if name.endswith(".cff") else
            "application/ld+json" if name.endswith("jsonld") else "application/json"))

    async def sitemap(request: Request) -> Response:
        return Response(await run_in_threadpool(_sitemap, pages, server_of(request)),
                        media_type="application/xml")

    async def robots(request: Request) -> Response:
        lines = ("User-agent: *", "Disallow: /api/", "Disallow: /export/", "Disallow: /sparql?",
                 "Disallow: /search", "Disallow: /release/*/",
                 f"Sitemap: {server_of(request)}/sitemap.xml", "")
        return Response("\n".join(lines), media_type="text/plain; charset=utf-8")

    async def releases(request: Request) -> Response:
        return await feed(pages, server_of(request))

    return {
        "/health": health, "/metrics": counts, "/dumps": dumps, "/dumps/{name}": dump,
        "/releases.atom": releases,
        "/dataset": described("dataset"), "/.well-known/void": described("void"),
        "/.well-known/sparql-examples": described("examples"),
        "/shapes": shapes, "/shapes/{name}": shapes, "/archive": archives,
        "/archive/{name}": archive, "/sitemap.xml": sitemap, "/robots.txt": robots}


def _sitemap(pages: PageContext, server: str) -> str:
    """The addresses of all pages but those of passages and the like, which searches leave out."""
    things = (pages.path(entry.iri) for class_ in pages.sizes
              if not pages.terms.term(class_).quiet for entry in pages.index.members(class_))
    paths = (*(path for path in PLACES.values() if path != "/search"),
             *(f"/questions/{quote(one.name)}" for one in pages.questions.library),
             *filter(None, things))
    addresses = list(dict.fromkeys(paths))[:_MOST_ADDRESSES]
    lines = "\n".join(f"<url><loc>{escape(server + path)}</loc></url>" for path in addresses)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n')
