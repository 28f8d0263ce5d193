"""Decisions become files as curators write them; what people change in those files is theirs."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphsvc.build.pipeline import build
from graphsvc.curate.blocks import Blocks, Place
from graphsvc.curate.decisions import State, fold
from graphsvc.curate.graph import CuratedGraph
from graphsvc.curate.records import Decision, Draft
from graphsvc.curate.writing import Writer, Written
from graphsvc.project import Project
from graphsvc.release import Releases
from graphsvc.sources.coverage import coverage
from graphsvc.sources.documents import parse_outline, read_document
from graphsvc.sources.turtle import Triple, parse_turtle
from tests.conftest import ROOT
from tests.curate.statements import drafts_of

REPORT = "midlothian-2020"
OWN = ("reports/midlothian-2020.ttl", "reference/midlothian.ttl")


class Shelf:
    """A project that has never heard of a document, and the decisions of its curators on it."""

    def __init__(self, root: Path, shared: Path) -> None:
        for name in ("ontology", "data", "queries", "docs"):
            shutil.copytree(ROOT / name, root / name)
        self.project, self.folder = Project(root), root / "documents" / REPORT
        self.document = read_document(shared / "sources" / f"{REPORT}.txt")
        self.outline = parse_outline(root / "data/outlines" / f"{REPORT}.tsv")
        self.drafts = [draft for name in OWN
                       for draft in drafts_of(self.project, root / "data" / name, REPORT)]
        self.triples = [triple for name in OWN for triple in parse_turtle(
            root / "data" / name).triples]
        self._take_out_document(root / "data/reference/frameworks.ttl")
        for folder in ("outlines", "ledgers", "passages"):
            next((root / "data" / folder).glob(f"{REPORT}.*")).unlink()
        for name in OWN:
            (root / "data" / name).unlink()
        self.project = Project(root)
        self.graph = CuratedGraph(self.project)

    def _take_out_document(self, path: Path) -> None:
        iri = f"{self.project.header.base}document/{REPORT}"
        self.drafts += [d for d in drafts_of(self.project, path, REPORT) if d.iri == iri]
        self.triples += [t for t in parse_turtle(path).triples if t[0].value == iri]
        blocks = Blocks(path, lambda thing, file: Place((file.lines[thing],), ""))
        block = blocks.find(iri)
        assert block
        blocks.remove(block)
        path.write_text(blocks.render())

    def state(self, drafts: list[Draft], *more: Decision) -> State:
        return fold([*(decided("accept", draft=d.id, changed=d) for d in drafts), *more])

    def write(self, drafts: list[Draft], *more: Decision) -> Written:
        writer = Writer(self.graph, self.document, self.folder, self.outline, "mid",
                        "the report on Midlothian")
        return writer.write(self.state(drafts, *more))

    def text(self, folder: str, ending: str = "ttl") -> str:
        return (self.project.root / "data" / folder / f"{REPORT}.{ending}").read_text()

    def change(self, folder: str, before: str, after: str) -> None:
        path = self.project.root / "data" / folder / f"{REPORT}.ttl"
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after))


def decided(action: str, **more: object) -> Decision:
    return Decision.model_validate(
        {"action": action, "who": "urn:who", "when": datetime.now(UTC), **more})


@pytest.fixture
def shelf(tmp_path: Path, shared: Path) -> Shelf:
    return Shelf(tmp_path, shared)


def some(shelf: Shelf, *ends: str) -> list[Draft]:
    found = {str(d.iri).removeprefix(shelf.project.header.base): d for d in shelf.drafts}
    return [found[end] for end in ends]


@pytest.mark.slow
def test_what_is_written_says_what_the_curators_said(shelf: Shelf) -> None:
    done = shelf.write(shelf.drafts)
    assert done.kept == []
    assert sorted(done.files) == sorted(f"data/{name}" for name in (
        f"reports/{REPORT}.ttl", f"reference/{REPORT}.ttl", f"outlines/{REPORT}.tsv",
        f"passages/{REPORT}.ttl"))
    written = [triple for folder in ("reports", "reference") for triple in parse_turtle(
        shelf.project.root / "data" / folder / f"{REPORT}.ttl").triples]
    assert as_set(written) == as_set(shelf.triples)
    texts = {folder: shelf.text(folder) for folder in ("reports", "reference")}
    assert shelf.write(shelf.drafts).files == []
    assert texts == {folder: shelf.text(folder) for folder in texts}


def as_set(triples: list[Triple]) -> set[str]:
    return {str(ox.Triple(*triple)) for triple in triples}


@pytest.mark.slow
def test_what_is_written_can_be_built(shelf: Shelf, tmp_path: Path) -> None:
    shelf.write(shelf.drafts)
    built = build(Project(shelf.project.root), Releases(tmp_path / "releases"))
    assert built.release.manifest["quads"] > 90_000


@pytest.mark.slow
def test_statements_stand_in_the_documents_order_whenever_they_are_written(shelf: Shelf) -> None:
    drafts = [d for d in shelf.drafts if "/passage/" not in str(d.iri)][::7]
    shelf.write(drafts)
    at_once = {folder: shelf.text(folder) for folder in ("reports", "reference")}
    for folder in at_once:
        (shelf.project.root / "data" / folder / f"{REPORT}.ttl").unlink()
    (shelf.folder / "written.json").unlink()
    backwards = drafts[::-1]
    for end in range(0, len(drafts) + 40, 40):
        chosen = {d.id for d in backwards[:end]}
        shelf.write([d for d in drafts if d.id in chosen])
    assert {folder: shelf.text(folder) for folder in at_once} == at_once
    comments = [line for line in at_once["reports"].splitlines() if line.startswith("# ----")]
    assert len(comments) == len(set(comments)) > 20


@pytest.mark.slow
def test_it_looks_as_in_the_files_of_curators(shelf: Shelf) -> None:
    shelf.write(some(shelf, "use/mid-safe-and-together", "finding/mid-q1-message-1"))
    text = shelf.text("reports")
    assert text.startswith("# What the report on Midlothian says.\n@prefix approach: <")
    assert "\n\n# ---- " in text and text.endswith(" .\n")
    block = text.partition("\n\nuse:mid-safe-and-together")[2].partition("\n\n")[0].splitlines()
    assert block[0] == " a ji:ApproachUse ;"
    assert block[1].startswith('    dcterms:description "') and block[1].endswith('"@en ;')
    assert "    ji:partnership partnership:midlothian ;" in block
    assert block[-1].startswith("    prov:wasDerivedFrom mid:201, mid:")


@pytest.mark.slow
def test_what_is_undone_is_taken_out_with_the_comment_of_its_section(shelf: Shelf) -> None:
    both = some(shelf, "use/mid-safe-and-together", "finding/mid-q1-message-1")
    shelf.write(both[:1])
    alone = shelf.text("reports")
    shelf.write(both)
    assert shelf.text("reports") != alone
    shelf.write(both[:1])
    assert [line for line in shelf.text("reports").splitlines() if "@prefix" not in line] == [
        line for line in alone.splitlines() if "@prefix" not in line]


@pytest.mark.slow
def test_what_people_changed_added_or_took_out_by_hand_stays(shelf: Shelf) -> None:
    one, two, three = some(shelf, "use/mid-safe-and-together", "finding/mid-q1-message-1",
                           "finding/mid-strength-1")
    shelf.write([one, two, three])
    shelf.change("reports", "use:mid-safe-and-together a ji:ApproachUse ;",
                 "# A remark.\nuse:mid-safe-and-together a ji:ApproachUse ;\n    # Looked at.")
    own = 'finding:mid-own a ji:Finding ;\n    prov:wasDerivedFrom mid:300 .\n'
    path = shelf.project.root / "data/reports" / f"{REPORT}.ttl"
    path.write_text(f"{path.read_text()}\n{own}")
    blocks = Blocks(path, lambda thing, file: Place((file.lines[thing],), ""))
    block = blocks.find(str(three.iri))
    assert block
    blocks.remove(block)
    path.write_text(blocks.render())
    before = path.read_text()
    done = shelf.write([one, two, three])
    assert [sentence.rpartition("/")[2] for sentence in done.kept] == [
        "mid-safe-and-together> was changed by hand: its text stays as it is.",
        "mid-strength-1> was taken out by hand: it stays out."]
    assert path.read_text() == before
    done = shelf.write([two])
    assert "was changed by hand: its text stays in data/reports" in done.kept[0]
    assert path.read_text() == before


@pytest.mark.slow
def test_a_process_that_died_between_notes_and_files_loses_nothing(shelf: Shelf) -> None:
    chosen = some(shelf, "use/mid-safe-and-together", "finding/mid-q1-message-1")
    shelf.write(chosen)
    written = shelf.text("reports")
    (shelf.project.root / "data/reports" / f"{REPORT}.ttl").unlink()
    notes = shelf.folder / "written.json"
    notes.write_text(notes.read_text().replace('"pending": false', '"pending": true'))
    assert shelf.write(chosen).kept == []
    assert shelf.text("reports") == written


@pytest.mark.slow
def test_paragraphs_that_are_ticked_off_become_the_ledger(shelf: Shelf) -> None:
    lines = tuple(p.line for p in shelf.document.paragraphs if 18 <= p.line <= 43)
    ticks = [decided("no-facts", lines=lines, reason="contents: table of contents"),
             decided("no-facts", lines=(6, 201), reason="cover")]
    chosen = some(shelf, "use/mid-safe-and-together")
    shelf.write(chosen, *ticks)
    assert shelf.text("ledgers", "tsv") == "6\tcover\n18-43\tcontents\ttable of contents\n"
    path = shelf.project.root / "data/ledgers" / f"{REPORT}.tsv"
    path.write_text("# By hand.\n6\tcover\tsecond line of the logo\n44\tcaption\tcredit\n"
                    "18-43\tcontents\ttable of contents\n")
    shelf.write(chosen, *ticks)
    assert shelf.text("ledgers", "tsv") == (
        "# By hand.\n6\tcover\tsecond line of the logo\n18-43\tcontents\ttable of contents\n"
        "44\tcaption\tcredit\n")
    shelf.write(chosen)
    assert "contents" not in shelf.text("ledgers", "tsv")


@pytest.mark.slow
def test_coverage_counts_what_was_decided(shelf: Shelf, shared: Path) -> None:
    lines = tuple(p.line for p in shelf.document.paragraphs if 18 <= p.line <= 43)
    shelf.write(shelf.drafts, decided("no-facts", lines=lines, reason="contents"))
    account, = [a for a in coverage(Project(shelf.project.root), shared / "sources")
                if a.slug == REPORT]
    assert account.share_to_cite > 0.99 and not set(account.unaccounted) & set(lines)
