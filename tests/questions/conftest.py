"""Fixtures of the books project."""

from __future__ import annotations

import pytest
from books import BOOKS, PREFIXES, Client, StoreEngine

from graphsvc.build.content import Content
from graphsvc.build.index import build_index
from graphsvc.index import Index
from graphsvc.questions.answer import Questions
from graphsvc.questions.library import Library


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load(BOOKS / "queries", PREFIXES)


@pytest.fixture
def engine() -> StoreEngine:
    return StoreEngine(BOOKS)


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    words = {"https://example.org/books/id/passage/letters-1": "Printed five hundred."}
    path = tmp_path_factory.mktemp("books") / "index.sqlite"
    build_index(Content(StoreEngine(BOOKS).store), path)
    return Index(path, words.get, PREFIXES)


@pytest.fixture
def questions(library: Library, engine: StoreEngine, index: Index) -> Questions:
    return Questions(library, engine, index)


@pytest.fixture
def client(questions: Questions, engine: StoreEngine) -> Client:
    return Client(questions, engine)
