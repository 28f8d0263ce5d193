"""The OpenAPI 3.1 description of a library's routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphsvc import __version__
from graphsvc.questions.answer import LARGEST_PAGE, PAGE
from graphsvc.questions.formats import CSV, ENDINGS, JSON, JSON_LD, RESULTS, TSV
from graphsvc.questions.library import Library
from graphsvc.questions.question import Column, Parameter, Question
from graphsvc.questions.values import limits

Json = dict[str, Any]
Choices = Mapping[str, Sequence[str]]
"""The labels that a question gives as choices, by the question's name."""

_TEXT: Json = {"type": "string"}
_NULLABLE: Json = {"type": ["string", "null"]}
_CELLS: dict[str, Json] = {
    "iri": {"type": ["string", "null"]},
    "text": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "year": {"type": ["integer", "null"]},
    "decimal": {"type": ["number", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"]},
    "evidence": {"type": "array", "items": {"$ref": "#/components/schemas/Passage"}},
}
_ODD = r"\u0000-\u0007\u000b\u000e-\u001f\u007f\ufffe\uffff"
_SAFE = rf"^([^{_ODD}\\]|\\+[^{_ODD}\\uU])*\\*$"
"""No control characters, and no backslash before u, as binding.serialise wants it."""

_PROBLEMS = {
    "400": "A parameter is unknown, missing or not of its type.",
    "404": "No thing, question or page has that name; `nearest` lists names like it.",
    "406": "None of the formats that are asked for is offered.",
    "409": "The name is that of several things; `choices` lists them.",
    "413": "The answer was stopped at the limit of its size.",
    "414": "The address is longer than 64 KiB.",
    "431": "Address and headers are longer than 64 KiB.",
    "503": "The query was stopped at a limit, or too many are waiting.",
}


def openapi(library: Library, choices: Choices, *, title: str, server: str) -> Json:
    """The description of all routes below `server`, the address of the service.

    choices: for each question that parameters take their choices from.
    """
    paths: Json = {"/api/questions": {"get": _listing()}}
    for question in library:
        paths[f"/api/questions/{question.name}"] = {"get": _operation(question, choices, "")}
        if question.route:
            paths[f"/api{question.route}"] = {"get": _operation(question, choices, question.route)}
    tags = sorted({tag for question in library for tag in question.tags})
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__},
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": _components(),
    }


def parameter_schema(parameter: Parameter, choices: Choices) -> Json:
    """The JSON Schema of one value of a parameter."""
    low, high = limits(parameter)
    schema: Json
    match parameter.type:
        case "iri":
            schema = {"type": "string", "minLength": 1, "maxLength": 500}
        case "text":
            schema = {"type": "string", "minLength": int(low or 0), "maxLength": int(high or 0),
                      "pattern": _SAFE}
        case "integer" | "year":
            schema = {"type": "integer", "minimum": int(low or 0), "maximum": int(high or 0)}
        case "decimal":
            schema = {"type": "number", "minimum": float(low or 0), "maximum": float(high or 0)}
        case "boolean":
            schema = {"type": "boolean"}
        case "date":
            schema = {"type": "string", "format": "date"}
        case "choice":
            schema = {"type": "string", "enum": _offered(parameter, choices)}
    if parameter.default and not parameter.many:
        schema["default"] = _typed(parameter, parameter.default[0], choices)
    return schema


def _operation(question: Question, choices: Choices, route: str) -> Json:
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in ("limit", "after", "format")]
    own = [_parameter(question, parameter, choices, route) for parameter in question.parameters]
    return {
        "operationId": f"{question.name}-by-route" if route else question.name,
        "summary": question.title,
        "description": question.description,
        "tags": list(question.tags),
        "parameters": own + shared,
        "responses": {"200": _success(question), "304": {"description": "Nothing has changed."},
                      **_problems()},
    }


def _parameter(question: Question, parameter: Parameter, choices: Choices, route: str) -> Json:
    schema = parameter_schema(parameter, choices)
    if parameter.many:
        schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": 100}
    in_path = f"{{{parameter.name}}}" in route
    described: Json = {
        "name": parameter.name,
        "in": "path" if in_path else "query",
        "required": in_path or parameter.required,
        "description": _explained(parameter),
        "schema": schema,
    }
    if parameter.many:
        described |= {"style": "form", "explode": True}
    examples = {
        f"example-{index}": {"summary": example.title, "value": _example(parameter, texts, choices)}
        for index, example in enumerate(question.examples, 1)
        if (texts := example.values.get(parameter.name))
    }
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


def _example(parameter: Parameter, texts: Sequence[str], choices: Choices) -> Any:
    values = [_typed(parameter, text, choices) for text in texts]
    return values if parameter.many else values[0]


def _offered(parameter: Parameter, choices: Choices) -> list[str]:
    return list(choices[parameter.choices_from] if parameter.choices_from else parameter.choices)


def _typed(parameter: Parameter, text: str, choices: Choices) -> Any:
    """What a person wrote, as JSON of the parameter's schema."""
    if parameter.type == "choice":
        wanted = {text.casefold(), parameter.choices.get(text, text).casefold()}
        return next((offered for offered in _offered(parameter, choices)
                     if {offered.casefold(),
                         parameter.choices.get(offered, offered).casefold()} & wanted), text)
    if parameter.type in ("integer", "year"):
        return int(text)
    if parameter.type == "decimal":
        return float(text)
    return text == "true" if parameter.type == "boolean" else text


def _success(question: Question) -> Json:
    return {
        "description": "The answer, or one page of it.",
        "headers": {"ETag": {"schema": _TEXT},
                    "Link": {"description": 'The next page, as rel="next".', "schema": _TEXT}},
        "content": {
            JSON: {"schema": _answer(question)},
            CSV: {"schema": _TEXT},
            TSV: {"schema": _TEXT},
            JSON_LD: {"schema": {"type": "object"}},
            RESULTS: {"schema": {"type": "object"}},
        },
    }


def _answer(question: Question) -> Json:
    row = {
        "type": "object",
        "properties": {column.name: _cell(column) for column in question.columns},
        "required": [column.name for column in question.columns],
        "additionalProperties": False,
    }
    parameters = {
        parameter.name: {"type": "array", "items": _TEXT} if parameter.many else _NULLABLE
        for parameter in question.parameters
    }
    own = {"parameters": {"type": "object", "properties": parameters},
           "rows": {"type": "array", "items": row}}
    return {"allOf": [{"$ref": "#/components/schemas/Answer"},
                      {"type": "object", "properties": own}]}


def _cell(column: Column) -> Json:
    text = f"{column.label}. {column.meaning}".strip()
    return {**_CELLS[column.type], "description": text}


def _problems() -> Json:
    return {status: {"$ref": f"#/components/responses/Problem{status}"} for status in _PROBLEMS}


def _listing() -> Json:
    return {
        "operationId": "questions",
        "summary": "All questions",
        "description": "Each question with its parameters, columns, route and examples.",
        "responses": {
            "200": {"description": "The library.", "content": {JSON: {"schema": {
                "type": "object",
                "properties": {"release": _TEXT, "questions": {
                    "type": "array", "items": {"$ref": "#/components/schemas/Question"}}},
                "required": ["release", "questions"],
            }}}},
            "304": {"description": "Nothing has changed."},
            "400": {"$ref": "#/components/responses/Problem400"},
        },
    }


def _components() -> Json:
    described = {"type": "object", "additionalProperties": True}
    return {
        "parameters": {
            "limit": {"name": "limit", "in": "query", "description": "Rows of a page, at most.",
                      "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE,
                                 "default": PAGE}},
            "after": {"name": "after", "in": "query",
                      "description": "Where the page begins; taken from a `next` link.",
                      "schema": {"type": "string", "minLength": 1}},
            "format": {"name": "format", "in": "query",
                       "description": "The format, for those who cannot say it by Accept.",
                       "schema": {"type": "string", "enum": list(ENDINGS)}},
        },
        "responses": {
            f"Problem{status}": {
                "description": text,
                "content": {"application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for status, text in _PROBLEMS.items()
        },
        "schemas": {
            "Answer": {
                "type": "object",
                "properties": {
                    "question": _TEXT, "title": _TEXT, "release": _TEXT,
                    "parameters": {"type": "object"},
                    "columns": {"type": "array", "items": described},
                    "rows": {"type": "array", "items": {"type": "object"}},
                    "labels": {"type": "object", "additionalProperties": _TEXT},
                    "next": _NULLABLE, "sparql": _TEXT, "note": _NULLABLE,
                    "coverage": {"type": ["object", "null"]},
                },
                "required": ["question", "title", "release", "parameters", "columns", "rows",
                             "labels", "next", "sparql", "note", "coverage"],
            },
            "Passage": {
                "type": "object",
                "description": "A paragraph that a row rests on.",
                "properties": {
                    "passage": _TEXT, "document": _NULLABLE, "title": _NULLABLE,
                    "section": {"type": "array", "items": _TEXT},
                    "line": {"type": ["integer", "null"]},
                    "ordinal": {"type": ["integer", "null"]},
                    "words": _NULLABLE,
                },
                "required": ["passage", "document", "title", "section", "line", "ordinal",
                             "words"],
            },
            "Problem": {
                "type": "object",
                "description": "RFC 9457",
                "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"},
                               "detail": _TEXT},
                "required": ["title", "status"],
            },
            "Question": {
                "type": "object",
                "properties": {
                    "name": _TEXT, "title": _TEXT, "description": _TEXT,
                    "tags": {"type": "array", "items": _TEXT},
                    "route": _NULLABLE, "href": _TEXT,
                    "parameters": {"type": "array", "items": described},
                    "columns": {"type": "array", "items": described},
                    "examples": {"type": "array", "items": described},
                },
                "required": ["name", "title", "description", "tags", "route", "href",
                             "parameters", "columns", "examples"],
            },
        },
    }
