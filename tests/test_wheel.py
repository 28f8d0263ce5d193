"""A wheel has everything: installed elsewhere, it builds and serves with the bundled front end."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT

BUNDLED = ROOT / "graphsvc" / "web" / "pages" / "static" / "build"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BUNDLED.is_dir(), reason="the front end is not bundled (make)"),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of an environment that has nothing but the wheel and, from the
    environment of the tests, what it depends on."""
    source, wheels = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "graphsvc", source / "graphsvc",
                    ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, source],
                   check=True, timeout=200)
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    wheel, = wheels.glob("graphsvc-*.whl")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True)
    site = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                          check=True, capture_output=True, text=True).stdout.strip()
    Path(site, "others.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


def test_an_installed_wheel_builds_and_serves(installed: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> None:
        subprocess.run([installed / "graphsvc", *arguments], cwd=tmp_path, check=True, timeout=120,
                       env={"PATH": "/usr/bin:/bin"})

    run("init", "mine")
    run("build", "--project", "mine")
    service = subprocess.Popen(
        [installed / "graphsvc", "serve", "--project", "mine", "--port", "0"], cwd=tmp_path,
        stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"})
    try:
        assert service.stdout is not None
        address = next(found[0] for line in service.stdout
                       if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        page = httpx.get(f"{address}/explore", headers={"Accept": "text/html"}).text
        script, = re.findall(r'<script type="module" src="([^"]+)"', page)
        assert httpx.get(address + script).status_code == 200
        assert httpx.get(f"{address}/api/ratings").json()["total"] == 4
    finally:
        service.terminate()
        service.wait(60)
        service.stdout.close()
