"""Graph files over HTTP: `/export` lists the views, `/export/{view}` describes one (both as pages
for people and as JSON for programs), `/export/{view}.{format}` gives a file."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.formats import HTML, JSON, negotiate
from graphsvc.graphs.export import Export, GraphFormat, described, format_named, listed
from graphsvc.graphs.view import View
from graphsvc.service import Serving
from graphsvc.web.pages.routes import Pages


class BadAddress(GraphsvcError):
    """The query part of an address is no text."""

    type = "urn:graphsvc:problem:bad-address"


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
        "Content-Disposition": f'inline; filename="{view.name}.{format.name}"'})


def _for_people(request: Request) -> bool:
    """Whether the client wants a page rather than data."""
    return negotiate(request.headers.get("accept"), (JSON, HTML)) is HTML


def _given(request: Request) -> dict[str, list[str]]:
    """The parameters as written; what a form sends empty was not given. Raises BadAddress."""
    given: dict[str, list[str]] = {}
    try:
        raw = request.scope["query_string"].decode("ascii")
        for name, text in parse_qsl(raw, errors="strict", max_num_fields=1000):
            given.setdefault(name, []).append(text)
    except ValueError as error:
        raise BadAddress("The query part of the address cannot be read.", location="parameters",
                         hint="Percent-encode names and values as UTF-8.") from error
    return given
