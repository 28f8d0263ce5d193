"""Questions on policies give complete answers in which what is said and concluded are apart."""

from __future__ import annotations

from typing import Any

from graphsvc.questions.output import as_document
from tests.conftest import Opened

SAID = "said: the document names the policy"


def ask(
    opened: Opened, name: str, columns: str, **given: str
) -> list[tuple[Any, ...]]:
    """All rows of an answer in its order: statements by class and slug, other things by labels."""
    texts = {parameter: [value] for parameter, value in given.items()}
    answer = opened.run(opened.serving.questions.ask_by_name(name, texts))
    content = as_document(answer, answer.after)
    labels = content["labels"]
    return [tuple(str(row[column]).rpartition("/id/")[2] if column == "statement"
                  else labels.get(row[column], row[column]) for column in columns.split())
            for row in content["rows"]]


def test_what_a_policy_asks_and_who_acts_on_it(opened: Opened) -> None:
    rows = ask(opened, "policy-in-practice", "part link stages statement",
               policy="PACE", partnership="Midlothian", said="true")
    part = "Cut drift and delay in permanence"
    assert rows == [(part, SAID, None, "finding/mid-pace-improvement"),
                    (part, SAID, "in use", "use/mid-pace")]


def test_what_a_curator_concluded_is_not_reported_as_said(
    opened: Opened
) -> None:
    said = ask(opened, "policy-in-practice", "statement link", policy="PACE", said="true")
    concluded = ask(opened, "policy-in-practice", "statement link", policy="PACE", said="false")
    assert "finding/mid-1-1-ground-4" not in {statement for statement, _ in said}
    assert ("finding/mid-1-1-ground-4", "concluded: through its approach") in concluded
    links = ask(opened, "policies-of-finding", "policy link", finding="nr-key-4")
    assert ("Mental Health Strategy 2017-2027", "concluded: by a curator") in links


def test_said_and_concluded_together_are_all(opened: Opened) -> None:
    columns = "part link who statement"
    every, said, concluded = (
        ask(opened, "policy-in-practice", columns, policy="GIRFEC", **more)
        for more in ({}, {"said": "true"}, {"said": "false"}))
    assert sorted(map(str, said + concluded)) == sorted(map(str, every))
    assert {link for _, link, *_ in said} == {SAID}
    assert not {row[3] for row in said} & {row[3] for row in concluded}


def test_a_duty_on_which_a_report_is_silent_has_a_row(
    opened: Opened
) -> None:
    rows = ask(opened, "policies-of-partnership", "part statements isSilent",
               partnership="South Lanarkshire", policy="Carers Act")
    assert rows == [("Have a strategy and advice for carers (Parts 5 and 6)", 0, True),
                    ("Offer young carers a statement and support (Parts 2 and 3)", 0, True)]


def test_the_policies_behind_a_finding(opened: Opened) -> None:
    rows = ask(opened, "policies-of-finding", "link policy part", finding="nr-key-9")
    old, new = "Practice Guide: Chronologies (2010)", "Practice Guide on chronologies (2017)"
    asked = "Keep chronologies that are used (guide of 2017)"
    assert [row for row in rows if row[1] in (old, new)] == [
        ("said: of an approach that carries it out", new, None),
        ("concluded: through its approach", old, "Keep chronologies (guide of 2010)"),
        ("came later", new, asked)]


def test_before_and_after_a_duty_came_into_force(opened: Opened) -> None:
    rows = ask(opened, "duties-over-time", "time asOf inForce", policy=
               "children-and-young-people-act-2014")
    assert {row[0] for row in rows} == {"before", "in force"}
    assert all((time == "before") == (as_of < since) for time, as_of, since in rows)
