"""The next report of another domain, from its file to a built release, by commands alone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphsvc.cli.main import main, parser
from graphsvc.curate.records import Request
from graphsvc.curate.work import Work, curator
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from tests.conftest import ROOT

SLUG = "survey-2026"
OWN = ROOT / "tests/projects/curating"
Run = Callable[..., Any]


@pytest.fixture
def bridges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bridges of `graphsvc init`, ready for the next report."""
    root = tmp_path / "bridges"
    assert main(["init", str(root)]) == 0
    shutil.copy2(OWN / "ontology/curating.ttl", root / "ontology")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GRAPHSVC_CURATOR", "anna")
    return root


@pytest.fixture
def run(bridges: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; what it prints in JSON, and its exit status where that is not 0."""
    def run(*arguments: str) -> Any:
        capsys.readouterr()
        status = main([*arguments, "--format", "json"])
        printed = capsys.readouterr()
        if status and not printed.out:
            return printed.err.strip()
        found = json.loads(printed.out)
        return found if status == 0 else (status, found)
    return run


@pytest.fixture
def curate(run: Run) -> Run:
    """Runs a step on the report, which is read."""
    run("curate", "add", str(OWN / "report.txt"), "--id", SLUG)
    return lambda step, *arguments: run("curate", step, SLUG, *arguments)


def draft_of(curate: Run, kind: str, **values: str) -> str:
    """The id of the draft that waits with such values."""
    for draft in curate("next", "--all"):
        labels = {value["property_label"]: value["label"] for value in draft["values"]}
        if draft["kind_label"] == kind and values.items() <= labels.items():
            return str(draft["id"])
    raise AssertionError((kind, values))


@pytest.mark.slow
def test_a_report_is_read_decided_on_written_and_built(
    bridges: Path, curate: Run, run: Run
) -> None:
    first = curate("next")
    assert first["draft"]["kind_label"] == "report" and first["problems"] == []
    curate("accept", first["draft"]["id"])
    rating = draft_of(curate, "rating", bridge="Mill Bridge", condition="good")
    status, (refused,) = curate("accept", rating)
    assert status == 1 and refused["number"] is None
    assert refused["problems"][0]["message"].startswith("A rating is of one year")
    accepted, = curate("accept", rating, "--set", "year=2026")
    assert accepted["statement"]["iri"] == "https://example.org/bridges/id/rating/mill-2026"
    curate("accept", draft_of(curate, "rating", bridge="Weir Bridge"), "--set", "year=2026")
    curate("new", "bridge", "--lines", "9", "--set", "prefLabel=Ferry Bridge",
           "--set", "material=steel")
    assert "Another statement is called" in curate(
        "new", "bridge", "--lines", "9", "--set", "prefLabel=Ferry Bridge")
    curate("new", "rating", "--lines", "9", "--set", "bridge=bridge:ferry-bridge",
           "--set", "year=2026", "--set", "condition=fair")
    curate("tick", "11", "boilerplate: thanks")
    done = curate("progress")
    assert done["waiting"] == 0 and [row["open"] for row in done["sections"]] == [[], []]
    assert {row["who"] for row in done["log"]} == {"https://example.org/bridges/id/curator/anna"}
    drafts = curate("drafts")
    written = curate("write")
    assert [name.split("/")[1] for name in written["files"]] == [
        "reports", "reference", "outlines", "ledgers", "passages"]
    assert curate("write") == {"files": [], "kept": []}
    assert run("build")["new"]
    assert curate("next") is None and curate("drafts") == drafts
    _, (account,) = run("sources", "coverage", "documents", "--id", SLUG)  # too few for its share
    assert account["unaccounted"] == [] and account["cited"] == done["accepted"] - 1
    assert run("sources", "verify", "documents", "--id", SLUG)["discrepancies"] == []


def test_what_is_refused_or_makes_no_sense_is_said_and_changes_nothing(curate: Run) -> None:
    rating = draft_of(curate, "rating", bridge="Mill Bridge")
    for wrong, said in (
        (("accept", "ffffffffff"), "No drafts have an id that begins with"),
        (("accept", rating, "--set", "colour=red"), "have no 'colour'"),
        (("accept", rating, "--set", "condition=excellent"), "nothing is called 'excellent'"),
        (("accept", rating, "--set", "year"), "is not NAME=VALUE"),
        (("accept", rating, "--who", "berta"), "no curators called 'berta'"),
        (("tick", "4", "cover"), "Line 4 of the document holds no paragraph"),
        (("tick", "11", "dull"), "'dull' is no reason of a ledger"),
        (("tick", "eleven", "cover"), "are no lines"),
        (("new", "tunnel"), "There is no class 'tunnel'"),
        (("undo",), "There is no decision 0 that can be undone"),
        (("split", rating, "no-such-file"), "cannot be read"),
    ):
        found = curate(*wrong)
        assert isinstance(found, str) and said in found, (wrong, found)
    assert curate("progress")["log"] == []


def test_a_draft_is_split_and_its_parts_wait(curate: Run, bridges: Path) -> None:
    draft = next(d for d in curate("next", "--all") if d["kind_label"] == "rating")
    parts = [draft | {"values": draft["values"][:1]}, draft | {"values": draft["values"][1:]}]
    (bridges / "parts.json").write_text(json.dumps(parts))
    curate("split", draft["id"], "parts.json")
    waiting = [d["id"] for d in curate("next", "--all")]
    assert draft["id"] not in waiting and len(waiting) == 4
    curate("undo")
    assert draft["id"] in [d["id"] for d in curate("next", "--all")]


def test_an_assistant_decides_in_json_and_the_rest_goes_on_where_one_request_is_wrong(
    curate: Run, bridges: Path
) -> None:
    mill, weir = (draft_of(curate, "rating", bridge=f"{name} Bridge") for name in ("Mill", "Weir"))
    drafts = {draft["id"]: draft for draft in curate("drafts")}
    year = {"property": "https://example.org/bridges/def#year", "text": "2026",
            "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
    changed = drafts[mill] | {"values": [*drafts[mill]["values"], year]}
    (bridges / "requests.jsonl").write_text("\n".join(map(json.dumps, (
        {"action": "accept", "draft": mill, "changed": changed},
        {"action": "accept", "draft": mill},
        {"action": "reject", "draft": weir, "reason": "not sure"},
        {"action": "no-facts", "lines": [11], "reason": "boilerplate"}))))
    status, answers = curate("decide", "requests.jsonl")
    assert status == 1 and [answer["number"] for answer in answers] == [1, None, 2, 3]
    assert answers[1]["mistake"].startswith(f"{mill}: Decision 1 was on this draft")
    (bridges / "requests.jsonl").write_text('{"action": "dance"}')
    assert "requests.jsonl:1: This is no request" in curate("decide", "requests.jsonl")


def test_a_person_reviews_what_an_assistant_accepted_and_the_name_stays(
    curate: Run, bridges: Path
) -> None:
    work = Work(Project(bridges), SLUG)
    who = curator(work.graph, "anna")
    mill = work.find(draft_of(curate, "rating", bridge="Mill Bridge"))
    year = work.fields.value(work.fields.field(mill.kind, "year"), "2026")
    first = work.decide(Request(action="accept", draft=mill.id, changed=mill.model_copy(
        update={"values": (*mill.values, year)})), who)
    work.decide(Request(action="undo"), who)
    fair = work.fields.value(work.fields.field(mill.kind, "condition"), "fair")
    changed = mill.model_copy(update={"values": (mill.values[0], fair, year)})
    second = work.decide(Request(action="accept", draft=mill.id, changed=changed), who)
    assert first.statement and second.statement and first.number == 1 and second.number == 3
    assert first.statement.iri == second.statement.iri
    with pytest.raises(GraphsvcError, match="Decision 3 was on this draft"):
        work.decide(Request(action="reject", draft=mill.id), who)


def test_the_guide_names_no_command_that_is_not_there() -> None:
    guide = (ROOT / "docs/curating.md").read_text(encoding="utf-8")
    lines = re.findall(r"^graphsvc (.+?)(?:\s+#.*)?$", guide, re.MULTILINE)
    assert sum(line.startswith("curate ") for line in lines) > 8
    for line in lines:
        words = re.findall(r'"[^"]*"|\S+', line)
        parser().parse_args([word.strip('"') for word in words])
