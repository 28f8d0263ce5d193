"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from graphsvc.project import Project
from graphsvc.release import Release, Releases
from graphsvc.service import Serving
from tests.serving import app_of, client_of, running

ROOT = Path(__file__).resolve().parent.parent
Result = TypeVar("Result")
Fetch = Callable[..., list[httpx.Response]]


@pytest.fixture(scope="session", autouse=True)
def no_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test speaks TLS. Otherwise each of hundreds of clients would first read the certificates
    of all authorities, which takes longer than a request."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("authorities")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_collections() -> Iterator[None]:
    """A service in this process leaves the garbage collector alone, which it would let look at
    all that all tests have made, each time that it opens a release."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphsvc.web.app._settle", lambda: None)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the documents and the official test suites, which the product never needs."""
    folder = Path(os.environ.get("GRAPHSVC_SHARED", ROOT.parent / "shared")).resolve()
    if not folder.is_dir():
        pytest.skip(f"the documents and test suites are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def project() -> Project:
    """The real project of this repository."""
    return Project(ROOT)


@pytest.fixture(scope="session")
def releases(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """A folder with the release of the real project, built once for all tests.

    Processes that run tests side by side share it: who is not the first waits, and finds it there.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "releases"
    subprocess.run([sys.executable, "-m", "graphsvc", "build", "--project", project.root,
                    "--releases", folder], check=True, stdout=subprocess.DEVNULL)
    return Releases(folder)


@pytest.fixture(scope="session")
def release(releases: Releases) -> Release:
    """The release of the real project."""
    return releases.current()


@dataclass
class Runner:
    """An event loop that runs as long as the tests, as that of a service does.

    With `asyncio.run` or `asyncio.Runner`, processes that write graph files would be killed after
    each piece of work, and be found dead by the next.
    """

    portal: BlockingPortal

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What comes of some work. Raises what it raises."""
        async def result() -> Result:
            return await work

        return self.portal.call(result)


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """The event loop that tests share."""
    with start_blocking_portal() as portal:
        yield Runner(portal)


@dataclass
class Opened:
    """A release that is open in this process, and the event loop in which it answers."""

    serving: Serving
    runner: Runner

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What comes of some work. Raises what it raises."""
        return self.runner.run(work)


@pytest.fixture(scope="session")
def opened(release: Release, runner: Runner) -> Iterator[Opened]:
    """The release of the real project, opened once: it takes two seconds."""
    serving = runner.run(Serving.open(release))
    yield Opened(serving, runner)
    runner.run(serving.close())


@pytest.fixture(scope="session")
def fetch(releases: Releases, runner: Runner) -> Iterator[Fetch]:
    """Gives what the service over the release of the real project answers to GET, path by path."""
    service = client_of(app_of(releases))
    client = runner.run(service.__aenter__())

    async def ask(paths: tuple[str, ...], headers: dict[str, str]) -> list[httpx.Response]:
        return [await client.get(path, headers=headers) for path in paths]

    yield lambda *paths, **headers: runner.run(ask(paths, headers))
    runner.run(service.__aexit__(None, None, None))


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A copy of the little project of another domain, which builds in no time."""
    return Path(shutil.copytree(ROOT / "tests/projects/books", tmp_path / "books"))


@pytest.fixture(scope="session")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the copy of the real project is."""
    return tmp_path_factory.mktemp("spare") / "project"


@pytest.fixture
def copy(spare: Path) -> Path:
    """A copy of the real project that a test may damage.

    The next test gets the same folder, repaired, so that undamaged files are parsed once.
    """
    for path in spare.rglob("*.*"):
        if not (ROOT / path.relative_to(spare)).exists():
            path.unlink()
    for name in ("ontology", "data", "queries"):
        shutil.copytree(ROOT / name, spare / name, dirs_exist_ok=True)  # with their times
    (spare / "docs").mkdir(exist_ok=True)
    for name in ("codebook.md", "about.md"):
        shutil.copy2(ROOT / "docs" / name, spare / "docs")
    return spare


@pytest.fixture(scope="session")
def server(releases: Releases) -> Iterator[str]:
    """The address of the real service over the release of the real project."""
    with running("--releases", releases.folder) as address:
        yield address
