"""A SPARQL endpoint over any RDF files, as a strict dataset: the default graph is not the union.

Everything it imports is small, so that it answers in a fraction of a second.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, parse, serialize

from graphsvc.engine.base import BINDING_FORMATS, GRAPH_FORMATS, Limits
from graphsvc.engine.pool import EmbeddedEngine, Source
from graphsvc.errors import GraphsvcError
from graphsvc.web.asgi import Receive, Scope, Send, respond
from graphsvc.web.current import Current
from graphsvc.web.problems import MEDIA_TYPE as PROBLEM
from graphsvc.web.problems import HttpError, Problem
from graphsvc.web.sparql import SparqlApp

_FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
}
_W3C_FORMATS = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/ld+json": "JSON-LD",
    "application/trig": "TriG",
    "application/n-quads": "N-Quads",
}


class DataServing:
    """The files, and the engine over them."""

    def __init__(self, files: Sequence[Path], limits: Limits | None = None) -> None:
        source = Source(tuple(files), None, union_default_graph=False, release=digest(files))
        self.engine = EmbeddedEngine(source, limits)

    async def close(self) -> None:
        """Stop the engine."""
        await self.engine.close()


def digest(files: Sequence[Path]) -> str:
    """What identifies the contents of the files. Raises GraphsvcError for what is no file."""
    content = hashlib.sha256()
    for path in files:
        try:
            content.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise GraphsvcError(
                f"The file cannot be read: {error.strerror}.", location=str(path)
            ) from error
    return content.hexdigest()


async def describe(_: DataServing, server: str, media_type: str) -> bytes:
    """What SPARQL 1.1 Service Description says of a service without more metadata."""
    formats = ", ".join(
        f"<http://www.w3.org/ns/formats/{_W3C_FORMATS[name]}>"
        for name in (*BINDING_FORMATS, *GRAPH_FORMATS)
    )
    turtle = f"""
        PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
        [] a sd:Service ;
            sd:endpoint <{server}/sparql> ;
            sd:supportedLanguage sd:SPARQL11Query ;
            sd:resultFormat {formats} ;
            sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] .
    """
    return serialize(parse(turtle, RdfFormat.TURTLE), format=_FORMATS[media_type]) or b""


class DataApp:
    """`/sparql` (and `/`) over a data server's files."""

    def __init__(self, serving: DataServing) -> None:
        self._current = Current(serving)
        self._sparql = SparqlApp(lambda: self._current, describe)
        self.repeated, self.begin = self._sparql.repeated, self._sparql.begin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] in ("/sparql", "/sparql/", "/query", "/"):
            await self._sparql(scope, receive, send)
        else:
            error = HttpError(404, "There is nothing at this address.", hint="Try /sparql.")
            problem = Problem(error)
            headers = [(b"content-type", PROBLEM.encode())]
            await respond(send, problem.status, headers, problem.body, scope["method"] == "HEAD")

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message: dict[str, Any] = dict(await receive())
            if message["type"] == "lifespan.shutdown":
                await self._current.close()
                await send({"type": "lifespan.shutdown.complete"})
                return
            await send({"type": "lifespan.startup.complete"})


def serve_data(
    files: Sequence[Path], host: str, port: int, limits: Limits | None = None
) -> None:
    """Serve files until the process is told to end.

    Raises GraphsvcError where a file cannot be loaded, or the address cannot be had.
    """
    asyncio.run(_serve(files, host, port, limits))


async def _serve(
    files: Sequence[Path], host: str, port: int, limits: Limits | None
) -> None:
    serving = DataServing(files, limits)  # loads while the server is imported
    from graphsvc.web.server import listen, serve

    try:
        await serving.engine.start()
        opening = f"SPARQL at http://{host}:{port}/sparql"
        await serve(DataApp(serving), listen(host, port), opening)
    finally:
        await serving.close()
