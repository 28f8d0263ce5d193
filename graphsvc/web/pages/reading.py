"""Reading a document: its parts, the passages of each, and what rests on every passage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.index import closure
from graphsvc.passage import Passage
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
    above: str
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
    parts = outline(context, await context.texts("outline", document))
    at = next((at for at, part in enumerate(parts) if part.iri == iri), None)
    if at is None and (iri != document or not parts):
        return None
    if at is None:
        at = next((at for at, part in enumerate(parts) if part.statements >= _SALIENT), 0)
    unit = together(parts, at)
    after = at + len(unit)
    total = {name: sum(getattr(part, name) for part in parts if part.depth == 0)
             for name in ("passages", "used")}
    return {"document": context.link(document), "parts": parts, "unit": unit,
            "rows": await context.texts("part-passages", *(part.iri for part in unit)),
            "before": parts[at - 1] if at else None,
            "after": parts[after] if after < len(parts) else None, **total}


def outline(context: PageContext, rows: Iterable[Sequence[str]]) -> list[Part]:
    """The parts of a document in its order, as the rows of the query `outline` give them."""
    parts: dict[str, Part] = {}
    for iri, above, _, *numbers in rows:
        passages, used, statements = (int(number or 0) for number in numbers)
        parts[iri] = Part(iri, above, context.label(iri), passages=passages, used=used,
                          statements=statements, own=passages)
    steps = {part.iri: [part.above] for part in parts.values()}
    for part in parts.values():
        part.depth = len(parts.keys() & closure(part.iri, steps))
    for part in reversed(parts.values()):
        if over := parts.get(part.above):
            over.passages, over.used = over.passages + part.passages, over.used + part.used
            over.statements += part.statements
    return list(parts.values())


def together(parts: Sequence[Part], at: int) -> list[Part]:
    """A part with those in it, as far as they can be read together."""
    unit, size = [parts[at]], parts[at].own
    for part in parts[at + 1:]:
        size += part.own
        if part.depth <= parts[at].depth or size > _MOST:
            break
        unit.append(part)
    return unit


def paragraphs(context: PageContext, rows: Iterable[Sequence[str]]) -> list[Paragraph]:
    """Passages with what rests on each. rows: IRIs of a passage and of one of its statements."""
    resting: dict[str, set[str]] = defaultdict(set)
    for passage, statement in rows:
        resting[passage].add(statement)
    found = context.index.entries(set().union(*resting.values()))
    kinds = {iri: context.terms.term(entry.kind) for iri, entry in found.items() if entry.kind}
    return [Paragraph(context.index.passage(iri), tuple(
        (context.link(one), kinds[one].label, found[one].note or "") for one in sorted(
            statements & kinds.keys(), key=lambda it: (kinds[it].order, context.label(it)))))
        for iri, statements in resting.items()]


def sections(context: PageContext, reading: dict[str, Any]) -> list[tuple[Part, list[Paragraph]]]:
    """The parts that are read together, each with its paragraphs, without those that are its
    heading alone."""
    rows: dict[str, list[list[str]]] = defaultdict(list)
    for part, *row in reading["rows"]:
        rows[part].append(row)
    return [(part, [one for one in paragraphs(context, rows[part.iri])
                    if one.passage.paragraph or one.statements])
            for part in reading["unit"]]
