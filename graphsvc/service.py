"""What is served at one moment: a release, the engine over it, and its questions, as one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graphsvc.engine.base import Engine, Limits
from graphsvc.engine.pool import EmbeddedEngine, Source
from graphsvc.questions.answer import Questions
from graphsvc.questions.library import Library
from graphsvc.release import Release
from graphsvc.sources.words import Words

IN_MEMORY_QUADS = 2_000_000
"""Releases up to this size are held in memory, larger ones read from disk."""


async def engine_of(release: Release, limits: Limits | None = None) -> Engine:
    """An embedded engine over a release, ready to answer."""
    small = release.manifest["quads"] <= IN_MEMORY_QUADS
    engine = EmbeddedEngine(
        Source(
            files=(release.dump,) if small else (), store=None if small else release.store_path,
            union_default_graph=True, release=release.id),
        limits)
    await engine.start()
    return engine


@dataclass(frozen=True)
class Serving:
    """A release with everything that answers from it; replaced as a whole when it is switched."""

    release: Release
    engine: Engine
    questions: Questions

    @classmethod
    async def open(
        cls, release: Release, documents: Path | None = None, limits: Limits | None = None
    ) -> Serving:
        """Open a release. documents: folder of the source texts, where the service holds them.

        Raises GraphsvcError when the release cannot be read or the documents are not there.
        """
        engine = await engine_of(release, limits)
        library = Library.load(release.queries, release.manifest["prefixes"])
        words = Words(documents, release.manifest["header"]["base"]) if documents else None
        questions = await Questions.open(library, engine, words)
        return cls(release, engine, questions)

    async def close(self) -> None:
        """Stop the engine's processes."""
        await self.engine.close()
