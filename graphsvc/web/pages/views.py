"""The graph views: `/export` lists them, `/export/{view}` describes one with a preview (both as
pages for people and as JSON for programs), `/export/{view}.{format}` gives a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsvc.errors import GraphsvcError
from graphsvc.formats import HTML, JSON, negotiate
from graphsvc.graphs.export import FORMATS, Export, described, format_named, formats_of, listed
from graphsvc.graphs.graph import MEASURES
from graphsvc.graphs.view import View
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Example
from graphsvc.web.pages.context import PageContext, given_of, page_pairs
from graphsvc.web.pages.questions import fields_of
from graphsvc.web.pages.rendering import query_string
from graphsvc.web.request import Routes


def view_routes(context: PageContext) -> Routes:
    """The routes of the views of a release."""
    serving = context.serving

    async def views(request: Request) -> Response:
        if not _for_people(request):
            return JSONResponse(listed(serving.views, serving.release.id))
        return await context.render("views.html", lambda: {
            "views": [(view, _first(view)) for view in sorted(
                serving.views, key=lambda view: not view.is_drawn)],
            "formats": FORMATS.values()})

    async def one(request: Request) -> Response:
        name, dot, ending = request.path_params["name"].partition(".")
        view, given = serving.views.get(name), given_of(page_pairs(request))
        if dot:
            export = await Export.of(serving, view, format_named(ending), given)
            return Response(
                await export.file(serving), media_type=export.format.content_type, headers={
                    "Content-Disposition": f'inline; filename="{name}.{ending}"'})
        if not _for_people(request):
            return JSONResponse(described(view))
        return await _page(context, view, given)

    return {"/export": views, "/export/{name}": one}


def _for_people(request: Request) -> bool:
    """Whether the client wants a page rather than data."""
    return negotiate(request.headers.get("accept"), (JSON, HTML)) is HTML


def _first(view: View) -> Example | None:
    """The first example that chooses something, for a picture of all can seldom be read."""
    return min(view.question.examples, key=lambda one: not one.values, default=None)


async def _page(context: PageContext, view: View, given: Given) -> Response:
    """A view: its form, and what it gives with these parameters, else with its first example.

    What is wrong with a parameter is shown in the page. Raises what the engine raises.
    """
    chosen = {name: list(its) for name, its in given.items() if view.question.parameter(name)}
    example = next((one for one in view.question.examples if chosen == {
        name: [*its] for name, its in one.values.items()}), None) if given else _first(view)
    used = given or (example.values if example else {})
    graph, error = None, None
    if view.is_drawn:
        try:
            export = await Export.of(context.serving, view, FORMATS["svg"], used)
            graph = await export.graph(context.serving)
        except GraphsvcError as problem:
            if not (problem.location or "").startswith("parameter"):
                raise
            error = problem
    page: dict[str, Any] = {
        "view": view, "given": given, "error": error, "graph": graph, "example": example,
        "fields": await fields_of(context, view.question, given), "name": quote(view.name),
        "measures": MEASURES.values(), "formats": formats_of(view),
        "query": f"?{query_string(used)}" if used else ""}
    return await context.render("view.html", lambda: page)
