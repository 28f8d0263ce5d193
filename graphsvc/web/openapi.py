"""The OpenAPI 3.1 description of a release's questions, which FastAPI writes from their headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.responses import Response

from graphsvc import __version__, formats
from graphsvc.questions.answer import LARGEST_PAGE, PAGE, Questions
from graphsvc.questions.output import OFFERED
from graphsvc.questions.question import Column, Parameter, Question
from graphsvc.questions.values import as_json, schema

Json = dict[str, Any]
Offered = Mapping[tuple[str, str], Sequence[str]]
"""By the names of question and parameter: the values of a choice."""

_REF = "#/components/schemas/{model}"
_CELLS = {
    "iri": "string", "text": "string", "date": "string", "integer": "integer", "year": "integer",
    "decimal": "number", "boolean": "boolean",
}
_PROBLEMS = {
    "400": "A parameter is unknown, missing or not of its type.",
    "404": "No thing, question or page has that name; `nearest` lists names like it.",
    "406": "None of the formats that are asked for is offered.",
    "409": "The name is that of several things; `choices` lists them.",
    "413": "The answer was stopped at the limit of its size.",
    "414": "The address is too long.",
    "429": "Too many queries of one client are under way.",
    "431": "The headers are too long.",
    "503": "The query was stopped at a limit, or too many are waiting.",
}
_SHARED = {
    "limit": ("Rows of a page, at most.",
              {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}),
    "after": ("Where the page begins; taken from a `next` link.",
              {"type": "string", "minLength": 1}),
    "format": ("The format, for those who cannot say it by Accept.",
               {"type": "string", "enum": [format.name for format in OFFERED]}),
    "raw": ("Whether CSV leaves texts as they are that spreadsheets take for formulas.",
            {"type": "boolean", "default": False}),
}


class Passage(BaseModel):
    """A paragraph that a row rests on."""

    passage: str
    document: str | None
    title: str | None
    section: list[str]
    line: int | None
    ordinal: int | None
    words: str | None


class Answer(BaseModel):
    """An answer, or one page of it."""

    question: str
    title: str
    release: str
    parameters: Json
    columns: list[Json]
    rows: list[Json]
    labels: dict[str, str]
    next: str | None
    sparql: str
    note: str | None
    coverage: Json | None


class Problem(BaseModel):
    """What was wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    location: str = ""


class Listed(BaseModel):
    """A question with its parameters, columns, route and examples."""

    name: str
    title: str
    description: str
    tags: list[str]
    route: str | None
    href: str
    parameters: list[Json]
    columns: list[Json]
    examples: list[Json]


class Listing(BaseModel):
    """All questions of a release."""

    release: str
    questions: list[Listed]


def openapi(questions: Questions, offered: Offered, server: str) -> Json:
    """The description of all routes below `server`, the address of the service."""
    tags = sorted({tag for question in questions.library for tag in question.tags})
    app = FastAPI(title=f"Questions of release {questions.release[:12]}", version=__version__,
                  servers=[{"url": server}], openapi_tags=[{"name": tag} for tag in tags])
    _add(app, "/api/questions", "questions", summary="All questions",
         description="Each question with its parameters, columns, route and examples.",
         openapi_extra={"responses": _responses(_content("application/json", _ref(Listing)))})
    for question in questions.library:
        for path in filter(None, (f"/questions/{question.name}", question.route)):
            suffix = "-by-route" if path == question.route else ""
            _add(app, f"/api{path}", f"{question.name}{suffix}", summary=question.title,
                 description=question.description, tags=list(question.tags),
                 openapi_extra=_operation(question, offered, path))
    document = app.openapi()
    _, models = models_json_schema(
        [(model, "serialization") for model in (Answer, Listing, Passage, Problem)],
        ref_template=_REF)
    document["components"] = {"schemas": models["$defs"], "responses": {
        f"Problem{status}": {"description": text, "content": _content(
            formats.PROBLEM.media_type, _ref(Problem))} for status, text in _PROBLEMS.items()}}
    return document


def _add(app: FastAPI, path: str, name: str, **described: Any) -> None:
    async def documented() -> None:
        """Answered by graphsvc.web.api."""

    app.add_api_route(path, documented, operation_id=name, response_class=Response, **described)


def _operation(question: Question, offered: Offered, path: str) -> Json:
    own = [_parameter(question, parameter, path, offered.get((question.name, parameter.name), ()))
           for parameter in question.parameters]
    shared = [{"name": name, "in": "query", "description": text, "schema": values}
              for name, (text, values) in _SHARED.items()]
    content = {"application/json": {"schema": _answer(question)}}
    for format in OFFERED:
        is_text = format.is_text
        content.setdefault(format.media_type, {
            "schema": {"type": "string" if is_text else "object"}})
    return {"parameters": own + shared, "responses": _responses(content)}


def _responses(content: Json) -> Json:
    text = {"schema": {"type": "string"}}
    return {
        "200": {"description": "The answer, or one page of it.", "content": content, "headers": {
            "ETag": text, "Link": {"description": 'The next page, as rel="next".', **text}}},
        "304": {"description": "Nothing has changed."},
        **{status: {"$ref": f"#/components/responses/Problem{status}"} for status in _PROBLEMS}}


def _parameter(
    question: Question, parameter: Parameter, path: str, offered: Sequence[str]
) -> Json:
    in_path = f"{{{parameter.name}}}" in path
    described: Json = {
        "name": parameter.name, "in": "path" if in_path else "query",
        "required": in_path or parameter.required, "description": _explained(parameter),
        "schema": schema(parameter, offered)}
    examples = {}
    for number, example in enumerate(question.examples, 1):
        if texts := example.values.get(parameter.name):
            values = [as_json(parameter, text, offered) for text in texts]
            examples[f"example-{number}"] = {
                "summary": example.title, "value": values if parameter.many else values[0]}
    return {**described, "examples": examples} if examples else described


def _explained(parameter: Parameter) -> str:
    """What the parameter takes, for people."""
    texts = [f"{parameter.label}.", parameter.description]
    if parameter.type == "iri":
        texts.append("A name, slug, CURIE or IRI.")
        texts += [f"Of the class {parameter.of_class}."] if parameter.of_class else []
        texts += [f"In the scheme {parameter.scheme}."] if parameter.scheme else []
    if parameter.type == "date":
        texts += [f"At least {parameter.min}."] if parameter.min else []
        texts += [f"At most {parameter.max}."] if parameter.max else []
    return " ".join(text for text in texts if text)


def _answer(question: Question) -> Json:
    """The schema of an answer with the rows of the question."""
    row = {
        "type": "object", "additionalProperties": False,
        "properties": {column.name: _cell(column) for column in question.columns},
        "required": [column.name for column in question.columns]}
    own = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
    return {"allOf": [_ref(Answer), own]}


def _cell(column: Column) -> Json:
    text = f"{column.label}. {column.meaning}".strip()
    if column.type == "evidence":
        return {"description": text, "type": "array", "items": _ref(Passage)}
    return {"description": text, "type": [_CELLS[column.type], "null"]}


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}


def _content(media_type: str, schema: Json) -> Json:
    return {media_type: {"schema": schema}}
