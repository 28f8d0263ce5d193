"""What the OpenAPI document promises is what the routes do, for good requests and for bad ones."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from books import BOOKS, PREFIXES, Client, StoreEngine
from hypothesis import HealthCheck, settings

from graphsvc.build.content import Content
from graphsvc.build.index import build_index
from graphsvc.index import Index
from graphsvc.questions.answer import Questions
from graphsvc.questions.library import Library

schemathesis = pytest.importorskip("schemathesis")

library = Library.load(BOOKS / "queries", PREFIXES)
engine = StoreEngine(BOOKS)
folder = TemporaryDirectory()
build_index(Content(engine.store), Path(folder.name) / "index.sqlite")
index = Index(Path(folder.name) / "index.sqlite", prefixes=PREFIXES)
client = Client(Questions(library, engine, index), engine)
app = client.app
client.ask("/openapi.json", app=app)  # opens the library, as a server does first
schema = schemathesis.openapi.from_asgi("/openapi.json", app)


@schema.include(path_regex="^/api/questions(/[a-z]+)?$").parametrize()
@settings(max_examples=15, deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
def test_no_request_finds_a_failure(case: Any) -> None:
    case.call_and_validate()
