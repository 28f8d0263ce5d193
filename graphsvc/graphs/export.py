"""A view written as a file: the same bytes for whoever asks, over HTTP or on the command line."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, TextIO

from graphsvc.errors import GraphsvcError
from graphsvc.graphs import cytoscape, dot, gexf, graphml, jsonld, node_link, pajek, tables
from graphsvc.graphs.collect import graph_of, rows_of
from graphsvc.graphs.graph import Graph
from graphsvc.graphs.measures import Measure, measure, measures_named
from graphsvc.graphs.recipe import Recipe
from graphsvc.graphs.view import View
from graphsvc.questions.answer import Given

if TYPE_CHECKING:
    from graphsvc.service import Serving

_CSV = "text/csv; charset=utf-8"
Writer = Callable[[Graph, Recipe, BinaryIO], None]


@dataclass(frozen=True)
class Format:
    """A kind of file. name: its ending; picture: whether it is drawn."""

    name: str
    title: str
    media_type: str
    write: Writer
    picture: bool = False


class UnknownFormat(GraphsvcError):
    """No such format is written."""

    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no export format `{name[:40]}`.",
                         hint=f"Use one of {', '.join(FORMATS)}.")


def _text(write: Callable[[Graph, Recipe, TextIO], None]) -> Writer:
    """A writer of text as a writer of bytes in UTF-8."""
    def write_bytes(graph: Graph, recipe: Recipe, out: BinaryIO) -> None:
        wrapped = io.TextIOWrapper(out, encoding="utf-8", newline="")
        try:
            write(graph, recipe, wrapped)
        finally:
            wrapped.detach()

    return write_bytes


def _svg(graph: Graph, recipe: Recipe, out: TextIO) -> None:
    from graphsvc.graphs.picture import write_svg  # numpy and networkx come with it

    write_svg(graph, recipe, out)


def _png(graph: Graph, recipe: Recipe, out: BinaryIO) -> None:
    from graphsvc.graphs.picture import write_png

    write_png(graph, recipe, out)


FORMATS: Mapping[str, Format] = {known.name: known for known in (
    Format("graphml", "GraphML (Gephi, yEd, Cytoscape, igraph, networkx)",
           "application/graphml+xml", _text(graphml.write)),
    Format("gexf", "GEXF 1.3 (Gephi, with its timeline)", "application/gexf+xml",
           _text(gexf.write)),
    Format("cyjs", "Cytoscape JSON (Cytoscape, cytoscape.js)", "application/json",
           _text(cytoscape.write_cyjs)),
    Format("cx2", "CX2 (Cytoscape, NDEx)", "application/json", _text(cytoscape.write_cx2)),
    Format("dot", "DOT (Graphviz)", "text/vnd.graphviz; charset=utf-8", _text(dot.write)),
    Format("json", "Nodes and links as JSON (d3, networkx)", "application/json",
           _text(node_link.write)),
    Format("net", "Pajek", "text/plain; charset=utf-8", _text(pajek.write)),
    Format("nodes.csv", "Nodes as CSV (Gephi, R, spreadsheets)", _CSV,
           _text(tables.write_nodes)),
    Format("edges.csv", "Edges as CSV (Gephi, R, spreadsheets)", _CSV,
           _text(tables.write_edges)),
    Format("neo4j-nodes.csv", "Nodes as CSV with Neo4j's header", _CSV,
           _text(tables.write_neo4j_nodes)),
    Format("neo4j-edges.csv", "Edges as CSV with Neo4j's header", _CSV,
           _text(tables.write_neo4j_edges)),
    Format("jsonld", "JSON-LD", "application/ld+json", _text(jsonld.write)),
    Format("svg", "A picture (SVG)", "image/svg+xml", _text(_svg), picture=True),
    Format("png", "A picture (PNG)", "image/png", _png, picture=True),
)}
"""What can be written, by ending."""


def format_named(name: str) -> Format:
    """The format with that ending. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(name)
    return FORMATS[name]


def formats_of(view: View) -> list[Format]:
    """The formats that a view can be had in: without pictures where it is too large for any."""
    return [known for known in FORMATS.values() if view.is_drawn or not known.picture]


@dataclass(frozen=True)
class Export:
    """A view, what it was asked with, and the format it is wanted in."""

    view: View
    format: Format
    recipe: Recipe
    measures: tuple[Measure, ...]

    @property
    def file_name(self) -> str:
        """What to call the file."""
        return f"{self.view.name}.{self.format.name}"

    @classmethod
    async def of(cls, serving: Serving, view: View, format: Format, given: Given) -> Export:
        """What is meant by parameters as people write them; `measure` belongs to every view.

        Raises BadParameter, BadValue, UnknownName, AmbiguousName or UnknownMeasure.
        """
        measures = measures_named(given.get("measure", ()))
        understood = await serving.questions.understand(
            view.question, {name: texts for name, texts in given.items() if name != "measure"})
        recipe = Recipe.of(view, understood, tuple(one.name for one in measures),
                           serving.release, serving.questions.names)
        return cls(view, format, recipe, measures)

    async def file(self, serving: Serving) -> IO[bytes]:
        """The finished file, open at its beginning; whoever takes it closes it.

        Raises what the engine raises, and GraphsvcError where the format cannot hold the graph.
        """
        rows = await rows_of(serving.engine, self.recipe)
        base = serving.release.manifest["header"]["base"]
        return await asyncio.to_thread(self._write, rows, base)

    def _write(self, rows: IO[bytes], base: str) -> IO[bytes]:
        graph = graph_of(self.view, rows, base)
        file = TemporaryFile()  # noqa: SIM115 (whoever takes it closes it)
        try:
            measure(graph, self.measures)
            self.format.write(graph, self.recipe, file)
        except BaseException:
            file.close()
            raise
        finally:
            graph.close()
        file.seek(0)
        return file
