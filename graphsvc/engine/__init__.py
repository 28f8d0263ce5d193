"""Engines that answer SPARQL queries: one interface, embedded workers or a remote service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphsvc.engine.base import Engine, Limits

if TYPE_CHECKING:
    from graphsvc.engine.embedded import EmbeddedEngine
    from graphsvc.release import Release

AT_ONCE_QUADS = 200_000
"""Releases up to this size are loaded into memory before the first answer."""

IN_MEMORY_QUADS = 2_000_000
"""Releases up to this size are loaded while they are answered from disk; larger ones stay there."""


def create_engine(
    release: Release, limits: Limits | None = None, remote: str | None = None
) -> Engine:
    """An engine over a release that answers soon: the embedded one, or a remote endpoint.

    Raises GraphsvcError where the remote address is none.
    """
    if remote:
        from graphsvc.engine.remote import RemoteEngine

        return RemoteEngine(remote, release=release.id, limits=limits)
    return create_embedded(release, limits, release.manifest["quads"] <= AT_ONCE_QUADS)


def create_embedded(release: Release, limits: Limits | None, in_memory: bool) -> EmbeddedEngine:
    """The embedded engine, over the release in memory or on disk; its processes start at once."""
    from graphsvc.engine.embedded import EmbeddedEngine, Source

    source = Source(
        files=(release.dump,) if in_memory else (),
        store=None if in_memory else release.store_path,
        union_default_graph=True, release=release.id)  # fmt: skip
    return EmbeddedEngine(source, limits)


def is_loadable(release: Release) -> bool:
    """Whether it is answered from disk and would be faster from memory, which has room."""
    return AT_ONCE_QUADS < int(release.manifest["quads"]) <= IN_MEMORY_QUADS
