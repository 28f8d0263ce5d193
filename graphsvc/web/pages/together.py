"""Several questions and own queries asked side by side, for one page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graphsvc.engine.base import Engine
from graphsvc.questions.answer import Answer, Questions, Understood
from graphsvc.questions.question import Question
from graphsvc.questions.table import Table, fetch
from graphsvc.questions.template import Template, Value
from graphsvc.sparql import own_query


@dataclass(frozen=True)
class Part:
    """One SELECT and the columns that are wanted of it."""

    query: str
    columns: tuple[str, ...]


async def fetch_together(engine: Engine, parts: Sequence[Part]) -> list[Table]:
    """The tables of several SELECTs. Raises what the engine raises."""
    return await asyncio.gather(*(fetch(engine, part.query) for part in parts))


async def ask_together(
    questions: Questions, engine: Engine, asked: Sequence[tuple[Question, Understood]], limit: int,
    own: Sequence[Part] = (),
) -> tuple[list[Answer], list[Table]]:
    """The first page of each question's answer, and the tables of other SELECTs."""
    answers = asyncio.gather(*(
        questions.ask(question, understood, limit=limit) for question, understood in asked))
    tables = await fetch_together(engine, own)
    return await answers, tables


def own_part(name: str, columns: tuple[str, ...], values: Mapping[str, Sequence[Value]]) -> Part:
    """One of the software's own queries with values in its places."""
    return Part(_own(name).bind(values), columns)


@lru_cache(maxsize=32)
def _own(name: str) -> Template:
    return Template(own_query(name), file=f"{name}.rq")
