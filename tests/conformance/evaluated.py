"""Queries over some files, answered in this process by the functions of the service's workers."""

from __future__ import annotations

import io
from pathlib import Path

from pyoxigraph import Store

from graphsvc.engine.base import QuerySyntaxError, Refused
from graphsvc.engine.evaluation import Data, Functions, Order, evaluate
from graphsvc.engine.inspection import inspect
from graphsvc.engine.loading import default_graph, load_file

BASE = "http://localhost/sparql"


class Evaluated:
    """The data of some files; asked as a DataServer is."""

    def __init__(self, files: list[Path]) -> None:
        store = Store()
        for path in files:
            load_file(store, path)
        self._data = Data(store, default_graph(store))

    def ask(self, query: str, accept: str | None = None) -> tuple[int, str, bytes]:
        """Status, media type and body of the answer to a query."""
        output = io.BytesIO()
        try:
            inspected = inspect(query)
            media_type = accept or inspected.form.media_types[0]
            order = Order(
                query=inspected.text, media_type=media_type, base=BASE, seconds=10,
                result_bytes=1 << 20, default_graphs=(), named_graphs=(), star=inspected.star,
                prologue=inspected.prologue, from_default=inspected.from_default,
                from_named=inspected.from_named)
            evaluate(self._data, order, output, Functions())
        except Refused as error:
            return 403, "", str(error).encode()
        except (QuerySyntaxError, SyntaxError, ValueError) as error:
            return 400, "", str(error).encode()
        return 200, media_type, output.getvalue()
