"""The OpenAPI 3.1 description of a release's questions, made from their headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import yaml

from graphsvc import __version__
from graphsvc.questions.answer import Questions
from graphsvc.questions.parameters import OFFERED, OWN_PARAMETERS
from graphsvc.questions.question import RESERVED_COLUMNS, Column, Parameter, Question
from graphsvc.questions.values import as_json, schema

Json = dict[str, Any]
Offered = Mapping[tuple[str, str], Sequence[str]]
"""By the names of question and parameter: the values of a choice."""

_CELLS = {
    "iri": "string", "text": "string", "date": "string", "integer": "integer", "year": "integer",
    "decimal": "number", "boolean": "boolean",
}


def openapi(questions: Questions, offered: Offered, server: str) -> Json:
    """The description of all routes below `server`, the address of the service."""
    document: Json = yaml.safe_load(
        (files(__package__) / "openapi.yaml").read_text(encoding="utf-8"))
    errors = document["components"]["responses"]
    tags = sorted({tag for question in questions.library for tag in question.tags})
    document |= {
        "info": {"title": f"Questions of release {questions.release[:12]}", "version": __version__},
        "servers": [{"url": server}], "tags": [{"name": tag} for tag in tags]}
    document["paths"]["/api/questions"]["get"]["responses"] = _responses(
        {"application/json": {"schema": _ref("Listing")}}, errors)
    document["paths"]["/api/ask"]["get"]["responses"] = _responses(
        {"application/json": {"schema": _ref("Heard")}}, errors)
    for question in questions.library:
        for path in filter(None, (f"/questions/{question.name}", question.route)):
            suffix = "-by-route" if path == question.route else ""
            document["paths"][f"/api{path}"] = {"get": {
                "operationId": f"{question.name}{suffix}", "summary": question.title,
                "description": question.description, "tags": list(question.tags),
                "parameters": _parameters(question, offered, path),
                "responses": _responses(_content(question), errors)}}
    return document


def _responses(content: Json, errors: Json) -> Json:
    text = {"schema": {"type": "string"}}
    answered = {"description": "The answer, or one page of it.", "content": content, "headers": {
        "ETag": text, "Link": {"description": 'The next page, as rel="next".', **text}}}
    return {"200": answered, **{
        status: {"$ref": f"#/components/responses/{status}"} for status in errors}}


def _content(question: Question) -> Json:
    """An answer with the rows of the question, in each format."""
    row = {
        "type": "object", "additionalProperties": False,
        "properties": {**{column.name: _cell(column) for column in question.columns},
                       **{name: _ref(name.capitalize()) for name in RESERVED_COLUMNS}},
        "required": [*(column.name for column in question.columns), *RESERVED_COLUMNS]}
    own = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
    others = {format.media_type: {"schema": {"type": "string" if format.is_text else "object"}}
              for format in OFFERED}
    return {**others, "application/json": {"schema": {"allOf": [_ref("Answer"), own]}}}


def _cell(column: Column) -> Json:
    text = f"{column.label}. {column.meaning}".strip()
    if column.type == "evidence":
        return {"description": text, "type": "array", "items": _ref("Passage")}
    return {"description": text, "type": [_CELLS[column.type], "null"]}


def _ref(model: str) -> Json:
    return {"$ref": f"#/components/schemas/{model}"}


def _parameters(question: Question, offered: Offered, path: str) -> list[Json]:
    own = [_parameter(question, parameter, path, offered.get((question.name, parameter.name), ()))
           for parameter in question.parameters]
    return own + [_parameter(question, parameter, path, tuple(parameter.choices))
                  for parameter in OWN_PARAMETERS]


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
