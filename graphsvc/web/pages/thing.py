"""A thing's page: what it is, what is said of it with evidence, and the questions of its class."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from graphsvc.questions.answer import Answer
from graphsvc.questions.table import Row
from graphsvc.web.pages import facts as facts_
from graphsvc.web.pages import profile
from graphsvc.web.pages.compare import comparable
from graphsvc.web.pages.context import PageContext, first_of
from graphsvc.web.pages.profile import Asked, Tab
from graphsvc.web.pages.reading import Paragraph, paragraphs, reading_of, sections
from graphsvc.web.pages.table import dispute
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs

READ, LINKS = "Read", "Links and evidence"
"""The tabs that pages have without a question: a document's text, and all else that is known."""
_MAP = 6
"""Places from which on a map says where a thing is."""


async def thing_page(context: PageContext, iri: str, pairs: Pairs) -> str:
    """The page of a thing. pairs: of the address; `tab` names the part of the page.

    Raises HttpError 404 where the release has no such thing, and what the engine raises.
    """
    node, classes = NamedNode(iri), context.index.classes(iri)
    tabs, others = profile.tabs_of(context, classes, iri)
    is_passage = context.index.passage(iri).document is not None
    reading = await reading_of(context, iri)
    tabs = [Tab(READ)] * (reading is not None) + tabs + [Tab(LINKS)]
    tab = profile.chosen(tabs, first_of(pairs, "tab"))
    asked = [one for each in tabs for one in each.asked]
    rows, answers = await asyncio.gather(
        asyncio.gather(*(context.fetch(name, node) for name in (
            "thing-facts", "thing-referrers", *["passage-neighbours"] * is_passage))),
        asyncio.gather(*(context.ask(one.question, one.given, tab.rows(one)) for one in asked)))
    facts, referrers, neighbours = [table.rows for table in rows] + [[]] * (3 - len(rows))
    if not facts and not referrers:
        raise HttpError(404, f"There is no <{iri}> in release {context.release}.",
                        hint="Search for its name.")
    answered = list(zip(asked, answers, strict=True))
    known = await context.questions.known()
    head = await run_in_threadpool(_head, context, iri, facts)
    parts = facts_.parts_of(context, head["facts"])
    portions = (await context.fetch("parts", *parts)).rows if parts else []
    return await context.render("thing.html", lambda: {
        **head, "shares": facts_.shares(context, portions),
        "disputes": [dispute(context, known, one.thing)
                     for one in known.disagreements.get(iri, ())],
        **_tabs(tabs, tab, answered, bool(referrers)),
        **_body(context, iri, tab, answered),
        "others": others, "referrers": facts_.referrers(context, referrers, iri),
        "neighbours": _neighbours(context, neighbours),
        "reading": {**reading, "sections": sections(context, reading)}
        if reading and tab.title == READ else None})


def _head(context: PageContext, iri: str, rows: Sequence[Row]) -> dict[str, Any]:
    """What a thing is, and all that is said of it itself."""
    said, classes = facts_.said_of(context, rows), context.index.classes(iri)
    facts = facts_.facts_of(context, said, classes)
    passage = context.index.passage(iri)
    return {
        "iri": iri, "path": context.path(iri) or "", "label": _title(context, iri),
        "classes": context.terms.most_special(classes), "passage": passage,
        **facts_.named(said), "facts": facts, "measured": facts_.measured(context, facts),
        "above": facts_.above(context, said), "evidence": facts_.evidence(context, said),
        "sources": facts_.sources(said),
        "comparable": any(term.iri in classes for term in comparable(context))}


def _tabs(
    tabs: Sequence[Tab], tab: Tab, answered: Sequence[tuple[Asked, Answer]], more: bool
) -> dict[str, Any]:
    """The tabs that have something to show; the last where there is more. plain: whether what is
    said of the thing itself comes first, for it has no other tabs."""
    filled = {id(one) for one, answer in answered if answer.all_rows}
    plain = {it.title for it in tabs} <= {profile.FIRST, READ, LINKS}
    shown = [it for it in tabs if it in (tab, tabs[0])
             or any(id(one) in filled for one in it.asked)
             or it.title == LINKS and more or it.title in (READ, LINKS) and not plain]
    return {"tab": tab, "tabs": shown, "is_first": tab is tabs[0],
            "is_last": tab is tabs[-1], "plain": plain}


def _body(
    context: PageContext, iri: str, tab: Tab, answered: Sequence[tuple[Asked, Answer]]
) -> dict[str, Any]:
    """The panels of a tab, and the answers that have nothing for it."""
    own = [(one, answer) for one, answer in answered if any(one is it for it in tab.asked)]
    first = next(iter(answered), None)
    panels = [profile.panel(context, one, answer, iri) for one, answer in own if answer.all_rows]
    return {
        "panels": [panel for panel in panels if panel.view != "numbers" or any(
            text != "0" for _, text in panel.drawing)],
        "silent": [(one, answer) for one, answer in answered if not answer.all_rows],
        "sentence": first[1].sentence if first else None,
        "map": _locator(context, iri)}


def _title(context: PageContext, iri: str) -> str:
    """The label; of a passage its place in its document."""
    passage = context.index.passage(iri)
    return passage.place if passage.document else context.label(iri)


def _locator(context: PageContext, iri: str) -> list[tuple[int, int, bool]]:
    """The tiles of all places, each with whether the thing is there; none where it has no place."""
    here = context.terms.tile_of(iri)
    tiles = context.terms.tiles
    return [(column, row, place == here) for place, (column, row) in tiles.items()] \
        if here and len(tiles) >= _MAP else []


def _neighbours(context: PageContext, rows: Sequence[Row]) -> list[Paragraph]:
    """A passage and those around it."""
    return paragraphs(context, ((passage.value, statement.value if statement else None)
                                for passage, statement in rows if passage is not None))
