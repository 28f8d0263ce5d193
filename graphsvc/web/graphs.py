"""Graph files over HTTP: `/export` lists the views, `/export/{view}` tells of one (both as pages
for people and as JSON for programs), `/export/{view}.{format}` gives a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import IO, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from graphsvc import __version__
from graphsvc.errors import GraphsvcError
from graphsvc.graphs.export import FORMATS, Export, format_named, formats_of
from graphsvc.graphs.listing import address, described, listed
from graphsvc.graphs.measures import MEASURES
from graphsvc.service import Serving
from graphsvc.web.negotiation import negotiate
from graphsvc.web.pages.context import site_of
from graphsvc.web.pages.questions import fields_of
from graphsvc.web.pages.routes import problem_page
from graphsvc.web.problems import HttpError
from graphsvc.web.responses import Handler, is_current

_CHUNK = 1 << 16
_JSON, _HTML = "application/json", "text/html"
_METHODS = ["GET", "HEAD"]


def export_router(get_serving: Callable[[], Serving]) -> APIRouter:
    """The routes below `/export`, which follow the release that is served."""
    router = APIRouter(include_in_schema=False)

    async def views(request: Request) -> Response:
        serving = get_serving()
        return await _told(request, serving, listed(serving.views, serving.release.id),
                           "views.html", {"views": serving.views, "formats": FORMATS.values()})

    async def named(request: Request) -> Response:
        view, dot, format = request.path_params["name"].partition(".")
        return await (file(request, view, format) if dot else one(request, view))

    async def one(request: Request, name: str) -> Response:
        serving = get_serving()
        found = serving.views.get(name)
        fields = await fields_of(await site_of(serving), found.question, {})
        return await _told(request, serving, described(found), "view.html", {
            "view": found, "fields": fields, "formats": formats_of(found),
            "measures": MEASURES.values(), "address": address})

    async def file(request: Request, name: str, format: str) -> Response:
        serving = get_serving()
        export = await Export.of(
            serving, serving.views.get(name), format_named(format), _given(request))
        headers = _headers(serving) | {
            "ETag": _tag(export), "Content-Type": export.format.media_type,
            "Content-Disposition": f'inline; filename="{export.file_name}"'}
        if is_current(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        if request.method == "HEAD":
            return Response(headers=headers)
        content = await export.file(serving)
        headers["Content-Length"] = str(content.seek(0, os.SEEK_END))
        content.seek(0)
        return StreamingResponse(
            _chunks(content), headers=headers, background=BackgroundTask(content.close))

    def guarded(handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except GraphsvcError as error:
                return await problem_page(get_serving(), request, error)
        return answer

    router.add_route("/export", guarded(views), methods=_METHODS)
    router.add_route("/export/{name}", guarded(named), methods=_METHODS)
    return router


async def _told(
    request: Request, serving: Serving, document: dict[str, Any], template: str,
    context: dict[str, Any],
) -> Response:
    """What there is: as a page for people, as JSON for programs."""
    as_page = negotiate(request.headers.get("accept"), (_JSON, _HTML)) == _HTML
    tag = f'"{serving.release.id}.{__version__}.{"html" if as_page else "json"}"'
    headers = _headers(serving) | {"ETag": tag, "Vary": "Accept"}
    if is_current(request, tag):
        return Response(status_code=304, headers=headers)
    if not as_page:
        return JSONResponse(document, headers=headers)
    site = await site_of(serving)
    return Response(site.render(template, here="/export", **context), headers=headers,
                    media_type=_HTML)


def _given(request: Request) -> dict[str, list[str]]:
    """The parameters as written; what a form sends empty was not given.

    Raises HttpError for what is not UTF-8.
    """
    given: dict[str, list[str]] = {}
    try:
        raw = request.scope["query_string"].decode("ascii")
        for name, text in parse_qsl(raw, errors="strict", max_num_fields=1000):
            given.setdefault(name, []).append(text)
    except ValueError as error:
        raise HttpError(400, "The query part of the address cannot be read.", location="parameters",
                        hint="Percent-encode names and values as UTF-8.") from error
    return given


def _tag(export: Export) -> str:
    """The ETag: what decides the bytes of a file."""
    parts = (__version__, export.format.name, os.environ.get("GRAPHSVC_ADDRESS", ""),
             *export.recipe.facts.values())
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _headers(serving: Serving) -> dict[str, str]:
    return {
        "X-Release": serving.release.id, "Cache-Control": "public, max-age=0, must-revalidate",
        "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, X-Release",
    }


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
