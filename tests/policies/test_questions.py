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
    columns = "part link stages statement"
    given = {"policy": "PACE", "partnership": "Midlothian"}
    assert ask(opened, "policy-in-practice", columns, **given, said="true") == [
        (None, SAID, None, "finding/mid-pace-improvement"),
        (None, SAID, "in use", "use/mid-pace")]
    part = "Cut drift and delay in permanence"
    assert (part, "concluded: through its approach", "in use", "use/mid-pace") in ask(
        opened, "policy-in-practice", columns, **given, said="false")


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
    assert len({(part, who, one) for part, _, who, one in every}) == len(every)  # with all its ways
    assert {link for _, link, *_ in said} == {SAID}
    assert {part for part, *_ in said} == {None}, "what is said has no derived provision"
    assert not any(SAID in link for _, link, *_ in concluded)


def test_a_provision_without_a_statement_says_why_also_in_one_partnership(
    opened: Opened
) -> None:
    rows = ask(opened, "policy-in-practice", "part link why who statement",
               policy="children-and-young-people-act-2014", partnership="South Lanarkshire")
    without = {part: (link, bool(why), who) for part, link, why, who, one in rows if one == "None"}
    assert without["Provide a named person for every child (Part 4)"] == (
        "no rule reaches it", True, "South Lanarkshire")
    assert without["Help families of children at risk of becoming looked after (Part 12)"] == (
        "nothing reported", False, "South Lanarkshire")
    before = ask(opened, "policy-in-practice", "part link", policy="The Promise",
                 partnership="Midlothian")
    assert ("Hear the voices of children in care",
            "reported only before it was in force, or in part before") in before


def test_what_no_rule_reaches_is_not_called_silent(
    opened: Opened
) -> None:
    rows = ask(opened, "policies-of-partnership", "part isSilent why", partnership="Midlothian")
    assert all(not (silent and why) for _, silent, why in rows)
    assert any(str(why).startswith("no rule reaches it") for _, _, why in rows)
    asked = ask(opened, "policies-of-partnership", "part", partnership="Midlothian", silent="true")
    assert sorted(asked) == sorted((part,) for part, silent, _ in rows if silent)


def test_a_duty_on_which_a_report_is_silent_has_a_row(
    opened: Opened
) -> None:
    rows = ask(opened, "policies-of-partnership", "part statements isSilent",
               partnership="South Lanarkshire", policy="Carers Act")
    assert rows == [("Have a strategy and advice for carers (Parts 5 and 6)", 0, False),
                    ("Offer young carers a statement and support (Parts 2 and 3)", 0, True)]


def test_the_policies_behind_a_finding(opened: Opened) -> None:
    rows = ask(opened, "policies-of-finding", "link policy part", finding="nr-key-9")
    old, new = "Practice Guide: Chronologies (2010)", "Practice Guide on chronologies (2017)"
    asked = "Keep chronologies that are used (guide of 2017)"
    assert [row for row in rows if row[1] in (old, new)] == [
        ("concluded: through its approach", new, asked)]


def test_before_and_after_a_duty_came_into_force(opened: Opened) -> None:
    rows = ask(opened, "duties-over-time", "time observedFrom asOf inForce",
               policy="children-and-young-people-act-2014")
    assert {row[0] for row in rows} == {"before", "in part before", "in force"}
    assert all(begin < since for time, begin, _, since in rows if time == "in part before")
    assert all(until < since for time, _, until, since in rows if time == "before")
    themed = ask(opened, "duties-over-time", "part", theme="continuing care")
    assert set(themed) == {("Let young people stay on in their placement (Part 11)",),
                           ("Let young people stay until they are ready",)}
