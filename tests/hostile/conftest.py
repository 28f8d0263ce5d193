"""The service under test: what `--service ADDRESS` names, else one that is started here.

`pytest tests/hostile --service http://127.0.0.1:8000` runs what can be run from outside.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Releases
from tests.conftest import ROOT
from tests.hostile.service import Own, Service, started

BOOKS = ROOT / "tests/projects/books"
HOSTILE = Path(__file__).parent / "data"

Start = Callable[..., Own]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--service", metavar="ADDRESS",
                     help="test the service at this address instead of starting one")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than some seconds")
    config.addinivalue_line("markers", "alone: as slow, and measures time or memory")


def cases(names: Iterable[str], *quick: str) -> list[Any]:
    """Parameters of a test, of which all but the quick ones are marked as slow."""
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow)
            for name in names]


def project(folder: Path, *more: str) -> Project:
    """The books with hostile data, and with more Turtle where given."""
    shutil.copytree(BOOKS, folder)
    shutil.copy(HOSTILE / "formulas.ttl", folder / "data")
    shutil.copytree(HOSTILE / "views", folder / "queries" / "views", dirs_exist_ok=True)
    for number, text in enumerate(more):
        (folder / "data" / f"more-{number}.ttl").write_text(text)
    return Project(folder)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one release of the books."""
    folder = tmp_path_factory.mktemp("shelf")
    build(project(folder / "project"), Releases(folder / "releases"))
    return folder / "releases"


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
            ) -> Iterator[Service]:
    """The service that all tests share which damage nothing."""
    address = request.config.getoption("--service", default=None)
    if address:
        yield Service(address.rstrip("/"))
        return
    shelf: Path = request.getfixturevalue("shelf")
    with started(shelf, tmp_path_factory.mktemp("service") / "log") as own:
        yield own


@pytest.fixture
def own(service: Service) -> Own:
    """The same, where its processes can be looked at."""
    if not isinstance(service, Own):
        pytest.skip("looks at processes, so it needs a service that it started itself")
    return service


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Starts services of the test's own: `start(releases, *options)`."""
    if request.config.getoption("--service", default=None):
        pytest.skip("starts services of its own")
    with ExitStack() as stack:
        def begin(releases: Path, *options: object, **more: int) -> Own:
            log = tmp_path / f"log-{len(list(tmp_path.glob('log-*')))}"
            context: AbstractContextManager[Own] = started(releases, log, *options, **more)
            return stack.enter_context(context)

        yield begin


@pytest.fixture
def copied(shelf: Path, tmp_path: Path) -> Releases:
    """A folder of releases that the test may damage, with one release in it."""
    return Releases(Path(shutil.copytree(shelf, tmp_path / "releases", symlinks=True)))


@pytest.fixture(scope="session")
def from_here(service: Service) -> str:
    """Skips where a test cannot come from several addresses."""
    if not service.address.startswith("http://127.") or os.uname().sysname != "Linux":
        pytest.skip("comes from several addresses, which only a service on loopback sees")
    return "127.0.0."
