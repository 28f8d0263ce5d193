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
from graphsvc.web.pages.routes import Pages
from graphsvc.web.request import address_pairs


def graphs_router(serving: Serving, pages: Pages) -> APIRouter:
    """The routes below `/export` for what is served."""
    router = APIRouter(include_in_schema=False)

    @router.get("/export")
    async def views(request: Request) -> Response:
        """All views and formats."""
        if _for_people(request):
            return HTMLResponse(await pages.views())
        return JSONResponse(listed(serving.views, serving.release.id))

    @router.get("/export/{name}")
    async def one(request: Request, name: str) -> Response:
        """One view or, with an ending, its file."""
        name, dot, ending = name.partition(".")
        view = serving.views.get(name)
        if dot:
            return await _file(request, serving, view, format_named(ending))
        if _for_people(request):
            return HTMLResponse(await pages.view(view))
        return JSONResponse(described(view))

    return router


async def _file(
    request: Request, serving: Serving, view: View, format: GraphFormat
) -> Response:
    export = await Export.of(serving, view, format, _given(request))
    return Response(await export.file(serving), media_type=format.media_type, headers={
        "Content-Disposition": f'inline; filename="{export.file_name}"'})


def _for_people(request: Request) -> bool:
    """Whether the client wants a page rather than data."""
    return negotiate(request.headers.get("accept"), (JSON, HTML)) is HTML


def _given(request: Request) -> dict[str, list[str]]:
    """The parameters as written; what a form sends empty was not given. Raises BadAddress."""
    given: dict[str, list[str]] = {}
    for name, text in address_pairs(request):
        if text:
            given.setdefault(name, []).append(text)
    return given
