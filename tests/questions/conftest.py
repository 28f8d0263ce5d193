"""Fixtures of the books project."""

from __future__ import annotations

import asyncio

import pytest
from books import BOOKS, PREFIXES, Client, StoreEngine

from graphsvc.questions.answer import Questions
from graphsvc.questions.library import Library


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load(BOOKS / "queries", PREFIXES)


@pytest.fixture
def engine() -> StoreEngine:
    return StoreEngine(BOOKS)


@pytest.fixture
def questions(library: Library, engine: StoreEngine) -> Questions:
    words = {"https://example.org/books/id/passage/letters-1": "Printed five hundred."}
    return asyncio.run(Questions.open(library, engine, words.get))


@pytest.fixture
def client(questions: Questions) -> Client:
    return Client(questions)
