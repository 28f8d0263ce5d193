"""The questions over HTTP: `/api/questions`, each question and its own route, `/openapi.json`.

One handler looks a question up by its name or route: to match some 150 routes one after the other
takes Starlette 2 ms. What the routes take and give is described by graphsvc.web.openapi.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from graphsvc.formats import CSV, JSON, XLSX
from graphsvc.questions.answer import Answer, Questions
from graphsvc.questions.output import as_document, stem, write
from graphsvc.questions.parameters import OFFERED, OWN_PARAMETERS
from graphsvc.questions.question import RESERVED, Question
from graphsvc.questions.values import BadValue, literal, schema
from graphsvc.service import Serving
from graphsvc.web.openapi import Offered, openapi
from graphsvc.web.problems import HttpError
from graphsvc.web.request import Pairs, Routes, address_pairs, choose, server_of

_LARGE = 200
"""Rows from which on an answer is written in a thread, so that the event loop goes on."""


class _Anything(PathConvertor):
    """The rest of a path, with line breaks in it."""

    regex = r"[\s\S]*"


register_url_convertor("anything", _Anything())


def api_routes(serving: Serving) -> Routes:
    """The routes of the questions of a release."""
    questions = serving.questions

    async def described(request: Request) -> Response:
        offered = await _offered(questions)
        return _json(await run_in_threadpool(
            openapi, questions, offered, server_of(request), serving.header,
            [view.name for view in serving.views]))

    async def listing(request: Request) -> Response:
        pairs = address_pairs(request)
        if other := next((name for name, _ in pairs if name != "format"), None):
            raise BadValue(f"The list of questions has no parameter `{other[:80]}`.",
                           location="parameters", hint="Ask without any, or with format=csv.")
        format = choose([text for _, text in pairs], request.headers.get("accept"), (JSON, CSV))
        if format is CSV:
            return Response(questions.library.table(), media_type=CSV.content_type)
        offered, server = await _offered(questions), server_of(request)
        return _json({"release": questions.release, "questions": [
            _listed(question, offered, server) for question in questions.library]})

    async def asked(request: Request) -> Response:
        pairs = address_pairs(request)
        if [name for name, _ in pairs] != ["q"]:
            raise BadValue("A question in plain words is the parameter `q`, once and alone.",
                           location="parameters", hint="Ask /api/ask?q=... in your own words.")
        heard = await serving.plain.hear(pairs[0][1])
        answer = await serving.plain.answer(
            heard, request.client.host if request.client else None)
        nearest = await serving.plain.nearest(heard, answer)
        given = heard.reading.parameters if heard.reading else {}
        return _json(heard.document(
            as_document(answer, _following(
                answer, f"{server_of(request)}/api/questions/{answer.question.name}",
                [(name, text) for name, texts in given.items() for text in texts]))
            if answer else None, as_document(nearest, None) if nearest else None))

    async def answer(request: Request) -> Response:
        segments = _segments(request)
        if segments[0] == "questions" and len(segments) == 2:
            question, in_path = questions.library.get(segments[1]), dict[str, str]()
        elif found := questions.library.route(segments):
            question, in_path = found
        else:
            raise HttpError(404, f"There is nothing at {_path(request)[:200]}.",
                            hint="See /api/questions for what can be asked.")
        return await _answer(request, serving, question, in_path)

    return {"/openapi.json": described, "/api/questions": listing, "/api/ask": asked,
            "/api/{path:anything}": answer}


async def _answer(
    request: Request, serving: Serving, question: Question, in_path: Mapping[str, str]
) -> Response:
    questions = serving.questions
    pairs, given = address_pairs(request), defaultdict[str, list[str]](list)
    for name, text in (*in_path.items(), *pairs):
        if name not in RESERVED:
            given[name].append(text)
    understood = await questions.understand(question, given)
    own = _own(pairs)
    names = [own["format"]] if "format" in own else []
    format = choose(names, request.headers.get("accept"), OFFERED)
    answer = await questions.ask(
        question, understood, limit=int(own["limit"]), after=own.get("after"),
        client=request.client.host if request.client else None)
    server = server_of(request)
    following = _following(answer, server + _path(request), pairs)
    written = partial(write, answer, format, f"{server}/api/questions/{question.name}", following,
                      raw=own["raw"] == "true", headings=own["headings"],
                      header=serving.header, server=server)
    large = len(answer.all_rows) > _LARGE or format == XLSX
    body = await run_in_threadpool(written) if large else written()
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    if format == XLSX:
        headers["Content-Disposition"] = f'attachment; filename="{stem(answer)}.xlsx"'
    return Response(body, headers=headers, media_type=format.content_type)


def _following(answer: Answer, address: str, pairs: Pairs) -> str | None:
    """The address of the next page of an answer, if there is one. address, pairs: of this one."""
    kept = [pair for pair in pairs if pair[0] != "after"]
    return f"{address}?{urlencode([*kept, ('after', answer.after)])}" if answer.after else None


async def _offered(questions: Questions) -> Offered:
    """The values of every parameter of type choice, by parameter."""
    return {(question.name, parameter.name): [
        choice.label if parameter.choices_from else choice.value.value
        for choice in await questions.choices(parameter)]
        for question in questions.library for parameter in question.parameters
        if parameter.type == "choice"}


def _listed(question: Question, offered: Offered, server: str) -> dict[str, Any]:
    listed = question.model_dump(
        by_alias=True, include={
            **dict.fromkeys(("name", "title", "description", "tags", "examples"), True),
            "columns": {"__all__": {"name", "type", "label", "meaning"}}})
    parameters = [
        {**one.model_dump(by_alias=True, exclude={
            "min", "max", "choices", "choices_from", "nearest"}),
         "schema": schema(one, offered.get((question.name, one.name), ()))}
        for one in question.parameters]
    return {**listed, "parameters": parameters, "route": question.route and f"/api{question.route}",
            "href": f"{server}/api/questions/{question.name}"}


def _json(value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), media_type=JSON.media_type)


# -- what is asked ------------------------------------------------------------------------------


def _path(request: Request) -> str:
    """The path below the service's own address, still percent-encoded."""
    path: str = request.scope["raw_path"].decode("latin-1")
    return path.removeprefix(request.scope["root_path"])


def _segments(request: Request) -> list[str]:
    """The segments below /api/, decoded one by one so that a value may hold a slash."""
    path = _path(request).removeprefix("/api/")
    try:
        return [unquote(segment, errors="strict") for segment in path.split("/")]
    except UnicodeDecodeError as error:
        raise BadValue("The path of the address cannot be read.", location="path",
                       hint="Percent-encode it as UTF-8.") from error


def _own(pairs: Pairs) -> dict[str, str]:
    """The parameters that every question has, as text. Raises BadValue."""
    found: dict[str, str] = {}
    for parameter in OWN_PARAMETERS:
        texts = [text for name, text in pairs if name == parameter.name]
        if len(texts) > 1:
            raise BadValue(f"`{parameter.name}` is given {len(texts)} times.",
                           location=f"parameter {parameter.name}", hint="Give it once.")
        for text in texts or parameter.default:
            found[parameter.name] = literal(parameter, text).value
    return found
