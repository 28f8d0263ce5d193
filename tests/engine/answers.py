"""The answers of a release to its own questions, by one engine or another."""

from __future__ import annotations

import asyncio
from typing import Any

from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import Answer, Questions
from graphsvc.questions.question import Column, Question
from graphsvc.questions.table import Term, passage_iris, plain
from graphsvc.release import Release
from graphsvc.service import Serving

Answers = dict[str, object]
"""All rows of the answers to all examples of each question; the error where it has none."""


def answers(release: Release, remote: str | None = None) -> Answers:
    """What the embedded engine answers, or the SPARQL endpoint at an address."""
    async def ask() -> Answers:
        serving = await Serving.open(release, remote=remote)
        found: Answers = {}
        try:
            for question in serving.questions.library:
                try:
                    found[question.name] = await _answered(serving.questions, question)
                except GraphsvcError as error:
                    found[question.name] = error
        finally:
            await serving.close()
        return found

    return asyncio.run(ask())


async def _answered(questions: Questions, question: Question) -> list[list[list[Any]]]:
    return [_rows(await questions.page(question, await questions.understand(
        question, example.values))) for example in question.examples]


def _rows(answer: Answer) -> list[list[Any]]:
    return [[_cell(term, column) for term, column in zip(
        row, answer.question.columns, strict=True)] for row in answer.all_rows]


def _cell(term: Term | None, column: Column) -> Any:
    """A value; passages in an order of ours, for no engine keeps one in GROUP_CONCAT."""
    return sorted(passage_iris(term)) if column.type == "evidence" else plain(term, column)
