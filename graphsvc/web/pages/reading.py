"""Reading a document: its parts, the passages of each, and what rests on every passage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from graphsvc.passage import Passage
from graphsvc.questions.table import Row
from graphsvc.web.pages.context import Link, PageContext

_MOST = 60
"""Passages that are shown together."""
_SALIENT = 5
"""Statements from which on a part is a good place to begin."""


@dataclass
class Part:
    """A section of a document. depth: from 0; passages, used, statements: how many passages are
    in it or in its own parts, how many of them gave something, and how many statements."""

    iri: str
    above: str | None
    label: str
    depth: int = 0
    passages: int = 0
    used: int = 0
    statements: int = 0
    own: int = 0


@dataclass(frozen=True)
class Paragraph:
    """A passage with the statements that rest on it: each with what kind it is and what it says."""

    passage: Passage
    statements: tuple[tuple[Link, str, str], ...]


async def reading_of(context: PageContext, iri: str) -> dict[str, Any] | None:
    """The part of a document that a thing is, or the first that says much, among all its parts;
    None where the thing is neither a document nor a part of one. Raises what the engine raises."""
    document = context.index.document_of(iri)
    if document is None or context.index.passage(iri).document:
        return None
    parts = outline(context, (await context.fetch("outline", NamedNode(document))).rows)
    at = next((at for at, part in enumerate(parts) if part.iri == iri), None)
    if at is None and iri != document:
        return None
    if at is None:
        at = next((at for at, part in enumerate(parts) if part.statements >= _SALIENT), 0)
    unit = together(parts, at)
    rows = (await context.fetch(
        "part-passages", *(NamedNode(part.iri) for part in unit))).rows
    after = at + len(unit)
    total = {name: sum(getattr(part, name) for part in parts if part.depth == 0)
             for name in ("passages", "used")}
    return {"document": context.link(document), "parts": parts, "unit": unit, "rows": rows,
            "before": parts[at - 1] if at else None,
            "after": parts[after] if after < len(parts) else None, **total}


def outline(context: PageContext, rows: Iterable[Row]) -> list[Part]:
    """The parts of a document in its order, as the rows of the query `outline` give them."""
    parts: dict[str, Part] = {}
    for iri, above, _, *numbers in rows:
        if iri is not None:
            passages, used, statements = (int(number.value) if number else 0
                                          for number in numbers)
            parts[iri.value] = Part(
                iri.value, above.value if above else None, context.label(iri.value),
                passages=passages, used=used, statements=statements, own=passages)
    for part in parts.values():
        part.depth = sum(1 for _ in _above(parts, part))
    for part in reversed(parts.values()):
        if over := parts.get(part.above or ""):
            over.passages, over.used = over.passages + part.passages, over.used + part.used
            over.statements += part.statements
    return list(parts.values())


def _above(parts: dict[str, Part], part: Part) -> Iterable[Part]:
    seen = {part.iri}
    while (over := parts.get(part.above or "")) and over.iri not in seen:
        part = over
        seen.add(part.iri)
        yield part


def together(parts: Sequence[Part], at: int) -> list[Part]:
    """A part with those in it, as far as they can be read together."""
    unit, size = [parts[at]], parts[at].own
    for part in parts[at + 1:]:
        size += part.own
        if part.depth <= parts[at].depth or size > _MOST:
            break
        unit.append(part)
    return unit


def paragraphs(
    context: PageContext, pairs: Iterable[tuple[str, str | None]]
) -> list[Paragraph]:
    """Passages with what rests on each. pairs: IRIs of a passage and of one of its statements."""
    resting: dict[str, set[str]] = defaultdict(set)
    for passage, statement in pairs:
        resting[passage].update([statement] if statement else [])
    found = context.index.entries(set().union(*resting.values()))
    kinds = {iri: context.terms.term(entry.kind) for iri, entry in found.items() if entry.kind}
    return [Paragraph(context.index.passage(iri), tuple(
        (context.link(one), kinds[one].label, found[one].note or "") for one in sorted(
            statements & kinds.keys(), key=lambda it: (kinds[it].order, context.label(it)))))
        for iri, statements in resting.items()]


def sections(context: PageContext, reading: dict[str, Any]) -> list[tuple[Part, list[Paragraph]]]:
    """The parts that are read together, each with its paragraphs, without those that are its
    heading alone."""
    pairs: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for part, passage, statement in reading["rows"]:
        if part is not None and passage is not None:
            pairs[part.value].append((passage.value, statement.value if statement else None))
    return [(part, [one for one in paragraphs(context, pairs[part.iri])
                    if one.passage.paragraph or one.statements])
            for part in reading["unit"]]
