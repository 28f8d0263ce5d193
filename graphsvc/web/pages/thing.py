"""A thing's page: what it is, what is said of it with evidence, and in tabs the questions of its
class."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from graphsvc.questions.answer import Answer
from graphsvc.questions.parameters import Given
from graphsvc.questions.question import Question
from graphsvc.vocabulary import DISPLAY, SKOS
from graphsvc.web.pages import facts as facts_
from graphsvc.web.pages.browse import members
from graphsvc.web.pages.cell import dispute
from graphsvc.web.pages.compare import comparable
from graphsvc.web.pages.context import PageContext, first_of
from graphsvc.web.pages.panels import panel
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs
from graphsvc.words import slugged

FIRST, READ, LINKS = "Overview", "Read", "Links and evidence"
"""The tab of questions that the ontology names without a title; and those that pages have without
a question: a document's text, and all else that is known."""
_MOST_PANELS = 8
_FEW, _MANY, _ALL = 6, 20, 1_000
"""Rows of a panel: next to others, where it has its tab to itself, and where it groups them."""
_CITED = 8
"""Passages from which on what is around them is left out."""
_MAP = 6
"""Places from which on a map says where a thing is."""


@dataclass(eq=False)
class Tab:
    """A part of a thing's page that has an address of its own. asked: questions about the thing,
    each with how its answer is to be drawn; answers: to these."""

    title: str
    asked: Sequence[tuple[Question, Given, str | None]] = ()
    answers: Sequence[Answer] = ()

    @property
    def name(self) -> str:
        """As addresses have it."""
        return slugged(self.title)


async def thing_page(context: PageContext, iri: str, pairs: Pairs) -> Response:
    """The page of a thing. pairs: of the address; `tab` names the part of the page.

    Raises HttpError 404 where the release has no such thing, and what the engine raises.
    """
    tabs, others = _tabs_of(context, context.index.classes(iri), iri)
    reading = await facts_.reading_of(context, iri)
    tabs = [Tab(READ)] * (reading is not None) + tabs + [Tab(LINKS)]
    wanted = first_of(pairs, "tab")
    tab = next((it for it in tabs if wanted in (None, it.name)), None)
    if tab is None:
        raise HttpError(404, f"This page has no part `{str(wanted)[:80]}`.",
                        hint=f"It has {', '.join(it.name for it in tabs)}.")
    said, referrers, _ = await asyncio.gather(
        context.rows("thing-facts", iri), context.texts("thing-referrers", iri),
        asyncio.gather(*(_ask(context, it, tab) for it in tabs)))
    inside = [thing for property_, thing in referrers if property_ == str(SKOS.inScheme)]
    above, counts = await asyncio.gather(*(
        context.texts(name, *[iri] * bool(inside)) for name in ("tree", "counts")))
    if not said and not referrers:
        raise HttpError(404, f"There is no <{iri}> in release {context.release}.",
                        hint="Search for its name.")
    known = await context.questions.known()
    head = await run_in_threadpool(facts_.head_of, context, iri, said)
    passages = [head["passage"]] if head["passage"].document else head["evidence"]
    passages = passages[:1] if len(passages) <= _CITED else []
    near = await context.texts("passage-neighbours", *(it.iri for it in passages))
    return await context.render("thing.html", lambda: {
        **head, "around": facts_.around(context, near, passages[0], iri) if passages else [],
        "comparable": any(term.iri in context.index.classes(iri) for term in comparable(context)),
        "disputes": [dispute(context, known, one.thing)
                     for one in known.disagreements.get(iri, ())],
        **_body(context, iri, tabs, tab, bool(referrers)),
        "others": others, "referrers": facts_.referrers(context, referrers, iri),
        "members": members(context, inside, above, counts), "inside": len(inside),
        "neighbours": facts_.paragraphs(context, near) if head["passage"] in passages else [],
        "reading": {**reading, "sections": facts_.sections(context, reading)}
        if reading and tab.title == READ else None})


def _tabs_of(
    context: PageContext, classes: Collection[str], iri: str
) -> tuple[list[Tab], list[tuple[Question, str]]]:
    """The tabs of a thing's page, as the ontology names them for its classes, and the questions
    that it leaves out, each with the parameter that takes the thing."""
    known = {question.name: (question, parameter) for question, parameter
             in context.questions.library.panels(set(classes))}
    parts: Mapping[str, Sequence[str]] = context.terms.parts(classes, DISPLAY.questions) or {
        "": list(known)[:_MOST_PANELS]}
    others, tabs = dict(known), list[Tab]()
    for title, tokens in parts.items():
        asked = list[tuple[Question, Given, str | None]]()
        for name, _, query in (token.partition("?") for token in tokens):
            if name in known:
                (question, parameter), values = known[name], parse_qs(query)
                view = values.pop("view", [None])[0]
                asked.append((question, {**values, parameter: [iri]}, view))
                others.pop(name, None)
        tabs.append(Tab(title or FIRST, asked))
    return tabs, list(others.values())


async def _ask(context: PageContext, tab: Tab, shown: Tab) -> None:
    """Give a tab its answers, with as many rows as the panels of the one that is shown have."""
    most = _MANY if len(shown.asked) == 1 else _FEW
    tab.answers = await asyncio.gather(*(context.ask(
        question, given, _ALL if question.group or "timeline" in question.tags else most)
        for question, given, _ in tab.asked))


def _body(
    context: PageContext, iri: str, tabs: Sequence[Tab], tab: Tab, more: bool
) -> dict[str, Any]:
    """The tabs that have something to show, the last where there is more; plain: whether what is
    said of the thing itself comes first, for it has no other tabs. The panels of a tab, the answers
    that have nothing for it; map: all places, each with whether the thing is there."""
    plain = {it.title for it in tabs} <= {FIRST, READ, LINKS}
    shown = [it for it in tabs if it in (tab, tabs[0])
             or any(answer.all_rows for answer in it.answers)
             or it.title == LINKS and more or it.title in (READ, LINKS) and not plain]
    answers = [answer for it in tabs for answer in it.answers]
    panels = [panel(context, answer, iri, view) for (*_, view), answer
              in zip(tab.asked, tab.answers, strict=True) if answer.all_rows]
    panels = [it for it in panels if it.view != "grid" or len(it.drawing.drawn["grid"].rows) > 1]
    here, tiles = context.terms.tile_of(iri), context.terms.tiles
    return {
        "tab": tab, "tabs": shown, "is_first": tab is tabs[0], "is_last": tab is tabs[-1],
        "plain": plain, "panels": panels,
        "silent": [*{it.heading: it for it in answers if not it.all_rows}.values()],
        "sentence": next((it.sentence for it in (
            *(it for it in answers if it.all_rows), *answers)), None),
        "map": [(*at, place == here) for place, at in tiles.items()]
        if here and len(tiles) >= _MAP else []}
