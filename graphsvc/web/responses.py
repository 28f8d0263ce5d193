"""Small things that every HTTP answer of the application needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from graphsvc.errors import GraphsvcError
from graphsvc.web.problems import MEDIA_TYPE, Problem

Handler = Callable[[Request], Awaitable[Response]]


def problem_response(error: GraphsvcError) -> Response:
    """An error as a problem document (RFC 9457)."""
    problem = Problem(error)
    return Response(problem.body, status_code=problem.status,
                    headers={**problem.headers, "Access-Control-Allow-Origin": "*"},
                    media_type=MEDIA_TYPE)


def guarded(handler: Handler) -> Handler:
    """The handler, with errors told as problem documents."""
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except GraphsvcError as error:
            return problem_response(error)
    return answer


def is_current(request: Request, tag: str) -> bool:
    """Whether the client holds the answer with this tag already (RFC 9110, section 13.1.2)."""
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or tag in {
        item.strip().removeprefix("W/") for item in held.split(",")}
