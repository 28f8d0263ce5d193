"""The SPARQL endpoint: SPARQL 1.1 Protocol for query (section 2.1)."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import NamedTuple
from urllib.parse import quote

from graphsvc.engine.base import Engine, Lane, QueryRefused, Request
from graphsvc.engine.inspect import inspect
from graphsvc.formats import HTML, LINKED_FORMATS, Format
from graphsvc.web.problems import HttpError
from graphsvc.web.request import (
    Headers,
    Pairs,
    Receive,
    RequestContext,
    cancelled_on_hang_up,
    choose,
    form_pairs,
    read_body,
)
from graphsvc.web.responses import ResponseWriter

SPARQL_METHODS = "GET, HEAD, POST, OPTIONS"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_IRI_SAFE = ":/#?&=;,+%@!$()*[]~"
_SECONDS = re.compile(r"\d+(\.\d+)?|\.\d+", re.ASCII)

Describe = Callable[[str, Format], Awaitable[bytes]]
Editor = Callable[[RequestContext], Awaitable[bytes]]


class SparqlEndpoint:
    """Answers the requests to `/sparql` from one engine.

    describe: writes the service description, given the address of the service without a last
        slash and one of LINKED_FORMATS.
    editor: writes the HTML page that people get.
    """

    def __init__(self, engine: Engine, describe: Describe, editor: Editor | None = None) -> None:
        self._engine, self._describe, self._editor = engine, describe, editor

    async def answer(
        self, request: RequestContext, receive: Receive, writer: ResponseWriter
    ) -> None:
        """Write the answer to a request. Raises GraphsvcError for what cannot be answered."""
        if request.is_get:
            operation = read_get(request.query)
        elif request.method == "POST":
            body = await read_body(receive)
            operation = read_post(request.query, request.content_type, body)
        else:
            raise HttpError(405, f"{request.method[:20]} is not a method of this address.",
                            hint="Use GET or POST.", headers={"Allow": SPARQL_METHODS})
        if operation.query is None:
            await self._introduce(request, operation, writer)
        else:
            with cancelled_on_hang_up(receive):
                await self._query(request, operation, operation.query, writer)

    async def _introduce(
        self, request: RequestContext, operation: Operation, writer: ResponseWriter
    ) -> None:
        """Answer a bare GET: the editor for people, the service description for machines."""
        offered = LINKED_FORMATS + ((HTML,) if self._editor else ())
        format = choose(operation.formats, request.accepts, offered)
        if format is HTML and self._editor:
            body = await self._editor(request)
        else:
            body = await self._describe(request.server, format)
        writer.reply(200, [(b"content-type", format.content_type.encode())], body)

    async def _query(
        self, request: RequestContext, operation: Operation, query: str, writer: ResponseWriter
    ) -> None:
        self._engine.limits.check(query)
        inspected = inspect(query)
        format = choose(operation.formats, request.accepts, inspected.form.formats)
        async with aclosing(await self._engine.query(Request(
            query=query, media_type=format.media_type, lane=Lane.FREE, timeout=operation.timeout,
            default_graphs=operation.default_graphs, named_graphs=operation.named_graphs,
            base=f"{request.server}{request.path.decode()}", client=request.client,
        ))) as stream:
            headers: Headers = [(b"content-type", format.content_type.encode())]
            if inspected.volatile:
                headers.append((b"cache-control", b"no-store"))
            if stream.unknown_functions:
                headers.append((b"x-notice", _notice(stream.unknown_functions)))
            await writer({"type": "http.response.start", "status": 200, "headers": headers})
            async for part in stream:
                await writer({"type": "http.response.body", "body": part, "more_body": True})
            await writer({"type": "http.response.body"})


def _notice(functions: Sequence[str]) -> bytes:
    """The header that names unknown functions, five of them where they are many."""
    names = ", ".join(f"<{quote(iri[:200], safe=_IRI_SAFE)}>" for iri in functions[:5])
    return f"Expressions that call {names} have no value: there is no such function.".encode()


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
    operation = _operation(form_pairs(query_string))
    if operation.query is None and (operation.default_graphs or operation.named_graphs):
        raise _no_query()
    return operation


def read_post(query_string: bytes, content_type: str | None, body: bytes) -> Operation:
    """The operation of a POST request, by form or directly. Raises HttpError, QueryRefused."""
    media_type, *parameters = (part.strip() for part in (content_type or "").lower().split(";"))
    if media_type == UPDATE:
        raise _no_update()
    charset = next((value.strip(' "') for name, _, value in (
        parameter.partition("=") for parameter in parameters) if name == "charset"), "utf-8")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise HttpError(415, f"The body is said to be in {charset}.", location="Content-Type",
                        hint="Send UTF-8, the one encoding of SPARQL queries.")
    fields = form_pairs(query_string)
    if media_type == FORM:
        fields += form_pairs(body)
    elif media_type == QUERY:
        if any(name == "query" for name, _ in fields):
            raise HttpError(400, "There is a query in the address and another one in the body.",
                            hint="Send one of them.")
        try:
            fields.append(("query", body.decode()))
        except UnicodeDecodeError as error:
            raise HttpError(400, f"Byte {error.start} is not UTF-8.", location="body",
                            hint="Send UTF-8.") from error
    else:
        raise HttpError(
            415, f"A body of type {media_type or 'unknown'} is not a SPARQL request.",
            location="Content-Type", hint=f"Send a query as {QUERY}, or a form as {FORM}.",
            headers={"Accept-Post": f"{QUERY}, {FORM}"})
    operation = _operation(fields)
    if operation.query is None:
        raise _no_query()
    return operation


def _operation(fields: Pairs) -> Operation:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise _no_update()
    for name in ("query", "timeout"):
        if len(values.get(name, ())) > 1:
            raise HttpError(400, f"The parameter {name} is given {len(values[name])} times.",
                            location=name, hint="Give it once.")
    return Operation(
        query=values.get("query", [None])[0], formats=tuple(values.get("format", ())),
        timeout=_seconds(values["timeout"][0]) if "timeout" in values else None,
        default_graphs=_iris(values, "default-graph-uri"),
        named_graphs=_iris(values, "named-graph-uri"))


def _iris(values: dict[str, list[str]], name: str) -> tuple[str, ...]:
    iris = tuple(dict.fromkeys(values.get(name, ())))
    for iri in iris:
        if not _IRI.fullmatch(iri):
            raise HttpError(400, f"'{iri[:200]}' is not an absolute IRI.", location=name,
                            hint="Name the graph by its full IRI.")
    return iris


def _seconds(text: str) -> float:
    seconds = float(text) if _SECONDS.fullmatch(text) else math.nan
    if not 0 < seconds < math.inf:
        raise HttpError(400, f"'{text[:40]}' is not a number of seconds.", location="timeout",
                        hint="Give a positive number, such as 5 or 0.5.")
    return seconds


def _no_query() -> HttpError:
    return HttpError(400, "The request has no query.", location="query",
                     hint="Give one, named query.")


def _no_update() -> QueryRefused:
    return QueryRefused("This service only answers questions; it takes no updates.",
                        location="update",
                        hint="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE, in the parameter query.")
