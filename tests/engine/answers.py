"""The answers of a release to its own questions, by one engine or another."""

from __future__ import annotations

import asyncio

from graphsvc.errors import GraphsvcError
from graphsvc.release import Release
from graphsvc.service import Serving
from tests.recorded import replay

Answers = dict[str, object]
"""The whole answers to all examples of each question; the error where it has none."""


def answers(release: Release, remote: str | None = None) -> Answers:
    """What the embedded engine answers, or the SPARQL endpoint at an address."""
    async def ask() -> Answers:
        serving = await Serving.open(release, remote=remote)
        found: Answers = {}
        try:
            for question in serving.questions.library:
                try:
                    found[question.name] = await replay(serving.questions, question)
                except GraphsvcError as error:
                    found[question.name] = error
        finally:
            await serving.close()
        return found

    return asyncio.run(ask())
