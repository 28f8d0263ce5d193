"""Recorded answers: every example of every question, asked again and compared in full."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import Answer, Questions
from graphsvc.questions.output import parameters, plain
from graphsvc.questions.question import Column, Example, Question
from graphsvc.questions.table import Term, passage_iris

_PAGE = 1_000
_FORMS = {
    "integer": r"[+-]?\d+", "year": r"\d{4}", "decimal": r"[+-]?\d+(\.\d+)?",
    "boolean": r"true|false", "date": r"\d{4}(-\d\d(-\d\d(T\S+)?)?)?",
    "iri": r"[A-Za-z][A-Za-z0-9+.-]*:\S+", "evidence": r"\s*([A-Za-z][A-Za-z0-9+.-]*:\S+\s*)*",
    "text": r"[\s\S]*",
}


async def record(questions: Questions, folder: Path) -> list[Path]:
    """Write the answers of every question to `folder/NAME.json`; return the files.

    Answers of questions that are no longer there go. Raises what asking raises, and GraphsvcError
    for answers that do not hold what their file promises.
    """
    answers = {f"{question.name}.json": await replay(questions, question)
               for question in questions.library}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        if old.name not in answers:
            old.unlink()
    for name, examples in answers.items():
        text = json.dumps(examples, indent=1, ensure_ascii=False)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
    return [folder / name for name in answers]


async def differences(
    questions: Questions, folder: Path, examples: int | None = None
) -> list[GraphsvcError]:
    """Every example whose answer is not the recorded one, and recordings that lack or are over.

    examples: how many of each question are asked; all of them if it is None.
    """
    return [error for question in questions.library
            for error in await _compare(questions, question, folder, examples)] + [
        GraphsvcError("This is the recorded answer of no question.", location=path.name,
                      hint="Delete it, or record again.")
        for path in sorted(folder.glob("*.json"))
        if path.stem not in {question.name for question in questions.library}]


async def replay(
    questions: Questions, question: Question, examples: int | None = None
) -> list[dict[str, Any]]:
    """The complete answer to each example of a question, without the release it came from."""
    return [await _complete(questions, question, example)
            for example in question.examples[:examples]]


async def _compare(
    questions: Questions, question: Question, folder: Path, examples: int | None
) -> list[GraphsvcError]:
    path = folder / f"{question.name}.json"
    if not path.is_file():
        return [GraphsvcError("There is no recorded answer.", location=question.file,
                              hint=f"Record {path.name}, and read it.")]
    recorded = json.loads(path.read_text(encoding="utf-8"))[:examples]
    try:
        found = await replay(questions, question, examples)
    except GraphsvcError as error:
        return [error]
    if found == recorded:
        return []
    differing = [new["title"] for old, new in zip(recorded, found, strict=False) if old != new]
    titles = ", ".join(differing) or "the number of examples"
    return [GraphsvcError(f"The answer is not the recorded one: {titles}.", location=question.file,
                          hint=f"Compare with {path.name}; record again if the new one is right.")]


async def _complete(questions: Questions, question: Question, example: Example) -> dict[str, Any]:
    location = f"{question.file}, example `{example.title}`"
    pages: list[Answer] = []
    try:
        understood = await questions.understand(question, example.values)
        while not pages or pages[-1].after is not None:
            after = pages[-1].after if pages else None
            pages.append(await questions.ask(question, understood, limit=_PAGE, after=after))
    except GraphsvcError as error:
        raise GraphsvcError(error.message,
                            location=f"{location}: {error.location or ''}".rstrip(": "),
                            hint=error.hint) from error
    rows = [row for page in pages for row in _rows(page, location)]
    keys = [tuple(json.dumps(row[column.name]) for column in question.keys) for row in rows]
    if len(set(keys)) < len(keys):
        raise GraphsvcError("Two rows are equal in all columns of `order`.", location=location,
                            hint="Add columns to `order` until every row differs.")
    return {"title": example.title, "parameters": parameters(pages[0]),
            "sentence": pages[0].sentence, "rows": rows}


def _rows(answer: Answer, location: str) -> Iterator[dict[str, Any]]:
    for row in answer.rows:
        cells = zip(row, answer.question.columns, strict=True)
        yield {column.name: _cell(term, column, location) for term, column in cells}


def _cell(term: Term | None, column: Column, location: str) -> Any:
    if term is not None and not re.fullmatch(_FORMS[column.type], term.value):
        raise GraphsvcError(
            f"The column `{column.name}` ({column.type}) holds `{term.value[:80]}`.",
            location=location,
            hint="Correct the query, or the column's type.")
    return sorted(passage_iris(term)) if column.type == "evidence" else plain(term, column)
