"""The archive of releases: lasting addresses, changes in words, the feed, reports of errors."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import httpx
import pytest

from graphsvc.build.pipeline import build
from graphsvc.changes import compare
from graphsvc.cli.main import main
from graphsvc.project import Project
from graphsvc.release import Release, Releases
from graphsvc.web.cited import OPENED
from tests.conftest import ROOT
from tests.serving import running
from tests.web.kinds import HTML, SAFE
from tests.web.markup import read

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[Releases, list[Release]]:
    """Three releases of the books: in the second, copies were counted again, a work and its author
    came, another author went; in the third nothing that the data say differs."""
    folder = tmp_path_factory.mktemp("three")
    project = Path(shutil.copytree(ROOT / "tests/projects/books", folder / "books"))
    releases = Releases(folder / "releases")
    built = [build(Project(project), releases).release]
    works = project / "data" / "works.ttl"
    text = works.read_text(encoding="utf-8").replace(":copies 4020", ":copies 4030").replace(
        "author:bronte a :Author ;", 'work:alastor a :Work ; skos:prefLabel "Alastor <or>"@en ;'
        " :by author:byron .\n"
        "author:byron a :Author ;").replace('"Emily Brontë"', '"Lord Byron"')
    works.write_text(text, encoding="utf-8")
    built.append(build(Project(project), releases).release)
    query = next((project / "queries").glob("*.rq"))
    query.write_text(query.read_text(encoding="utf-8") + "\n# read again\n", encoding="utf-8")
    built.append(build(Project(project), releases).release)
    return releases, built


@pytest.fixture(scope="module")
def client(three: tuple[Releases, list[Release]]) -> Iterator[httpx.Client]:
    with running("--releases", three[0].folder) as address, \
            httpx.Client(base_url=address, headers=HTML, timeout=30) as client:
        yield client


def test_what_was_added_removed_and_changed_is_told_by_class_and_thing(
    three: tuple[Releases, list[Release]]
) -> None:
    first, second, third = three[1]
    changes = compare(first, second)
    assert {changes.names[kind]: [(one.how, one.label) for one in found]
            for kind, found in changes.kinds.items()} == {
        "Edition": [("changed", "Frankenstein, 1831")],
        "Author": [("added", "Lord Byron"), ("removed", "Emily Brontë")],
        "Work": [("added", "Alastor <or>")]}
    edition = next(one for found in changes.kinds.values() for one in found
                   if one.how == "changed")
    assert [(fact.name, fact.before, fact.after) for fact in edition.facts] == [
        ("copies", ("4020",), ("4030",))]
    assert changes.sentence.startswith("2 things added, 1 removed, 1 changed. ")
    assert compare(second, first).total == {"added": 1, "removed": 2, "changed": 1}
    assert compare(second, third).kinds == {}
    assert compare(second, third).sentence.startswith("Nothing that the data say changed")


def test_the_command_compares_with_the_release_before_or_any_other(
    three: tuple[Releases, list[Release]], capsys: pytest.CaptureFixture[str]
) -> None:
    releases, (first, second, third) = three
    assert main(["releases", "compare", "--releases", str(releases.folder)]) == 0
    assert "Nothing that the data say changed" in capsys.readouterr().out
    assert main(["releases", "compare", first.id[:12], third.id,
                 "--releases", str(releases.folder)]) == 0
    said = capsys.readouterr().out
    assert f"From {first.id} to {third.id}" in said
    assert "copies: 4020 -> 4030" in said and "removed Emily Brontë" in said


@pytest.mark.slow
def test_each_release_that_is_held_has_a_lasting_address_and_its_own_files(
    three: tuple[Releases, list[Release]], client: httpx.Client
) -> None:
    first, second, third = three[1]
    for release in (first, second, third):
        page = client.get(f"/release/{release.id}")
        assert page.status_code == 200 and read(page.text).wrong == []
        assert f"/release/{release.id}" in page.text
        assert client.get(
            f"/release/{release.id}/dumps/all.nq.gz").content == release.dump.read_bytes()
    assert client.get("/dumps/all.nq.gz").content == third.dump.read_bytes() != \
        first.dump.read_bytes()
    assert client.get(f"/release/{first.id}/../../manifest.json").status_code == 404
    assert client.get(f"/release/{first.id}/manifest.json").status_code == 404
    told = client.get(f"/release/{third.id}?since={first.id}")
    assert "Alastor &lt;or&gt;" in told.text and "4030" in told.text
    found = client.get(f"/release/{third.id}?since={first.id}&format=json").json()
    assert found["changes"]["things"] == {"added": 2, "removed": 1, "changed": 1}


def test_what_a_citation_names_is_answered_from_its_release_also_when_another_is_served(
    three: tuple[Releases, list[Release]], client: httpx.Client
) -> None:
    """Pages, answers of the API, RDF and SPARQL: the author who went, the copies as they were."""
    first, _, third = three[1]
    below = f"/release/{first.id}"
    query = "SELECT ?name { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }"
    for release, there, gone in ((first, "Emily", "Byron"), (third, "Byron", "Emily")):
        answer = client.get(f"/release/{release.id}/sparql", headers={"Accept": "text/csv"},
                            params={"query": query})
        assert answer.headers["x-release"] == release.id
        assert there in answer.text and gone not in answer.text
    page = client.get(f"{below}/id/author/bronte")
    assert page.status_code == 200 and read(page.text).wrong == []
    assert "as it was cited" in page.text and "Emily Brontë" in page.text
    assert client.get("/id/author/bronte").status_code == 404
    local = [link for link in read(page.text).of("href") if link.startswith("/")]
    assert local and all(link.startswith(f"{below}/") for link in local)
    assert f"<{below}/id/author/bronte.ttl>" in page.headers["link"]
    turtle = client.get(f"{below}/id/author/bronte.ttl")
    assert "Emily Brontë" in turtle.text and turtle.headers["etag"]
    assert client.get(f"{below}/graph/works").headers["location"] == f"{below}/about#dumps"
    assert client.get(f"{below}{below}/id/author/bronte").headers["x-release"] == first.id
    assert "as it was cited" not in client.get(f"/release/{third.id}/about").text


@pytest.mark.slow
def test_who_asks_for_many_releases_in_turn_waits_and_the_present_one_is_not_held_up(
    three: tuple[Releases, list[Release]]
) -> None:
    first, second, third = three[1]
    with running("--releases", three[0].folder) as address, \
            httpx.Client(base_url=address, headers=HTML, timeout=30) as client:
        said = [client.get(f"/release/{one.id}/about") for one in (first, second) * 3]
        assert [answer.status_code for answer in said] == [200] * OPENED + [503, 200]
        assert (said[-2].headers["retry-after"], said[-2].headers["x-release"]) == ("30", third.id)
        assert "Several other releases were opened just now" in said[-2].text
        assert said[-1].headers["x-release"] == second.id  # it is still open
        assert client.get("/about").headers["x-release"] == third.id


def test_a_citation_of_a_release_that_is_gone_leads_to_the_page_of_the_present_one(
    three: tuple[Releases, list[Release]], client: httpx.Client
) -> None:
    gone = client.get("/release/00000000000000ff/browse?class=Work")
    assert gone.status_code == 404 and gone.headers["x-release"] == three[1][2].id
    assert "This service holds no release “00000000000000ff”" in gone.text
    assert "/browse?class=Work" in read(gone.text).of("href")


def test_the_list_of_releases_is_a_history_in_words_by_day(
    three: tuple[Releases, list[Release]], client: httpx.Client
) -> None:
    main = client.get("/releases").text.partition("<main")[2]
    said = " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())
    assert re.search(r"\d{1,2} [A-Z][a-z]+ 20\d\d Added Lord Byron \(Author\);"
                     r" Alastor <or> \(Work\) Removed Emily Brontë \(Author\)"
                     r" Changed Frankenstein, 1831 \(Edition\)", said), said
    assert "No fact changed in 1 release" in said


def test_a_release_that_is_gone_is_said_to_be_gone_at_once(
    three: tuple[Releases, list[Release]], client: httpx.Client, tmp_path: Path
) -> None:
    first = three[1][0]
    assert client.get(f"/release/{first.id}").status_code == 200
    away = shutil.move(first.path, tmp_path / first.id)
    try:
        gone = client.get(f"/release/{first.id}")
        assert gone.status_code == 404
        assert "This service holds no release" in gone.text
        assert first.id not in client.get("/releases").text
    finally:
        shutil.move(away, first.path)


def test_the_feed_is_atom_with_an_entry_for_each_release(
    three: tuple[Releases, list[Release]], client: httpx.Client
) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must have."""
    answer = client.get("/releases.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed" and feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert [entry.findtext(f"{ATOM}id", "").rsplit("/", 1)[1] for entry in entries] == [
        release.id for release in reversed(three[1])]
    for part in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1
        assert datetime.fromisoformat(part.findtext(f"{ATOM}updated", "")).tzinfo
        links = [link.attrib["href"] for link in part.findall(f"{ATOM}link")]
        assert links and all(client.get(link).status_code == 200 for link in links)
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    content = entries[1].find(f"{ATOM}content")
    assert content is not None and content.attrib["type"] == "xhtml"
    assert [child.tag for child in content] == ["{http://www.w3.org/1999/xhtml}div"]
    assert "2 things added" in "".join(content.itertext())


def test_a_report_of_an_error_names_the_page_and_the_release(
    server: str, release: Release, client: httpx.Client
) -> None:
    with httpx.Client(base_url=server, headers=HTML, timeout=30) as real:
        page = real.get("/report", headers={"Referer": f"{server}{SAFE}"})
        address = next(link for link in read(page.text).of("href") if link.startswith("mailto:"))
        assert f"Page: {server}{SAFE}\nRelease: {release.id}" in unquote(address)
        elsewhere = real.get("/report", headers={"Referer": "https://elsewhere.example/x"})
        assert "elsewhere" not in elsewhere.text
        assert real.get("/report?page=javascript:alert(1)").text.count("javascript") == 0
    assert "who give no address here" in client.get("/report").text


def test_the_page_about_the_data_gives_the_figures_of_the_codebook(project: Project) -> None:
    """The last round, as tests/agreement computes it."""
    book, about = ((project.root / "docs" / f"{name}.md").read_text(encoding="utf-8")
                   for name in ("codebook", "about"))
    last = [row for row in _rows(book) if row[0].startswith("round-")][-4:]
    for (_, property_, items, coders, *graph), row in zip(last, _rows(about)[-4:], strict=True):
        low, high = sorted(graph)
        assert property_ in row[0].lower()
        assert row[1:] == [items, coders, low if low == high else f"{low} to {high}"]


def _rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines() if line.startswith("|")]


def test_lists_from_a_to_z_pass_over_articles_and_signs(server: str) -> None:
    with httpx.Client(base_url=server, headers=HTML, timeout=30) as real:
        page = real.get("/browse?class=Approach&by=letter").text
    found = {letter: re.findall(r'<li><a href="[^"]*">([^<]*)', section) for letter, section in
             re.findall(r'<h2 id="l-(\w)">(.*?)</section>', page, re.DOTALL)}
    named = [(letter, unescape(name)) for letter, names in found.items() for name in names]
    assert len(named) > 200 and "#ClydeConversations" in {name for _, name in named}
    assert [it for it in named if it[0] != "0" and re.sub(
        r"^(The|An?) |^\W+", "", it[1])[0].upper() != it[0]] == []
