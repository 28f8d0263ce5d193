"""The tools that ask: list and describe questions, ask one by its name, ask in plain words."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import Any

from pydantic import Field

from graphsvc.ask.plain import LONGEST
from graphsvc.assistants.tool import Json, Names, Tool, compact, fitting, given
from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import Answer
from graphsvc.questions.output import NOTHING
from graphsvc.questions.parameters import LARGEST_PAGE, Understood
from graphsvc.questions.question import Question
from graphsvc.service import Serving
from graphsvc.vocabulary import SKOS

_MOST = 40
"""Values of a scheme that are listed with a parameter, at most."""


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
        best = sorted(await serving.plain.about(self.topic),
                      key=lambda question: self.topic not in question.tags)
        if not best:
            near = get_close_matches(self.topic, topics, 3) or list(topics)
            raise GraphsvcError(f"No question is about `{self.topic[:80]}`.", location="topic",
                                hint=f"Topics: {', '.join(near)}.")
        return fitting(lambda count: {
            **head, "questions": [
                {"name": question.name, "title": question.title, "parameters": [
                    f"{one.name}{'' if one.optional or one.default else ' (required)'}"
                    for one in question.parameters]} for question in best[:count]],
        }, len(best), 25, "more; use other words.")


class Ask(Tool):
    """Ask a reviewed question by its name. Names of things are understood as people write them.
    Rows are lists below `columns`; `ids` has the id of each name in them, `passages` what they
    cite, `empty` the columns in which the documents say nothing. `taken`: what a text was taken
    for; check that it was meant. No rows: the documents do not say it; `silence` and `looked_at`
    report what was read."""

    title = "Ask a reviewed question"
    question: str = Field(description="Name of the question, from `questions`")
    parameters: dict[str, Any] = Field(
        {}, description='By name, e.g. {"since": 2018, "theme": ["a", "b"]}')
    limit: int | None = Field(None, ge=1, le=1000, description="Rows; unless given, what fits")
    after: str | None = Field(None, description="Where the next rows begin, from `left_out`")

    async def run(self, serving: Serving, client: str | None) -> Json:
        question = serving.questions.library.get(self.question)
        understood = await serving.questions.understand(question, given(self.parameters))
        return await _asked(serving, question, understood, client, self.limit, self.after)


class AskInWords(Tool):
    """Ask in plain words. If `understood` is there, it says which reviewed question was asked, and
    `answer` is as from `ask`; check that it is what was meant. Else see whether `nearest`, the
    statements nearest to the words, answers it, or `ask` one of `alternatives`. `unknown` are words
    that were not used, `leftOut` those that name something which the answer leaves out."""

    title = "Ask in plain words"
    text: str = Field(max_length=LONGEST, description="A question as a person would ask it")
    limit: int | None = Field(None, ge=1, le=1000, description="Rows; unless given, what fits")

    async def run(self, serving: Serving, client: str | None) -> Json:
        heard = await serving.plain.hear(self.text)
        document = {"release": serving.release.id, **heard.document(None, None)}
        if reading := heard.reading:
            understood = await serving.questions.understand(reading.question, reading.parameters)
            document["answer"] = compact(await _asked(
                serving, reading.question, understood, client, self.limit, None))
        elif nearest := await serving.plain.nearest(heard, None):
            document["nearest"] = compact(fitting(
                lambda count: _answered(Names(serving), nearest, count),
                len(nearest.rows), self.limit))
        elif not heard.alternatives:
            document["next"] = "Not understood. Look for a question with `questions`."
        return document


async def _asked(
    serving: Serving, question: Question, understood: Understood, client: str | None,
    limit: int | None, after: str | None,
) -> Json:
    """As many rows of an answer as fit, with what it says, what it does not say, and what is
    left out."""
    ask = serving.questions.ask
    answer = await ask(question, understood, limit=LARGEST_PAGE, after=after, client=client)
    document = fitting(lambda count: _answered(Names(serving), answer, count),
                       len(answer.rows), limit)
    if (left := len(answer.rows) - len(document["rows"])) > 0:
        page = await serving.questions.page(
            question, understood, limit=len(document["rows"]), after=after, client=client)
        document["left_out"] = f"{left} more rows; ask again with `after`: {page.after}"
    if answer.coverage:
        document["note"] = NOTHING.replace("`coverage` what these cover", "`looked_at` which")
        document["looked_at"] = [Names(serving).value(row[0])
                                 for row in answer.coverage.rows if row[0]]
    return document


def _answered(names: Names, answer: Answer, count: int) -> Json:
    """The first rows of an answer with what they cite."""
    shown = {name: [names.value(value) for value in values]
             for name, values in answer.parameters.items()}
    silence = list(answer.silence.lines(answer.index, not answer.all_rows))
    return {"question": answer.question.title, "release": answer.release, "parameters": shown,
            "taken": dict(answer.taken), "sentence": answer.sentence, "total": len(answer.all_rows),
            **names.table(answer, count), "ids": names.ids, "passages": names.passages,
            "silence": silence}


async def _described(serving: Serving, question: Question) -> Json:
    """A question with its parameters, columns and examples."""
    parameters = {}
    for one in question.parameters:
        offered = [entry.label for entry in serving.index.members(one.scheme, SKOS.inScheme)[:_MOST]
                   if entry.label] if one.scheme else [
            choice.label for choice in await serving.questions.choices(one)]
        parameters[one.name] = compact({
            "type": one.type, "label": one.label, "description": one.description,
            "required": not (one.optional or one.default), "many": one.many or None,
            "default": list(one.default), "min": one.min, "max": one.max,
            "kind": one.of_class and Names(serving).name(one.of_class),
            "values": offered})
    return {
        "name": question.name, "title": question.title, "description": question.description,
        "parameters": parameters,
        "columns": {column.name: f"{column.label}. {column.meaning}".strip()
                    for column in question.columns},
        "examples": [{"title": example.title, "parameters": example.values}
                     for example in question.examples[:3]]}
