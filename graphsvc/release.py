"""Releases: immutable folders, each named by the digest of what it was built from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from graphsvc.errors import GraphsvcError

_MANIFEST = "manifest.json"
LAYOUT = 5
"""Which files a release has and what is in them, such as the tables of its index: one more at each
change. A release of another layout cannot be served."""
IN_MEMORY_QUADS = 2_000_000
"""Releases up to this size are loaded into memory, some seconds a million; larger ones have a store
on disk, whose queries take two to five times as long."""
_ENTRIES: Mapping[str, type] = {
    "release": str, "layout": int, "built": str, "software": str, "title": str, "quads": int,
    "warnings": int, "header": dict, "prefixes": dict, "derived": dict, "files": dict,
    "contents": dict,
}
"""What the manifest of every release has."""


@dataclass(frozen=True)
class Header:
    """What the `owl:Ontology` of a project says about itself.

    iri: the ontology; prefix, namespace: its preferred prefix and the IRI that it abbreviates;
    base: what the IRI of every thing begins with (`void:uriSpace`); licence: an IRI.
    """

    iri: str
    title: str
    description: str
    version: str
    licence: str
    creator: str
    prefix: str
    namespace: str
    base: str

    @property
    def root(self) -> str:
        """The address space that things, graphs and the ontology share."""
        return self.base.rstrip("/").rsplit("/", 1)[0] + "/"

    @property
    def dataset(self) -> str:
        """The IRI of the data set that all releases are versions of."""
        return f"{self.root}dataset"

    def document(self, slug: str) -> str:
        """The IRI of a source document."""
        return f"{self.base}document/{slug}"

    def passages(self, slug: str) -> str:
        """What the IRIs of a document's passages begin with: the line of each follows."""
        return f"{self.base}passage/{slug}/"


class Release:
    """One release: a folder that never changes.

    id: the digest that names it; dump: all quads as canonical N-Quads, compressed; store_path: of
    the store of a large one; queries: the question and view files as they were when it was built;
    index_path: names, texts and passages in one SQLite file; description: DCAT in Turtle; content:
    VoID.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.id = path, path.name
        self.dump = path / "dumps" / "all.nq.gz"
        self.store_path = path / "store"
        self.queries = path / "queries"
        self.index_path = path / "index.sqlite"
        self.description = path / "description.ttl"
        self.content = path / "content.ttl"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Release) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was built from what, when, by which version.

        Raises GraphsvcError when it cannot be read or is not a manifest.
        """
        path = self.path / _MANIFEST
        try:
            loaded = json.loads(path.read_bytes())
            wrong = [name for name, type_ in _ENTRIES.items()
                     if not isinstance(loaded[name], type_)]
            Header(**loaded["header"])
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            raise self._damaged(f"its manifest cannot be read ({error})") from error
        if wrong or loaded["release"] != self.id:
            raise self._damaged("its manifest is not that of a release of this name")
        if loaded["layout"] != LAYOUT:
            raise self._damaged("another version of graphsvc built it")
        return dict(loaded)

    @property
    def header(self) -> Header:
        """The header of the ontology that it was built with. Raises as manifest does."""
        return Header(**self.manifest["header"])

    @property
    def dump_digests(self) -> dict[str, str]:
        """The SHA-256 digest of each dump by its name. Raises as manifest does."""
        return {name.removeprefix("dumps/"): facts["sha256"]
                for name, facts in self.manifest["contents"].items() if name.startswith("dumps/")}

    @property
    def shapes(self) -> list[Path]:
        """The shapes it was validated against."""
        return sorted((self.path / "shapes").glob("*.ttl"))

    @property
    def texts(self) -> dict[str, Path]:
        """The Markdown files that its pages show, by the end of their address."""
        folder = self.path / "texts"
        return {path.relative_to(folder).with_suffix("").as_posix(): path
                for path in sorted(folder.rglob("*.md"))}

    def verify(self) -> None:
        """Check that every file has the size and digest that the manifest gives.

        The store is checked by the sizes of its files only, so that this takes a moment at any
        size. Raises GraphsvcError that names the first file that differs.
        """
        expected = self.manifest["contents"]
        try:
            found = contents(self.path)
        except OSError as error:
            raise self._damaged(f"a file cannot be read ({error})") from error
        for name in sorted(expected.keys() | found.keys()):
            if found.get(name) != expected.get(name):
                raise self._damaged(f"{name} is not as it was built")

    def write_manifest(self, facts: Mapping[str, Any]) -> None:
        """Write the manifest of a folder that is complete, with the digests of its files."""
        manifest = {**facts, "layout": LAYOUT, "contents": contents(self.path)}
        (self.path / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")

    def _damaged(self, why: str) -> GraphsvcError:
        return GraphsvcError(f"The release {self.id} is damaged: {why}.", location=str(self.path),
                             hint="Build it again, or switch to another release.")


def contents(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 digest of every file of a release but the manifest; of the store's files,
    which are many and large, the size only.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name == _MANIFEST or name.startswith("store/LO"):
            continue
        found[name] = {"bytes": path.stat().st_size}
        if not name.startswith("store/"):
            with path.open("rb") as file:
                found[name]["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


class Releases:
    """The folder that holds all releases and the link `current` to the one that is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Release]:
        """Every release whose manifest can be read, the latest built first."""
        return self._sorted()[0]

    def unreadable(self) -> list[GraphsvcError]:
        """What is wrong with the folders that should be releases and are not."""
        return self._sorted()[1]

    def _sorted(self) -> tuple[list[Release], list[GraphsvcError]]:
        found, errors = [], []
        for path in sorted(self.folder.glob(f"*/{_MANIFEST}")):
            release = Release(path.parent)
            if release.path.is_symlink() or release.id.startswith("."):
                continue
            try:
                release.manifest  # noqa: B018
                found.append(release)
            except GraphsvcError as error:
                errors.append(error)
        found.sort(key=lambda release: str(release.manifest["built"]), reverse=True)
        return found, errors

    def get(self, digest: str) -> Release:
        """The release with this digest or unambiguous beginning of one. Raises GraphsvcError."""
        known = self.all()
        found = [release for release in known if digest and release.id.startswith(digest)]
        if len(found) != 1:
            raise GraphsvcError(
                f"{'No' if not found else 'More than one'} release begins with {digest!r}.",
                location=str(self.folder),
                hint=f"There are: {', '.join(release.id for release in known) or 'none'}.")
        return found[0]

    def built_from(self, files: dict[str, str]) -> Release | None:
        """The release that was built from files with these digests and is as it was built."""
        for release in self.all():
            if release.manifest["files"] == files:
                try:
                    release.verify()
                except GraphsvcError:
                    continue
                return release
        return None

    def current(self) -> Release:
        """The release that is served.

        Raises GraphsvcError when there is none, or its manifest cannot be read.
        """
        link = self.folder / "current"
        if not link.is_symlink():
            raise GraphsvcError("There is no release yet.", location=str(self.folder),
                                hint="Run `graphsvc build`.")
        release = Release(self.folder.resolve() / os.readlink(link))
        release.manifest  # noqa: B018
        return release

    def switch(self, release: Release) -> None:
        """Make a release the current one, in one step that readers see in full or not at all."""
        new = self.folder / f".current-{os.getpid()}"
        new.unlink(missing_ok=True)
        new.symlink_to(release.id)
        new.replace(self.folder / "current")

    def before(self, release: Release) -> Release:
        """The release built last before this one. Raises GraphsvcError when there is none."""
        for other in self.all():
            if other.manifest["built"] < release.manifest["built"]:
                return other
        raise GraphsvcError("There is no older release to go back to.", location=str(self.folder),
                            hint="List them with `graphsvc releases`.")

    def publish(self, work: Path, digest: str) -> Release:
        """Move a finished folder to the place of its release, instead of a damaged one there."""
        final = self.folder / digest
        os.sync()
        work.chmod(0o755)
        if final.exists():
            final.rename(self.folder / f".build-damaged-{os.getpid()}")
        work.rename(final)
        self.remove_unfinished()
        return Release(final)

    def remove_unfinished(self) -> None:
        """Remove what builds left that were stopped before they were done."""
        for path in self.folder.glob(".build-*"):
            shutil.rmtree(path, ignore_errors=True)
