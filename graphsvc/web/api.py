"""The questions over HTTP: `/api/questions`, each question and its own route, `/openapi.json`.

Routes follow the library of the release that is served, so one dispatcher looks them up at each
request instead of registering them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlencode

from fastapi import APIRouter
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from graphsvc import __version__
from graphsvc.errors import GraphsvcError
from graphsvc.questions.answer import LARGEST_PAGE, PAGE, Questions, Understood
from graphsvc.questions.formats import CSV, ENDINGS, JSON, TSV, WRITERS
from graphsvc.questions.library import UnknownQuestion
from graphsvc.questions.names import AmbiguousName, UnknownName
from graphsvc.questions.openapi import openapi, parameter_schema
from graphsvc.questions.paging import NoKey, UnknownPage
from graphsvc.questions.question import RESERVED, Question
from graphsvc.questions.values import BadValue
from graphsvc.web.negotiation import negotiate
from graphsvc.web.problems import MEDIA_TYPE, HttpError, Problem
from graphsvc.web.responses import is_current

Pairs = list[tuple[str, str]]
_METHODS = ["GET", "HEAD"]
_OPEN = {"Access-Control-Allow-Origin": "*",
         "Access-Control-Expose-Headers": "ETag, Link, X-Release"}


class _Anything(Convertor[str]):
    """The rest of a path; unlike Starlette's own `path`, with line breaks in it."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", _Anything())


class Serving(Protocol):
    """What is served at this moment."""

    @property
    def questions(self) -> Questions: ...


def api_router(get_serving: Callable[[], Serving]) -> APIRouter:
    """The routes. get_serving is asked at each request, so that a new release takes effect."""
    router = APIRouter(include_in_schema=False)
    described: dict[tuple[str, str], bytes] = {}

    async def described_by(request: Request) -> Response:
        questions, server = get_serving().questions, _server(request)
        key = (questions.release, server)
        if key not in described:
            title = f"Questions of release {questions.release[:12]}"
            document = openapi(questions.library, await _choices(questions), title=title,
                               server=server)
            described.clear()
            described[key] = json.dumps(document, ensure_ascii=False).encode()
        return _cached(request, _tag(questions, "openapi", server),
                       lambda: described[key], questions)

    async def listing(request: Request) -> Response:
        questions = get_serving().questions
        if pairs := _pairs(request):
            raise BadValue(f"The list of questions has no parameter `{pairs[0][0][:80]}`.",
                           location="parameters", hint="Ask without any.")
        body = json.dumps(await _listing(questions, _server(request)), ensure_ascii=False).encode()
        return _cached(request, _tag(questions, "list", _server(request)), lambda: body,
                       questions)

    async def named(request: Request) -> Response:
        questions = get_serving().questions
        segments = _segments(request)
        if len(segments) != 2:
            raise _unknown(request)
        return await _answer(request, questions, questions.library.get(segments[1]), {})

    async def routed(request: Request) -> Response:
        questions = get_serving().questions
        found = questions.library.route(_segments(request))
        if found is None:
            raise _unknown(request)
        return await _answer(request, questions, *found)

    for path, handler in {
        "/openapi.json": described_by, "/api/questions": listing,
        "/api/questions/{name:anything}": named, "/api/{path:anything}": routed,
    }.items():
        router.add_route(path, _guarded(handler), methods=_METHODS)
    return router


def _guarded(
    handler: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """The handler, with errors told as problem documents."""
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except GraphsvcError as error:
            problem = _problem(error)
            return Response(problem.body, problem.status,
                            {**problem.headers, **_OPEN, "Content-Type": MEDIA_TYPE})
    return guarded


def _problem(error: GraphsvcError) -> Problem:
    """The problem document, with the names that were perhaps meant."""
    match error:
        case AmbiguousName():
            return _told(error, 409, "ambiguous-name", "The name is that of several things",
                         choices=[asdict(choice) for choice in error.choices])
        case UnknownName():
            return _told(error, 404, "unknown-name", "Nothing has that name",
                         nearest=[asdict(named) for named in error.nearest])
        case UnknownQuestion():
            return _told(error, 404, "unknown-question", "There is no such question",
                         nearest=error.nearest)
        case UnknownPage():
            return _told(error, 404, "unknown-page", "There is no such page")
        case BadValue():
            return _told(error, 400, "bad-parameter", "A parameter cannot be understood")
        case NoKey():
            return _told(error, 500, "question", "The question is faulty")
    return Problem(error)


def _told(error: GraphsvcError, status: int, kind: str, title: str, **more: Any) -> Problem:
    problem = Problem(HttpError(status, error.message, location=error.location, hint=error.hint))
    problem.document |= {"type": f"urn:graphsvc:problem:{kind}", "title": title, **more}
    return problem


async def _answer(
    request: Request, questions: Questions, question: Question, in_path: Mapping[str, str]
) -> Response:
    pairs = _pairs(request)
    given: dict[str, list[str]] = {name: [text] for name, text in in_path.items()}
    for name, text in pairs:
        if name not in RESERVED:
            given.setdefault(name, []).append(text)
    understood = await questions.understand(question, given)
    limit, after = _limit(_only(pairs, "limit")), _only(pairs, "after")
    media_type = _media_type(request, _only(pairs, "format"))
    tag = _tag(questions, question.name, media_type, limit, after, request.url.path,
               _server(request), _terms(understood))
    if is_current(request, tag):
        return Response(status_code=304, headers=_headers(tag, questions))
    answer = await questions.ask(question, understood, limit=limit, after=after)
    following = None
    if answer.after is not None:
        rest = [pair for pair in pairs if pair[0] != "after"] + [("after", answer.after)]
        following = f"{_server(request)}{_path(request)}?{urlencode(rest, quote_via=quote)}"
    address = f"{_server(request)}/api/questions/{question.name}"
    text = WRITERS[media_type](answer, address, following)
    headers = _headers(tag, questions)
    if following:
        headers["Link"] = f'<{following}>; rel="next"'
    charset = "; charset=utf-8" if media_type in (CSV, TSV) else ""
    return _whole(request, text.encode(), {**headers, "Content-Type": media_type + charset})


# -- what the client says -----------------------------------------------------------------------


def _pairs(request: Request) -> Pairs:
    """The query's parameters. Raises BadValue for one that is not UTF-8."""
    raw: bytes = request.scope["query_string"]
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict",
                         max_num_fields=1000)
    except (UnicodeDecodeError, ValueError) as error:
        raise BadValue("The query part of the address cannot be read.", location="parameters",
                       hint="Percent-encode names and values as UTF-8.") from error


def _path(request: Request) -> str:
    """The path below the service's own address, still percent-encoded."""
    raw: bytes | None = request.scope.get("raw_path")
    path = raw.decode("latin-1") if raw else quote(request.scope["path"])
    return path.split("?")[0].removeprefix(request.scope.get("root_path", ""))


def _segments(request: Request) -> list[str]:
    """The segments below /api/, decoded one by one so that a value may hold a slash."""
    path = _path(request).removeprefix("/api/")
    try:
        return [unquote(segment, errors="strict") for segment in path.split("/")]
    except UnicodeDecodeError as error:
        raise BadValue("The path of the address cannot be read.", location="path",
                       hint="Percent-encode it as UTF-8.") from error


def _only(pairs: Pairs, name: str) -> str | None:
    """The one value of a parameter that every question has. Raises BadValue for several."""
    texts = [text for key, text in pairs if key == name]
    if len(texts) > 1:
        raise BadValue(f"`{name}` is given {len(texts)} times.", location=f"parameter {name}",
                       hint="Give it once.")
    return texts[0] if texts else None


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE
    if text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= LARGEST_PAGE:
        return int(text)
    raise BadValue(f"`{text[:80]}` is not a number of rows.", location="parameter limit",
                   hint=f"Give a whole number from 1 to {LARGEST_PAGE}.")


def _media_type(request: Request, ending: str | None) -> str:
    """The format of the answer. Raises BadValue, or HttpError with 406."""
    if ending is not None:
        if ending in ENDINGS:
            return ENDINGS[ending]
        raise BadValue(f"`{ending[:80]}` is not a format.", location="parameter format",
                       hint=f"Choose one of: {', '.join(ENDINGS)}.")
    chosen = negotiate(request.headers.get("accept"), tuple(WRITERS))
    if chosen is None:
        raise HttpError(406, "None of the formats that you accept is offered.", location="Accept",
                        hint=f"Accept one of: {', '.join(WRITERS)}.")
    return chosen


def _unknown(request: Request) -> HttpError:
    return HttpError(404, f"There is nothing at {_path(request)[:200]}.",
                     hint="See /api/questions for what can be asked.")


def _server(request: Request) -> str:
    return str(request.base_url).rstrip("/")


# -- what is told -------------------------------------------------------------------------------


def _tag(questions: Questions, *parts: object) -> str:
    """An entity tag: it changes with the release, the software, the request and the words."""
    whole = (questions.release, __version__, questions.passages.has_words, *parts)
    return f'"{hashlib.sha256(repr(whole).encode()).hexdigest()[:32]}"'


def _terms(understood: Understood) -> list[tuple[str, list[str]]]:
    return [(name, [str(value) for value in values]) for name, values in understood.items()]


def _headers(tag: str, questions: Questions) -> dict[str, str]:
    return {"ETag": tag, "Vary": "Accept", "X-Release": questions.release, **_OPEN,
            "Cache-Control": "public, max-age=0, must-revalidate"}


def _whole(request: Request, body: bytes, headers: Mapping[str, str]) -> Response:
    """The answer; of one to HEAD only its headers."""
    return Response(b"" if request.method == "HEAD" else body,
                    headers={**headers, "Content-Length": str(len(body))})


def _cached(
    request: Request, tag: str, body: Callable[[], bytes], questions: Questions
) -> Response:
    headers = _headers(tag, questions)
    if is_current(request, tag):
        return Response(status_code=304, headers=headers)
    return _whole(request, body(), {**headers, "Content-Type": JSON})


async def _choices(questions: Questions) -> dict[str, list[str]]:
    """The labels of the choices that come from questions."""
    return {
        parameter.choices_from: [choice.label for choice in await questions.choices(parameter)]
        for question in questions.library for parameter in question.parameters
        if parameter.choices_from
    }


async def _listing(questions: Questions, server: str) -> dict[str, Any]:
    choices = await _choices(questions)
    return {"release": questions.release, "questions": [
        {
            "name": question.name,
            "title": question.title,
            "description": question.description,
            "tags": list(question.tags),
            "route": question.route and f"/api{question.route}",
            "href": f"{server}/api/questions/{question.name}",
            "parameters": [
                {"name": p.name, "type": p.type, "label": p.label, "description": p.description,
                 "required": p.required, "many": p.many, "default": list(p.default),
                 "class": p.of_class, "scheme": p.scheme,
                 "schema": parameter_schema(p, choices)}
                for p in question.parameters],
            "columns": [{"name": c.name, "type": c.type, "label": c.label, "meaning": c.meaning}
                        for c in question.columns],
            "examples": [
                {"title": example.title,
                 "parameters": {name: list(texts) for name, texts in example.values.items()}}
                for example in question.examples],
        }
        for question in questions.library]}
