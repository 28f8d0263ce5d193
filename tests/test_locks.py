"""The lock files pin everything that is installed, each package by digest, and name no registry."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAMED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-test.lock": PROJECT["project"]["optional-dependencies"]["test"],
    "requirements-build.lock": [
        *PROJECT["dependency-groups"]["build"], *PROJECT["build-system"]["requires"]],
    "requirements-tools.lock": PROJECT["dependency-groups"]["tools"],
}
"""The packages that `pyproject.toml` names, by the file that pins them."""


def pins(name: str) -> dict[str, str]:
    """The version of each package in a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}",
                       text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)), "one has no digest"
    return dict(found)


@pytest.mark.parametrize("name", NAMED)
def test_what_the_project_names_is_pinned_by_digest(name: str) -> None:
    wanted = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;, ]", text)[0]).lower()
              for text in NAMED[name]}
    assert wanted - pins(name).keys() == set(), "run make lock"


def test_tests_run_with_the_versions_that_users_get() -> None:
    tested = pins("requirements-test.lock")
    assert {name: version for name, version in pins("requirements.lock").items()
            if tested.get(name) != version} == {}


@pytest.mark.parametrize("name", [*NAMED, "frontend/package-lock.json"])
def test_no_lock_file_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if "://" in line and '"url"' not in line] == []


def test_every_package_of_the_pages_is_pinned_by_digest() -> None:
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 20
    assert [name for name, package in packages.items() if "integrity" not in package] == []
