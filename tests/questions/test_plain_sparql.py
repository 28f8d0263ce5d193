"""Files of questions and views are SPARQL as they are, and answer like the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store
from rdflib.plugins.sparql import prepareQuery

from graphsvc.questions.question import Question
from graphsvc.service import Serving
from tests.asking import store_of
from tests.conftest import Opened

QUERIES = Path(__file__).resolve().parents[2] / "queries"
FILES = sorted(QUERIES.rglob("*.rq"))


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_two_plain_parsers_read_each_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert isinstance(Store().query(text), QuerySolutions)
    prepareQuery(text)


@pytest.mark.slow
def test_each_file_as_it_is_answers_like_the_service(opened: Opened) -> None:
    """A file holds the defaults, and the first example's values of what must be given."""
    async def asked() -> list[tuple[str, str, str]]:
        return [(question.file, question.query, question.template.bind(
            await opened.serving.questions.understand(question, _needed(question))))
            for question in _questions(opened.serving)]

    store = store_of(opened.serving.release)
    found = {name: (_rows(store, plain), _rows(store, bound))
             for name, plain, bound in opened.run(asked())}
    assert len(found) == len(FILES) - 1
    assert [name for name, (plain, bound) in found.items() if not plain or plain != bound] == []


def _questions(serving: Serving) -> Iterator[Question]:
    """All questions and views but the view of everything, which takes no parameter."""
    yield from serving.questions.library
    yield from (view.question for view in serving.views if view.name != "graph")


def _needed(question: Question) -> dict[str, str | tuple[str, ...]]:
    required = {parameter.name for parameter in question.parameters if parameter.required}
    first = next((example.values for example in question.examples
                  if required <= example.values.keys()), {})
    return {name: value for name, value in first.items() if name in required}


def _rows(store: Store, query: str) -> list[list[str]]:
    """Sorted rows; texts as sorted words, for no engine keeps an order in GROUP_CONCAT."""
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    names = sorted(variable.value for variable in solutions.variables)
    return sorted([_words(str(solution[name])) for name in names] for solution in solutions)


def _words(term: str) -> str:
    return " ".join(sorted(term.replace('"', " ").replace(";", " ").replace("\\n", " ").split()))
