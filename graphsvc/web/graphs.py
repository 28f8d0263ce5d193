"""Graph files over HTTP: `/export` lists the views, `/export/{view}` describes one (both as pages
for people and as JSON for programs), `/export/{view}.{format}` gives a file."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from graphsvc.formats import HTML, JSON, negotiate
from graphsvc.graphs.export import Export, GraphFormat, described, format_named, listed
from graphsvc.graphs.view import View
from graphsvc.service import Serving
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.views import view_page, views_page
from graphsvc.web.request import address_pairs, given_of


def graphs_router(serving: Serving, pages: PageContext) -> APIRouter:
    """The routes below `/export` for what is served."""
    router = APIRouter(include_in_schema=False)

    async def views(request: Request) -> Response:
        """All views and formats."""
        if _for_people(request):
            return HTMLResponse(await views_page(pages))
        return JSONResponse(listed(serving.views, serving.release.id))

    async def one(request: Request) -> Response:
        """One view or, with an ending, its file."""
        name, dot, ending = request.path_params["name"].partition(".")
        view = serving.views.get(name)
        if dot:
            return await _file(request, serving, view, format_named(ending))
        if _for_people(request):
            return HTMLResponse(await view_page(pages, view, address_pairs(request.scope)))
        return JSONResponse(described(view))

    router.add_route("/export", views, methods=["GET"])
    router.add_route("/export/{name}", one, methods=["GET"])
    return router


async def _file(
    request: Request, serving: Serving, view: View, format: GraphFormat
) -> Response:
    export = await Export.of(serving, view, format, given_of(address_pairs(request.scope)))
    return Response(await export.file(serving), media_type=format.content_type, headers={
        "Content-Disposition": f'inline; filename="{view.name}.{format.name}"'})


def _for_people(request: Request) -> bool:
    """Whether the client wants a page rather than data."""
    return negotiate(request.headers.get("accept"), (JSON, HTML)) is HTML
