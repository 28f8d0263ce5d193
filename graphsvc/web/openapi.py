"""The OpenAPI 3.1 description of a release's questions, made from their headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import yaml

from graphsvc.formats import BINDING_FORMATS, GRAPH_FORMATS, JSON
from graphsvc.graphs.export import FORMATS
from graphsvc.questions.answer import Questions
from graphsvc.questions.parameters import OFFERED, OWN_PARAMETERS
from graphsvc.questions.question import RESERVED_COLUMNS, Column, Parameter, Question
from graphsvc.questions.values import as_json, schema
from graphsvc.release import Header

Json = dict[str, Any]
Offered = Mapping[tuple[str, str], Sequence[str]]
"""By the names of question and parameter: the values of a choice."""

_CELLS = {"integer": "integer", "year": "integer", "decimal": "number", "boolean": "boolean"}
"""The JSON types of columns that are not texts."""
_TEXT, _OBJECT, _ANY = {"type": "string"}, {"type": "object"}, Json()
_CONTENT: Mapping[str, Mapping[str, Json]] = {
    "/api/questions": {JSON.media_type: {"$ref": "#/components/schemas/Listing"}},
    "/api/questions/{question}": {
        format.media_type: _TEXT if format.is_text else _ANY for format in OFFERED},
    "/api/ask": {JSON.media_type: {"$ref": "#/components/schemas/Heard"}},
    "/search": {JSON.media_type: _OBJECT}, "/export": {JSON.media_type: _OBJECT},
    "/export/{view}": {JSON.media_type: _OBJECT},
    "/sparql": {format.media_type: _ANY for format in (*BINDING_FORMATS, *GRAPH_FORMATS)},
    "/export/{view}.{format}": {
        format.media_type: _ANY for format in FORMATS.values()},
}
"""What comes back from the paths that are the same in every release, by media type."""


def openapi(
    questions: Questions, offered: Offered, server: str, header: Header, views: Iterable[str]
) -> Json:
    """The description of all routes below `server`, the address of the service.

    Titles, names of operations and models are the same in every release.
    """
    document: Json = yaml.safe_load(
        (files(__package__) / "openapi.yaml").read_text(encoding="utf-8"))
    schemas, paths = document["components"]["schemas"], document["paths"]
    general = schemas.pop("Answer")
    errors = list(document["components"]["responses"])
    document |= {"info": _info(questions, header), "servers": [{"url": server}]}
    for path, content in _CONTENT.items():
        for operation in paths[path].values():
            operation["responses"] = _responses(content, errors)
    _offer(paths["/api/questions/{question}"], question=[one.name for one in questions.library],
           format=[format.name for format in OFFERED if format != JSON])
    for parameter in OWN_PARAMETERS:
        if parameter.name != "format":
            paths["/api/questions/{question}"]["get"]["parameters"].append(
                _parameter(parameter, (), tuple(parameter.choices)))
    names = sorted(views)
    _offer(paths["/export/{view}"], view=names)
    _offer(paths["/export/{view}.{format}"], view=names, format=list(FORMATS))
    for question in questions.library:
        model = "".join(part.capitalize() for part in question.name.split("-"))
        schemas[f"{model}Row"] = _row(question)
        rows = {"type": "array", "items": _ref(f"{model}Row")}
        schemas[f"{model}Answer"] = {
            **general, "description": question.title,
            "properties": {**general["properties"], "rows": rows}}
        paths[f"/api/questions/{question.name}"] = {"get": {
            "operationId": question.name, "summary": question.title,
            "description": question.description, "tags": [_folder(question)],
            "parameters": [
                *(_parameter(parameter, question.examples[0].values.get(parameter.name, ()),
                             offered.get((question.name, parameter.name), ()))
                  for parameter in question.parameters),
                *(_parameter(parameter, (), ()) for parameter in OWN_PARAMETERS
                  if parameter.name in ("limit", "after"))],
            "responses": _responses({JSON.media_type: _ref(f"{model}Answer")}, errors)}}
    folders = {_folder(question) for question in questions.library} - {
        tag["name"] for tag in document["tags"]}
    document["tags"] += [{"name": folder, "description": f"Questions about {folder}."}
                         for folder in sorted(folders)]
    return document


def _info(questions: Questions, header: Header) -> Json:
    """Who offers what, on which terms."""
    name = questions.index.label(header.creator) or header.creator
    contact = {"url": header.creator} if "://" in header.creator else {}
    return {
        "title": header.title, "version": header.version, "x-release": questions.release,
        "description": header.description, "contact": {"name": name, **contact},
        "license": {"name": questions.index.label(header.licence) or header.licence,
                    "url": header.licence}}


def _offer(path: Json, **values: Sequence[str]) -> None:
    """Say which values the parameters of a path take."""
    for parameter in path["get"]["parameters"]:
        if parameter["name"] in values:
            parameter["schema"] = {"type": "string", "enum": list(values[parameter["name"]])}


def _responses(content: Mapping[str, Json], errors: Iterable[str]) -> Json:
    text = {"schema": _TEXT}
    answered = {
        "description": "The answer, or one page of it.",
        "content": {media_type: {"schema": schema} for media_type, schema in content.items()},
        "headers": {
            "ETag": text, "Link": {"description": 'The next page, as rel="next".', **text}}}
    return {"200": answered, **{
        status: {"$ref": f"#/components/responses/{status}"} for status in errors}}


def _folder(question: Question) -> str:
    """The folder of a question's file, by which operations are grouped."""
    return next(iter(question.file.split("/")[1:-1]), "questions")


def _row(question: Question) -> Json:
    return {
        "type": "object", "additionalProperties": False,
        "properties": {**{column.name: _cell(column) for column in question.columns},
                       **{name: _ref(name[0].upper() + name[1:]) for name in RESERVED_COLUMNS}},
        "required": [*(column.name for column in question.columns), *RESERVED_COLUMNS]}


def _cell(column: Column) -> Json:
    text = f"{column.label}. {column.meaning}".strip()
    if column.type == "evidence":
        return {"description": text, "type": "array", "items": _ref("Passage")}
    return {"description": text, "type": [_CELLS.get(column.type, "string"), "null"]}


def _ref(model: str) -> Json:
    return {"$ref": f"#/components/schemas/{model}"}


def _parameter(parameter: Parameter, example: Sequence[str], offered: Sequence[str]) -> Json:
    values = [as_json(parameter, text, offered) for text in example]
    return {
        "name": parameter.name, "in": "query", "required": parameter.required,
        "description": _explained(parameter), "schema": schema(parameter, offered),
        **({"example": values if parameter.many else values[0]} if values else {})}


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
