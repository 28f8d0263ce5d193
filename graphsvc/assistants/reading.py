"""The tools that find, read and cite."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from pydantic import Field
from pyoxigraph import NamedNode

from graphsvc.archive import Citation
from graphsvc.assistants.tool import Json, Names, Tool, compact, fitting, terms
from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import MARK_OFF, MARK_ON, TYPE
from graphsvc.passage import foremost
from graphsvc.questions.table import Row, Term, fetch
from graphsvc.questions.template import own
from graphsvc.service import Serving
from graphsvc.vocabulary import EVIDENCE, FOREMOST, MEANINGS, NOT_FACTS, OTHER_NAMES, OWL

_CLASS = OWL.Class
_FIRST = 5
"""Things of a group that are named where there are more."""


class Find(Tool):
    """Find things by any name or by words in their texts. Start here to learn what the data call
    something. Each hit has a name, an `id` that every other tool takes, and its kind."""

    title = "Find things by name"
    text: str = Field(description="A name or words")
    kind: str | None = Field(None, description="Name of a class, to find only its things")
    limit: int = Field(10, ge=1, le=100)

    async def run(self, serving: Serving, client: str | None) -> Json:
        return await asyncio.to_thread(self._find, serving)

    def _find(self, serving: Serving) -> Json:
        index, names = serving.index, Names(serving)
        kind = index.find(self.kind, of_class=_CLASS, location="kind") if self.kind else None
        found = index.search(self.text, {TYPE: [kind]} if kind else {}, limit=self.limit)
        if not found.hits:
            index.find(self.text, of_class=kind, location="text")
        more = found.total - len(found.hits)
        kinds = {names.name(iri): number for iri, number in found.facets.get(TYPE, ())
                 if iri.startswith(serving.header.namespace)}
        return {
            "release": serving.release.id,
            "hits": [compact({
                "name": hit.entry.label, "id": names.id(hit.entry.iri),
                "kind": hit.entry.kind and names.name(hit.entry.kind), "why": hit.why,
                "note": _plain(hit.snippet or hit.entry.note)}) for hit in found.hits],
            "note": "Nothing holds all these words; these hold some." if found.loosened else None,
            "kinds": kinds if more > 0 else None,
            "left_out": f"{more} more; give a `kind` or a higher `limit`." if more > 0 else None}


class Read(Tool):
    """Read one thing: what it is, what is said of it, the passages it rests on, what refers to
    it, and which questions can be asked about it."""

    title = "Read a thing"
    thing: str = Field(description="Its `id`, IRI or any name")
    kind: str | None = Field(None, description="Name of its class, where a name is ambiguous")

    async def run(self, serving: Serving, client: str | None) -> Json:
        index, names = serving.index, Names(serving)
        kind = index.find(self.kind, of_class=_CLASS, location="kind") if self.kind else None
        iri = await asyncio.to_thread(index.find, self.thing, of_class=kind, location="thing")
        said, referrers = await _about(serving, iri, client)
        classes = index.classes(iri)
        cited = foremost(map(index.passage, (term.value for term in said[EVIDENCE])),
                         {term.value for term in said[FOREMOST]})
        return {
            "name": index.label(iri) or names.id(iri), "id": names.id(iri), "iri": iri,
            "release": serving.release.id,
            "kinds": [index.label(class_) or names.id(class_) for class_ in classes
                      if class_.startswith(serving.header.namespace)],
            "also_called": terms((v for p in OTHER_NAMES for v in said[p]), names),
            "meaning": terms((v for p in MEANINGS for v in said[p]), names),
            "facts": _facts(names, said),
            "evidence": [f"{one} [{names.id(one.iri)}]" for one in cited],
            "referred_to_by": _referrers(serving, names, referrers),
            "questions": {question.name: {parameter: names.id(iri)} for question, parameter
                          in serving.questions.library.panels(set(classes))},
            "ids": names.ids,
            "left_out": "Groups name their first five; ask one of `questions` for all."
            if referrers else None}


class Passage(Tool):
    """Read one passage: where it is, how to find it in the published document, its words where
    the service holds them, what rests on it, and the passages around it."""

    title = "Read a passage"
    passage: str = Field(description="Its `id` or IRI, from the evidence of an answer")

    async def run(self, serving: Serving, client: str | None) -> Json:
        index, names = serving.index, Names(serving)
        iri = await asyncio.to_thread(index.find, self.passage, location="passage")
        passage = index.passage(iri)
        if passage.document is None:
            raise GraphsvcError(f"{names.id(iri)} is not a passage.", location="passage",
                                hint="Take an id from `passages` of an answer; for all else: read.")
        (said, referrers), near = await asyncio.gather(
            _about(serving, iri, client), _fetch(serving, "passage-neighbours", iri, client))
        rests = [thing.value for property_, thing in referrers
                 if property_ and thing and property_.value == EVIDENCE]
        return fitting(lambda count: {
            "id": names.id(iri), "iri": iri, "release": serving.release.id,
            "document": passage.title, "sections": list(passage.sections), "line": passage.line,
            "cite_as": str(passage), "first_words": passage.first, "last_words": passage.last,
            "published_at": passage.published,
            "words": passage.words or "Not held here: the documents are their publishers' own.",
            "place": _facts(names, said),
            "rests_on_it": [f"{names.name(thing)} [{names.id(thing)}]" for thing in rests[:count]],
            "around": list(dict.fromkeys(names.id(one.value) for one, _ in near if one)),
        }, len(rests), more="more rest on it; use sparql.")


class Cite(Tool):
    """How to cite the release, and a thing or passage of it with document, section and line."""

    title = "Cite"
    thing: str | None = Field(None, description="`id`, IRI or name; none: only the release")

    async def run(self, serving: Serving, client: str | None) -> Json:
        index, names = serving.index, Names(serving)
        citation = Citation.of(serving.release, index)
        document = {"release": serving.release.id, "cite": citation.text,
                    "bibtex": citation.bibtex, "licence": citation.licence}
        if not self.thing:
            return document
        iri = await asyncio.to_thread(index.find, self.thing, location="thing")
        passage = index.passage(iri)
        said, _ = await _about(serving, iri, client)
        cited = [passage] if passage.document else foremost(
            map(index.passage, (value.value for value in said[EVIDENCE])),
            {value.value for value in said[FOREMOST]})
        path = "/" + iri.removeprefix(serving.header.root)
        return {**document, "cite": citation.of_part(index.label(iri) or names.id(iri), path).text,
                "thing": index.label(iri) or names.id(iri), "iri": iri,
                "based_on": [f"{one}. {one.iri}" for one in cited],
                "note": None if cited else "No passage is cited for it in this release."}


def _facts(names: Names, said: Mapping[str, set[Term]]) -> Json:
    """What is said by each property, by its name, apart from names and evidence."""
    return compact({names.serving.index.label(property_) or names.id(property_):
                    terms(values, names) for property_, values in sorted(said.items())
                    if property_ not in NOT_FACTS})


async def _about(
    serving: Serving, iri: str, client: str | None
) -> tuple[dict[str, set[Term]], list[Row]]:
    """What is said of a thing, by property, and what refers to it."""
    facts, referrers = await asyncio.gather(
        _fetch(serving, "thing-facts", iri, client),
        _fetch(serving, "thing-referrers", iri, client))
    said: dict[str, set[Term]] = defaultdict(set)
    for _, property_, value in facts:
        if property_ is not None and value is not None:
            said[property_.value].add(value)
    return said, referrers


async def _fetch(serving: Serving, name: str, iri: str, client: str | None) -> list[Row]:
    return (await fetch(serving.engine, own(name, thing=[NamedNode(iri)]), client)).rows


def _referrers(serving: Serving, names: Names, rows: Sequence[Row]) -> Json:
    """Things that refer to another by kind and property: how many, and the first of them."""
    known = serving.index.entries({thing.value for _, thing in rows if thing})
    groups: dict[str, list[str]] = defaultdict(list)
    for property_, thing in rows:
        if property_ and thing and (entry := known.get(thing.value)) and entry.kind:
            kind, link = (serving.index.label(iri) or names.id(iri)
                          for iri in (entry.kind, property_.value))
            groups[f"{kind} ({link})"].append(thing.value)
    return {group: {"total": len(things), "first": [names.name(iri) for iri in things[:_FIRST]]}
            for group, things in sorted(groups.items(), key=lambda item: -len(item[1]))[:12]}


def _plain(text: str | None) -> str:
    """A snippet without marks, at most 200 characters of it."""
    text = (text or "").replace(MARK_ON, "").replace(MARK_OFF, "").replace("\n", " ")
    return text if len(text) <= 200 else f"{text[:199]}…"
