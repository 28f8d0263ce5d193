"""A model may add drafts; what does not hold is dropped and counted, and nothing else is harmed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from graphsvc.cli.main import main
from graphsvc.curate.checking import verbatim
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.proposer import KEY, MODEL, URL, Endpoint, Proposed, Proposer
from graphsvc.curate.records import Draft
from graphsvc.curate.shelf import Shelf
from graphsvc.errors import GraphsvcError
from graphsvc.project import Project
from tests.conftest import ROOT
from tests.curate.models import Reply, dripping, endless, model, saying, sending, silent

DEF = "https://example.org/books/def#"
TEXT = (
    "Letters of a bookseller\n\n"
    "In March 1824 the printers made a new edition of Emma, of 1,250 copies, which were all sold by"
    " the end of the year to readers in the north.\n\n"
    "Strengths\n\n- Frankenstein sold well\n")
CURATION = """@prefix : <https://example.org/books/def#> .
@prefix curation: <https://w3id.org/graphsvc/curation#> .
:Edition curation:subject :of .
"""


NAMED = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/books/id/edition/f1> skos:prefLabel "The first one"@en .
"""
"""Editions may have names."""


def said(property_: str, text: str) -> dict[str, str]:
    return {"property": property_, "text": text}


def draft(*values: dict[str, str], **more: Any) -> dict[str, Any]:
    """A good draft as a model words it, changed as a test says."""
    usual = (said("of", "Emma"), said("year", "1824"), said("copies", "1250"))
    return {"kind": "Edition", "values": list(values or usual), "passages": [3],
            "cue": "new edition", "score": 0.8} | more


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The little project, which says what is drafted, with a letter on its shelf."""
    folder = tmp_path_factory.mktemp("curated")
    books = Path(shutil.copytree(ROOT / "tests/projects/books", folder / "books"))
    (books / "ontology" / "curation.ttl").write_text(CURATION)
    (books / "data" / "more.ttl").write_text(NAMED)
    (folder / "letter.txt").write_text(TEXT, encoding="utf-8")
    Shelf(Project(books)).add(folder / "letter.txt", "letter")
    return Project(books)


def propose(project: Project, address: str, seconds: float = 20) -> Proposed:
    shelf = Shelf(project)
    reading = shelf.open("letter")
    return Proposer(Endpoint(address, "tiny", "secret", seconds), CuratedGraph(project),
                    verbatim(project, shelf.folder, reading.title)).propose(reading)


def test_a_draft_that_holds_is_a_record_with_things_and_literals(project: Project) -> None:
    with model(saying({"drafts": [draft()]})) as server:
        found = propose(project, server.address)
    assert not found.dropped
    (kept_,) = found.drafts
    assert (kept_.document, kept_.kind, kept_.by) == ("letter", f"{DEF}Edition", "model tiny")
    assert [(v.property, v.iri or v.text, v.label) for v in kept_.values] == [
        (f"{DEF}of", "https://example.org/books/id/work/emma", "Emma"),
        (f"{DEF}year", "1824", "1824"), (f"{DEF}copies", "1250", "1250")]
    assert kept_.values[1].datatype == "http://www.w3.org/2001/XMLSchema#gYear"
    ((body, headers),) = server.asked
    assert body["model"] == "tiny" and headers["Authorization"] == "Bearer secret"
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["drafts"]
    instructions, question = (message["content"] for message in body["messages"])
    assert "Edition:" in instructions and "- copies" in instructions
    assert "[3] body: In March 1824" in question and "[7] item: - Frankenstein" in question


BAD: dict[str, tuple[dict[str, Any] | object, str]] = {
    "no object": ("Emma", "it does not fit the schema"),
    "a field too few": ({"kind": "Edition"}, "it does not fit the schema"),
    "a field too many": (draft(mood="merry"), "it does not fit the schema"),
    "a score over 1": (draft(score=7), "it does not fit the schema"),
    "passages in words": (draft(passages=["three"]), "it does not fit the schema"),
    "another class": (draft(kind="Author"), "it is of no class that is drafted"),
    "no passage": (draft(passages=[]), "it cites no passage that was asked about"),
    "a line without paragraph": (draft(passages=[3, 4]),
                                 "it cites no passage that was asked about"),
    "an invented cue": (draft(cue="second printing"), "its cue is not in the passage"),
    "no values": (draft(values=[]), "it says nothing"),
    "another property": (draft(said("colour", "red")),
                         "it has a property that its class does not have"),
    "an unknown name": (draft(said("of", "Middlemarch")),
                        "it names nothing that the project has"),
    "an invented address": (draft(said("of", "https://example.org/books/id/work/none")),
                            "it names nothing that the project has"),
    "another number": (draft(said("copies", "12500")), "a number is not in the passage"),
    "another year": (draft(said("year", "1825")), "a number is not in the passage"),
    "another day": (draft(said("issued", "1824-03-09")),
                    "a number is not in the passage"),
    "no date": (draft(said("issued", "last spring")), "a value is no number or date"),
    "the document's words": (
        draft(said("prefLabel", "the printers made a new edition of Emma, of 1,250 copies, which"
                   " were all sold by the end of the year")), "its words are the document's"),
}


def test_each_draft_that_does_not_hold_is_dropped_with_its_reason(project: Project) -> None:
    for name, (bad, reason) in BAD.items():
        with model(saying({"drafts": [bad, draft()]})) as server:
            found = propose(project, server.address)
        assert dict(found.dropped) == {reason: 1}, name
        assert [one.cue for one in found.drafts] == ["new edition"], name


def test_the_same_draft_is_kept_once(project: Project) -> None:
    with model(saying({"drafts": [draft(), draft(score=0.1)]})) as server:
        found = propose(project, server.address)
    assert len(found.drafts) == 1 and dict(found.dropped) == {"it says the same twice": 1}


def test_a_month_by_its_name_is_a_number_of_a_date(project: Project) -> None:
    for text, holds in (("1824-03", True), ("1824-04", False)):
        with model(saying({"drafts": [draft(said("issued", text))]})) as server:
            assert bool(propose(project, server.address).drafts) == holds


NO_JSON = "its answer was no JSON of the protocol"
NO_ANSWER: dict[str, tuple[Reply, str]] = {
    "an error": (sending(b"{}", status=500), "it answered with status 500"),
    "a wrong key": (sending(b"{}", status=401), "it answered with status 401"),
    "too many requests": (sending(b"{}", status=429), "it answered with status 429"),
    "a page": (sending(b"<html>Welcome</html>"), NO_JSON),
    "nothing": (sending(b""), NO_JSON),
    "bytes": (sending(b"\xff\xfe\x00"), NO_JSON),
    "another protocol": (sending(b'{"answer": "yes"}'), NO_JSON),
    "no choices": (sending(b'{"choices": []}'), NO_JSON),
    "choices in a text": (sending(b'{"choices": "many"}'), NO_JSON),
    "prose": (saying("Here are the drafts that I found:"), NO_JSON),
    "no content": (sending(b'{"choices": [{"message": {"content": null}}]}'), NO_JSON),
    "brackets without an end": (saying("[" * 100_000), NO_JSON),
    "a list": (saying([draft()]), "its answer does not fit the schema"),
    "no list of drafts": (saying({"drafts": {"1": draft()}}), "its answer does not fit the schema"),
    "an answer that was cut": (saying('{"drafts": [', finish="length"), "its answer was cut off"),
    "a refusal": (saying(None, refusal="I cannot help with that."), "it refused"),
    "a filter": (saying("", finish="content_filter"), "it refused"),
    "a very long answer": (saying({"drafts": ["x" * 2_000_000]}), "its answer was too long"),
    "an answer without an end": (endless, "its answer was too long"),
    "half an answer": (sending(b'{"choices": [', length=500), "it could not be reached"),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_an_answer_that_is_none_is_counted(name: str, project: Project) -> None:
    reply, reason = NO_ANSWER[name]
    with model(reply) as server:
        found = propose(project, server.address)
    assert found.drafts == [] and dict(found.dropped) == {reason: 1}


@pytest.mark.parametrize("reply", [silent, dripping])
def test_a_model_that_takes_too_long_is_left(reply: Reply, project: Project) -> None:
    with model(reply) as server:
        found = propose(project, server.address, seconds=0.3)
    assert dict(found.dropped) == {"it took too long": 1}


def test_a_model_that_fails_three_times_is_not_asked_again(
    project: Project, tmp_path: Path
) -> None:
    lines = [f"Heading number {n}\n\n{'Books were sold. ' * 300}\n" for n in range(8)]
    (tmp_path / "long.txt").write_text("\n".join(lines), encoding="utf-8")
    shelf = Shelf(project)
    reading = shelf.add(tmp_path / "long.txt", "long")
    with model(sending(b"", status=503)) as server:
        found = Proposer(Endpoint(server.address, "tiny"), CuratedGraph(project),
                         verbatim(project, shelf.folder, "")).propose(reading)
    assert len(server.asked) == 3
    assert dict(found.dropped) == {
        "it answered with status 503": 3, "not asked any more after three failures": 5}


def test_the_command_keeps_drafts_with_those_of_the_rules(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["curate", "propose", "letter", "--project", str(project.root)]
    for name in (URL, MODEL, KEY):
        monkeypatch.delenv(name, raising=False)
    assert main(call) == 1
    assert capsys.readouterr().err == (
        "No model is set, and none is needed: rules make drafts too. To have one add drafts, set"
        " GRAPHSVC_PROPOSER_URL and GRAPHSVC_PROPOSER_MODEL.\n")
    with model(saying({"drafts": [draft(), draft(score=9)]})) as server:
        monkeypatch.setenv(URL, server.address)
        monkeypatch.setenv(MODEL, "tiny")
        assert main(call) == 0
    assert capsys.readouterr().out == (
        "letter: 1 draft of the model tiny kept, 1 dropped\n"
        "  1 because it does not fit the schema\n\nGo on with:\n  graphsvc curate drafts letter\n")
    (kept_,) = Shelf(project).kept("letter")
    assert main(["curate", "drafts", "letter", "--project", str(project.root),
                 "--format", "json"]) == 0
    drafts = [Draft.model_validate(one) for one in json.loads(capsys.readouterr().out)]
    assert kept_ in drafts


@pytest.mark.parametrize(("url", "name", "words"), [
    ("http://127.0.0.1/v1", "", "Only one of"), ("", "tiny", "Only one of"),
    ("ftp://127.0.0.1/v1", "tiny", "is no address of a model"),
    ("127.0.0.1:80", "tiny", "is no address of a model"),
    ("http://models.example.org/v1", "tiny", "give an https address")])
def test_an_address_that_will_not_do_is_a_sentence(url: str, name: str, words: str) -> None:
    with pytest.raises(GraphsvcError, match=words):
        Endpoint.of({URL: url, MODEL: name, KEY: "secret"})


def test_without_an_address_there_is_no_model_and_the_key_is_never_shown() -> None:
    assert Endpoint.of({}) is None
    found = Endpoint.of({URL: "https://models.example.org/v1/", MODEL: "big", KEY: "secret"})
    assert found and found.url == "https://models.example.org/v1" and "secret" not in repr(found)
