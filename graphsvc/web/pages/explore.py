"""The explorer: the links of a thing, step by step, and the shortest way between two things.

Drawn by a script of its own; without it, lists. Statements that lead from one thing to another,
as the ontology says (`display:linkFrom`), are drawn as links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from pyoxigraph import Literal
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.graphs.look import look
from graphsvc.index import AmbiguousName, NotOneThing, slug
from graphsvc.vocabulary import DISPLAY, EVIDENCE, FOREMOST, RDF, RDFS, SKOS
from graphsvc.web.pages.context import Link, PageContext, check_names, first_of
from graphsvc.web.request import Pairs

_MOST = 400
"""Links that one step of the explorer shows."""
_LEFT_OUT = {str(iri) for iri in (RDF.type, RDFS.label, EVIDENCE, FOREMOST, SKOS.narrower)}
_STATE = ("thing", "to", "past", "open", "without", "unlinked", "layout", "chosen")
"""What the address of the explorer holds: the script reads all of it."""
_FARTHEST = 6
_BEGINNINGS = 10
_HUB = 250
"""A way through a thing with more links than that says nothing, and is not gone."""


@dataclass(frozen=True)
class Edge:
    """A link from one thing to another. statement: the one that is drawn as the link, if any."""

    source: str
    property_: str
    target: str
    label: str
    statement: str | None = None

    def other(self, iri: str) -> str:
        """The end that is not this thing."""
        return self.target if self.source == iri else self.source


async def explore_page(context: PageContext, pairs: Pairs) -> Response:
    """A thing with its links and, with `to`, the way to another; without a thing, the first of
    those to begin with. Where `to` names nothing, or several things, these are offered.

    Raises UnknownName or AmbiguousName for the thing, and what the engine raises.
    """
    check_names("The explorer", pairs, *_STATE)
    name, to = first_of(pairs, "thing"), first_of(pairs, "to")
    examples = [] if name else await run_in_threadpool(_examples, context)
    if not name and not examples:
        return await context.render("explore.html", lambda: {"thing": None, "examples": []})
    iri = await _find(context, name) if name else examples[0].iri or ""
    edges = await _around(context, iri)
    aim, problem = None, None
    try:
        aim = await _find(context, to) if to else None
    except NotOneThing as error:
        problem = error
    past = _classes(context, pairs)
    way = await _way(context, iri, aim, pairs) if aim else []

    def make() -> dict[str, Any]:
        groups: dict[tuple[str, bool], list[Link]] = defaultdict(list)
        for edge in edges[:_MOST]:
            groups[edge.label, edge.source == iri].append(context.link(edge.other(iri)))
        near = problem.named if isinstance(problem, AmbiguousName) else [
            hit.entry for hit in context.index.suggest(to or "", None)[:5]] if problem else []
        ends = [*accumulate(way, lambda start, edge: edge.other(start), initial=iri)]
        kinds = [term for one in ends[1:-1] for term in context.terms.most_special(
            context.index.classes(one))[:1]]
        return {
            "thing": context.link(iri), "name": context.curie(iri), "total": len(edges),
            "shown": len(edges[:_MOST]), "groups": groups, "examples": examples,
            "problem": problem and context.in_words(problem.message),
            "near": [context.link(one.iri) for one in near],
            "aim": aim and context.link(aim), "aim_name": aim and context.curie(aim),
            "way": [(context.link(start), edge, context.link(end))
                    for (start, end), edge in zip(pairwise(ends), way, strict=True)],
            "past": [*map(slug, sorted(past))],
            "passed": {term.iri: term for term in kinds}.values()}

    return await context.render("explore.html", make)


async def _find(context: PageContext, text: str) -> str:
    """The thing that a text names; of several, the only one that readers are led to, if it is one:
    a heading of a document that has the name too is nothing to explore.

    Raises UnknownName, and AmbiguousName with those that are left.
    """
    try:
        return await context.find(text)
    except AmbiguousName as error:
        named = [one for one in error.named if _led_to(context, one.iri)] or error.named
        if len(named) == 1:
            return named[0].iri
        raise AmbiguousName(error.message, named, error.location) from error


def _led_to(context: PageContext, iri: str) -> bool:
    """Whether a thing is of a class that has a place among those that readers are led to."""
    return any(context.terms.term(above).first(DISPLAY.order)
               for class_ in context.index.classes(iri)
               for above in context.terms.with_above(class_))


def _examples(context: PageContext) -> list[Link]:
    """Things to begin with: those that the questions of the first page are asked with."""
    known = {question.name: question for question in context.questions.library}
    found = [iri for name in context.said.names(DISPLAY.questions) if name in known
             for iris in context.examples(known[name]) for iri in iris
             if iri and _led_to(context, iri)]
    return [context.link(iri) for iri in [*dict.fromkeys(found)][:_BEGINNINGS]]


async def links(context: PageContext, pairs: Pairs) -> Response:
    """A thing's links as JSON; with `to`, those on the shortest way to another.

    Raises as `explore_page`, and GraphsvcError without a thing.
    """
    check_names("The explorer", pairs, "thing", "to", "past")
    name, to = first_of(pairs, "thing"), first_of(pairs, "to")
    if name is None:
        raise GraphsvcError("No thing was given whose links to list.",
                            hint="Name a thing with `thing`.")
    iri = await _find(context, name)
    edges = await (_way(context, iri, await _find(context, to), pairs)
                   if to else _around(context, iri))
    return await context.json(lambda: _as_json(context, iri, edges))


async def _around(context: PageContext, iri: str) -> list[Edge]:
    """The links of a thing, statements folded, those that lead from it first, in alphabetical
    order."""
    edges = (await _neighbours(context, [iri]))[iri]
    edges = await _folded(context, edges, {iri})
    return sorted(edges, key=lambda edge: (edge.source != iri, edge.label,
                                           context.label(edge.other(iri)), edge.other(iri)))


async def _neighbours(context: PageContext, things: Iterable[str]) -> dict[str, list[Edge]]:
    """The links of each thing, without those that pages leave out."""
    found: dict[str, set[Edge]] = defaultdict(set)
    for thing, property_, other, outward in await context.texts("neighbours", *things):
        if (property_ not in _LEFT_OUT and not context.terms.term(property_).quiet
                and context.path(other) is not None):
            ends = (thing, other) if outward == "true" else (other, thing)
            found[thing].add(Edge(ends[0], property_, ends[1], context.label(property_)))
    return defaultdict(list, {thing: sorted(edges, key=lambda edge: (
        edge.property_, edge.source, edge.target)) for thing, edges in found.items()})


async def _folded(context: PageContext, edges: Sequence[Edge], ends: set[str]) -> list[Edge]:
    """The links with statements as links, where these begin or end at one of `ends` (any, without
    ends); what rules conclude from such a statement is left out."""
    others = {iri for edge in edges for iri in (edge.source, edge.target)} - ends
    folded: dict[Edge, None] = {}
    for statement, start, end, said in await context.rows("folded", *_statements(context, others)):
        if statement and start and end and (not ends or {start.value, end.value} & ends):
            word = said or statement
            folded[Edge(start.value, str(DISPLAY["linkTo"]), end.value, word.value if isinstance(
                word, Literal) else context.label(word.value), statement.value)] = None
    gone = {edge.statement for edge in folded}
    joined = {(edge.source, edge.target) for edge in folded}
    return [*folded, *(edge for edge in edges if not {edge.source, edge.target} & gone
                       and (edge.source, edge.target) not in joined)]


def _statements(context: PageContext, iris: Iterable[str]) -> list[str]:
    """Those of some things that are drawn as links."""
    return [iri for iri, entry in context.index.entries(iris).items() if any(
        context.terms.term(above).first(DISPLAY["linkFrom"])
        for above in context.terms.with_above(entry.kind or ""))]


def _classes(context: PageContext, pairs: Pairs) -> set[str]:
    """The classes whose things a way is not to lead through: those that an address names, else
    those of documents, for all that one document reports is linked through it."""
    if named := {value for name, value in pairs if name == "past"}:
        return {iri for iri in context.sizes if slug(iri) in named}
    return {term.iri for document in context.index.documents
            for term in context.terms.most_special(context.index.classes(document))}


async def _way(context: PageContext, one: str, other: str, pairs: Pairs) -> list[Edge]:
    """The links of a shortest way between two things, of at most _FARTHEST steps and not through
    things of classes that are to be left out; none where there is none. Both ends are searched
    from, the smaller side first; of ways of the same length, one over a statement is taken, and
    shown as a link where it links what is before and after it. Where nobody chose what is left
    out, it is not through mere values either, such as a kind that two things share."""
    if one == other:
        return []
    past, chosen = _classes(context, pairs), any(name == "past" for name, _ in pairs)
    reached: tuple[dict[str, list[Edge]], ...] = ({one: []}, {other: []})
    edges_of: list[list[str]] = [[one], [other]]
    for _ in range(_FARTHEST):
        side = 0 if len(edges_of[0]) <= len(edges_of[1]) else 1
        here, there = reached[side], reached[1 - side]
        found = await _neighbours(context, edges_of[side])
        coming: dict[str, list[Edge]] = {}
        for thing in edges_of[side]:
            if len(found[thing]) <= _HUB or thing in (one, other):
                for edge in found[thing]:
                    if edge.other(thing) not in here:
                        coming.setdefault(edge.other(thing), [*here[thing], edge])
        coming = {iri: edges for iri, edges in coming.items() if iri in (one, other)
                  or past.isdisjoint(context.index.classes(iri))
                  and (chosen or _led_to(context, iri))}
        here.update(coming)
        statements = {*_statements(context, coming.keys() & there.keys())}
        if met := sorted((iri for iri in coming if iri in there),
                         key=lambda iri: (len(there[iri]), iri not in statements, iri)):
            way = [*reached[0][met[0]], *reversed(reached[1][met[0]])]
            folded = await _folded(context, way, set())
            passed = {iri for edge in way for iri in (edge.source, edge.target)}
            return folded if all({it.source, it.target} <= passed for it in folded) else way
        edges_of[side] = sorted(coming)
        if not coming:
            break
    return []


def _as_json(context: PageContext, iri: str, edges: Sequence[Edge]) -> dict[str, Any]:
    """The links as nodes and edges, with the look of each class."""
    shown = edges[:_MOST]
    ends = (end for edge in shown for end in (edge.source, edge.target))
    iris = list(dict.fromkeys([iri, *ends]))
    known = context.index.entries(iris)
    kinds = {one: context.terms.term(kind).label if (entry := known.get(one)) and (
        kind := entry.kind) else "other" for one in iris}
    documents = _classes(context, ())
    return {
        "release": context.release, "thing": iri, "total": len(edges),
        "nodes": [{"id": one, "name": context.curie(one), "label": context.label(one),
                   "href": context.path(one), "kind": kinds[one],
                   "note": (known[one].note or "") if one in known else "",
                   "aside": not _led_to(context, one) or not documents.isdisjoint(
                       context.index.classes(one))} for one in iris],
        "edges": [{"source": edge.source, "target": edge.target, "property": edge.property_,
                   "label": edge.label, "statement": edge.statement,
                   "href": edge.statement and context.path(edge.statement)} for edge in shown],
        "looks": {kind: {"colour": its.colour, "shape": its.shape, "outline": its.outline}
                  for kind, its in look(context.serving.looks, kinds.values()).items()},
    }
