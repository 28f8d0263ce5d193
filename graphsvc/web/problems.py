"""Errors as problem documents (RFC 9457).

An error of a kind that is not known here has the status that its class names in an attribute
`status`, and 400 where it names none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graphsvc.engine.base import (
    Limit,
    Overloaded,
    QuerySyntaxError,
    QueryTooLong,
    Refused,
    Stopped,
)
from graphsvc.errors import GraphsvcError

MEDIA_TYPE = "application/problem+json"

_TITLES = {
    400: "The request cannot be understood",
    403: "The request is refused",
    404: "There is nothing here",
    405: "The method is not supported here",
    406: "No acceptable format",
    413: "Too large",
    414: "The address is too long",
    415: "The media type is not supported",
    431: "The headers are too long",
    500: "The service failed",
    502: "The service behind this one failed",
    503: "The service cannot answer now",
    504: "The service behind this one is too slow",
}
_STOPPED = {
    Limit.TIME: (503, "time-limit", "The time limit was reached"),
    Limit.MEMORY: (503, "memory-limit", "The memory limit was reached"),
    Limit.SIZE: (413, "size-limit", "The limit on the size of answers was reached"),
}
_RETRY = {"Retry-After": "5"}


class HttpError(GraphsvcError):
    """A mistake in a request, with the status that HTTP has for it and headers to go along."""

    def __init__(
        self,
        status: int,
        problem: str,
        *,
        location: str | None = None,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.headers = dict(headers or {})
        super().__init__(problem, location=location, hint=hint)


class Problem:
    """A problem document: status, headers, and the body as JSON."""

    def __init__(self, error: GraphsvcError) -> None:
        self.status, kind, title = _classify(error)
        self.headers = dict(error.headers) if isinstance(error, HttpError) else {}
        if isinstance(error, Overloaded):
            self.headers.update(_RETRY)
        self.document = _document(error, self.status, kind, title)

    @property
    def body(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, indent=2).encode() + b"\n"


def unexpected() -> Problem:
    """The problem of an error that nobody foresaw; its details stay in the log."""
    return Problem(HttpError(500, "The service failed in a way that it did not foresee."))


def _classify(error: GraphsvcError) -> tuple[int, str, str]:
    """Status, kind and title of an error."""
    match error:
        case Stopped():
            return _STOPPED[error.limit]
        case QuerySyntaxError():
            return 400, "query-syntax", "The query is not SPARQL 1.1"
        case Refused():
            return 403, "query-refused", "The query asks for what this service does not do"
        case QueryTooLong():
            return 413, "query-too-long", "The query is too long"
        case Overloaded():
            return 503, "overloaded", "The service is busy"
    status = getattr(error, "status", 400)
    return status, f"http-{status}", _TITLES.get(status, "The request failed")


def _document(error: GraphsvcError, status: int, kind: str, title: str) -> dict[str, Any]:
    detail = f"{error.message} {error.hint}" if error.hint else error.message
    document: dict[str, Any] = {
        "type": f"urn:graphsvc:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if error.location:
        document["location"] = error.location
    if isinstance(error, QuerySyntaxError) and error.line is not None:
        document |= {"line": error.line, "column": error.column}
    if isinstance(error, Stopped):
        document["limit"] = error.limit.value
    return document
