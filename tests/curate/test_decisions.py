"""The log of decisions is all that is kept, and it is never in between."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphsvc.curate.decisions import Log
from graphsvc.curate.records import Decision, Draft, Value
from graphsvc.errors import GraphsvcError

KIND, LABEL = "https://example.org/def#Rating", "http://www.w3.org/2004/02/skos/core#prefLabel"


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "report" / "decisions.jsonl")


def draft(text: str, *passages: int, iri: str | None = None, **more: Any) -> Draft:
    return Draft(document="report", kind=KIND, iri=iri, passages=passages or (1,),
                 values=(Value(property=LABEL, text=text), *more.pop("values", ())), **more)


def decision(action: Any, **more: Any) -> Decision:
    return Decision(action=action, who="urn:who", when=datetime.now(UTC), **more)


def accept(of: Draft, iri: str) -> Decision:
    return decision("accept", draft=of.id, changed=of.model_copy(update={"iri": iri}))


def test_what_is_decided_no_longer_waits_and_the_rest_comes_in_the_documents_order(
    log: Log
) -> None:
    one, two, three = draft("one", 9), draft("two", 3), draft("three", 5)
    log.append(accept(one, "urn:one"))
    log.append(decision("reject", draft=three.id, reason="no fact"))
    state = Log(log.path).state()
    assert [d.id for d in state.undecided([one, two, three])] == [two.id]
    assert [statement.iri for statement in state.accepted.values()] == ["urn:one"]
    assert state.decided == {one.id: 1, three.id: 2}


def test_parts_of_a_split_draft_wait_in_its_place(log: Log) -> None:
    both, left, right = draft("both", 4), draft("left", 4), draft("right", 5)
    log.append(decision("split", draft=both.id, parts=(left, right)))
    assert log.state().undecided([both]) == [left, right]
    log.append(accept(left, "urn:left"))
    with pytest.raises(GraphsvcError, match=r"others rest on \(2\)"):
        log.append(decision("undo", undoes=1))
    log.append(decision("undo", undoes=2))
    log.append(decision("undo", undoes=1))
    assert log.state().undecided([both]) == [both]


def test_undo_brings_a_draft_back_and_says_what_sits_in_its_way(log: Log) -> None:
    thing, use = draft("thing"), draft("use", values=(Value(property="urn:of", iri="urn:thing"),))
    log.append(accept(thing, "urn:thing"))
    log.append(accept(use, "urn:use"))
    with pytest.raises(GraphsvcError, match=r"Decision 1 is one that others rest on \(2\)"):
        log.append(decision("undo", undoes=1))
    assert log.state().last == 2
    log.append(decision("undo", undoes=2))
    assert log.state().last == 1
    for number, message in ((2, "undone already"), (3, "no decision 3"), (9, "no decision 9")):
        with pytest.raises(GraphsvcError, match=message):
            log.append(decision("undo", undoes=number))


def test_a_draft_is_decided_once_a_name_is_given_once_and_a_line_ticked_off_once(log: Log) -> None:
    one, two = draft("one"), draft("two")
    log.append(accept(one, "urn:one"))
    log.append(decision("no-facts", lines=(7, 8), reason="contents"))
    for wrong in (accept(one, "urn:other"), decision("reject", draft=one.id),
                  accept(two, "urn:one"), decision("no-facts", lines=(8,), reason="cover")):
        with pytest.raises(GraphsvcError):
            log.append(wrong)
    assert len(log.state().log) == 2
    assert log.state().ticked == {7: "contents", 8: "contents"}


@pytest.mark.parametrize("left", [b'{"action": "acc', b"\x00\x00"])
def test_half_a_line_of_a_process_that_died_is_written_over(log: Log, left: bytes) -> None:
    log.append(accept(draft("one"), "urn:one"))
    with log.path.open("ab") as file:
        file.write(left)
    assert len(log.state().accepted) == 1
    assert log.append(accept(draft("two"), "urn:two")) == 2
    assert [*Log(log.path).state().accepted] == [1, 2]


def test_a_line_that_somebody_changed_is_named(log: Log) -> None:
    log.append(accept(draft("one"), "urn:one"))
    log.path.write_text("nonsense\n" + log.path.read_text())
    with pytest.raises(GraphsvcError, match=r"decisions\.jsonl:1: This line is no decision"):
        log.state()
