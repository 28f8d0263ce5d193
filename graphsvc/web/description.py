"""The parts of the description, which lead to one another: `/dataset`, a page for people, and what
is below `/.well-known/`; the shapes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graphsvc.description import Part, ServiceDescription
from graphsvc.formats import HTML, LINKED_FORMATS
from graphsvc.service import Serving
from graphsvc.web.pages.about import about_page
from graphsvc.web.pages.context import PageContext
from graphsvc.web.problems import HttpError
from graphsvc.web.sparql import choose

_PAGE = {"Link": '</dataset>; rel="alternate"; type="text/turtle"'}
_OTHERS = {"Link": ", ".join((
    '</sparql>; rel="service"', '</dataset>; rel="describedby"',
    '</.well-known/void>; rel="describedby"', '</.well-known/sparql-examples>; rel="related"'))}


def description_router(
    serving: Serving, description: ServiceDescription, pages: PageContext
) -> APIRouter:
    """The routes of this module, for what is served."""
    router = APIRouter(include_in_schema=False)

    def described(part: Part) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            offered = (*LINKED_FORMATS, HTML) if part == "dataset" else LINKED_FORMATS
            format = choose((), request.headers.get("accept"), offered)
            if format is HTML:
                return HTMLResponse(await about_page(pages, ()), headers=_PAGE)
            body = await run_in_threadpool(
                description.write, part, format.media_type,
                str(request.base_url).rstrip("/"))
            return Response(body, media_type=format.content_type, headers=_OTHERS)
        return answer

    async def shapes(request: Request) -> Response:
        """All shapes in one file, or one file of them."""
        name = request.path_params.get("name")
        found = [path for path in serving.release.shapes if name in (None, path.name)]
        if not found:
            raise HttpError(404, f"There is no file of shapes called {str(name)[:80]}.",
                            hint="See /shapes for all of them.")
        return Response(b"\n".join(path.read_bytes() for path in found),
                        media_type="text/turtle; charset=utf-8")

    router.add_route("/shapes", shapes, methods=["GET"])
    router.add_route("/shapes/{name}", shapes, methods=["GET"])
    router.add_route("/dataset", described("dataset"), methods=["GET"])
    router.add_route("/.well-known/void", described("void"), methods=["GET"])
    router.add_route("/.well-known/sparql-examples", described("examples"), methods=["GET"])
    return router
