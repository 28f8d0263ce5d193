"""The tools that find, ask, read and cite: each is a model of its arguments and what it does."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pyoxigraph import NamedNode

from graphsvc.assistants.desk import Json, Names, fitting, given, terms
from graphsvc.citation import Citation
from graphsvc.errors import GraphsvcError
from graphsvc.fulltext import MARK_OFF, MARK_ON, TYPE, fold
from graphsvc.index import in_reading_order
from graphsvc.questions.answer import LARGEST_PAGE, Answer
from graphsvc.questions.library import Library
from graphsvc.questions.output import NOTHING
from graphsvc.questions.question import Parameter, Question
from graphsvc.questions.table import Row, Term, fetch
from graphsvc.questions.template import Template
from graphsvc.service import Serving
from graphsvc.sparql import own_query
from graphsvc.vocabulary import DCTERMS, OWL, PROV, RDF, RDFS, SKOS

_EVIDENCE = str(PROV.wasDerivedFrom)
_NAMES = (str(SKOS.altLabel), str(SKOS.hiddenLabel))
_MEANINGS = (str(SKOS.definition), str(DCTERMS.description))
_NOT_FACTS = {str(RDF.type), str(RDFS.label), str(SKOS.prefLabel), _EVIDENCE, *_NAMES, *_MEANINGS}
_CLASS = str(OWL.Class)
_FIRST = 5
"""Things of a group that are named where there are more."""
_STEM = 6


class Tool(BaseModel):
    """The arguments of a tool. The docstring of each is what assistants read of it."""

    model_config = ConfigDict(extra="forbid")
    title: ClassVar[str]

    async def run(self, serving: Serving, client: str | None) -> Json:
        """The result. client: the address of who asks. Raises GraphsvcError."""
        raise NotImplementedError


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
            "hits": [_compact({
                "name": hit.entry.label, "id": names.id(hit.entry.iri),
                "kind": hit.entry.kind and names.name(hit.entry.kind), "why": hit.why,
                "note": _plain(hit.snippet or hit.entry.note)}) for hit in found.hits],
            "note": "Nothing holds all these words; these hold some." if found.loosened else None,
            "kinds": kinds if more > 0 else None,
            "left_out": f"{more} more; give a `kind` or a higher `limit`." if more > 0 else None}


class Questions(Tool):
    """List the reviewed questions that the data answer, or describe one with its parameters and
    columns. Prefer a reviewed question to SPARQL. Without arguments: all names by topic."""

    title = "List or describe questions"
    topic: str | None = Field(None, description="A topic, or words in titles and descriptions")
    name: str | None = Field(None, description="Name of the question to describe")

    async def run(self, serving: Serving, client: str | None) -> Json:
        library = serving.questions.library
        head = {"release": serving.release.id}
        if self.name:
            return {**head, **await _described(serving, library.get(self.name))}
        topics: dict[str, list[str]] = defaultdict(list)
        for question in library:
            for tag in question.tags:
                topics[tag].append(question.name)
        if not self.topic:
            return {**head, "topics": topics, "next": "Give a `topic` for titles, or a `name`."}
        best = _ranked(library, self.topic)
        if not best:
            near = get_close_matches(self.topic, topics, 3) or list(topics)
            raise GraphsvcError(f"No question is about `{self.topic[:80]}`.", location="topic",
                                hint=f"Topics: {', '.join(near)}.")
        return fitting(lambda count: {
            **head, "questions": [
                {"name": question.name, "title": question.title, "parameters": [
                    f"{one.name}{'' if one.optional or one.default else ' (required)'}"
                    for one in question.parameters]} for question in best[:count]],
            "left_out": f"{len(best) - count} more; use other words." if count < len(best) else None
        }, len(best), 25)


class Ask(Tool):
    """Ask a reviewed question by its name. Names of things are understood as people write them.
    Rows are lists below `columns`; `ids` has the id of each name in them, `passages` what they
    cite, `empty` the columns in which the documents say nothing. No rows: the documents do not say
    it, and `looked_at` lists what was read."""

    title = "Ask a reviewed question"
    question: str = Field(description="Name of the question, from `questions`")
    parameters: dict[str, Any] = Field(
        {}, description='By name, e.g. {"since": 2018, "theme": ["a", "b"]}')
    limit: int | None = Field(None, ge=1, le=1000, description="Rows; unless given, what fits")
    after: str | None = Field(None, description="Where the next rows begin, from `left_out`")

    async def run(self, serving: Serving, client: str | None) -> Json:
        questions, names = serving.questions, Names(serving)
        question = questions.library.get(self.question)
        understood = await questions.understand(question, given(self.parameters))
        answer = await questions.ask(
            question, understood, limit=LARGEST_PAGE, after=self.after, client=client)
        document = fitting(lambda count: _answered(Names(serving), answer, count),
                           len(answer.rows), self.limit)
        if (left := len(answer.rows) - len(document["rows"])) > 0:
            page = await questions.ask(question, understood, limit=len(document["rows"]),
                                       after=self.after, client=client)
            document["left_out"] = f"{left} more rows; ask again with `after`: {page.after}"
        if answer.coverage:
            rows = answer.coverage.rows
            document["note"] = NOTHING.replace("`coverage`", "`looked_at`")
            document["looked_at"] = [names.value(row[0]) for row in rows if row[0]]
        return document


def _answered(names: Names, answer: Answer, count: int) -> Json:
    """The first rows of an answer with what they cite."""
    shown = {name: [names.value(value) for value in values]
             for name, values in answer.parameters.items()}
    return {"question": answer.question.title, "release": answer.release, "parameters": shown,
            "total": len(answer.rows), **names.table(answer.question.columns, answer.rows[:count]),
            "ids": names.ids, "passages": names.passages}


class Read(Tool):
    """Read one thing: what it is, what is said of it, the passages that is based on, what refers
    to it, and which questions can be asked about it."""

    title = "Read a thing"
    thing: str = Field(description="Its `id`, IRI or any name")
    kind: str | None = Field(None, description="Name of its class, where a name is ambiguous")

    async def run(self, serving: Serving, client: str | None) -> Json:
        index, names = serving.index, Names(serving)
        kind = index.find(self.kind, of_class=_CLASS, location="kind") if self.kind else None
        iri = await asyncio.to_thread(index.find, self.thing, of_class=kind, location="thing")
        facts, referrers = await _about(serving, iri, client)
        said: dict[str, set[Term]] = defaultdict(set)
        for _, property_, value in facts:
            if property_ is not None and value is not None:
                said[property_.value].add(value)
        classes = index.classes(iri)
        cited = in_reading_order(index.passage(term.value) for term in said[_EVIDENCE])
        return {
            "name": index.label(iri) or names.id(iri), "id": names.id(iri), "iri": iri,
            "release": serving.release.id,
            "kinds": [index.label(class_) or names.id(class_) for class_ in classes
                      if class_.startswith(serving.header.namespace)],
            "also_called": terms((v for p in _NAMES for v in said[p]), names),
            "meaning": terms((v for p in _MEANINGS for v in said[p]), names),
            "facts": {index.label(p) or names.id(p): terms(values, names)
                      for p, values in sorted(said.items()) if p not in _NOT_FACTS},
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
        (facts, referrers), near = await asyncio.gather(
            _about(serving, iri, client), _fetch(serving, "passage-neighbours", iri, client))
        said: dict[str, set[Term]] = defaultdict(set)
        for _, property_, value in facts:
            if property_ is not None and value is not None:
                said[property_.value].add(value)
        rests = [thing.value for property_, thing in referrers
                 if property_ and thing and property_.value == _EVIDENCE]
        return fitting(lambda count: {
            "id": names.id(iri), "iri": iri, "release": serving.release.id,
            "document": passage.title, "sections": list(passage.sections), "line": passage.line,
            "words": passage.words or "Not held here: the documents are their publishers' own.",
            "place": {index.label(p) or names.id(p): terms(values, names)
                      for p, values in sorted(said.items()) if p not in _NOT_FACTS},
            "rests_on_it": [f"{names.name(thing)} [{names.id(thing)}]" for thing in rests[:count]],
            "around": [names.id(one.value) for (one,) in near if one],
            "left_out": f"{len(rests) - count} more rest on it; use sparql."
            if count < len(rests) else None}, len(rests), None)


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
        facts, _ = await _about(serving, iri, client)
        cited = [passage] if passage.document else in_reading_order(
            index.passage(value.value) for _, property_, value in facts
            if property_ and value and property_.value == _EVIDENCE)
        return {**document, "thing": index.label(iri) or names.id(iri), "iri": iri,
                "based_on": [f"{one}. {one.iri}" for one in cited],
                "note": None if cited else "No passage is cited for it in this release."}


async def _about(serving: Serving, iri: str, client: str | None) -> tuple[list[Row], list[Row]]:
    """What is said of a thing, and what refers to it."""
    facts = _fetch(serving, "thing-facts", iri, client)
    return await asyncio.gather(facts, _fetch(serving, "thing-referrers", iri, client))


async def _fetch(serving: Serving, name: str, iri: str, client: str | None) -> list[Row]:
    query = Template(own_query(name)).bind({"thing": [NamedNode(iri)]})
    return (await fetch(serving.engine, query, client)).rows


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


async def _described(serving: Serving, question: Question) -> Json:
    """A question with its parameters, columns and examples."""
    parameters = {}
    for one in question.parameters:
        offered = await serving.questions.choices(one) if one.type == "choice" else []
        parameters[one.name] = _compact({
            "type": one.type, "label": one.label, "description": one.description,
            "required": not (one.optional or one.default), "many": one.many or None,
            "default": list(one.default), "min": one.min, "max": one.max,
            "kind": one.of_class and Names(serving).name(one.of_class),
            "values": _offered(serving, one) or [choice.label for choice in offered]})
    return {
        "name": question.name, "title": question.title, "description": question.description,
        "parameters": parameters,
        "columns": {column.name: f"{column.label}. {column.meaning}".strip()
                    for column in question.columns},
        "examples": [{"title": example.title, "parameters": example.values}
                     for example in question.examples[:3]]}


def _offered(serving: Serving, parameter: Parameter) -> list[str]:
    """The names that a parameter of a scheme takes, the first of them where they are many."""
    if not parameter.scheme:
        return []
    entries = serving.index.members(parameter.scheme, str(SKOS.inScheme))
    return [entry.label for entry in entries[:40] if entry.label]


def _ranked(library: Library, topic: str) -> list[Question]:
    """The questions that share words with a topic, those with the rarest words first; a tag of
    just that name goes before all words."""
    words = {question.name: _words(" ".join((
        question.name.replace("-", " "), question.title, question.description, *question.tags,
        *(parameter.label for parameter in question.parameters)))) for question in library}
    spread = Counter(word for found in words.values() for word in found)
    score = {name: sum(1 / spread[word] for word in found & _words(topic))
             for name, found in words.items()}
    fitting = [question for question in library if score[question.name]]
    return sorted(fitting, key=lambda one: (topic not in one.tags, -score[one.name]))


def _words(text: str) -> set[str]:
    """The words of a text by their first letters, which forms of a word share."""
    return {word[:_STEM] for word in re.findall(r"\w+", fold(text))}


def _compact(fields: Mapping[str, Any]) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _plain(text: str | None) -> str:
    """A snippet without marks, at most 200 characters of it."""
    text = (text or "").replace(MARK_ON, "").replace(MARK_OFF, "").replace("\n", " ")
    return text if len(text) <= 200 else f"{text[:199]}…"
