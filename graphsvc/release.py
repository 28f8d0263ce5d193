"""Releases: immutable folders, each named by the digest of what it was built from."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graphsvc.errors import GraphsvcError


@dataclass(frozen=True)
class Release:
    """One release: a folder that never changes."""

    path: Path

    @property
    def id(self) -> str:
        """The digest that names it."""
        return self.path.name

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was built from what, when, by which version."""
        loaded: dict[str, Any] = json.loads((self.path / "manifest.json").read_text("utf-8"))
        return loaded

    @property
    def dump(self) -> Path:
        """All quads as canonical N-Quads, compressed."""
        return self.path / "dumps" / "all.nq.gz"

    @property
    def store_path(self) -> Path:
        return self.path / "store"

    @property
    def queries(self) -> Path:
        """The question and view files as they were when it was built."""
        return self.path / "queries"

    @property
    def search_index(self) -> Path:
        return self.path / "search.sqlite"

    @property
    def names_index(self) -> Path:
        """What things are called, and where passages stand."""
        return self.path / "names.sqlite"

    @property
    def description(self) -> Path:
        """DCAT and VoID description in Turtle."""
        return self.path / "description.ttl"

    @property
    def report(self) -> Path:
        """The validation report in N-Triples."""
        return self.path / "report.nt"

    @property
    def shapes(self) -> list[Path]:
        """The shapes it was validated against."""
        return sorted((self.path / "shapes").glob("*.ttl"))

    def store(self) -> ox.Store:
        """The store, opened read-only."""
        return ox.Store.read_only(str(self.store_path))


class Releases:
    """The folder that holds all releases and the link `current` to the one that is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Release]:
        """Every complete release, the latest built first."""
        found = [Release(path.parent) for path in self.folder.glob("*/manifest.json")
                 if not path.parent.is_symlink() and not path.parent.name.startswith(".")]
        return sorted(found, key=lambda release: release.manifest["built"], reverse=True)

    def get(self, digest: str) -> Release:
        """The release with this digest or unambiguous beginning of one. Raises GraphsvcError."""
        found = [release for release in self.all() if digest and release.id.startswith(digest)]
        if len(found) != 1:
            known = ", ".join(release.id for release in self.all()) or "none"
            raise GraphsvcError(
                f"{'No' if not found else 'More than one'} release begins with {digest!r}.",
                location=str(self.folder), hint=f"There are: {known}.")
        return found[0]

    def built_from(self, files: dict[str, str]) -> Release | None:
        """The release that was built from files with these digests, if there is one."""
        return next((release for release in self.all() if release.manifest["files"] == files), None)

    def current(self) -> Release:
        """The release that is served. Raises GraphsvcError when there is none."""
        link = self.folder / "current"
        target = link.resolve()
        if not link.is_symlink() or not (target / "manifest.json").is_file():
            raise GraphsvcError("There is no release yet.", location=str(self.folder),
                                hint="Run `graphsvc build`.")
        return Release(target)

    def switch(self, release: Release) -> None:
        """Make a release the current one, in one step that readers see whole or not at all."""
        new = self.folder / f".current-{os.getpid()}"
        new.unlink(missing_ok=True)
        new.symlink_to(release.id)
        new.replace(self.folder / "current")

    def before(self, release: Release) -> Release:
        """The release built last before this one. Raises GraphsvcError when there is none."""
        older = [other for other in self.all()
                 if other.manifest["built"] < release.manifest["built"]]
        if not older:
            raise GraphsvcError("There is no older release to go back to.",
                                location=str(self.folder),
                                hint="List them with `graphsvc releases`.")
        return older[0]

    def remove_unfinished(self) -> None:
        """Take away what builds left that were stopped before they were done."""
        for path in self.folder.glob(".build-*"):
            shutil.rmtree(path, ignore_errors=True)
