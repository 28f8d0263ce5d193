"""Engines that answer SPARQL queries: one interface, embedded workers or a remote service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphsvc.engine.base import Engine, Limits

if TYPE_CHECKING:
    from graphsvc.release import Release

IN_MEMORY_QUADS = 2_000_000
"""Releases up to this size are loaded into memory, some seconds a million; larger ones are read
from disk, which takes two to five times as long."""


def create_engine(
    release: Release, limits: Limits | None = None, remote: str | None = None
) -> Engine:
    """The engine over a release: the embedded one, whose processes start at once, or a remote one.

    Raises GraphsvcError where the remote address is none.
    """
    if remote:
        from graphsvc.engine.remote import RemoteEngine

        return RemoteEngine(remote, release=release.id, limits=limits)
    from graphsvc.engine.embedded import EmbeddedEngine, Source

    in_memory = release.manifest["quads"] <= IN_MEMORY_QUADS
    source = Source(
        files=(release.dump,) if in_memory else (),
        store=None if in_memory else release.store_path,
        union_default_graph=True,
        release=release.id,
    )
    return EmbeddedEngine(source, limits)
