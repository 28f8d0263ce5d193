"""Errors as problem documents (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphsvc.engine.base import LimitExceeded, LimitKind, Limits
from graphsvc.errors import GraphsvcError

_TITLES = {
    400: "The request cannot be understood",
    403: "The request is refused",
    404: "There is nothing here",
    405: "The method is not supported here",
    406: "No acceptable format",
    408: "The request took too long to arrive",
    410: "It was taken out",
    413: "Too large",
    415: "The media type is not supported",
    429: "Too many requests",
    500: "The service failed",
    503: "The service cannot answer now",
}


class HttpError(GraphsvcError):
    """A mistake in a request, with the status that HTTP has for it and headers to go along."""

    def __init__(
        self, status: int, message: str, *, location: str | None = None, hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, location=location, hint=hint)
        self.status = status
        self.type = f"/problems#http-{status}"
        self.title = _TITLES.get(status, "The request failed")
        self.headers = dict(headers or {})


class UnexpectedError(HttpError):
    """An error that nobody foresaw; its details are in the log."""

    def __init__(self) -> None:
        super().__init__(500, "The service failed in a way that it did not foresee.",
                         hint="Try again; if it fails again, report it.")


def document(error: GraphsvcError) -> dict[str, Any]:
    """The problem document of an error (RFC 9457, section 3.1), with what its class adds."""
    fields = {
        "type": error.type, "title": error.title, "status": error.status,
        "detail": f"{error.message} {error.hint}" if error.hint else error.message,
        "location": error.location, **error.extras()}
    return {name: value for name, value in fields.items() if value is not None}


def body(error: GraphsvcError) -> bytes:
    """The problem document as JSON."""
    return json.dumps(document(error), ensure_ascii=False, indent=2).encode() + b"\n"


def problem_types() -> list[tuple[str, str, int]]:
    """Every type of problem with its title and status, by type."""
    def below(kind: type[GraphsvcError]) -> Iterator[type[GraphsvcError]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    own = {one.type: (one.title, one.status) for one in below(GraphsvcError)}
    own |= {f"/problems#http-{status}": (title, status) for status, title in _TITLES.items()}
    limits = [LimitExceeded(kind, Limits()) for kind in LimitKind]
    own |= {limit.type: (limit.title, limit.status) for limit in limits}
    return sorted((type_, *rest) for type_, rest in own.items() if "#" in type_)
