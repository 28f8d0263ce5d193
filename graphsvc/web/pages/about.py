"""About the data: the release, what changed since the one before, how to cite it."""

from __future__ import annotations

import gzip
import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from graphsvc.errors import GraphsvcError
from graphsvc.release import Release, Releases
from graphsvc.web.pages.context import Link, Site, show_date

_MOST_QUADS = 2_000_000
"""Releases above this size are not compared while somebody waits."""


@dataclass(frozen=True)
class Change:
    """How many statements of a named graph came and went."""

    graph: str
    added: int
    removed: int


@dataclass(frozen=True)
class Dump:
    """A file that holds the release or one graph of it."""

    name: str
    size: str


@dataclass(frozen=True)
class About:
    """All that the page shows. before: the release built last before this one, if there is one."""

    built: str
    year: str
    quads: int
    derived: tuple[tuple[str, int], ...]
    warnings: int
    software: str
    licence: Link
    creator: Link
    dumps: tuple[Dump, ...]
    before: str | None
    changes: tuple[Change, ...]
    compared: bool


def about_of(site: Site) -> About:
    """The page about the release that is served; it costs the engine nothing."""
    release = site.serving.release
    manifest = release.manifest
    built = datetime.fromisoformat(manifest["built"])
    before = _before(release)
    compared = before is not None and max(manifest["quads"],
                                          before.manifest["quads"]) <= _MOST_QUADS
    return About(
        built=f"{show_date(built.date().isoformat())}, {built:%H:%M} UTC", year=str(built.year),
        quads=manifest["quads"], derived=tuple(sorted(manifest["derived"].items())),
        warnings=manifest["warnings"], software=manifest["software"],
        licence=site.link(site.header.licence), creator=site.link(site.header.creator),
        dumps=tuple(Dump(path.name, _size(path.stat().st_size))
                    for path in sorted((release.path / "dumps").iterdir())),
        before=before.id if before else None, compared=compared,
        changes=_changes(before, release) if before and compared else ())


def _before(release: Release) -> Release | None:
    try:
        return Releases(release.path.parent).before(release)
    except GraphsvcError:
        return None


@lru_cache(maxsize=4)
def _changes(before: Release, after: Release) -> tuple[Change, ...]:
    """What came and went, graph by graph; blank nodes have canonical names in both."""
    added: dict[str, int] = defaultdict(int)
    removed: dict[str, int] = defaultdict(int)
    lines = heapq.merge(_lines(before, removed), _lines(after, added), key=itemgetter(0))
    for line, versions in groupby(lines, key=itemgetter(0)):
        counts = [count for _, count in versions]
        if len(counts) == 1:
            name = line[line.rindex(b"<") + 1:line.rindex(b">")].decode()
            counts[0][name.split("/graph/", 1)[-1]] += 1
    return tuple(Change(graph, added[graph], removed[graph])
                 for graph in sorted({*added, *removed}))


def _lines(
    release: Release, counts: dict[str, int]
) -> Iterator[tuple[bytes, dict[str, int]]]:
    """The sorted lines of a dump, each with the counts that it belongs to when it stands alone."""
    with gzip.open(release.dump, "rb") as lines:
        for line in lines:
            yield line, counts


def _size(count: int) -> str:
    if count >= 1 << 20:
        return f"{count / (1 << 20):.1f} MB"
    return f"{max(1, round(count / 1024))} kB"
