"""The dumps of a release: canonical N-Quads, whole and by graph, and TriG for people."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from graphsvc.build.canonical import Extract, canonical_graphs, merged
from graphsvc.build.describe import SPDX
from graphsvc.project import Project

_HEADER = re.compile(rb"\A(?:@prefix [^\n]*\n)*")


def write_dumps(
    project: Project, extracted: Extract, prefixes: Mapping[str, str], derived: Iterable[str],
    folder: Path,
) -> tuple[list[Path], str]:
    """Write `all.nq.gz`, `all.trig.gz` and a file for each graph, in a new folder.

    derived: the names of graphs that follow from the others. Returns the files, and the digest
    (SHA-256) of the canonical content of the other graphs.
    """
    folder.mkdir()
    whole, trig = folder / "all.nq.gz", folder / "all.trig.gz"
    writer = _Writer(f"{project.header.root}graph/", dict(prefixes), set(derived), folder)
    with gzip_file(whole) as nquads, gzip_file(trig) as file:
        written = (block for name, blocks in canonical_graphs(extracted)
                   for block in writer.write(name, blocks, file))
        for block in merged(written):
            nquads.writelines(block)
    return [whole, trig, *sorted(writer.paths)], writer.digest.hexdigest()


class _Writer:
    """Writes what stands in one graph after the other."""

    def __init__(
        self, base: str, prefixes: dict[str, str], derived: set[str], folder: Path
    ) -> None:
        self._base, self._prefixes, self._derived = base, prefixes, derived
        self._folder = folder
        self.paths: list[Path] = []
        self.digest = hashlib.sha256()

    def write(
        self, name: ox.NamedNode, blocks: Iterable[list[bytes]], trig: IO[bytes]
    ) -> Iterator[list[bytes]]:
        """Write one graph's sorted lines into a file of its own, and as TriG; hand them on."""
        stem = name.value.removeprefix(self._base).replace("/", ".")
        self.paths.append(self._folder / f"{stem}.nq.gz")
        with gzip_file(self.paths[-1]) as file:
            for block in blocks:
                content = b"".join(block)
                file.write(content)
                trig.write(self._trig(content, first=trig.tell() == 0))
                if name.value not in self._derived:
                    self.digest.update(content)
                yield block

    def _trig(self, nquads: bytes, first: bool) -> bytes:
        quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
        text = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=self._prefixes) or b""
        return text if first else _HEADER.sub(b"", text, count=1)


@lru_cache(maxsize=4)
def digests(description: Path) -> Mapping[str, str]:
    """The digest (SHA-256) of each dump by its name, as the description of a release has it."""
    checksum = ox.NamedNode(str(SPDX.checksumValue))
    return {
        quad.subject.value.removesuffix("#sha256").rpartition("/")[2]: quad.object.value
        for quad in ox.parse(path=description, format=ox.RdfFormat.TURTLE)
        if quad.predicate == checksum and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.Literal)}


def gzip_file(path: Path) -> IO[bytes]:
    """A compressed file to write, whose bytes depend on its content only."""
    return cast(IO[bytes], gzip.GzipFile(
        filename="", mode="wb", fileobj=path.open("wb"), mtime=0, compresslevel=6))
