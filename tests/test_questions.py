"""The project's own questions: every example gives its recorded answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate

from graphsvc.project import Project
from graphsvc.questions.library import Library
from tests.conftest import Opened
from tests.recorded import differences

ANSWERS = Path(__file__).parent / "answers"


@pytest.mark.parametrize("examples", [1, pytest.param(None, marks=pytest.mark.slow)])
def test_the_examples_of_every_question_give_their_recorded_answers(
    opened: Opened, examples: int | None
) -> None:
    found = opened.run(differences(opened.serving.questions, ANSWERS, examples))
    assert [str(error) for error in found] == []


def test_there_are_forty_questions_and_each_has_a_title_and_examples(opened: Opened) -> None:
    library = opened.serving.questions.library
    assert len(library) >= 40
    assert [q.name for q in library if not q.examples or not q.title] == []


def test_the_description_of_the_api_is_valid_and_has_every_question(
    server: str, project: Project
) -> None:
    document = httpx.get(f"{server}/openapi.json").json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    files = [path for path in (project.root / "queries").rglob("*.rq")
             if path.parent.name != "views"]
    assert {f"/api/questions/{path.stem}" for path in files} | {"/api/questions/{question}"} == {
        path for path in document["paths"] if path.startswith("/api/questions/")}
    assert document["info"]["title"] == project.header.title
    assert document["info"]["license"]["url"] == project.header.licence
    operations = [found for path in document["paths"].values() for found in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) == len(files) + 9
    assert {len(operation["tags"]) for operation in operations} == {1}


@pytest.mark.slow
def test_no_request_to_any_route_finds_a_failure(server: str) -> None:
    described = schemathesis.openapi.from_url(f"{server}/openapi.json")
    operations = [found.ok() for found in described.include(
        path_regex="^/api/questions(/[a-z0-9-]+)?$").get_all_operations()]
    assert len(operations) > 80
    for operation in operations:
        _fuzz(operation)


def _fuzz(operation: Any) -> None:
    @settings(max_examples=3, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate()

    ask()


def test_the_list_of_questions_is_that_of_the_folders(project: Project) -> None:
    library = Library.load(project.root / "queries", project.prefixes)
    assert (project.root / "queries" / "README.md").read_text(encoding="utf-8") == \
        library.readme(), "run `graphsvc ask --readme > queries/README.md`"


DOMAIN = ("partnership", "approach", "finding", "girfec", "inspection", "midlothian")


@pytest.mark.parametrize("word", DOMAIN)
def test_the_software_knows_no_word_of_the_domain(word: str, project: Project) -> None:
    files = [path for ending in ("py", "rq", "j2", "html", "js", "css")
             for path in (project.root / "graphsvc").rglob(f"*.{ending}")
             if "static/build" not in path.as_posix()]
    assert len(files) > 50
    holding = [f"{project.name(path)}:{number}" for path in files
               for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
               if word in line.lower()]
    assert holding == []
