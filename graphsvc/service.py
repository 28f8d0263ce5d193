"""What is served at one moment: a release, the engine over it, and what it is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graphsvc.ask.plain import PlainWords
from graphsvc.engine.base import Engine, Limits
from graphsvc.engine.embedded import create_engine
from graphsvc.graphs.look import Looks, looks_of
from graphsvc.graphs.view import Views
from graphsvc.index import Index
from graphsvc.questions.answer import Questions
from graphsvc.questions.library import Library
from graphsvc.questions.table import fetch
from graphsvc.questions.template import own
from graphsvc.release import Header, Release
from graphsvc.sources.documents import SourceText

_LAST = 1_000
"""The place of classes without one."""


@dataclass(frozen=True)
class Serving:
    """A release with everything that answers from it."""

    release: Release
    header: Header
    engine: Engine
    index: Index
    questions: Questions
    plain: PlainWords
    views: Views
    looks: Looks

    @classmethod
    async def open(
        cls, release: Release, limits: Limits | None = None, documents: Path | None = None,
        remote: str | None = None,
    ) -> Serving:
        """Open a release. documents: folder of the source texts, where the service holds them;
        remote: SPARQL endpoint that answers in place of the embedded engine.

        Raises GraphsvcError when the release cannot be read or the documents are not there.
        """
        header = release.header
        prefixes = release.manifest["prefixes"]
        words = SourceText(documents, header.base) if documents else None
        engine = create_engine(release, limits or Limits(), remote)
        try:
            index = Index(release.index_path, words, prefixes)
            questions = Questions(
                Library.load(release.queries, prefixes, built=True), engine, index)
            plain = PlainWords(questions, release.queries)
            views = Views.load(release.queries / "views", prefixes, built=True)
            sizes = index.sizes()
            places = await fetch(engine, own("class-places"))
        except BaseException:
            await engine.close()
            raise
        return cls(release, header, engine, index, questions, plain, views,
                   looks_of((index.label(class_.value) or class_.value,
                             int(place.value) if place else _LAST)
                            for class_, place in places.rows
                            if class_ and class_.value in sizes
                            and class_.value.startswith(header.namespace)))

    async def close(self) -> None:
        """Stop the engine's processes."""
        await self.engine.close()
