"""What drafting finds of a document that the project does not have; no number may fall."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.curating import (
    MOST_SECONDS,
    PAGE,
    ROWS,
    Curated,
    compare,
    measure,
    recorded,
    table,
)
from benchmarks.left_out import leave_out, left_out
from graphsvc.project import Project
from graphsvc.sources.documents import outline_slugs
from graphsvc.sources.turtle import read_turtle

LATEST = "north-ayrshire-2022"


@pytest.mark.slow
@pytest.mark.alone
def test_no_number_falls_under_the_record(
    project: Project, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {slug: measure(project, slug, shared / "sources") for slug in outline_slugs(project)}
    with capsys.disabled():
        print(f"\n{table(found)}")
    assert [f"{slug}: {name} is {share.part} of {share.full}, not {least.part} of {least.full}"
            for slug, record in recorded().items() for name, least in record.shares.items()
            if (share := found[slug].shares[name]).percent < least.percent] == []
    assert max(one.seconds for one in found.values()) < MOST_SECONDS


def test_the_page_shows_the_record(project: Project) -> None:
    assert [*recorded()] == outline_slugs(project)
    assert all(one.shares.keys() == ROWS.keys() for one in recorded().values())
    assert table(recorded()) in PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_project_without_a_document_has_nothing_that_only_the_document_introduces(
    project: Project, shared: Path, tmp_path: Path
) -> None:
    copy = leave_out(project, LATEST, shared / "sources", tmp_path)
    gone = left_out(project, LATEST)
    left = {term.value for path in copy.data_files
            for triple in read_turtle(path).triples for term in triple}
    assert left & gone == set()
    assert [iri for iri in left if f"passage/{LATEST}/" in iri] == []
    assert f"{project.header.base}partnership/north-ayrshire" in left, "others name it too"
    assert f"{project.header.base}question/2021-1" in gone, "only this one does"


def test_where_nothing_is_drafted_nothing_is_found(project: Project) -> None:
    shares = compare(Curated(project, LATEST), [])
    assert {name for name, share in shares.items() if share.part} == set()
    assert shares["figures"].full > 50
