"""The web pages of one release: their addresses, and those that other parts of the service show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.export import FORMATS, address, formats_of
from graphsvc.graphs.measures import MEASURES
from graphsvc.graphs.view import View
from graphsvc.index import AmbiguousName, UnknownName
from graphsvc.questions.library import UnknownQuestion
from graphsvc.service import Serving
from graphsvc.web.pages import ontology, thing
from graphsvc.web.pages.about import about_page
from graphsvc.web.pages.compare import compare_page
from graphsvc.web.pages.context import (
    ASSETS,
    MEDIA_TYPES,
    STATIC,
    Link,
    NotFound,
    PageContext,
    Pairs,
)
from graphsvc.web.pages.editor import editor_page, editor_terms
from graphsvc.web.pages.explore import explore_page, links
from graphsvc.web.pages.home import home_page
from graphsvc.web.pages.questions import choices_of, fields_of, question_page, questions_page
from graphsvc.web.pages.search import search_page, suggestions
from graphsvc.web.request import address_pairs

_KEPT = "public, max-age=31536000, immutable"

Page = Callable[[PageContext, Pairs], Awaitable[str | Response]]

_PAGES: dict[str, Page] = {
    "/": home_page, "/search": search_page, "/suggest": suggestions,
    "/questions": questions_page, "/editor": editor_page, "/editor/terms": editor_terms,
    "/compare": compare_page, "/explore": explore_page, "/explore/links": links,
    "/about": about_page,
}


class Pages:
    """The pages of what is served."""

    def __init__(self, context: PageContext) -> None:
        self._context = context

    @classmethod
    async def open(cls, serving: Serving) -> Pages:
        """The pages of what is served. Raises what the engine raises."""
        return cls(await PageContext.open(serving))

    def router(self) -> APIRouter:
        """The routes of all pages but those of things, the ontology and the graph views."""
        router = APIRouter(include_in_schema=False)
        for path, page in _PAGES.items():
            router.add_route(path, self._handler(page), methods=["GET"])

        async def question(request: Request) -> Response:
            name = request.path_params["name"]
            return HTMLResponse(await question_page(self._context, name, address_pairs(request)))

        async def docs(request: Request) -> Response:
            return HTMLResponse(await self._context.render(
                "docs.html", "/docs", lambda: str(request.base_url).rstrip("/")))

        router.add_route("/questions/{name}", question, methods=["GET"])
        router.add_route("/docs", docs, methods=["GET"])
        router.add_route("/static/{path:path}", _static, methods=["GET"])
        return router

    def _handler(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def handler(request: Request) -> Response:
            made = await page(self._context, address_pairs(request))
            return HTMLResponse(made) if isinstance(made, str) else made
        return handler

    async def thing(self, iri: str) -> str:
        """The page of a thing. Raises NotFound, and what the engine raises."""
        return await thing.thing_page(self._context, iri)

    async def ontology(self) -> str:
        """The page of the ontology."""
        return await ontology.ontology_page(self._context)

    async def editor(self) -> str:
        """The SPARQL editor without a query: what people get at `/sparql`."""
        return await editor_page(self._context, ())

    async def views(self) -> str:
        """The page that lists the graph views."""
        return await self._context.render("views.html", "/export", FORMATS.values)

    async def view(self, view: View) -> str:
        """The page of a graph view, with a form for its parameters."""
        choices = await choices_of(self._context, view.question)
        return await self._context.render("view.html", "/export", lambda: {
            "view": view, "formats": formats_of(view), "measures": MEASURES.values(),
            "address": address, "fields": fields_of(self._context, view.question, {}, choices)})

    def problem(self, request: Request, error: GraphsvcError) -> Response:
        """An error as a page, with what may have been meant instead."""
        return HTMLResponse(status_code=error.status, content=self._context.fill(
            "error.html", here="", error=error, near=self._near(request, error)))

    def _near(self, request: Request, error: GraphsvcError) -> list[Link]:
        match error:
            case UnknownQuestion():
                return [Link(self._context.questions.library.get(name).title,
                             f"/questions/{quote(name)}") for name in error.nearest]
            case AmbiguousName(choices=found) | UnknownName(nearest=found):
                if request.url.path == "/explore":
                    return [Link(named.label,
                                 f"/explore?thing={quote(self._context.curie(named.iri))}",
                                 named.iri) for named in found]
                return [self._context.link(named.iri) for named in found]
        return []


async def _static(request: Request) -> Response:
    """A file of the package; an address with its digest is kept for a year. Raises NotFound."""
    name: str = request.path_params["path"]
    if name not in ASSETS:
        raise NotFound(f"There is no file `{name[:80]}`.")
    path = STATIC / name
    kept = bool(request.url.query) or path.parent.name == "chunks"
    return Response(path.read_bytes(), media_type=MEDIA_TYPES[path.suffix],
                    headers={"Cache-Control": _KEPT if kept else "no-cache"})
