"""About the data: the release, what changed since the one before, how to cite it."""

from __future__ import annotations

import gzip
import heapq
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from graphsvc.errors import GraphsvcError
from graphsvc.release import Release, Releases
from graphsvc.web.pages.context import PageContext, Pairs, show_date

_MOST_QUADS = 2_000_000
"""Releases above this size are not compared while somebody waits."""


async def about_page(context: PageContext, pairs: Pairs) -> str:
    """The page about the release that is served."""
    return await context.render("about.html", "/about", _about, context)


def _about(context: PageContext) -> dict[str, Any]:
    release = context.serving.release
    manifest = release.manifest
    built = datetime.fromisoformat(manifest["built"])
    before = _before(release)
    comparable = before and max(manifest["quads"], before.manifest["quads"]) <= _MOST_QUADS
    return {
        "built": f"{show_date(built.date().isoformat())}, {built:%H:%M} UTC", "year": built.year,
        "manifest": manifest, "derived": sum(manifest["derived"].values()),
        "licence": context.link(context.header.licence),
        "creator": context.link(context.header.creator),
        "dumps": [(path.name, _size(path.stat().st_size))
                  for path in sorted((release.path / "dumps").iterdir())],
        "before": before.id if before else None,
        "changes": _changes(before, release) if before and comparable else None,
    }


def _before(release: Release) -> Release | None:
    try:
        return Releases(release.path.parent).before(release)
    except GraphsvcError:
        return None


@lru_cache(maxsize=4)
def _changes(before: Release, after: Release) -> list[tuple[str, int, int]]:
    """How many statements were added to each named graph and removed from it.

    Blank nodes have canonical names in both releases.
    """
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    lines = heapq.merge(_lines(before, removed), _lines(after, added), key=itemgetter(0))
    for line, found in groupby(lines, key=itemgetter(0)):
        counts = [count for _, count in found]
        if len(counts) == 1:
            name = line[line.rindex(b"<") + 1:line.rindex(b">")].decode()
            counts[0][name.split("/graph/", 1)[-1]] += 1
    return [(graph, added[graph], removed[graph]) for graph in sorted({*added, *removed})]


def _lines(release: Release, counts: Counter[str]) -> Iterator[tuple[bytes, Counter[str]]]:
    """The sorted lines of a dump, each with the counts for a line that only this release has."""
    with gzip.open(release.dump, "rb") as lines:
        for line in lines:
            yield line, counts


def _size(count: int) -> str:
    if count >= 1 << 20:
        return f"{count / (1 << 20):.1f} MB"
    return f"{max(1, round(count / 1024))} kB"
