"""Graph files over HTTP: `/export` lists the views, `/export/{view}` describes one (both as pages
for people and as JSON for programs), `/export/{view}.{format}` gives a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.formats import HTML, JSON, negotiate
from graphsvc.graphs.export import (
    FORMATS,
    Export,
    GraphFormat,
    address,
    described,
    format_named,
    formats_of,
    listed,
)
from graphsvc.graphs.measures import MEASURES
from graphsvc.graphs.view import View
from graphsvc.service import Serving
from graphsvc.web.pages.context import site_of
from graphsvc.web.pages.questions import fields_of


class BadAddress(GraphsvcError):
    """The query part of an address is no text."""

    type = "urn:graphsvc:problem:bad-address"


def graphs_router(serving: Serving) -> APIRouter:
    """The routes below `/export` for what is served."""
    router = APIRouter(include_in_schema=False)

    @router.get("/export")
    async def views(request: Request) -> Response:
        """All views and formats."""
        return await _page(request, serving, listed(serving.views, serving.release.id),
                           "views.html", {"views": serving.views, "formats": FORMATS.values()})

    @router.get("/export/{name}")
    async def one(request: Request, name: str) -> Response:
        """One view or, with an ending, its file."""
        name, dot, ending = name.partition(".")
        view = serving.views.get(name)
        if dot:
            return await _file(request, serving, view, format_named(ending))
        fields = await fields_of(await site_of(serving), view.question, {})
        return await _page(request, serving, described(view), "view.html", {
            "view": view, "fields": fields, "formats": formats_of(view),
            "measures": MEASURES.values(), "address": address})

    return router


async def _file(
    request: Request, serving: Serving, view: View, format: GraphFormat
) -> Response:
    export = await Export.of(serving, view, format, _given(request))
    return Response(await export.file(serving), media_type=format.media_type, headers={
        "Content-Disposition": f'inline; filename="{export.file_name}"'})


async def _page(
    request: Request, serving: Serving, document: dict[str, Any], template: str,
    context: dict[str, Any],
) -> Response:
    """What there is: as a page for people, as JSON for programs."""
    if negotiate(request.headers.get("accept"), (JSON, HTML)) is not HTML:
        return JSONResponse(document)
    site = await site_of(serving)
    page = await run_in_threadpool(site.render, template, here="/export", **context)
    return Response(page, media_type=HTML.media_type)


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
