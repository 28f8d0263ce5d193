"""The sites of releases: everything that a release answers with, put together."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphsvc import __version__
from graphsvc.description import ServiceDescription
from graphsvc.engine.base import Limits
from graphsvc.errors import GraphsvcError
from graphsvc.formats import Format
from graphsvc.release import Releases
from graphsvc.service import Serving
from graphsvc.web.api import api_routes
from graphsvc.web.app import Site
from graphsvc.web.assistants import AssistantEndpoint
from graphsvc.web.linked import linked_routes
from graphsvc.web.machines import machine_routes
from graphsvc.web.metrics import Metrics
from graphsvc.web.pages.about import held
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.editor import editor_page
from graphsvc.web.pages.routes import error_page, page_routes
from graphsvc.web.problems import HttpError
from graphsvc.web.request import RequestContext, Routes
from graphsvc.web.sparql import SparqlEndpoint


@dataclass
class ReleaseSource:
    """The folder of releases, whose current one is served.

    documents: folder of source texts whose words are shown; remote: address of the SPARQL
    endpoint that holds the current release and answers in place of the embedded engine.
    """

    releases: Releases
    limits: Limits
    documents: Path | None = None
    remote: str | None = None
    metrics: Metrics = field(default_factory=Metrics)

    def current(self) -> str:
        """What identifies the current release. Raises GraphsvcError where there is none."""
        return self.releases.current().id

    async def open(self, release: str) -> Site:
        """Open a release that is complete, the current one or one that is cited. Raises
        GraphsvcError where it is not, and as `held`."""
        found, cited = held(self.releases, release), release != self.current()
        await run_in_threadpool(found.verify)
        serving = await Serving.open(
            found, self.limits, self.documents, None if cited else self.remote)
        try:
            return await self._site(serving, cited)
        except BaseException:
            await serving.close()
            raise

    async def _site(self, serving: Serving, cited: bool) -> Site:
        pages = await PageContext.open(serving, cited)
        description = await ServiceDescription.of(
            serving.release, serving.header, serving.questions)
        routes = {**api_routes(serving), **machine_routes(pages, description, self.metrics),
                  **page_routes(pages), **linked_routes(serving, pages)}

        async def describe(server: str, format: Format) -> bytes:
            return await run_in_threadpool(
                description.write, "sparql", format.media_type, server)

        async def editor(request: RequestContext) -> bytes:
            return bytes((await editor_page(pages, ())).body)

        async def problem(request: RequestContext, error: GraphsvcError) -> bytes:
            made = await run_in_threadpool(error_page, pages, request.scope["path"], error,
                                          request.scope["query_string"].decode("latin-1"))
            return made.encode()

        release = serving.release.id
        words = f"words from {self.documents}" if self.documents else ""
        address = os.environ.get("GRAPHSVC_ADDRESS", "")  # which graph files name
        return Site(
            release=release, salt=f"{release} {__version__} {words} {address}",
            sparql=SparqlEndpoint(serving.engine, describe, editor), close=serving.close,
            assistants=AssistantEndpoint(serving), pages=application(routes), error_page=problem,
            routes={handler: path for path, handler in routes.items()})


def application(routes: Routes) -> FastAPI:
    """The FastAPI application of a release, whose errors are for the caller to report.

    Its routes are plain ones (`add_route`): what FastAPI learns of a decorated handler it keeps for
    ever, and with it the release that the handler belongs to.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
                  exception_handlers={HTTPException: _raise_http_error})
    for path, handler in routes.items():
        app.add_route(path, handler, methods=["GET"])
    return app


async def _raise_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message, hint = {
        404: (f"There is nothing at {request.url.path[:200]}.", "See / for what there is."),
        405: (f"{request.method[:20]} is not for {request.url.path[:200]}.", "Use GET."),
    }.get(error.status_code, (str(error.detail), None))
    headers = {"Allow": "GET, HEAD, OPTIONS"} if error.status_code == 405 else error.headers
    raise HttpError(error.status_code, message, hint=hint, headers=headers)
