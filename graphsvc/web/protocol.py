"""Reading a request as the SPARQL 1.1 Protocol has it (section 2.1)."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from graphsvc.engine.base import QueryRefused
from graphsvc.web.problems import HttpError
from graphsvc.web.request import form_pairs

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

MAX_BODY_BYTES = 1 << 20
"""Longest body that is read; a percent-encoded query takes up to nine bytes a character."""

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_SECONDS = re.compile(r"\d+(\.\d+)?|\.\d+", re.ASCII)


class Operation(NamedTuple):
    """What a request asks; query is None where it asks for the description of the service.

    formats: names of formats, of which one is wanted; some clients send several.
    """

    query: str | None
    formats: tuple[str, ...]
    timeout: float | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


def read_get(query_string: bytes) -> Operation:
    """The operation of a GET or HEAD request. Raises HttpError, QueryRefused."""
    return _operation(form_pairs(query_string), describable=True)


def read_post(query_string: bytes, content_type: str | None, body: bytes) -> Operation:
    """The operation of a POST request, by form or directly. Raises HttpError, QueryRefused."""
    media_type, charset = _content_type(content_type)
    if media_type == UPDATE:
        raise _no_update()
    if charset not in (None, "utf-8", "utf8", "us-ascii"):
        raise HttpError(415, f"The body is said to be in {charset}.", location="Content-Type",
                        hint="Send UTF-8, the one encoding of SPARQL queries.")
    fields = form_pairs(query_string)
    if media_type == FORM:
        return _operation(fields + form_pairs(body), describable=False)
    if media_type == QUERY:
        if any(name == "query" for name, _ in fields):
            raise HttpError(400, "There is a query in the address and another one in the body.",
                            hint="Send one of them.")
        try:
            fields.append(("query", body.decode()))
        except UnicodeDecodeError as error:
            raise HttpError(400, f"Byte {error.start} is not UTF-8.", location="body",
                            hint="Send UTF-8.") from error
        return _operation(fields, describable=False)
    raise HttpError(
        415, f"A body of type {media_type or 'unknown'} is not a SPARQL request.",
        location="Content-Type", hint=f"Send a query as {QUERY}, or a form as {FORM}.",
        headers={"Accept-Post": f"{QUERY}, {FORM}"})


def _content_type(value: str | None) -> tuple[str, str | None]:
    """Media type and charset of a Content-Type header, in lower case."""
    media_type, *parameters = (part.strip() for part in (value or "").lower().split(";"))
    named = dict(parameter.partition("=")[::2] for parameter in parameters)
    return media_type, named["charset"].strip().strip('"') if "charset" in named else None


def _operation(fields: list[tuple[str, str]], describable: bool) -> Operation:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise _no_update()
    for name in ("query", "timeout"):
        if len(values.get(name, ())) > 1:
            raise HttpError(400, f"The parameter {name} is given {len(values[name])} times.",
                            location=name, hint="Give it once.")
    query = values.get("query", [None])[0]
    default_graphs = _iris(values, "default-graph-uri")
    named_graphs = _iris(values, "named-graph-uri")
    if query is None and not (describable and not default_graphs and not named_graphs):
        raise HttpError(400, "The request has no query.", location="query",
                        hint="Give one, named query.")
    return Operation(query, tuple(values.get("format", ())),
                     _seconds(values.get("timeout", [None])[0]), default_graphs, named_graphs)


def _iris(values: dict[str, list[str]], name: str) -> tuple[str, ...]:
    iris = tuple(dict.fromkeys(values.get(name, ())))
    for iri in iris:
        if not _IRI.fullmatch(iri):
            raise HttpError(400, f"'{iri[:200]}' is not an absolute IRI.", location=name,
                            hint="Name the graph by its full IRI.")
    return iris


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    seconds = float(text) if _SECONDS.fullmatch(text) else math.nan
    if not 0 < seconds < math.inf:
        raise HttpError(400, f"'{text[:40]}' is not a number of seconds.", location="timeout",
                        hint="Give a positive number, such as 5 or 0.5.")
    return seconds


def _no_update() -> QueryRefused:
    return QueryRefused("This service only answers questions; it takes no updates.",
                        location="update",
                        hint="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE, in the parameter query.")
