"""The graph views: what there is, and one with a preview of what its parameters give."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.export import FORMATS, Export, formats_of
from graphsvc.graphs.graph import MEASURES
from graphsvc.graphs.view import View
from graphsvc.questions.parameters import Given
from graphsvc.web.pages.context import PageContext
from graphsvc.web.pages.filters import fields_of
from graphsvc.web.pages.rendering import query_string
from graphsvc.web.request import Pairs, given_of


async def views_page(context: PageContext) -> str:
    """All views and formats."""
    return await context.render("views.html", FORMATS.values)


async def view_page(context: PageContext, view: View, pairs: Pairs) -> str:
    """A view: its form, and what it gives with these parameters, else with its first example that
    chooses something, for a picture of all can seldom be read.

    What is wrong with a parameter is shown in the page. Raises what the engine raises.
    """
    given: Given = given_of([pair for pair in pairs if pair[1].strip()])
    examples = sorted(view.question.examples, key=lambda one: not one.values)
    example = next(iter(examples), None)
    used = given or (example.values if example else {})
    fields = await fields_of(context, view.question, given)
    graph, error = None, None
    if view.is_drawn:
        try:
            export = await Export.of(context.serving, view, FORMATS["svg"], used)
            graph = await export.graph(context.serving)
        except GraphsvcError as problem:
            if not (problem.location or "").startswith("parameter"):
                raise
            error = problem

    def make() -> dict[str, Any]:
        query = query_string([(name, value) for name, its in used.items() for value in its])
        return {
            "view": view, "fields": fields, "given": given, "error": error, "graph": graph,
            "example": example if not given else None,
            "measures": MEASURES.values(), "formats": formats_of(view),
            "query": f"?{query}" if query else "", "name": quote(view.name)}

    return await context.render("view.html", make)
