"""A SPARQL endpoint over any RDF files, as a strict data set: no union of graphs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import RdfFormat, parse, serialize

from graphsvc.engine.base import Limits
from graphsvc.engine.embedded import EmbeddedEngine, Source
from graphsvc.errors import GraphsvcError
from graphsvc.formats import BINDING_FORMATS, GRAPH_FORMATS, Format
from graphsvc.web.app import Site
from graphsvc.web.metrics import Metrics
from graphsvc.web.problems import HttpError
from graphsvc.web.sparql import SparqlEndpoint


@dataclass
class FileSource:
    """Files of RDF that are served; they are read once."""

    files: Sequence[Path]
    limits: Limits
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        """Raises GraphsvcError for what is no file."""
        content = hashlib.sha256()
        for path in self.files:
            try:
                content.update(hashlib.sha256(path.read_bytes()).digest())
            except OSError as error:
                raise GraphsvcError(f"The file cannot be read: {error.strerror}.",
                                    location=str(path)) from error
        self._digest = content.hexdigest()

    def current(self) -> str:
        """The digest of the files as they were at the start."""
        return self._digest

    async def open(self, release: str) -> Site:
        """Load the files, which have one state. Raises GraphsvcError where one cannot be loaded."""
        if release != self._digest:
            raise HttpError(404, "There are no releases here.", hint="Try /sparql.")
        engine = EmbeddedEngine(
            Source(tuple(self.files), None, union_default_graph=False, release=release),
            self.limits)
        try:
            await engine.start()
        except BaseException:
            await engine.close()
            raise
        return Site(release=release, salt=release, sparql=SparqlEndpoint(engine, _describe),
                    close=engine.close)


async def _describe(server: str, format: Format) -> bytes:
    """What SPARQL 1.1 Service Description says of a service without more metadata."""
    formats = ", ".join(f"<http://www.w3.org/ns/formats/{format.w3c}>"
                        for format in (*BINDING_FORMATS, *GRAPH_FORMATS))
    turtle = f"""
        PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
        [] a sd:Service ;
            sd:endpoint <{server}/sparql> ;
            sd:supportedLanguage sd:SPARQL11Query ;
            sd:resultFormat {formats} ;
            sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] .
    """
    return serialize(parse(turtle, RdfFormat.TURTLE), format=format.rdf) or b""
