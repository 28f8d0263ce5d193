"""The visible questions: the library answers each with named questions, whole and with evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from visible import Library, Told, Visible, names
from visible_across import ACROSS
from visible_national import NATIONAL
from visible_two import TWO

from tests.conftest import Opened

VISIBLE = (*NATIONAL, *TWO, *ACROSS)
DOCUMENTS = 5

every = pytest.mark.parametrize("visible", VISIBLE, ids=lambda visible: visible.id)


@pytest.fixture(scope="module")
def asked(shared: Path) -> dict[str, dict[str, Any]]:
    """The visible questions as they were asked, by id."""
    lines = (shared / "questions" / "visible.jsonl").read_text(encoding="utf-8").splitlines()
    return {question["id"]: question for question in map(json.loads, lines)}


@pytest.fixture(scope="module")
def real(opened: Opened) -> Library:
    """The project's own library over its own release."""
    return Library(opened.runner, opened.serving.questions)


def told(real: Library, visible: Visible) -> list[Told]:
    return [real.ask(one) for one in visible.asks]


def test_every_visible_question_is_asked_once(asked: dict[str, dict[str, Any]]) -> None:
    assert sorted(visible.id for visible in VISIBLE) == sorted(asked)


@every
def test_the_whole_answer_is_given(real: Library, visible: Visible) -> None:
    for one, answer in zip(visible.asks, told(real, visible), strict=True):
        assert answer.rows == one.rows, one.name


@every
def test_an_empty_answer_says_which_documents_were_looked_at(
    real: Library, visible: Visible
) -> None:
    for one, answer in zip(visible.asks, told(real, visible), strict=True):
        assert answer.looked_at == (0 if one.rows else DOCUMENTS), one.name


@every
def test_the_answer_holds_each_number_and_name_that_was_expected(
    real: Library, visible: Visible, asked: dict[str, dict[str, Any]]
) -> None:
    expected = asked[visible.id]["expected"]
    if asked[visible.id]["answer_type"] in ("not_stated", "not stated"):
        expected = [text for text in expected if text[:2] not in ("no", "No")]
    answers = told(real, visible)
    lacking = {name for text in expected for name in names(text)
               if not real.holds(answers, name)}
    assert lacking == set(visible.unsaid)


@every
def test_the_lines_that_prove_the_answer_are_its_evidence(
    real: Library, visible: Visible, asked: dict[str, dict[str, Any]]
) -> None:
    proof = {(line["doc"], line["line"]) for line in asked[visible.id].get("proof", [])}
    cited = {line for answer in told(real, visible) for line in answer.lines}
    assert proof - cited == set(visible.context)
