"""Canonical lines: what does not fit into memory is sorted in pieces, and comes out the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsvc import batches, build, canonical, rules
from graphsvc.project import Project
from graphsvc.release import Release, Releases

TEXT = st.binary(max_size=4).map(lambda text: text.replace(b"\n", b""))
LINES = st.lists(TEXT.map(lambda text: text + b"\n"), max_size=60)


@given(LINES, st.integers(1, 20), st.integers(1, 20), st.integers(1, 20))
def test_lines_come_sorted_however_they_are_held(
    lines: list[bytes], group: int, chunk: int, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "CHUNK", chunk)
        patch.setattr(canonical, "BLOCK", block)
        blocks = list(canonical.merged(batches.batched(lines, group)))
    assert [line for each in blocks for line in each] == sorted(lines)
    assert all(len(each) == block for each in blocks[:-1])


def test_a_build_that_holds_little_at_once_gives_the_same_release(
    project: Project, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, size in [(canonical, "CHUNK", 1000), (canonical, "BLOCK", 7000),
                               (build, "BATCH", 900), (rules, "BATCH", 11)]:
        monkeypatch.setattr(module, name, size)
    again = build.build(project, Releases(tmp_path)).release
    assert again.id == release.id
    for dump in (release.path / "dumps").glob("*.nq.gz"):
        assert (again.path / "dumps" / dump.name).read_bytes() == dump.read_bytes(), dump.name
