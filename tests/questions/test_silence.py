"""Answers of the real release: what they do not say, where documents disagree, workbooks."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from graphsvc.questions.answer import Answer
from graphsvc.questions.output import as_document, people_heads, people_rows
from tests.conftest import Opened

ID = "https://w3id.org/joint-inspections/id/"


class Asker:
    """The real questions."""

    def __init__(self, opened: Opened) -> None:
        self._opened, self.serving = opened, opened.serving

    def __call__(self, name: str, **given: str | list[str]) -> Answer:
        texts = {key: [value] if isinstance(value, str) else value for key, value in given.items()}
        return self._opened.run(self.serving.questions.ask_by_name(name, texts))


@pytest.fixture(scope="module")
def ask(opened: Opened) -> Asker:
    return Asker(opened)


def lines(answer: Answer) -> list[str]:
    return list(answer.silence.lines(answer.index, not answer.all_rows))


@pytest.mark.parametrize(("name", "given"), [
    ("partnerships", {}), ("approach-grid", {}), ("evaluation-matrix", {}),
    ("approach-coverage", {"approach": "Safe and Together"}),
    ("shared-approaches", {"partnership": "Midlothian", "other": "South Lanarkshire"}),
])
def test_no_document_is_called_silent_by_what_is_only_a_part_of_what_they_say(
    ask: Asker, name: str, given: dict[str, str | list[str]]
) -> None:
    answer = ask(name, **given)
    assert answer.all_rows
    assert not [line for line in lines(answer) if line.startswith("Looked at, and silent")]


def test_an_empty_answer_says_that_a_default_hid_the_rows(ask: Asker) -> None:
    answer = ask("evaluation-matrix", partnership="Clackmannanshire")
    assert answer.rows == []
    without = ask("evaluation-matrix", partnership="Clackmannanshire", framework="any")
    number = len(without.rows)
    assert number > 0
    said = lines(answer)[0]
    assert said.startswith("Framework: Quality framework for children")
    assert said.endswith(
        f"(by default). This leaves out {number} rows; choose “any” to have them.")
    assert [(it.parameter.name, it.by_default) for it in answer.silence.filters] == [
        ("framework", True), ("partnership", False)]
    assert answer.silence.filters[0].left_out == number


def test_a_full_answer_says_who_is_silent_and_who_was_not_looked_at(ask: Asker) -> None:
    silence = ask("approach-partnerships", approach="Safe and Together").silence
    documents, things = silence.documents, silence.things
    assert documents is not None and things is not None
    assert {*documents.said, *documents.silent} == {
        f"{ID}document/{slug}" for slug in (
            "clackmannanshire-2015", "midlothian-2020", "national-review-2012-2017",
            "north-ayrshire-2022", "south-lanarkshire-2020")}
    assert f"{ID}document/clackmannanshire-2015" in documents.silent
    assert f"{ID}partnership/midlothian" in things.said
    assert f"{ID}partnership/clackmannanshire" in things.silent
    assert f"{ID}partnership/fife" in things.elsewhere
    assert len({*things.said, *things.silent, *things.elsewhere}) == 32


def test_what_a_choice_leaves_out_is_not_called_silent(ask: Asker) -> None:
    documents = ask("approach-partnerships", approach="liam", stage="in use").silence.documents
    assert documents is not None
    assert documents.said == (f"{ID}document/midlothian-2020",)
    assert documents.left_out == (f"{ID}document/south-lanarkshire-2020",)


def test_documents_on_others_are_not_called_silent(ask: Asker) -> None:
    documents = ask("statements", theme="self-directed support",
                    partnership="North Ayrshire").silence.documents
    assert documents is not None
    assert documents.silent == (f"{ID}document/north-ayrshire-2022",)
    assert documents.left_out == (f"{ID}document/national-review-2012-2017",)


def test_what_other_choices_would_show_is_not_denied(ask: Asker) -> None:
    answer = ask("evaluations", indicator="2012-2-2", partnership="South Lanarkshire")
    assert answer.silence.documents is not None and not answer.silence.documents.silent
    assert answer.sentence == (
        "Nothing with these choices (2.2 Impact on families; South Lanarkshire); "
        "without the indicator there are 4 rows.")


@pytest.mark.parametrize(("name", "given", "said"), [
    ("evaluations", {"partnership": "Fife"}, "No document reports on Fife by name; without the "
     "partnership or group there are 19 rows."),
    ("partnership-themes", {"partnership": "Fife"}, "No document reports on Fife by name."),
    ("evaluations", {"partnership": ["Fife", "Midlothian"], "indicator": "2018-9"},
     "No document reports on Fife by name. Midlothian was graded Good."),
    ("strengths", {"partnership": ["Angus", "Clackmannanshire"]}, "No document reports on Angus by "
     "name. Nothing with these choices (Angus and Clackmannanshire); without the partnership or "
     "group there are 13 rows."),
])
def test_that_no_document_reports_on_whom_was_asked_about_is_said_first(
    ask: Asker, name: str, given: dict[str, Any], said: str
) -> None:
    assert ask(name, **given).sentence == said


def test_a_group_stands_for_its_members(ask: Asker) -> None:
    group = ask("inspections", partnership="pre-2014")
    members = {str(row[0].value) for row in ask("partnerships", group="pre-2014").rows if row[0]}
    assert {str(row[0].value) for row in group.rows if row[0]} == members
    assert [value.value for value in group.parameters["partnership"]] == [f"{ID}group/pre-2014"]


def test_a_row_says_on_what_documents_disagree(ask: Asker) -> None:
    rows = as_document(ask("approach-partnerships", approach="Safe and Together",
                           partnership="North Ayrshire"), None)["rows"]
    assert [[(it["thing"], it["kind"]) for it in row["disagreements"]] for row in rows] == [
        [(f"{ID}disagreement/na-safe-and-together-stage", "stage")]]


def test_the_passages_of_the_statement_come_first_and_can_be_found(ask: Asker) -> None:
    rows = as_document(ask("confidence", partnership="Clackmannanshire"), None)["rows"]
    passages = next(row["evidence"] for row in rows
                    if row["confidence"].endswith("/clack-2014-protection"))
    assert [passage["passage"] for passage in passages] == [
        f"{ID}passage/clackmannanshire-2015/{line}" for line in (40, 38, 36)]
    for passage in passages:
        assert passage["first"] and passage["last"] and passage["page"] and passage["paragraph"]
        assert passage["label"].startswith("Clackmannanshire 2015, ")


def test_a_workbook_holds_the_rows_as_people_read_them_and_where_they_come_from(
    ask: Asker, server: str
) -> None:
    answer = ask("figures", measure="population")
    response = httpx.get(f"{server}/api/questions/figures?measure=population&format=xlsx")
    assert response.headers["content-type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    assert 'filename="figures-population.xlsx"' in response.headers["content-disposition"]
    book = load_workbook(io.BytesIO(response.content))
    sheet, source = book["Answer"], book["Source"]
    read: list[tuple[Any, ...]] = list(sheet.iter_rows(values_only=True))
    assert list(read[0]) == people_heads(answer)
    assert [list(row) for row in read[1:]] == list(people_rows(answer))
    assert sheet.freeze_panes == "A2"
    links = {cell.column: cell.hyperlink.target for cell in sheet[2] if cell.hyperlink}
    assert links[people_heads(answer).index("Where it is said") + 1].startswith(
        f"{server}/id/passage/")
    assert all(link.startswith(f"{server}/") for link in links.values())
    at = people_heads(answer).index("Value")
    assert all(isinstance(row[at], int) for row in read[1:])
    facts = {row[0]: row[1] for row in source.iter_rows(values_only=True)}
    assert facts["Measure"] == "population" and facts["SPARQL"] == answer.sparql
    assert facts["Release"] == answer.release
    assert facts["Licence"] == ask.serving.header.licence
    assert facts["Answer in a sentence"] == answer.sentence


def test_a_question_that_another_replaced_says_what_to_ask(server: str) -> None:
    response = httpx.get(f"{server}/api/questions/partnership-evaluations?partnership=fife")
    assert response.status_code == 410
    assert response.json()["instead"] == "evaluations"
