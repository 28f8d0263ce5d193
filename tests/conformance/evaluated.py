"""Queries over some files, answered in this process by the functions of the service's workers."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Store

from graphsvc.engine.base import QueryRefused, QuerySyntaxError
from graphsvc.engine.evaluation import evaluate_query
from graphsvc.engine.inspection import inspect
from graphsvc.engine.worker import load_file

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
            return 200, media_type, evaluate_query(self._store, query, media_type, base=BASE)
        except (QueryRefused, QuerySyntaxError) as error:
            return error.status, "", str(error).encode()
