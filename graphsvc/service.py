"""What is served at one moment: a release, the engine over it, and its questions, as one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from graphsvc.description import ServiceDescription
from graphsvc.engine.base import Engine, Limits
from graphsvc.engine.opening import embedded, engine_of, loadable
from graphsvc.graphs.view import Views
from graphsvc.questions.answer import Questions
from graphsvc.questions.index import open_index
from graphsvc.questions.library import Library
from graphsvc.release import Header, Release
from graphsvc.sources.source_text import SourceText


@dataclass(frozen=True)
class Serving:
    """A release with everything that answers from it; replaced as a whole when it is switched.

    loadable: whether it is answered from disk and would be faster from memory, which has room.
    """

    release: Release
    engine: Engine
    questions: Questions
    description: ServiceDescription
    views: Views
    loadable: bool = False

    @classmethod
    async def open(
        cls, release: Release, documents: Path | None = None, limits: Limits | None = None,
        remote: str | None = None, engine: Engine | None = None,
    ) -> Serving:
        """Open a release. documents: folder of the source texts, where the service holds them;
        remote: SPARQL endpoint that answers in place of the embedded engine; engine: one over
        this release that was started before.

        Raises GraphsvcError when the release cannot be read or the documents are not there.
        """
        engine = engine or engine_of(release, limits, remote)
        library = Library.load(release.queries, release.manifest["prefixes"], built=True)
        views = Views.load(release.queries / "views", release.manifest["prefixes"])
        words = SourceText(documents, release.manifest["header"]["base"]) if documents else None
        stored = release.names_index
        index = open_index(stored) if stored.exists() else None
        questions = await Questions.open(library, engine, words, index)
        header = Header(**release.manifest["header"])
        description = await ServiceDescription.of(release, header, questions)
        return cls(release, engine, questions, description, views,
                   loadable=not remote and loadable(release))

    async def loaded(self) -> Serving:
        """The same over an engine that holds the release in memory.

        Raises GraphsvcError where it cannot be loaded.
        """
        engine = embedded(self.release, self.engine.limits, in_memory=True)
        try:
            await engine.start()
        except BaseException:
            await engine.close()
            raise
        own = self.questions
        questions = Questions(own.library, engine, own.names, own.passages)
        return replace(self, engine=engine, questions=questions, loadable=False)

    @property
    def header(self) -> Header:
        """The header of the ontology that the release was built with."""
        return Header(**self.release.manifest["header"])

    async def close(self) -> None:
        """Stop the engine's processes."""
        await self.engine.close()
