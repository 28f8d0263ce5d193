"""Several questions in one query, so that a page costs the engine one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from pyoxigraph import Literal, NamedNode

from graphsvc.engine.base import Engine
from graphsvc.questions.answer import Answer, Questions, Understood, typed
from graphsvc.questions.evidence import passage_iris
from graphsvc.questions.paging import Pager
from graphsvc.questions.question import Key, Question
from graphsvc.questions.table import Table, Term, fetch
from graphsvc.questions.template import Template, Value, prologue, scan
from graphsvc.sparql import own_query

_TOGETHER = Environment(undefined=StrictUndefined, autoescape=False).from_string(
    (files("graphsvc.sparql") / "together.rq.j2").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Part:
    """One SELECT and the columns that are wanted of it."""

    query: str
    columns: tuple[str, ...]


async def fetch_together(engine: Engine, parts: Sequence[Part]) -> list[Table]:
    """The tables of several SELECTs, asked as one query where their prefixes agree.

    Rows come in no particular order. Raises what the engine raises.
    """
    tables: list[Table | None] = [None] * len(parts)
    for prefixes, members in _groups(parts):
        bodies = [prologue(parts[index].query)[1].strip() for index in members]
        whole = await fetch(engine, _TOGETHER.render(prefixes=prefixes, bodies=bodies))
        at = {name: place for place, name in enumerate(whole.columns)}
        rows: dict[int, list[tuple[Term | None, ...]]] = {n: [] for n in range(len(members))}
        for row in whole.rows:
            number = row[at["_part"]]
            assert isinstance(number, Literal)
            wanted = parts[members[int(number.value)]].columns
            rows[int(number.value)].append(
                tuple(row[at[name]] if name in at else None for name in wanted))
        for number_, index in enumerate(members):
            tables[index] = Table(parts[index].columns, rows[number_])
    return [table for table in tables if table is not None]


async def ask_together(
    questions: Questions, engine: Engine, asked: Sequence[tuple[Question, Understood]], limit: int,
    own: Sequence[Part] = (),
) -> tuple[list[Answer], list[Table]]:
    """The first page of each question's answer, and the tables of other SELECTs beside them."""
    pagers = [Pager(question) for question, _ in asked]
    parts = [_part(pager, question, understood, limit)
             for pager, (question, understood) in zip(pagers, asked, strict=True)]
    tables = await fetch_together(engine, [*parts, *own])
    answers = []
    for pager, part, (question, understood), table in zip(
            pagers, parts, asked, tables[:len(asked)], strict=True):
        rows, after = pager.cut(_sorted(table, question.order), limit)
        answers.append(_answer(questions, question, understood, rows, after, part.query))
    return answers, tables[len(asked):]


def own_part(name: str, columns: tuple[str, ...], values: Mapping[str, Sequence[Value]]) -> Part:
    """One of the software's own queries with values in its places."""
    return Part(_own(name).bind(values), columns)


@lru_cache(maxsize=32)
def _own(name: str) -> Template:
    return Template(own_query(name), file=f"{name}.rq")


def _part(pager: Pager, question: Question, understood: Understood, limit: int) -> Part:
    keys = [f"_{index}" for index in range(1, len(question.order) + 1)]
    names = [column.name for column in question.columns]
    return Part(pager.query(understood, limit, None), (*names, *keys))


def _groups(parts: Sequence[Part]) -> list[tuple[dict[str, str], list[int]]]:
    """The parts by prefixes that mean the same: usually all in one group."""
    groups: list[tuple[dict[str, str], list[int]]] = []
    for index, part in enumerate(parts):
        declared = _prefixes(part.query)
        for prefixes, members in groups:
            if all(prefixes.get(name, iri) == iri for name, iri in declared.items()):
                prefixes.update(declared)
                members.append(index)
                break
        else:
            groups.append((declared, [index]))
    return groups


def _prefixes(query: str) -> dict[str, str]:
    tokens = [token.text for token in scan(prologue(query)[0]) if token.kind in ("name", "iri")]
    triples = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return {name.rstrip(":"): iri.strip("<>") for word, name, iri in triples
            if word.upper() == "PREFIX"}


def _sorted(table: Table, keys: Sequence[Key]) -> Table:
    """The rows by their keys, which stand in the last columns."""
    rows = list(table.rows)
    first = len(table.columns) - len(keys)
    for index in reversed(range(len(keys))):
        def by(row: tuple[Term | None, ...], at: int = first + index,
               numeric: bool = keys[index].numeric) -> float | str:
            term = row[at]
            text = term.value if term is not None else ""
            return float(text or "-inf") if numeric else text
        rows.sort(key=by, reverse=keys[index].descending)
    return Table(table.columns, rows)


def _answer(
    questions: Questions, question: Question, understood: Understood,
    rows: list[tuple[Term | None, ...]], after: str | None, sparql: str,
) -> Answer:
    cells = {iri for row in rows for cell, column in zip(row, question.columns, strict=True)
             if column.type == "evidence" for iri in passage_iris(cell)}
    rows = [tuple(map(typed, row, question.columns)) for row in rows]
    terms = [*(term for row in rows for term in row),
             *(value for values in understood.values() for value in values)]
    labels = {term.value: label for term in terms if isinstance(term, NamedNode)
              and (label := questions.names.label(term.value))}
    return Answer(
        question=question, release=questions.release, parameters=understood, rows=rows,
        after=after, sparql=sparql, labels=labels,
        passages={iri: questions.passages.get(iri) for iri in cells})
