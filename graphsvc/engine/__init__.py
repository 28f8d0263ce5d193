"""Engines that answer SPARQL queries: one interface, embedded workers or a remote service."""

from __future__ import annotations

from graphsvc.engine.base import Engine, Limits
from graphsvc.release import Release

IN_MEMORY_QUADS = 2_000_000
"""Releases up to this size are held in memory; larger ones are answered from disk."""


def create_engine(
    release: Release, limits: Limits | None = None, remote: str | None = None
) -> Engine:
    """An engine over a release: the embedded one, or a remote endpoint in its place.

    Raises GraphsvcError where the remote address is none.
    """
    if remote:
        from graphsvc.engine.remote import RemoteEngine

        return RemoteEngine(remote, release=release.id, limits=limits)
    from graphsvc.engine.embedded import EmbeddedEngine, Source

    in_memory = int(release.manifest["quads"]) <= IN_MEMORY_QUADS
    return EmbeddedEngine(Source(
        files=(release.dump,) if in_memory else (),
        store=None if in_memory else release.store_path,
        union_default_graph=True, release=release.id), limits)
