"""Queries over some files, answered in this process by the functions of the service's workers."""

from __future__ import annotations

import io
from pathlib import Path

from pyoxigraph import Store

from graphsvc.engine.base import QueryRefused, QuerySyntaxError, Request
from graphsvc.engine.evaluation import Data, evaluate
from graphsvc.engine.inspect import inspect, syntax_error
from graphsvc.engine.worker import load_file
from graphsvc.formats import BY_MEDIA_TYPE

BASE = "http://localhost/sparql"


class Evaluated:
    """The data of some files; asked as a DataServer is."""

    def __init__(self, files: list[Path]) -> None:
        self._store = Store()
        for path in files:
            load_file(self._store, path)

    def ask(self, query: str, accept: str | None = None) -> tuple[int, str, bytes]:
        """Status, media type and body of the answer to a query."""
        try:
            media_type = accept or inspect(query).form.formats[0].media_type
            return 200, media_type, evaluated(self._store, Request(query, media_type, base=BASE))
        except (QueryRefused, QuerySyntaxError) as error:
            return error.status, "", str(error).encode()


def evaluated(store: Store, request: Request) -> bytes:
    """The answer to a request. Raises QuerySyntaxError and QueryRefused."""
    output, written = io.BytesIO(), BY_MEDIA_TYPE[request.media_type]
    try:
        results, _ = evaluate(Data.of(store), request, inspect(request.query))
        results.serialize(output, written.rdf or written.results)
    except SyntaxError as error:
        raise syntax_error(str(error), request.query) from error
    return output.getvalue()
