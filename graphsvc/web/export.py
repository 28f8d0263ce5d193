"""Graph files over HTTP: `/export` lists the views, `/export/{view}.{format}` gives a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from graphsvc import __version__
from graphsvc.questions.question import Parameter
from graphsvc.service import Serving
from graphsvc.views.export import FORMATS, Export, format_named
from graphsvc.views.view import View
from graphsvc.web.problems import HttpError
from graphsvc.web.responses import guarded, is_current

_CHUNK = 1 << 16
_METHODS = ["GET", "HEAD"]


def export_router(get_serving: Callable[[], Serving]) -> APIRouter:
    """The routes below `/export`, which follow the release that is served."""
    router = APIRouter(include_in_schema=False)

    async def views(request: Request) -> Response:
        serving = get_serving()
        return JSONResponse(
            {"release": serving.release.id, "views": [described(view) for view in serving.views]},
            headers=_headers(serving))

    async def view(request: Request) -> Response:
        serving = get_serving()
        found = serving.views.get(request.path_params["view"])
        return JSONResponse(described(found), headers=_headers(serving))

    async def file(request: Request) -> Response:
        serving = get_serving()
        export = await Export.of(
            serving, serving.views.get(request.path_params["view"]),
            format_named(request.path_params["format"]), _given(request))
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

    router.add_route("/export", guarded(views), methods=_METHODS)
    router.add_route("/export/{view}.{format}", guarded(file), methods=_METHODS)
    router.add_route("/export/{view}", guarded(view), methods=_METHODS)
    return router


def described(view: View) -> dict[str, Any]:
    """A view as the list tells of it."""
    question, example = view.question, view.question.examples[0]
    query = urlencode(example.values, doseq=True)
    return {
        "name": view.name, "title": question.title, "description": question.description,
        "directed": view.directed,
        "parameters": [_parameter(parameter) for parameter in question.parameters],
        "node_attributes": [_column(column.name, column.type, column.meaning or column.label)
                            for column in view.node_columns],
        "edge_attributes": [_column(column.name, column.type, column.meaning or column.label)
                            for column in view.edge_columns],
        "formats": {name: f"/export/{view.name}.{name}" for name in FORMATS},
        "example": f"/export/{view.name}.graphml" + (f"?{query}" if query else ""),
        "query": question.query,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name, "type": parameter.type, "label": parameter.label,
        "description": parameter.description, "required": parameter.required,
        "many": parameter.many, "default": list(parameter.default), "min": parameter.min,
        "max": parameter.max, "class": parameter.of_class, "scheme": parameter.scheme,
        "choices": list(parameter.choices),
    }


def _column(name: str, kind: str, meaning: str) -> dict[str, str]:
    return {"name": name, "type": kind, "meaning": meaning}


def _given(request: Request) -> dict[str, list[str]]:
    """The parameters as written. Raises HttpError for what is not UTF-8."""
    given: dict[str, list[str]] = {}
    try:
        raw = request.scope["query_string"].decode("ascii")
        for name, text in parse_qsl(raw, keep_blank_values=True, errors="strict",
                                    max_num_fields=1000):
            given.setdefault(name, []).append(text)
    except ValueError as error:
        raise HttpError(400, "The query part of the address cannot be read.", where="parameters",
                        mend="Percent-encode names and values as UTF-8.") from error
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
