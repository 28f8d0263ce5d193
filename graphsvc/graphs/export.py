"""A view written as a file: the same bytes for whoever asks, over HTTP or on the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from anyio import BrokenWorkerProcess, CapacityLimiter, fail_after, to_process, to_thread

from graphsvc.engine.base import Lane, Request, read
from graphsvc.errors import GraphsvcError
from graphsvc.formats import CSV, JSON, JSON_LD, TSV, Format
from graphsvc.graphs import files, picture
from graphsvc.graphs.graph import MEASURES, Graph, graph_of, measure
from graphsvc.graphs.look import Looks
from graphsvc.graphs.view import Recipe, View, Views
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Column, Parameter

if TYPE_CHECKING:
    from graphsvc.service import Serving

_AT_ONCE, _WAITING = 2, 16
"""How many files are written at once, and how many more may wait for their turn."""
_SECONDS = 60
"""How long writing one may take."""
_turns = CapacityLimiter(_AT_ONCE)


@dataclass(frozen=True, eq=False, kw_only=True)
class GraphFormat(Format):
    """A format of graph files.

    use: what people do with it, in a sentence; picture: whether it is drawn; write: gives the
    file, its text, or what is to be written as JSON.
    """

    use: str
    write: Callable[[Graph, Recipe], str | bytes | dict[str, Any] | list[dict[str, Any]]]
    picture: bool = False

    def written(self, graph: Graph, recipe: Recipe) -> bytes:
        """The graph in this format. Raises Unwritable or TooLarge."""
        made = self.write(graph, recipe)
        if isinstance(made, bytes):
            return made
        return (made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)).encode()


class UnknownFormat(GraphsvcError):
    """No such format is written."""

    status = 404
    type = "/problems#unknown-format"
    title = "There is no such format"


class Unfinished(GraphsvcError):
    """Writing a file took too long or too much memory."""

    status = 503
    type = "/problems#export-unfinished"
    title = "The file could not be written"


class Busy(GraphsvcError):
    """Too many files are being written already."""

    status = 503
    type = "/problems#exports-busy"
    title = "The service cannot answer now"
    headers = {"Retry-After": "5"}


_TABLE, _JSON = CSV.media_type, JSON.media_type
FORMATS: Mapping[str, GraphFormat] = {known.name: known for known in (
    GraphFormat("graphml", "application/graphml+xml",
                "GraphML (Gephi, yEd, Cytoscape, igraph, networkx)",
                use="Opens in most tools with all attributes. Take it if you are not sure.",
                write=partial(files.filled, "view.graphml")),
    GraphFormat("gexf", "application/gexf+xml", "GEXF 1.3 (Gephi, with its timeline)",
                use="For Gephi: colours and sizes as here, and dates for its timeline.",
                write=partial(files.filled, "view.gexf")),
    GraphFormat("cyjs", _JSON, "Cytoscape JSON (Cytoscape, cytoscape.js)",
                use="For Cytoscape on the desktop, and for web pages that draw with cytoscape.js.",
                write=files.cyjs),
    GraphFormat("cx2", _JSON, "CX2 (Cytoscape, NDEx)",
                use="For Cytoscape 3.10 and to share a network on NDEx.", write=files.cx2),
    GraphFormat("dot", "text/vnd.graphviz", "DOT (Graphviz)",
                use="For Graphviz, which lays it out and draws it on the command line.",
                write=partial(files.filled, "view.dot")),
    GraphFormat("json", _JSON, "Nodes and links as JSON (d3, networkx)",
                use="For your own script: networkx in Python, d3 in a web page.",
                write=files.node_link),
    GraphFormat("net", "text/plain", "Pajek",
                use="For Pajek: names, colours, kinds and weights.", write=files.pajek),
    GraphFormat("nodes.csv", _TABLE, "Nodes as CSV (Gephi, R, spreadsheets)",
                use="A spreadsheet with a row for each thing. R, Gephi and Excel read it.",
                write=files.nodes_csv),
    GraphFormat("edges.csv", _TABLE, "Edges as CSV (Gephi, R, spreadsheets)",
                use="A spreadsheet with a row for each link. Goes with the nodes.",
                write=files.edges_csv),
    GraphFormat("neo4j-nodes.csv", _TABLE, "Nodes as CSV with Neo4j's header",
                use="For the import tool of Neo4j: the things.", write=files.neo4j_nodes_csv),
    GraphFormat("neo4j-edges.csv", _TABLE, "Edges as CSV with Neo4j's header",
                use="For the import tool of Neo4j: the links.", write=files.neo4j_edges_csv),
    GraphFormat("jsonld", JSON_LD.media_type, "JSON-LD",
                use="Linked data with the addresses of all things.", write=files.jsonld),
    GraphFormat("svg", "image/svg+xml", "A picture (SVG)", picture=True, write=picture.svg,
                use="For a paper or a slide: sharp at any size, can be edited, each thing a link."),
    GraphFormat("png", "image/png", "A picture (PNG)", picture=True, write=picture.png,
                use="For a document or a message: 288 dots an inch, as wide as a journal's text."),
)}
"""What can be written, by ending."""


def format_named(name: str) -> GraphFormat:
    """The format with that ending. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(f"There is no export format `{name[:40]}`.",
                            hint=f"Use one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def formats_of(view: View) -> list[GraphFormat]:
    """The formats that a view can be had in: without pictures where it is too large for any."""
    return [known for known in FORMATS.values() if view.is_drawn or not known.picture]


@dataclass(frozen=True)
class Export:
    """A view, the format it is wanted in, and what it is asked with."""

    view: View
    format: GraphFormat
    recipe: Recipe

    @classmethod
    async def of(cls, serving: Serving, view: View, format: GraphFormat, given: Given) -> Export:
        """What is meant by parameters as people write them.

        Raises BadParameter, BadValue, UnknownName or AmbiguousName.
        """
        understood = await serving.questions.understand(view.asked, given)
        return cls(view, format, Recipe.of(view, understood, serving.release, serving.index))

    async def file(self, serving: Serving) -> bytes:
        """The finished file, asked for and written when its turn comes.

        It is written in a process of its own, so that nothing else waits for it.
        Raises Busy, Unfinished, what the engine raises, TooLarge, and GraphsvcError where the
        format cannot hold the graph.
        """
        if _turns.statistics().tasks_waiting >= _WAITING:
            raise Busy("Too many graph files are being written already.",
                       hint="Try again in a few seconds.")
        address = os.environ.get("GRAPHSVC_ADDRESS", "").rstrip("/")
        async with _turns:
            rows = await self._rows(serving)
            try:
                with fail_after(_SECONDS):
                    return await to_process.run_sync(
                        self._written, rows, serving.header.base, address, dict(serving.looks),
                        cancellable=True)
            except TimeoutError as error:
                raise Unfinished(f"The file could not be finished within {_SECONDS} seconds.",
                                 hint="Narrow the view with its parameters.") from error
            except BrokenWorkerProcess as error:
                raise Unfinished("The process that wrote the file ended before it was finished.",
                                 hint="Try again; if that fails, narrow the view with its "
                                      "parameters.") from error

    async def graph(self, serving: Serving) -> Graph:
        """The graph alone, for those who want to know how large it is. Raises as `file` does."""
        rows = await self._rows(serving)
        return await to_thread.run_sync(
            graph_of, self.view, rows, serving.header.base)

    async def _rows(self, serving: Serving) -> bytes:
        return await read(serving.engine, Request(
            self.recipe.facts["query"], TSV.media_type, lane=Lane.REVIEWED))

    def _written(self, rows: bytes, base: str, address: str, looks: Looks) -> bytes:
        """The file from the rows of the query. base, address, looks: as of `graph_of`."""
        graph = graph_of(self.view, rows, base, address, looks)
        measure(graph, self.recipe.measures)
        return self.format.written(graph, self.recipe)


def listed(views: Views, release: str) -> dict[str, Any]:
    """All views, the formats they are written in, and what can be measured on each, as JSON."""
    return {
        "release": release, "views": [described(view) for view in views],
        "formats": [{"name": known.name, "title": known.label, "use": known.use,
                     "media_type": known.media_type} for known in FORMATS.values()],
        "measures": [{"name": one.name, "type": one.type, "meaning": one.label}
                     for one in MEASURES.values()],
    }


def described(view: View) -> dict[str, Any]:
    """One view: name, title, parameters, formats, examples, and what its graph carries."""
    question = view.question
    path = f"/export/{quote(view.name)}"
    examples = [{"title": example.title, "address": f"{path}.graphml{'?' if query else ''}{query}"}
                for example in question.examples
                for query in [urlencode(example.values, doseq=True)]]
    return {
        "name": view.name, "title": question.title, "description": question.description,
        "directed": view.directed,
        "parameters": [*map(_parameter, view.asked.parameters)],
        "node_attributes": [*map(_column, view.node_columns)],
        "edge_attributes": [*map(_column, view.edge_columns)],
        "formats": {known.name: f"{path}.{known.name}" for known in formats_of(view)},
        "example": examples[0]["address"], "examples": examples, "query": question.query,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    listed = parameter.model_dump(exclude={"of_class", "choices_from"})
    return {**listed, "class": parameter.of_class, "choices": list(parameter.choices)}


def _column(column: Column) -> dict[str, str]:
    return {"name": column.name, "type": column.type, "meaning": column.meaning or column.label}
