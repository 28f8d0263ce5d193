"""What is measured on: projects of several sizes, their releases, and flat files for the peers."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from benchmarks.generate import generate
from graphsvc.build.pipeline import build
from graphsvc.project import Project
from graphsvc.release import Release, Releases

REAL = "real"
QUERIES = Path(__file__).parent / "queries"


@dataclass(frozen=True)
class Prepared:
    """A project of one size, its release, and all triples in one file; made when first asked for.

    size: `real`, or the number of quads wanted; folder: where everything of this size is.
    """

    size: str
    folder: Path
    project: Path

    @property
    def place(self) -> Path:
        """The folder of releases, which may be empty yet."""
        return self.folder / "releases"

    @cached_property
    def release(self) -> Release:
        return build(Project(self.project), Releases(self.place)).release

    @property
    def releases(self) -> Path:
        """The folder of releases, with the release in it."""
        return self.release.path.parent

    @property
    def digest(self) -> str:
        """Of the release; names what is made of it for a peer."""
        return self.release.id

    @property
    def quads(self) -> int:
        return int(self.release.manifest["quads"])

    @cached_property
    def triples(self) -> Path:
        """N-Triples of the union of all graphs, each triple once."""
        path = self.folder / f"{self.digest}.nt"
        if not path.exists():
            unique = dict.fromkeys(quad.triple for quad in self.store)
            part = path.with_suffix(".part")
            with part.open("wb") as out:
                ox.serialize(unique, out, format=ox.RdfFormat.N_TRIPLES)
            shutil.move(part, path)
        return path

    @cached_property
    def store(self) -> ox.Store:
        """All graphs, in memory."""
        store = ox.Store()
        with gzip.open(self.release.dump) as file:
            store.bulk_load(file, ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]
        return store

    @cached_property
    def things(self) -> list[ox.NamedNode]:
        """The things that small queries ask about."""
        found = self.store.query((QUERIES / "things.rq").read_text(encoding="utf-8"),
                            use_default_graph_as_union=True)
        return [row["thing"] for row in found]  # type: ignore[union-attr]


def project_of(size: str, real: Path, work: Path) -> Path:
    """The real project, or a generated one; generated once."""
    if size == REAL:
        return real
    project = work / size / "project"
    if not (project / ".done").exists():
        generate(real, project, int(size))
        (project / ".done").touch()
    return project


def prepare(size: str, real: Path, work: Path) -> Prepared:
    """What is measured at a size. Its project is made where it is missing."""
    folder = (work / size).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return Prepared(size, folder, project_of(size, real, work))

