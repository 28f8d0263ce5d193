"""The work behind the claims of speed, counted; and the harness that measures them."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from benchmarks.__main__ import main
from benchmarks.claims import CSV, MEMORY, claims
from benchmarks.data import REAL, prepare
from benchmarks.figures import Figure, Figures
from benchmarks.generate import generate
from benchmarks.offline import building
from benchmarks.servers import COMMANDS
from benchmarks.serving import SHAPES
from graphsvc.build.pipeline import build
from graphsvc.engine.base import Request
from graphsvc.engine.embedded import EmbeddedEngine
from graphsvc.engine.pool import Job
from graphsvc.project import Project
from graphsvc.questions.library import Library
from graphsvc.release import Release, Releases
from graphsvc.service import Serving
from tests.conftest import Fetch

BOOKS = Path(__file__).parent / "projects" / "books"
QUADS = 120_000
LOOK_UP = "SELECT * WHERE { ?thing a ?class } LIMIT 3"


@pytest.fixture(scope="module")
def generated(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project."""
    folder = tmp_path_factory.mktemp("generated")
    generate(project.root, folder, QUADS, seed=3)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every query that reaches the engine."""
    queries: list[str] = []
    query: Callable[[EmbeddedEngine, Request], Awaitable[Job]] = EmbeddedEngine.query

    async def counted(engine: EmbeddedEngine, request: Request) -> Job:
        queries.append(request.query)
        return await query(engine, request)

    monkeypatch.setattr(EmbeddedEngine, "query", counted)
    yield queries


@pytest.mark.slow
def test_a_generated_project_is_decided_by_its_seed(
    project: Project, generated: Path, tmp_path: Path
) -> None:
    for name, seed in (("same", 3), ("other", 4)):
        generate(project.root, tmp_path / name, QUADS, seed=seed)
    assert _digests(tmp_path / "same") == _digests(generated)
    assert _digests(tmp_path / "other") != _digests(generated)


@pytest.mark.slow
def test_a_generated_project_passes_all_checks_and_has_the_size_that_was_asked_for(
    generated: Path, project: Project, release: Release, tmp_path: Path
) -> None:
    built = build(Project(generated), Releases(tmp_path)).release
    assert built.manifest["warnings"] == release.manifest["warnings"]
    assert built.manifest["quads"] > release.manifest["quads"]
    assert 0.98 < built.manifest["quads"] / QUADS < 1.15, "more by one report at most"


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_an_answer_is_one_query_and_one_more_for_each_filter(
    release: Release, asked: list[str], every: int
) -> None:
    async def ask() -> dict[str, int]:
        serving = await Serving.open(release)
        counts = {"opening": len(asked)}
        try:
            await serving.questions.ask_by_name("coverage", {})  # reads what all answers use
            for question in [*serving.questions.library][::every]:
                example = question.examples[0].values if question.examples else {}
                understood = await serving.questions.understand(question, example)
                before = len(asked)
                await serving.questions.ask(question, understood)
                filters = sum(not parameter.required and parameter.name in understood
                              for parameter in question.parameters)
                counts[question.name] = len(asked) - before - filters
        finally:
            await serving.close()
        return counts

    counts = asyncio.run(ask())
    assert counts.pop("opening") <= 2, "whether it answers, and choices that examples name"
    assert len(counts) > 80 / every
    assert {name: count for name, count in counts.items() if count > 2} == {}


def test_a_query_that_was_answered_does_not_reach_the_engine_again(
    fetch: Fetch, asked: list[str]
) -> None:
    answers = fetch(*[f"/sparql?query={quote(LOOK_UP)}"] * 3)
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (200, answers[0].content)}
    assert asked.count(LOOK_UP) == 1


@pytest.mark.parametrize("path, most", [
    ("/questions", 0), ("/questions/approaches", 2), ("/search?class=Theme", 0),
    ("/search?q=who+uses+pace", 3), ("/api/questions/themes", 2),
])
def test_a_page_asks_the_engine_no_more_than_it_must(
    path: str, most: int, fetch: Fetch, asked: list[str]
) -> None:
    fetch("/api/questions/coverage")  # reads what all answers use
    asked.clear()
    answer, = fetch(path)
    assert answer.status_code == 200
    assert len(asked) <= most, asked


@pytest.mark.parametrize("arguments, path, message", [
    (["--sizes", "many"], None, "'many' is no size: give real, or a number of quads"),
    (["--measures", "runaway"], "", "wrk, which plays the clients, is not installed"),
    (["--measures", "speed"], None, "invalid choice: 'speed'"),
])
def test_the_harness_says_what_keeps_it_from_measuring(
    arguments: list[str], path: str | None, message: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    if path is not None:
        monkeypatch.setenv("PATH", path)
    with pytest.raises(SystemExit) as ended:
        main(["--work", str(tmp_path / "work"), *arguments])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_what_is_measured_is_built_when_it_is_first_asked_for(tmp_path: Path) -> None:
    data = prepare(REAL, BOOKS, tmp_path)
    assert not data.place.exists()
    assert "--releases" in COMMANDS["graphsvc"](data, tmp_path, 1).arguments
    assert Releases(data.releases).current().id == data.digest
    assert data.triples.read_bytes().count(b"\n") > 0


@pytest.mark.slow
def test_a_build_is_measured_again_and_stays_for_the_next_measure(tmp_path: Path) -> None:
    figures, data = Figures(tmp_path / "figures.jsonl"), prepare(REAL, BOOKS, tmp_path)
    data.place.mkdir()
    (data.place / "left over").touch()
    building(data, figures)
    assert [path.name for path in data.place.iterdir() if not path.name.startswith(".")
            and path.name not in (data.digest, "current")] == []
    for name in ("seconds", "peak MiB", "release MiB"):
        assert figures.get("building", REAL, "all", "", name)


@pytest.mark.slow
def test_the_harness_reports_every_question_and_every_shape(
    project: Project, releases: Releases, tmp_path: Path
) -> None:
    if shutil.which("wrk") is None:
        pytest.skip("wrk is not installed")
    (tmp_path / "work" / "real").mkdir(parents=True)
    (tmp_path / "work" / "real" / "releases").symlink_to(releases.folder)
    (tmp_path / "peers" / "bin").mkdir(parents=True)
    (tmp_path / "peers" / "bin" / "python").touch()
    main(["--work", str(tmp_path / "work"), "--docs", str(tmp_path), "--sizes", "real",
          "--peers", str(tmp_path / "peers"), "--servers", "graphsvc", "--rounds", "1",
          "--seconds", "1", "--measures", "throughput", "shapes", "questions"])
    lines = (tmp_path / "performance.md").read_text().splitlines()
    cells_of = {cells[1].strip(): cells[2].strip() for line in lines
            if len(cells := line.split("|")) == 4}
    names = {question.name for question in Library.load(
        project.root / "queries", project.prefixes)}
    assert {name for name in {*names, *SHAPES, "never repeated, 8", "repeated, 64", CSV}
            if not cells_of.get(name, "")[:1].isdigit()} == set()
    for name in ("throughput", "latency"):
        ElementTree.parse(tmp_path / "pictures" / f"performance-{name}.svg")


def test_a_claim_is_reached_only_where_the_numbers_say_so(tmp_path: Path) -> None:
    figures = Figures(tmp_path / "figures.jsonl")
    figures.add(Figure("data", "real", "release", "", "quads", 1000))
    for subject, rates in (("graphsvc", (200, 290, 100)), (MEMORY, (100, 100, 100))):
        for rate in rates:
            figures.add(Figure("throughput", "real", subject, "repeated, 8", "rate", rate))
    figures.add(Figure("throughput", "real", "graphsvc", "never repeated, 8", "rate", 45))
    figures.add(Figure("throughput", "real", MEMORY, "never repeated, 8", "rate", 100))
    figures.save()
    found = {(claim.what, claim.against): claim for claim in
             claims(Figures(tmp_path / "figures.jsonl"))}
    repeated = found["small queries, repeated, 8 clients: requests a second", MEMORY]
    fresh = found["small queries, never repeated, 8 clients: requests a second", MEMORY]
    assert (repeated.measured, repeated.met) == (["real: 2.00x"], False)
    assert (fresh.measured, fresh.met) == (["real: 0.45x"], True)
    assert {claim.met for claim in found.values()} == {None, False, True}


def _digests(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}
